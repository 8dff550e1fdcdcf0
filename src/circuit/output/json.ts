import type { AnalysisResult, SimulationResult } from '../result.js';

/** Numbers of one vector; complex ones as two lists. */
type JsonVector = number[] | { re: number[]; im: number[] };

export interface SimulationJson {
  analyses: {
    kind: string;
    step?: Readonly<Record<string, number>>;
    sweep?: { name: string; values: number[] };
    vectors: Record<string, JsonVector>;
  }[];
  measures: Record<string, number | null | (number | null)[]>;
  diagnostics: unknown[];
}

/** The result as `--json` prints it: plain objects, vectors by ngspice's names. */
export function simulationJson({
  analyses,
  measures,
  diagnostics,
}: SimulationResult): SimulationJson {
  const values: SimulationJson['measures'] = {};
  for (const { name, value, step } of measures) {
    const plain = value ?? null;
    if (step === undefined) values[name] = plain;
    else values[name] = [...((values[name] as (number | null)[] | undefined) ?? []), plain];
  }
  return { analyses: analyses.map(analysisJson), measures: values, diagnostics: [...diagnostics] };
}

function analysisJson(analysis: AnalysisResult): SimulationJson['analyses'][number] {
  const { kind, step, sweep, names } = analysis;
  const vectors: Record<string, JsonVector> = {};
  for (let column = 0; column < names.length; column++) {
    const re = columnOf(analysis.values, column);
    vectors[names[column]] = analysis.imaginary
      ? { re, im: columnOf(analysis.imaginary, column) }
      : re;
  }
  return {
    kind,
    ...(step ? { step } : {}),
    ...(sweep ? { sweep: { name: sweep.name, values: Array.from(sweep.values) } } : {}),
    vectors,
  };
}

function columnOf({ shape, data }: AnalysisResult['values'], column: number): number[] {
  const [points, width] = shape;
  return Array.from({ length: points }, (_, row) => data[row * width + column]);
}
