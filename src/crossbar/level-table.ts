import { invalidInput } from '../errors/index.js';
import type { ProgrammingLevel } from './variation.js';

const HEADER = 'conductance_S,sigma_S';

/**
 * Reads a measured programming-error table: CSV with the header `conductance_S,sigma_S`, one level a
 * line in rising conductance. Throws invalidInput with file and line of everything that is wrong.
 */
export function parseLevelTable(text: string, file: string): ProgrammingLevel[] {
  const lines = text.split(/\r?\n/);
  const refuse = (line: number, what: string): Error =>
    invalidInput({
      code: 'crossbar.level-table',
      what,
      where: { file, line, sourceLine: lines[line - 1] ?? '' },
      mend: `The first line is ${HEADER}; then one level a line, such as 1.2e-5,3e-7, rising.`,
    });
  if (lines[0]?.trim().replaceAll(' ', '') !== HEADER)
    throw refuse(1, 'no header of a level table');
  const levels: ProgrammingLevel[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const fields = line.split(',').map((field) => (field.trim() === '' ? NaN : Number(field)));
    const [conductanceSiemens, sigmaSiemens] = fields;
    if (fields.length !== 2 || !(conductanceSiemens >= 0) || !(sigmaSiemens >= 0)) {
      throw refuse(index + 1, 'want two numbers, not negative');
    }
    const before = levels.at(-1)?.conductanceSiemens ?? -1;
    if (!(conductanceSiemens > before)) throw refuse(index + 1, 'conductances must rise');
    levels.push({ conductanceSiemens, sigmaSiemens });
  }
  if (levels.length === 0) throw refuse(1, 'the table has no levels');
  return levels;
}
