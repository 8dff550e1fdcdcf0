import { describe, expect, it } from 'vitest';
import { rareEvent, writeErrorRate } from '../../src/magnetics/index.js';
import { GAMMA, uniaxial } from './reference-spins.js';

const SLOW = process.env.SPINBAR_SLOW === '1';
const [ALPHA, BK, DELTA] = [0.1, 0.3, 40];
const unitTime = (1 + ALPHA * ALPHA) / (ALPHA * GAMMA * BK);
const spin = uniaxial(ALPHA, BK, DELTA);

const estimate = (i: number, tau: number, seed: number) =>
  rareEvent({
    ...{ spin, well: [0, 0, 1] as const, seed },
    drive: [{ durationSeconds: tau * unitTime, dampingLike: [0, 0, -i * ALPHA * BK] }],
    ...(SLOW ? { particles: 4000, replicas: 24 } : { particles: 1000, replicas: 10 }),
  });

describe('V20: rare events by splitting', () => {
  it.each([
    [2, 10, 5.37076e-8],
    [2.5, 10, 4.192e-12],
  ])(
    'Delta 40, i = %d, tau = %d: %d within its own error',
    { timeout: 300_000 },
    (i, tau, exact) => {
      const { probability, standardError } = estimate(i, tau, 3);
      expect(standardError / probability).toBeLessThan(0.3);
      // Four standard errors, and the step's own bias of a few per cent.
      expect(Math.abs(probability - exact)).toBeLessThan(4 * standardError + 0.05 * exact);
    },
  );

  it('agrees with the exact rate where the event is not rare, ramp and all', () => {
    const { probability, standardError } = estimate(1.5, 5, 1);
    const exact = writeErrorRate(DELTA, [{ bias: -1.5, tau: 5 }]);
    expect(exact).toBeCloseTo(7.5436e-2, 4);
    expect(Math.abs(probability - exact)).toBeLessThan(4 * standardError + 0.03 * exact);
  });

  it('gives the same bits again, other ones from another seed', () => {
    const quick = (seed: number) =>
      rareEvent({
        ...{ spin, well: [0, 0, 1] as const, seed, particles: 50, replicas: 2, renewals: 4 },
        drive: [
          {
            durationSeconds: unitTime,
            dampingLike: [0, 0, -2 * ALPHA * BK],
            dampingLikeEnd: [0, 0, 0],
          },
        ],
      }).replicas;
    expect(quick(1)).toEqual(quick(1));
    expect(quick(1)).not.toEqual(quick(2));
  });
});
