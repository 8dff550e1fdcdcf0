import { describe, expect, it } from 'vitest';
import { chebyshevApplier } from '../../src/kernels/chebyshev.js';
import {
  chebyshevReference,
  fillGhosts,
  type ComplexRows,
} from '../../src/kernels/chebyshev.reference.js';
import { exponentialAction, spectralBox } from '../../src/numerics/exponential-action.js';

/** A ring of `rows` sites: three real couplings and three imaginary ones, one of these to a ghost. */
const ring = (rows: number): ComplexRows => {
  const each = Array.from({ length: rows }, (_, r) => r);
  return {
    rows,
    start: Int32Array.from({ length: rows + 1 }, (_, r) => 6 * r),
    middle: Int32Array.from(each, (r) => 6 * r + 3),
    column: Int32Array.from(
      each.flatMap((r) => [r, ...[1, 2, 3, 5].map((by) => (r + by) % rows), rows + (r % 3)]),
    ),
    values: Float64Array.from(
      each.flatMap((r) => [-1 - (r % 5), 0.4, -0.1, 0.7 + 0.01 * r, 0.3, 0.2]),
    ),
    ghostSource: Int32Array.of(1, 4, 5),
    ghostSign: Float64Array.of(-1, 1, -1),
  };
};

const vector = (matrix: ComplexRows): Float64Array => {
  const y = Float64Array.from({ length: 2 * (matrix.rows + 3) }, (_, i) => Math.sin(1 + 3 * i));
  fillGhosts(matrix, y);
  return y;
};

describe('the Chebyshev kernel', () => {
  it('gives the bits of its twin', () => {
    const matrix = ring(37);
    const series = {
      weights: Float64Array.of(0.9, 0.4, -0.2, 0.1, 0.05),
      shift: -2,
      focal: 3,
      beta: 1,
    };
    const [expected, actual] = [vector(matrix), vector(matrix)];
    const last = chebyshevReference(matrix, expected, series);
    expect(chebyshevApplier(matrix)(actual, series)).toBe(last);
    expect([...actual]).toEqual([...expected]);
  });

  it('propagates as many small Taylor steps do', () => {
    const matrix = ring(29);
    const y = vector(matrix);
    const expected = vector(matrix);
    const identity = { weights: Float64Array.of(0, 1), shift: 0, focal: 1, beta: 1 };
    const steps = 400;
    for (let s = 0; s < steps; s += 1) {
      let term = expected.slice();
      for (let k = 1; k <= 6; k += 1) {
        chebyshevReference(matrix, term, identity);
        term = term.map((v) => (v * 2) / (steps * k));
        for (let i = 0; i < term.length; i += 1) expected[i] += term[i];
      }
    }
    exponentialAction(matrix, y, 2, spectralBox(matrix));
    const worst = Math.max(...y.map((v, i) => Math.abs(v - expected[i])));
    expect(worst).toBeLessThan(1e-8);
  });

  it.each([1, 1 + 1e-9, 1.02])('propagates where the ellipse is nearly a circle: %s', (ratio) => {
    const matrix = ring(29);
    const [expected, actual] = [vector(matrix), vector(matrix)];
    const box = spectralBox(matrix);
    exponentialAction(matrix, expected, 4, box);
    // A box as high as half of its length: semi-axes alike.
    const half = Math.max(-box.left / 2, box.height);
    exponentialAction(matrix, actual, 4, { left: -2 * half, right: 0, height: half * ratio });
    const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, value] of actual.entries())
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-8 * size);
  });
});
