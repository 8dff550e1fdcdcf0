import { describe, expect, it } from 'vitest';
import {
  leeThreshold,
  solveTrajectory,
  stabilityThreshold,
  type Macrospin,
} from '../../src/magnetics/index.js';
import { uniaxial } from './reference-spins.js';

const SLOW = process.env.SPINBAR_SLOW === '1';
const BK = 0.3;
const spinOf = (alpha: number, fieldX: number): Macrospin => ({
  ...uniaxial(alpha, BK, 1, { field: [fieldX * BK, 0, 0] }),
  thermalField: 0,
});

/** Reduced threshold of a positive channel current, up state, polarisation +y. */
const threshold = (alpha: number, fieldX: number, ratio = 0): number =>
  (stabilityThreshold(
    spinOf(alpha, fieldX),
    (a) => ({ dampingLike: [0, a, 0], field: [0, ratio * a, 0] }),
    { well: [0, 0, 1], largest: 0.9 * BK },
  ).strength ?? NaN) / BK;

/** The same by a slow ramp of the torque from 0.97 to 1.01 times `expected`: where m_z has fallen through 0. */
function ramped(alpha: number, fieldX: number, ratio: number, expected: number): number {
  const from = 0.97 * expected * BK;
  const to = 1.01 * expected * BK;
  const seconds = SLOW ? 4e-7 : 1e-7;
  const still = {
    durationSeconds: 2e-8,
    dampingLike: [0, from, 0],
    field: [0, ratio * from, 0],
  } as const;
  const { times, m } = solveTrajectory({
    spin: spinOf(alpha, fieldX),
    start: [0.01, 0, 1],
    drive: [
      {
        ...still,
        dampingLike: [0, 0, 0],
        dampingLikeEnd: still.dampingLike,
        field: [0, 0, 0],
        fieldEnd: still.field,
      },
      still,
      {
        ...still,
        durationSeconds: seconds,
        dampingLikeEnd: [0, to, 0],
        fieldEnd: [0, ratio * to, 0],
      },
    ],
    ...{ samples: 20_000, tolerance: 1e-8 },
  });
  const k = times.findIndex((_, i) => m[3 * i + 2] < 0);
  return k < 0 ? NaN : (from + ((to - from) * (times[k] - 4e-8)) / seconds) / BK;
}

describe('V5: spin-orbit threshold', () => {
  it.each([
    [0.05, 0.464963],
    [0.1, 0.430585],
    [0.2, 0.36396],
    [0.3, 0.300458],
  ])('at h = %d is %d Bk whatever the damping', (h, expected) => {
    expect(leeThreshold(h)).toBeCloseTo(expected, 6);
    for (const alpha of [0.02, 0.1, 0.3])
      expect(Math.abs(threshold(alpha, -h) - expected)).toBeLessThan(4e-4);
  });

  it.each([
    [0.05, 0.536],
    [0.1, 0.572],
  ])(
    'with the field of the other sign, h = %d, is %d: a detector of sign errors',
    (h, expected) => {
      expect(Math.abs(threshold(0.1, h) - expected)).toBeLessThan(1e-3);
    },
  );

  it('is where a slow ramp switches', { timeout: 300_000 }, () => {
    expect(Math.abs(ramped(0.1, -0.1, 0, 0.430585) - 0.430585)).toBeLessThan(SLOW ? 4e-4 : 1e-3);
  });
});

describe('V6: field-like torque at h = 0.1', () => {
  const ALPHAS = [0.02, 0.05, 0.1, 0.3] as const;

  it.each([
    [0.5, 0.4248],
    [1, 0.4039],
    [2, 0.3249],
  ])('ratio +%d: the equilibrium folds at %d Bk whatever the damping', (ratio, expected) => {
    for (const alpha of ALPHAS)
      expect(Math.abs(threshold(alpha, -0.1, ratio) - expected)).toBeLessThan(4e-4);
  });

  // PHYSICS.md gives 0.1494 .2091 .2672 .3590 and .2039 .2764 .3386 .4112 here: values of a ramp that overran the
  // onset of a growing precession. At constant torque the magnet switches below them, down to these.
  it.each([
    [-1, 0.02, 0.1494],
    [-1, 0.3, 0.359],
    [-0.5, 0.1, 0.3386],
  ])('ratio %d, alpha %d: precession grows from below %d Bk on', (ratio, alpha, ramp) => {
    const found = stabilityThreshold(
      spinOf(alpha, -0.1),
      (a) => ({ dampingLike: [0, a, 0], field: [0, ratio * a, 0] }),
      { well: [0, 0, 1], largest: 0.9 * BK },
    );
    const strength = found.strength ?? NaN;
    expect(found.kind).toBe('spiral');
    expect(strength / BK).toBeLessThan(ramp);
    /** Whether m_z falls through 0 within 200 ns at constant torque, `share` of the way from threshold to ramp value. */
    const switches = (share: number): boolean => {
      const a = strength + share * (ramp * BK - strength);
      const torque = { dampingLike: [0, a, 0], field: [0, ratio * a, 0] } as const;
      const { m } = solveTrajectory({
        ...{ spin: spinOf(alpha, -0.1), start: [0.05, 0, 1], samples: 1000, tolerance: 1e-7 },
        drive: [
          {
            ...{ durationSeconds: 2e-8, dampingLike: [0, 0, 0], field: [0, 0, 0] },
            ...{ dampingLikeEnd: torque.dampingLike, fieldEnd: torque.field },
          },
          { durationSeconds: 1.5e-7, ...torque },
        ],
      });
      return m.some((v, i) => i % 3 === 2 && v < 0);
    };
    expect(switches(0.75)).toBe(true);
    expect(switches(-0.3)).toBe(false);
  });
});
