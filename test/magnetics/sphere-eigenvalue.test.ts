import { describe, expect, it } from 'vitest';
import {
  axialEigenvalue,
  escapeRates,
  meanDirection,
  slowestRate,
  solveFokkerPlanck,
  wellOf,
  type Macrospin,
} from '../../src/magnetics/index.js';
import { GAMMA, uniaxial } from './reference-spins.js';

const biaxial = (delta: number, hard: number, alpha: number, bk = 0.1): Macrospin => ({
  ...uniaxial(alpha, bk, delta),
  anisotropy: [-hard * bk, 0, 0, 0, 0, 0, 0, 0, bk],
});

describe('the slowest rate of the full Fokker-Planck operator', () => {
  it.each([1, 5, 10, 15, 20])(
    'is the axial eigenvalue of a uniaxial magnet, easy axis (1, 2, 3), at Delta %d',
    (delta) => {
      const [alpha, bk] = [0.1, 0.1];
      const found = slowestRate(uniaxial(alpha, bk, delta, { axis: [1, 2, 3] }));
      const tauN = (delta * (1 + alpha ** 2)) / (alpha * GAMMA * bk);
      expect(found?.relativeError).toBeLessThan(2e-6);
      const ratio = ((found?.perSecond ?? 0) * tauN) / axialEigenvalue(delta);
      expect(Math.abs(ratio - 1)).toBeLessThan(3e-10 + 2 * (found?.relativeError ?? 0));
    },
  );

  it('is the rate at which the density of a biaxial magnet forgets its well', () => {
    const spin = biaxial(4, 1.5, 0.2);
    const rate = slowestRate(spin)?.perSecond ?? NaN;
    const [wait, look] = [2 / rate, 1 / rate];
    const { reads } = solveFokkerPlanck({
      spin,
      drive: [{ durationSeconds: wait }, { durationSeconds: look }],
      start: { kind: 'equilibrium', well: [0, 0, 1] },
      readAfter: [0, 1],
      tolerance: 1e-8,
    });
    const [first, second] = reads.map((density) => meanDirection(density)[2]);
    expect(Math.log(first / second) / (rate * look)).toBeCloseTo(1, 6);
  });

  it("tends to Langer's rate where the barrier is high and the damping not small", () => {
    const ratios = [10, 14, 18].map((delta) => {
      const [exact, langer] = escapeRates(wellOf(biaxial(delta, 2, 0.3)));
      expect([exact.formula, langer.formula]).toEqual(['exact', 'langer']);
      return exact.perSecond / langer.perSecond;
    });
    expect(ratios[0]).toBeGreaterThan(0.9);
    expect(ratios[1]).toBeGreaterThan(ratios[0]);
    expect(ratios[2]).toBeGreaterThan(ratios[1]);
    expect(ratios[2]).toBeLessThan(1);
  });

  it("falls below Langer's rate where the damping is small", () => {
    const [exact, langer] = escapeRates(wellOf(biaxial(10, 2, 0.02)));
    expect(exact.perSecond / langer.perSecond).toBeLessThan(0.4);
  });

  it('leaves barriers beyond double precision to the asymptotes', () => {
    expect(escapeRates(wellOf(biaxial(40, 2, 0.1)))[0].formula).toBe('langer');
  });
});
