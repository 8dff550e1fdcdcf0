import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors/index.js';
import type { SimulationJson } from '../../src/circuit/index.js';
import { spinbar } from '../support/command-line.js';

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

const commandLine = (entry: Entry) =>
  spinbar(['simulate', resolve(folder, entry.netlist), '--json', '--quiet']);

async function runNetlist(entry: Entry): Promise<SimulationJson> {
  const { exitCode, stdout, stderr } = await commandLine(entry);
  expect([EXIT.ok, EXIT.failedParts], stderr).toContain(exitCode);
  return JSON.parse(stdout) as SimulationJson;
}

/** A column of the gold file in our result: v(a), v(a,b), i(x), with |re or |im in ac. */
function columnOf({ vectors }: SimulationJson['analyses'][number], column: string): number[] {
  const [name, part] = column.split('|');
  const length = Object.values(vectors).map((v) => ('re' in v ? v.re.length : v.length))[0];
  const pick = (vector: string): number[] | undefined => {
    if (vector === 'v(0)') return new Array<number>(length).fill(0);
    const found = vectors[vector];
    if (found === undefined || Array.isArray(found)) return found;
    return part === 'im' ? found.im : found.re;
  };
  const direct = pick(name);
  if (direct) return direct;
  const pair = /^v\(([^,]+),([^,]+)\)$/.exec(name);
  const [a, b] = pair ? [pick(`v(${pair[1]})`), pick(`v(${pair[2]})`)] : [];
  if (!a || !b) throw new Error(`no vector ${name} among ${Object.keys(vectors).join(' ')}`);
  return a.map((value, k) => value - b[k]);
}

function interpolated(x: readonly number[], y: readonly number[], at: number): number {
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

async function compareWaveforms(entry: Entry): Promise<Record<string, number>> {
  const { names, rows } = readCsv(resolve(folder, entry.gold!));
  const { analyses } = await runNetlist(entry);
  const result = analyses.find(({ kind }) => kind === entry.analysis)!;
  const axis = names.findIndex((name) => name === 'time' || name === 'freq');
  const times =
    entry.tol!.metric === 'rms_over_range' ? rows.map((row) => Number(row[axis])) : undefined;
  const report: Record<string, number> = {};
  names.forEach((name, column) => {
    if (column === axis) return;
    const gold = rows.map((row) => Number(row[column]));
    const vector = columnOf(result, name);
    if (!times) expect(vector.length, `${name}: number of points`).toBe(gold.length);
    const ours = times ? times.map((t) => interpolated(result.sweep!.values, vector, t)) : vector;
    const absolute = name.startsWith('i(') ? entry.tol!.abs!.i : entry.tol!.abs!.v;
    report[name] = deviation(gold, ours, times, absolute);
  });
  return report;
}

describe.skipIf(!present)(
  'public netlists with verified reference output, by the command line',
  () => {
    for (const entry of entries.filter(({ tol }) => tol && tol.metric !== 'relative')) {
      it(entry.name, async () => {
        for (const [name, value] of Object.entries(await compareWaveforms(entry))) {
          expect(value, name).toBeLessThanOrEqual(entry.tol!.value);
        }
      });
    }

    for (const entry of entries.filter(({ tol }) => tol?.metric === 'relative')) {
      it(entry.name, async () => {
        const { names, rows } = readCsv(resolve(folder, entry.gold!));
        const { measures } = await runNetlist(entry);
        const column = names.includes('ngspice39') ? names.indexOf('ngspice39') : 1;
        const status = names.indexOf('status');
        for (const row of rows) {
          if (status >= 0 && row[status] !== 'same') continue;
          const gold = Number(row[column]);
          const ours = measures[row[0]];
          expect(ours, row[0]).toBeTypeOf('number');
          expect(Math.abs((ours as number) - gold), row[0]).toBeLessThanOrEqual(
            entry.tol!.value * Math.max(Math.abs(gold), 1e-12),
          );
        }
      });
    }

    for (const entry of entries.filter(({ tol }) => tol === null)) {
      it(`${entry.name} is refused with our error`, async () => {
        const { exitCode, stderr } = await commandLine(entry);
        expect([EXIT.invalidInput, EXIT.numericalFailure], stderr).toContain(exitCode);
        expect(stderr).toMatch(/^error\[[a-z-]+\.[a-z-]+\]: /m);
      });
    }
  },
);
