import type { AnalysisResult } from '../result.js';
import { outputColumns } from './table.js';

const PLOT_NAMES: Readonly<Record<AnalysisResult['kind'], string>> = {
  op: 'Operating Point',
  dc: 'DC transfer characteristic',
  ac: 'AC Analysis',
  tran: 'Transient Analysis',
  tf: 'Transfer Function',
  sens: 'Sensitivity Analysis',
  noise: 'Noise Spectral Density Curves',
};

export interface RawOptions {
  readonly title?: string;
  /** Text of the `Date:` line; the core has no clock. */
  readonly date?: string;
  readonly format?: 'binary' | 'ascii';
}

/**
 * Analyses as a SPICE raw file, several plots one after another: header, then for each point all
 * variables as little-endian doubles (pairs in ac) after `Binary:`, or as text after `Values:`.
 * Readable by gwave, gaw, ngspice's `load` and others.
 */
export function rawFile(analyses: readonly AnalysisResult[], options: RawOptions = {}): Uint8Array {
  const parts = analyses.flatMap((analysis) => rawPlot(analysis, options));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function rawPlot(
  analysis: AnalysisResult,
  { title = 'spinbar', date = 'Thu Jan  1 00:00:00 1970', format = 'binary' }: RawOptions,
): Uint8Array[] {
  const columns = outputColumns(analysis);
  const points = analysis.values.shape[0];
  const complex = analysis.imaginary !== undefined;
  const header = [
    `Title: ${title.replaceAll('\n', ' ')}`,
    `Date: ${date}`,
    `Plotname: ${PLOT_NAMES[analysis.kind]}`,
    `Flags: ${complex ? 'complex' : 'real'}`,
    `No. Variables: ${columns.length}`,
    `No. Points: ${points}`,
    'Variables:',
    ...columns.map(({ name, type }, k) => `\t${k}\t${name}\t${type}`),
    format === 'binary' ? 'Binary:' : 'Values:',
    '',
  ].join('\n');
  const encoder = new TextEncoder();
  if (format === 'ascii') {
    const lines: string[] = [];
    for (let row = 0; row < points; row++) {
      columns.forEach(({ real, imaginary }, k) => {
        const value = complex
          ? `${real(row).toExponential(15)},${(imaginary?.(row) ?? 0).toExponential(15)}`
          : real(row).toExponential(15);
        lines.push(k === 0 ? ` ${row}\t${value}` : `\t${value}`);
      });
    }
    return [encoder.encode(header + lines.join('\n') + '\n\n')];
  }
  const numbers = new DataView(new ArrayBuffer(points * columns.length * (complex ? 16 : 8)));
  let at = 0;
  for (let row = 0; row < points; row++) {
    for (const { real, imaginary } of columns) {
      numbers.setFloat64(at, real(row), true);
      at += 8;
      if (!complex) continue;
      numbers.setFloat64(at, imaginary?.(row) ?? 0, true);
      at += 8;
    }
  }
  return [encoder.encode(header), new Uint8Array(numbers.buffer)];
}
