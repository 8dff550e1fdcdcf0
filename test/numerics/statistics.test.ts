import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareTail, pearsonChiSquare } from '../../src/numerics/chi-square.js';
import { evaluateCubic, invertCubic, monotoneCubic } from '../../src/numerics/monotone-cubic.js';
import { trialsForWidth, wilsonInterval } from '../../src/numerics/wilson.js';

describe('Wilson interval', () => {
  it('agrees with published values', () => {
    // Newcombe, Statist. Med. 17, 857 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
    const cases = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [k, n, low, high] of cases) {
      const interval = wilsonInterval(k, n);
      expect(interval[0]).toBeCloseTo(low, 4);
      expect(interval[1]).toBeCloseTo(high, 4);
    }
  });
  it('is as wide as planned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.5, noNaN: true }),
        (p, width) => {
          const n = trialsForWidth(p, width);
          const at = (trials: number): number => {
            const [low, high] = wilsonInterval(p * trials, trials);
            return high - low;
          };
          expect(at(n)).toBeLessThanOrEqual(width * (1 + 1e-9));
          if (n > 2) expect(at(n - 1)).toBeGreaterThan(width * (1 - 1e-9));
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('chi-square', () => {
  it('has the tabulated critical values', () => {
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(31.410432844230918, 20)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(0, 4)).toBe(1);
  });
  it('pools sparse tails and weighs residuals by their variance', () => {
    const counts = [
      { trials: 100, switched: 0 },
      { trials: 100, switched: 1 },
      { trials: 100, switched: 60 },
      { trials: 100, switched: 100 },
    ];
    const { chiSquare, degreesOfFreedom } = pearsonChiSquare(counts, [0.01, 0.02, 0.5, 0.999], 1);
    // First pool: points 0 to 2 expect 53 with variance 27.95; the last expects too few failures and joins it.
    expect(degreesOfFreedom).toBe(0);
    expect(chiSquare).toBeCloseTo((161 - 152.9) ** 2 / (0.99 + 1.96 + 25 + 0.0999), 10);
  });
});

describe('monotone cubic', () => {
  it('interpolates, stays monotone, and inverts', () => {
    const step = fc.double({ min: 0.01, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, step), { minLength: 2, maxLength: 12 }), (steps) => {
        const x = [0];
        const y = [0];
        for (const [dx, dy] of steps) {
          x.push(x[x.length - 1] + dx);
          y.push(y[y.length - 1] + dy);
        }
        const cubic = monotoneCubic(x, y);
        for (const [i, at] of x.entries())
          expect(evaluateCubic(cubic, at).value).toBeCloseTo(y[i], 12);
        let previous = -Infinity;
        for (let t = -1; t <= x[x.length - 1] + 1; t += 0.05) {
          const { value, derivative } = evaluateCubic(cubic, t);
          expect(value).toBeGreaterThanOrEqual(previous);
          expect(derivative).toBeGreaterThanOrEqual(-1e-12);
          previous = value;
        }
        const middle = y[y.length - 1] * 0.37;
        expect(evaluateCubic(cubic, invertCubic(cubic, middle)).value).toBeCloseTo(middle, 11);
      }),
      { numRuns: 200, seed: 6 },
    );
  });
  it('refuses knots that fall', () => {
    expect(() => monotoneCubic([0, 1, 2], [0, 2, 1])).toThrow('invalid knots');
    expect(() => monotoneCubic([0, 0, 2], [0, 1, 2])).toThrow('invalid knots');
  });
});
