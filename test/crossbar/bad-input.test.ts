import { describe, expect, it } from 'vitest';
import { defineCrossbar, solveCrossbar } from '../../src/crossbar/index.js';

const cells = [
  [1e-4, 2e-4],
  [3e-4, 4e-4],
];

describe('bad input is refused with its place', () => {
  it.each([
    ['negative conductance', { conductance: [[1e-4, -1e-4]] }, /conductance at \(0, 1\): -0\.0001/],
    ['NaN conductance', { conductance: [[1e-4], [NaN]] }, /conductance at \(1, 0\): NaN/],
    ['infinite conductance', { conductance: [[Infinity]] }, /large finite value/],
    ['ragged rows', { conductance: [[1], [1, 2]] }, /row 1 has 2 entries, row 0 has 1/],
    ['no cells', { conductance: [] }, /the matrix is empty/],
    ['flat data of the wrong size', { conductance: { data: [1, 2, 3], shape: [2, 2] } }, /2 x 2/],
    ['negative wire', { conductance: cells, wire: { wordLine: -1 } }, /wire\.wordLine: -1/],
    ['NaN wire', { conductance: cells, wire: { bitLine: NaN } }, /wire\.bitLine: NaN/],
    ['negative driver', { conductance: cells, driver: -5 }, /invalid driver: -5/],
    ['NaN load of one line', { conductance: cells, load: [1, NaN] }, /load of bit line 1: NaN/],
    ['wrong number of drivers', { conductance: cells, driver: [1, 2, 3] }, /3 values for 2 word/],
    [
      'floating bit line',
      { conductance: [[1e-4, 0]], load: [0, Infinity] },
      /bit line 1 floats[\s\S]*mend/,
    ],
    [
      'everything floating',
      { conductance: cells, driver: Infinity, load: Infinity },
      /word line 0/,
    ],
  ] as const)('%s', (_, options, message) => {
    expect(() => defineCrossbar(options)).toThrow(message);
  });

  it('inputs of the wrong length or not finite', () => {
    const crossbar = defineCrossbar({ conductance: cells });
    expect(() => solveCrossbar(crossbar, [1, 2, 3])).toThrow(/3 voltages for 2 word lines/);
    expect(() => solveCrossbar(crossbar, [])).toThrow(/0 voltages/);
    expect(() => solveCrossbar(crossbar, [1, NaN])).toThrow(/word line 1: NaN/);
  });

  it('an iteration that cannot finish says so instead of answering', () => {
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 30 }, () => new Array<number>(30).fill(1e-3)),
      wire: { wordLine: 100, bitLine: 100 },
    });
    const inputs = new Array<number>(30).fill(1);
    expect(() => solveCrossbar(crossbar, inputs, { maxIterations: 3, method: 'line-pcg' })).toThrow(
      /relative residual .* after 3 iterations/,
    );
  });
});
