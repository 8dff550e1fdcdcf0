import { parse } from 'yaml';
import { invalidInput } from '../../errors/index.js';
import { parseOverride, type Override } from '../overrides.js';

/** One row of a table of variants: what it changes, and its text by column. */
export interface SwitchingRow {
  readonly cells: readonly string[];
  readonly overrides: readonly Override[];
}

export interface SwitchingTable {
  readonly columns: readonly string[];
  readonly rows: readonly SwitchingRow[];
}

/**
 * A CSV of variants of a problem. A column whose name is a key path (`magnet.delta`, `segments.0.dampingLike.1 (mT)`)
 * sets that key, in the unit in brackets; a path may stand for several, joined by ` & `. Every other column is carried
 * through, such as the reference values beside which the answers shall stand.
 */
export function readSwitchingTable(text: string, file: string): SwitchingTable {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim());
  if (lines.length < 2)
    throw invalidInput({
      code: 'switching.empty-table',
      what: 'the table has no rows',
      where: { file },
      mend: 'give a header line of key paths, then a row for each variant',
    });
  const columns = cells(lines[0]);
  const keys = columns.map(keyOf);
  if (keys.every((key) => key === undefined))
    throw invalidInput({
      code: 'switching.no-key',
      what: 'no column of the table names a key of the problem',
      where: { file, line: 1 },
      why: `its columns are ${columns.join(', ')}`,
      mend: 'name columns by key paths, such as `magnet.delta` or `segments.0.dampingLike.1 (mT)`',
    });
  return {
    columns,
    rows: lines.slice(1).map((line, i) => {
      const row = cells(line);
      if (row.length !== columns.length)
        throw invalidInput({
          code: 'switching.ragged-row',
          what: `row ${i + 1} has ${row.length} cells, the header ${columns.length}`,
          where: { file },
          mend: 'give every column a value',
        });
      const overrides = row.flatMap((cell, k) => {
        const key = keys[k];
        if (!key) return [];
        return key.paths.map((path): Override => {
          const value = key.unit === '' ? (parse(cell) as unknown) : `${cell} ${key.unit}`;
          return { ...parseOverride(`${path}=0`), value };
        });
      });
      return { cells: row, overrides };
    }),
  };
}

function keyOf(
  column: string,
): { readonly paths: readonly string[]; readonly unit: string } | undefined {
  const match = /^(?<path>[^()]+?)\s*(?:\((?<unit>[^()]*)\))?$/.exec(column);
  const paths = (match?.groups?.path ?? '').split('&').map((path) => path.trim());
  if (!paths.every((path) => /^(magnet|segments|start|switchedDirection)\b/.test(path)))
    return undefined;
  return { paths, unit: match?.groups?.unit?.trim() ?? '' };
}
