import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineCrossbar, solveCrossbar, transferMatrix } from '../../src/crossbar/index.js';
import { ngspiceCase, relativeDifference } from './support.js';

const data = new URL('../../../shared/data/', import.meta.url);
const present = existsSync(new URL('crossbar-oracle.json', data));
if (!present) console.log('skipped: ../shared/data is absent, references cannot be read');

const json = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, data), 'utf8')) as T;

interface OracleCase {
  n: number;
  r_wl: number;
  r_bl: number;
  r_src: number;
  r_snk: number;
  i_out: number[];
}

const oracleCrossbar = ({ n, r_wl, r_bl, r_src, r_snk }: OracleCase) =>
  defineCrossbar({
    conductance: Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => 1 / (1e4 + (9e4 * ((7 * i + 13 * j + i * j) % 17)) / 16)),
    ),
    wire: { wordLine: r_wl, bitLine: r_bl },
    driver: r_src,
    load: r_snk,
  });

describe.skipIf(!present)('formula-defined crossbars (SuperLU and ngspice agree to 2e-13)', () => {
  const cases = present ? json<OracleCase[]>('crossbar-oracle.json') : [];
  it.each(cases)('n = $n, wires $r_wl and $r_bl, ends $r_src and $r_snk', (oracle) => {
    const inputs = Array.from({ length: oracle.n }, (_, i) => 0.1 * (1 + (i % 5)));
    const crossbar = oracleCrossbar(oracle);
    const { currents } = solveCrossbar(crossbar, inputs);
    const t = transferMatrix(crossbar);
    const product = Array.from({ length: oracle.n }, (_, j) =>
      inputs.reduce((sum, v, i) => sum + t.values[j * oracle.n + i] * v, 0),
    );
    for (let j = 0; j < oracle.n; j += 1) {
      expect(Math.abs(currents[j] / oracle.i_out[j] - 1)).toBeLessThan(1e-10);
      expect(Math.abs(product[j] / oracle.i_out[j] - 1)).toBeLessThan(1e-10);
    }
  });
});

interface NgspiceCase {
  file: string;
  n: number;
  seed: number;
  rw: number;
  ron: number;
  roff: number;
  vmax: number;
  analysis: string;
}

describe.skipIf(!present)('ngspice operating points', () => {
  const all = present ? json<NgspiceCase[]>('ngspice/refs.json') : [];
  it.each(all.filter(({ analysis }) => analysis === 'op'))(
    '$file',
    ({ file, n, seed, rw, ron, roff, vmax }) => {
      const { inputs, conductance } = ngspiceCase(n, seed, ron, roff, vmax);
      const crossbar = defineCrossbar({ conductance, wire: { wordLine: rw, bitLine: rw } });
      const rows = readFileSync(new URL(`ngspice/${file}`, data), 'utf8')
        .trim()
        .split('\n');
      const expected = rows.slice(1).map((row) => Number(row.split(',')[2]));
      const { currents } = solveCrossbar(crossbar, inputs);
      expect(expected).toHaveLength(n);
      for (let j = 0; j < n; j += 1) {
        expect(Math.abs(currents[j] / expected[j] - 1)).toBeLessThan(1e-9);
      }
    },
  );
});

describe('numbers verified by two solvers', () => {
  it('5 x 4 with different wires', () => {
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 5 }, (_, i) =>
        Array.from({ length: 4 }, (_, j) => 1 / (10 * (4 * i + j + 1))),
      ),
      wire: { wordLine: 1, bitLine: 2 },
    });
    const { currents } = solveCrossbar(crossbar, [3, 2, -1, 2, 3]);
    expect(
      relativeDifference(
        currents,
        [0.152746752874, 0.108723705435, 0.087199528411, 0.074466084443],
      ),
    ).toBeLessThan(1e-11);
  });

  it('16 x 16 with cells of 2 ohm, wires of 1 ohm, no end segments', () => {
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 16 }, () => new Array<number>(16).fill(0.5)),
      wire: { wordLine: 1, bitLine: 1 },
      driver: 1,
      load: 0.5,
      endSegments: false,
    });
    const { currents } = solveCrossbar(crossbar, new Array<number>(16).fill(3.3));
    expect(currents[0]).toBeCloseTo(1.476535027, 9);
    expect(currents[15]).toBeCloseTo(0.166026187, 9);
  });
});
