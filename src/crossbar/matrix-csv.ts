import { invalidInput } from '../errors/index.js';
import type { FlatMatrix } from './matrix.js';

/**
 * A matrix from CSV: one row a line, numbers separated by commas, semicolons or blanks; lines beginning
 * with # are comments. Throws invalidInput with file and line.
 */
export function parseMatrixCsv(text: string, file: string): FlatMatrix {
  const rows: number[][] = [];
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fields = line.trim().split(/\s*[,;]\s*|\s+/);
    const row = fields.map((field) => (field === '' ? NaN : Number(field)));
    const bad = row.findIndex((value) => Number.isNaN(value));
    const expected = rows[0]?.length ?? row.length;
    if (bad >= 0 || row.length !== expected) {
      throw invalidInput({
        code: 'crossbar.matrix-csv',
        what:
          bad >= 0
            ? `"${fields[bad]}" is no number`
            : `${row.length} numbers, the first row has ${expected}`,
        where: { file, line: index + 1, sourceLine: line },
        mend: 'Give one row of the matrix a line, numbers separated by commas.',
      });
    }
    rows.push(row);
  }
  if (rows.length === 0) {
    throw invalidInput({
      code: 'crossbar.matrix-csv',
      what: 'the matrix is empty',
      where: { file },
      mend: 'Give one row of the matrix a line, numbers separated by commas.',
    });
  }
  return { rows: rows.length, columns: rows[0].length, data: Float64Array.from(rows.flat()) };
}
