import type { AnalysisResult } from '../result.js';
import { outputColumns } from './table.js';

/**
 * An analysis as comma-separated values: a header with the vector names (quoted where they hold a
 * comma), a row for each point, shortest digits that read back exactly. Complex vectors take two
 * columns, `v(out)|re` and `v(out)|im`.
 */
export function simulationCsv(analysis: AnalysisResult): string {
  const quoted = (name: string) => (name.includes(',') ? `"${name}"` : name);
  const columns = outputColumns(analysis).flatMap(({ name, real, imaginary, type }) =>
    imaginary && type !== 'frequency'
      ? [
          { name: `${name}|re`, at: real },
          { name: `${name}|im`, at: imaginary },
        ]
      : [{ name, at: real }],
  );
  const points = analysis.values.shape[0];
  const lines = [columns.map(({ name }) => quoted(name)).join(',')];
  for (let row = 0; row < points; row++) lines.push(columns.map(({ at }) => at(row)).join(','));
  return lines.join('\n') + '\n';
}
