import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { readFileFor } from './read-file.js';

const folder = resolve(import.meta.dirname, '../../../shared/data/spice-suite');
const present = existsSync(folder);
if (!present) console.log('skipped: ../shared/data/spice-suite is not here');

interface Entry {
  readonly name: string;
  readonly category: string;
  readonly analysis: 'op' | 'dc' | 'ac' | 'tran';
  readonly netlist: string;
  readonly gold: string | null;
  readonly tol: {
    readonly metric: 'max_over_range' | 'rms_over_range' | 'relative';
    readonly value: number;
    readonly abs?: { readonly v: number; readonly i: number };
  } | null;
}

const entries: readonly Entry[] = present
  ? (JSON.parse(readFileSync(resolve(folder, 'manifest.json'), 'utf8')) as { entries: Entry[] })
      .entries
  : [];

function readCsv(file: string): { names: string[]; rows: string[][] } {
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  // Commas inside v(a,b) do not separate.
  const split = (line: string) => line.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return { names: split(lines[0]), rows: lines.slice(1).map((line) => line.split(',')) };
}

function runNetlist(entry: Entry) {
  const path = resolve(folder, entry.netlist);
  const netlist = parseNetlist(readFileSync(path, 'utf8'), {
    file: path,
    resolve: readFileFor(dirname(path)),
  });
  return simulate(elaborate(netlist), {
    reelaborate: (overrides) => elaborate(netlist, overrides),
  });
}

/** A column of the gold file in our result: v(a), v(a,b), i(x), with |re or |im in ac. */
function columnOf(result: AnalysisResult, column: string): Float64Array {
  const [name, part] = column.split('|');
  const pick = (vector: string) => {
    if (vector === 'v(0)') return new Float64Array(result.values.shape[0]);
    return vectorOf(result, vector, part === 'im' ? 'imaginary' : 'real');
  };
  const pair = /^v\(([^,]+),([^,]+)\)$/.exec(name);
  const direct = pick(name);
  if (direct || !pair) {
    if (!direct) throw new Error(`no vector ${name} among ${result.names.join(' ')}`);
    return direct;
  }
  const [a, b] = [pick(`v(${pair[1]})`), pick(`v(${pair[2]})`)];
  if (!a || !b) throw new Error(`no vector ${name}`);
  return a.map((value, k) => value - b[k]);
}

function interpolated(x: Float64Array, y: Float64Array, at: number): number {
  let k = x.findIndex((value) => value >= at);
  if (k < 0) k = x.length - 1;
  if (k === 0) return y[0];
  const span = x[k] - x[k - 1];
  return span === 0 ? y[k] : y[k - 1] + ((at - x[k - 1]) / span) * (y[k] - y[k - 1]);
}

/** The suite's pass rule: deviation of a column over its range. */
function deviation(
  gold: readonly number[],
  ours: readonly number[],
  times: readonly number[] | undefined,
  absolute: number,
): number {
  const largest = Math.max(...gold.map(Math.abs));
  const range = Math.max(largest, Math.max(...gold) - Math.min(...gold));
  const excess = gold.map((value, k) => Math.max(0, Math.abs(value - ours[k]) - absolute));
  if (excess.every((d) => d === 0)) return 0;
  if (!times) return Math.max(...excess) / range;
  let sum = 0;
  for (let k = 1; k < gold.length; k++) {
    sum += ((excess[k] ** 2 + excess[k - 1] ** 2) / 2) * (times[k] - times[k - 1]);
  }
  return Math.sqrt(sum / (times[times.length - 1] - times[0])) / range;
}

function compareWaveforms(entry: Entry): Record<string, number> {
  const { names, rows } = readCsv(resolve(folder, entry.gold!));
  const result = runNetlist(entry).analyses.find(({ kind }) => kind === entry.analysis)!;
  const axis = names.findIndex((name) => name === 'time' || name === 'freq');
  const times =
    entry.tol!.metric === 'rms_over_range' ? rows.map((row) => Number(row[axis])) : undefined;
  const report: Record<string, number> = {};
  names.forEach((name, column) => {
    if (column === axis) return;
    const gold = rows.map((row) => Number(row[column]));
    const vector = columnOf(result, name);
    if (!times) expect(vector.length, `${name}: number of points`).toBe(gold.length);
    const ours = times
      ? times.map((t) => interpolated(result.sweep!.values, vector, t))
      : [...vector];
    const absolute = name.startsWith('i(') ? entry.tol!.abs!.i : entry.tol!.abs!.v;
    report[name] = deviation(gold, ours, times, absolute);
  });
  return report;
}

describe.skipIf(!present)('public netlists with verified reference output', () => {
  for (const entry of entries.filter(({ tol }) => tol && tol.metric !== 'relative')) {
    it(entry.name, () => {
      for (const [name, value] of Object.entries(compareWaveforms(entry))) {
        expect(value, name).toBeLessThanOrEqual(entry.tol!.value);
      }
    });
  }

  for (const entry of entries.filter(({ tol }) => tol?.metric === 'relative')) {
    it(entry.name, () => {
      const { names, rows } = readCsv(resolve(folder, entry.gold!));
      const measures = new Map(runNetlist(entry).measures.map((m) => [m.name, m.value]));
      const column = names.includes('ngspice39') ? names.indexOf('ngspice39') : 1;
      const status = names.indexOf('status');
      for (const row of rows) {
        if (status >= 0 && row[status] !== 'same') continue;
        const gold = Number(row[column]);
        const ours = measures.get(row[0]);
        expect(ours, row[0]).toBeDefined();
        expect(Math.abs(ours! - gold), row[0]).toBeLessThanOrEqual(
          entry.tol!.value * Math.max(Math.abs(gold), 1e-12),
        );
      }
    });
  }

  for (const entry of entries.filter(({ tol }) => tol === null)) {
    it(`${entry.name} is refused with our error`, () => {
      expect(() => runNetlist(entry)).toThrow(SpinbarError);
    });
  }
});
