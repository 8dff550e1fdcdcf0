import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate, vectorOf } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const folder = resolve(import.meta.dirname, '../../../shared/data/ngspice');
const python = '/usr/bin/python3';
const present = existsSync(folder) && existsSync(python);
if (!present) console.log('skipped: ../shared/data/ngspice or python3 is not here');

interface Reference {
  readonly file: string;
  readonly n: number;
  readonly seed: number;
  readonly analysis: 'op' | 'tran';
  readonly rw: number;
  readonly ron?: number;
  readonly roff?: number;
  readonly vmax?: number;
  readonly cap?: number;
  readonly tran?: string;
  readonly suggested_max_over_range?: number;
}

const references: readonly Reference[] = present
  ? (JSON.parse(readFileSync(resolve(folder, 'refs.json'), 'utf8')) as Reference[])
  : [];

function crossbarNetlist({
  n,
  seed,
  rw,
  ron = 2500,
  roff = 5e4,
  vmax = 1,
  cap,
  tran,
}: Reference): string {
  const numbers = ['--rw', rw, '--ron', ron, '--roff', roff, '--vmax', vmax];
  const transient = tran ? ['--tran', ...tran.split(' ').slice(1), '--cap', cap ?? 1e-15] : [];
  const options = [n, seed, ...numbers, ...transient].map(String);
  return execFileSync(python, [resolve(folder, 'gen_crossbar.py'), ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

const table = (file: string) =>
  readFileSync(resolve(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));

describe.skipIf(!present)('crossbars with wires against ngspice', () => {
  for (const reference of references.filter(({ analysis }) => analysis === 'op')) {
    it(`${reference.file}: column currents to 1e-9 relative`, () => {
      const [result] = simulate(elaborate(parseNetlist(crossbarNetlist(reference)))).analyses;
      expect(result.statistics.solver).toBe('ldl');
      for (const [column, refined] of table(reference.file).slice(1)) {
        const current = vectorOf(result, `i(vs${column})`)![0];
        expect(Math.abs(current / Number(refined) - 1)).toBeLessThan(1e-11);
      }
    });
  }

  for (const reference of references.filter(({ analysis }) => analysis === 'tran')) {
    it(`${reference.file}: sense currents over time`, () => {
      const [result] = simulate(elaborate(parseNetlist(crossbarNetlist(reference)))).analyses;
      const times = result.sweep!.values;
      const [names, ...rows] = table(reference.file);
      names.slice(1).forEach((name, k) => {
        const vector = vectorOf(result, name)!;
        const gold = rows.map((row) => Number(row[k + 1]));
        const range = Math.max(...gold.map(Math.abs));
        let worst = 0;
        let at = 1;
        rows.forEach((row, r) => {
          const time = Number(row[0]);
          while (at < times.length - 1 && times[at] < time) at++;
          const fraction = (time - times[at - 1]) / (times[at] - times[at - 1]);
          const ours = vector[at - 1] + fraction * (vector[at] - vector[at - 1]);
          worst = Math.max(worst, Math.abs(ours - gold[r]) / range);
        });
        expect(worst, name).toBeLessThan(reference.suggested_max_over_range!);
      });
    });
  }
});
