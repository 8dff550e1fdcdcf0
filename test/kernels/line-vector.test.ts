import { describe, expect, it } from 'vitest';
import { simdLineSolver } from '../../src/kernels/line-vector.js';
import { factorLineGrid, type LineGrid } from '../../src/numerics/line-grid.js';
import { plainLineSolver, type LineSolver } from '../../src/numerics/line-solve.js';
import { relativeDifference, uniforms } from '../crossbar/support.js';

function randomGrid(seed: number, rows: number, columns: number, pinned: boolean): LineGrid {
  const next = uniforms(seed, 'test.line-vector');
  const ends = (lines: number): Float64Array =>
    Float64Array.from({ length: lines }, () => (pinned && next() < 0.5 ? Infinity : next()));
  return factorLineGrid({
    rows,
    columns,
    links: Float64Array.from({ length: rows * columns }, () => 1e-2 * next()),
    horizontal: { segment: 0.7, near: ends(rows), far: ends(rows) },
    vertical: { segment: 1.3, near: ends(columns), far: ends(columns) },
  });
}

const field = (next: () => number, size: number): Float64Array =>
  Float64Array.from({ length: size }, () => next() - 0.3);

interface Solved {
  readonly x: Float64Array;
  readonly horizontal: Float64Array;
  readonly iterations: number;
  readonly relativeResidual: number;
}

function solved(
  solver: LineSolver,
  grid: LineGrid,
  rhs: Float64Array,
  guess: Float64Array,
  tolerance = 1e-14,
  maxIterations = 300,
): Solved {
  solver.load(grid);
  const [x, horizontal] = [guess.slice(), new Float64Array(guess.length)];
  const result = solver.solve(rhs, x, horizontal, { tolerance, maxIterations });
  return { x, horizontal, ...result };
}

const shapes = [
  [1, 1, false],
  [1, 1, true],
  [1, 9, true],
  [9, 1, true],
  [2, 2, true],
  [8, 8, false],
  [16, 5, true],
  [17, 30, false],
  [33, 12, true],
  [160, 70, true],
] as const;

describe('the SIMD solver equals its plain twin', () => {
  it.each(shapes)(
    '%d x %d, pinned ends %s, from zero and from a guess',
    (rows, columns, pinned) => {
      const next = uniforms(rows * 100 + columns);
      const size = rows * columns;
      for (let trial = 0; trial < 4; trial += 1) {
        const grid = randomGrid(rows * 100 + columns + trial, rows, columns, pinned);
        const rhs = field(next, size).map((value) => 1e-3 * value);
        // At pinned vertical nodes the solution is 0, so a guess is too.
        const pins = grid.vertical.pivot.map((pivot) => (pivot === 0 ? 0 : 1));
        const guess =
          trial % 2 === 0 ? new Float64Array(size) : field(next, size).map((v, k) => v * pins[k]);
        const [simd, plain] = [simdLineSolver(rows, columns), plainLineSolver(rows, columns)];
        const ours = solved(simd, grid, rhs, guess);
        const expected = solved(plain, grid, rhs, guess);
        expect(relativeDifference(ours.x, expected.x)).toBeLessThan(1e-12);
        expect(relativeDifference(ours.horizontal, expected.horizontal)).toBeLessThan(1e-12);
        expect(ours.relativeResidual).toBeLessThan(2e-14);
      }
    },
  );

  it.each([1, 2, 4])('step for step: the residual after %d iterations is the same', (steps) => {
    const grid = randomGrid(5, 21, 13, true);
    const rhs = field(uniforms(6), 21 * 13);
    const zero = new Float64Array(rhs.length);
    const ours = solved(simdLineSolver(21, 13), grid, rhs, zero, 1e-14, steps);
    const expected = solved(plainLineSolver(21, 13), grid, rhs, zero, 1e-14, steps);
    expect(ours.iterations).toBe(steps);
    expect(ours.relativeResidual / expected.relativeResidual).toBeCloseTo(1, 6);
    expect(relativeDifference(ours.x, expected.x)).toBeLessThan(1e-11);
  });

  it('gives the same bits when it is reused for another grid and back', () => {
    const [a, b] = [randomGrid(1, 12, 11, false), randomGrid(2, 12, 11, true)];
    const solver = simdLineSolver(12, 11);
    const rhs = field(uniforms(3), 132);
    const run = (grid: LineGrid): Solved => solved(solver, grid, rhs, new Float64Array(132));
    const first = run(a);
    run(b);
    expect(run(a)).toEqual(first);
  });

  it('gives zero for a right-hand side of zero, and refuses what it cannot take', () => {
    const grid = randomGrid(4, 5, 6, false);
    const solver = simdLineSolver(5, 6);
    const zero = new Float64Array(30);
    expect(() => solver.solve(zero, zero, zero, { tolerance: 1, maxIterations: 1 })).toThrow(
      /load/,
    );
    expect(solved(solver, grid, zero, zero).x.every((value) => value === 0)).toBe(true);
    expect(() => solver.load(randomGrid(4, 6, 5, false))).toThrow(/other shape/);
    const lumped = factorLineGrid({
      ...grid,
      horizontal: { ...grid.horizontal, segment: Infinity },
      vertical: grid.vertical,
    });
    expect(() => solver.load(lumped)).toThrow(/lumped/);
  });
});
