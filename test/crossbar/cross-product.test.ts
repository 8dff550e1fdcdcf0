import { describe, expect, it } from 'vitest';
import {
  crossbarToNetlist,
  solveCrossbar,
  transferMatrix,
  type Readout,
} from '../../src/crossbar/index.js';
import { randomCrossbar } from './random-case.js';
import { relativeDifference, solveNetlistDense, uniforms } from './support.js';

const CASES = process.env.SPINBAR_SLOW ? 3000 : 200;

/** The readout in its own words, from the oracle's column currents. */
function outputOf(readout: Readout, currents: readonly number[], o: number): number {
  switch (readout.kind) {
    case 'columns':
      return currents[o];
    case 'dummy':
      return currents[o + 1];
    case 'reference':
      return currents[o < readout.column ? o : o + 1] - readout.factor * currents[readout.column];
    case 'differential':
      return readout.pairs === 'interleaved'
        ? currents[2 * o] - currents[2 * o + 1]
        : currents[o] - currents[o + currents.length / 2];
  }
}

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
      const method = index % 3 === 0 ? 'direct' : 'auto';
      const direct = solveCrossbar(crossbar, inputs, { method: 'direct' });
      expect(relativeDifference(direct.currents, expected), about).toBeLessThan(1e-9);
      const t = transferMatrix(crossbar, { method });
      const product = Array.from({ length: t.outputs }, (_, o) =>
        inputs.reduce((sum, v, i) => sum + t.values[o * rows + i] * v, 0),
      );
      const scale = Math.max(1e-12, ...expected.map(Math.abs));
      product.forEach((value, o) => {
        const output = outputOf(crossbar.readout, expected, o);
        expect(Math.abs(value - output) / scale, about).toBeLessThan(1e-9);
        expect(Math.abs(solution.outputs[o] - output) / scale, about).toBeLessThan(1e-9);
      });
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
