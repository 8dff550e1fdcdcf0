import { describe, expect, it } from 'vitest';
import { crossbarToNetlist, solveCrossbar, transferMatrix } from '../../src/crossbar/index.js';
import { randomCrossbar } from './random-case.js';
import { relativeDifference, solveNetlistDense, uniforms } from './support.js';

const CASES = process.env.SPINBAR_SLOW ? 3000 : 500;

describe('random cross product of all linear options', () => {
  it(`${CASES} crossbars agree with dense nodal analysis of their own netlist`, () => {
    const next = uniforms(4);
    for (let index = 0; index < CASES; index += 1) {
      const crossbar = randomCrossbar(next, index % 10 === 0 ? 12 : 7);
      const { rows, columns } = crossbar;
      const inputs = Array.from({ length: rows }, () => 2 * next() - 1);
      const oracle = solveNetlistDense(crossbarToNetlist(crossbar, inputs));
      const expected = Array.from({ length: columns }, (_, j) => oracle.current.get(`vs${j}`) ?? 0);
      const solution = solveCrossbar(crossbar, inputs, { voltages: true });
      const about = `case ${index}: ${JSON.stringify({ ...crossbar, conductance: undefined })}`;
      expect(relativeDifference(solution.currents, expected), about).toBeLessThan(1e-9);
      const t = transferMatrix(crossbar);
      const product = Array.from({ length: columns }, (_, j) =>
        inputs.reduce((sum, v, i) => sum + t.values[j * rows + i] * v, 0),
      );
      expect(relativeDifference(product, expected), about).toBeLessThan(1e-9);
      // Node voltages, wherever the netlist has the node under its grid name.
      for (let i = 0; i < rows; i += 1) {
        for (let j = 0; j < columns; j += 1) {
          const w = oracle.voltage.get(`w${i}_${j}`);
          const b = oracle.voltage.get(`b${i}_${j}`);
          const k = i * columns + j;
          if (w !== undefined) {
            expect(Math.abs((solution.wordLineVoltages?.[k] ?? NaN) - w), about).toBeLessThan(1e-9);
          }
          if (b !== undefined) {
            expect(Math.abs((solution.bitLineVoltages?.[k] ?? NaN) - b), about).toBeLessThan(1e-9);
          }
        }
      }
    }
  });
});
