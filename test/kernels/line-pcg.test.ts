import { describe, expect, it } from 'vitest';
import { simdLineTransfer } from '../../src/kernels/line-pcg.js';
import { couplingBound, portNorms } from '../../src/numerics/line-bounds.js';
import { factorLineGrid, type LineGrid } from '../../src/numerics/line-grid.js';
import { plainLineTransfer } from '../../src/numerics/line-transfer-plain.js';
import type { PortExcitation } from '../../src/numerics/line-transfer.js';
import { relativeDifference, uniforms } from '../crossbar/support.js';

function randomGrid(seed: number, rows: number, columns: number, pinned: boolean): LineGrid {
  const next = uniforms(seed, 'test.line-grid');
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

const randomExcitations = (next: () => number, columns: number): PortExcitation[] =>
  Array.from({ length: 1 + Math.floor(8 * next()) }, () => [
    [Math.floor(columns * next()), 1],
    [Math.floor(columns * next()), -next()],
  ]);

describe('the SIMD batch equals its plain twin', () => {
  it.each([
    [1, 1, false],
    [1, 1, true],
    [1, 9, true],
    [9, 1, true],
    [2, 2, true],
    [17, 30, false],
    [33, 12, true],
    [160, 70, true],
  ])('%d x %d, pinned ends %s', (rows, columns, pinned) => {
    const next = uniforms(rows * 100 + columns);
    for (let trial = 0; trial < 5; trial += 1) {
      const grid = randomGrid(rows * 100 + columns + trial, rows, columns, pinned);
      const excitations = randomExcitations(next, columns);
      const options = { target: 1e-15, maxIterations: 60 };
      const [simd, plain] = [simdLineTransfer(rows, columns), plainLineTransfer(rows, columns)];
      simd.load(grid);
      plain.load(grid);
      const ours = simd.solve(excitations, options);
      const expected = plain.solve(excitations, options);
      expect(relativeDifference(ours.currents, expected.currents)).toBeLessThan(1e-13);
    }
  });

  it('gives the same bits when a batch is reused for another grid and back', () => {
    const [a, b] = [randomGrid(1, 12, 10, false), randomGrid(2, 12, 10, true)];
    const batch = simdLineTransfer(12, 10);
    const run = (grid: LineGrid): Float64Array => {
      batch.load(grid);
      return batch.solve([[[3, 1]], [[9, -2]]], { target: 1e-14, maxIterations: 99 }).currents;
    };
    const first = run(a);
    run(b);
    expect(run(a)).toEqual(first);
  });
});

describe('the error bound of port currents', () => {
  it('holds for every loose target', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const grid = randomGrid(seed, 11, 14, seed % 2 === 0);
      const batch = simdLineTransfer(11, 14);
      batch.load(grid);
      const excitations: PortExcitation[] = [[[2, 1]], [[13, 1]], [[0, 1]]];
      const exact = batch.solve(excitations, { target: 1e-15, maxIterations: 99 }).currents;
      for (const target of [1e-2, 1e-3, 1e-5, 1e-8]) {
        const loose = batch.solve(excitations, { target, maxIterations: 99 });
        const norms = portNorms(grid);
        loose.currents.forEach((current, k) => {
          const bound = (norms[Math.floor(k / 8)] * loose.residualNorm) / (1 - couplingBound(grid));
          expect(Math.abs(current - exact[k])).toBeLessThanOrEqual(bound + 1e-16);
        });
      }
    }
  });
});
