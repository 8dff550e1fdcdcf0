import type { AnalysisResult } from '../result.js';

/** One column of an analysis as it is written to a file. */
export interface OutputColumn {
  readonly name: string;
  /** `time`, `frequency`, `voltage`, `current` or `notype`, as raw files call them. */
  readonly type: string;
  readonly real: (row: number) => number;
  readonly imaginary: ((row: number) => number) | undefined;
}

/** The abscissa, where there is one, and all vectors of an analysis, in order. */
export function outputColumns(analysis: AnalysisResult): OutputColumn[] {
  const { sweep, outerSweeps = [], names, values, imaginary } = analysis;
  const width = values.shape[1];
  const axes = [...(sweep ? [sweep] : []), ...outerSweeps].map(
    ({ name, values: axis }): OutputColumn => ({
      name,
      type: name === 'time' || name === 'frequency' ? name : 'notype',
      real: (row) => axis[row],
      imaginary: imaginary ? () => 0 : undefined,
    }),
  );
  const vectors = names.map((name, column): OutputColumn => ({
    name,
    type: name.startsWith('v(') ? 'voltage' : name.startsWith('i(') ? 'current' : 'notype',
    real: (row) => values.data[row * width + column],
    imaginary: imaginary ? (row) => imaginary.data[row * width + column] : undefined,
  }));
  return [...axes, ...vectors];
}
