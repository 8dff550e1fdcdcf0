import { describe, expect, it } from 'vitest';
import {
  driveSegment,
  macrospinDerivative,
  parseDevice,
  simulateEnsemble,
  type DriveSegment,
  type Macrospin,
} from '../../src/magnetics/index.js';
import { readFileSync } from 'node:fs';
import { dot, type Vector3 } from '../../src/numerics/vector3.js';
import { GAMMA, uniaxial } from './reference-spins.js';

const cold = (spin: Macrospin): Macrospin => ({ ...spin, thermalField: 0 });

/** m after `drive`, by the ensemble at a step of `stepSeconds`. */
function ensembleEnd(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  m: Vector3,
  stepSeconds: number,
): Vector3 {
  const { reads } = simulateEnsemble({
    ...{ spin, drive, stepSeconds, start: { kind: 'direction', m } as const },
    ...{ trials: 1, seed: 0, currentIndex: 0 },
  });
  return [reads[0][0], reads[0][1], reads[0][2]];
}

describe('the derivative for solvers of ones own', () => {
  it('is what the ensemble integrates, with every torque', () => {
    const spin = cold({
      gyromagneticRatio: GAMMA,
      damping: 0.07,
      anisotropy: [0.05, 0.01, 0, 0.01, -0.02, 0, 0, 0, 0.2],
      field: [0.01, 0.02, -0.03],
      thermalField: 0,
    });
    const drive = {
      field: [0.004, -0.01, 0],
      dampingLike: [0.02, 0.05, -0.01],
      angularTransfer: { axis: [0, 0.6, 0.8], strength: 0.03, asymmetry: 0.4 },
    } as const;
    const m: Vector3 = [0.48, 0.6, 0.64];
    const h = 2e-16;
    const after = ensembleEnd(spin, [{ durationSeconds: h, ...drive }], m, h);
    const slope = macrospinDerivative(spin, drive, m);
    const size = Math.hypot(...slope);
    after.forEach((v, i) => expect(Math.abs((v - m[i]) / h - slope[i])).toBeLessThan(1e-3 * size));
    expect(Math.abs(dot(slope, m))).toBeLessThan(1e-12 * size);
    // Gilbert form: dm/dt = -g m x (A m + B) + alpha m x dm/dt - g m x (m x a).
    const still = macrospinDerivative({ ...spin, damping: 0 }, {}, m);
    expect(Math.hypot(...still)).toBeGreaterThan(0);
  });
});

describe('angular asymmetry of spin transfer', () => {
  const bk = 0.3;
  const alpha = 0.02;
  const spin = cold(uniaxial(alpha, bk, 1));
  /** Small-angle growth rate (1/s) about `side` z under aS = strength, asymmetry lambda. */
  const growth = (strength: number, asymmetry: number, side: 1 | -1): number => {
    const axis: Vector3 = [0, 0, 1];
    const drive = [{ durationSeconds: 1e-9, angularTransfer: { axis, strength, asymmetry } }];
    const m = ensembleEnd(spin, drive, [1e-4, 0, side], 1e-13);
    return Math.log(Math.hypot(m[0], m[1]) / 1e-4) / 1e-9;
  };

  it('moves the threshold to (1 + lambda) alpha Bk from parallel, (1 - lambda) alpha Bk from antiparallel', () => {
    const rate = (alpha * GAMMA * bk) / (1 + alpha * alpha);
    for (const lambda of [-0.4, 0.5])
      for (const side of [1, -1] as const)
        for (const i of [0.8, 1.3]) {
          const strength = -side * i * alpha * bk * (1 + side * lambda);
          expect(Math.abs(growth(strength, lambda, side) / (rate * (i - 1)) - 1)).toBeLessThan(
            5e-3,
          );
        }
  });

  it('comes from the device key, and without it the SIMD kernel runs as before', () => {
    const { mtj } = parseDevice(readFileSync('devices/uta-sot.yaml', 'utf8'), 'uta-sot.yaml');
    const plain = driveSegment(mtj, 1e-9, { junctionCurrent: 1e-5 });
    const skewed = driveSegment({ ...mtj, spinTransferAsymmetry: 0.3 }, 1e-9, {
      junctionCurrent: 1e-5,
    });
    expect(plain.angularTransfer).toBeUndefined();
    expect(skewed.dampingLike).toEqual([0, 0, 0]);
    expect(skewed.angularTransfer?.strength).toBeCloseTo(plain.dampingLike?.[2] ?? NaN, 15);
    expect(skewed.angularTransfer?.asymmetry).toBe(0.3);
  });

  it('at lambda = 0 is the symmetric torque, noise and all', () => {
    const warm = uniaxial(0.1, 0.15, 20);
    const request = {
      ...{ spin: warm, start: { kind: 'equilibrium', well: [0, 0, 1] } as const },
      ...{ trials: 8, stepSeconds: 1e-12, seed: 3, currentIndex: 0 },
    };
    const symmetric = simulateEnsemble({
      ...request,
      drive: [{ durationSeconds: 5e-10, dampingLike: [0, 0, -0.02] }],
    }).reads[0];
    const angular = simulateEnsemble({
      ...request,
      drive: [
        {
          durationSeconds: 5e-10,
          angularTransfer: { axis: [0, 0, 1], strength: -0.02, asymmetry: 0 },
        },
      ],
    }).reads[0];
    symmetric.forEach((v, i) => expect(Math.abs(v - angular[i])).toBeLessThan(1e-10));
  });
});
