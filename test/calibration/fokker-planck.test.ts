import { describe, expect, it } from 'vitest';
import {
  calibrate,
  calibrationTasks,
  monteCarloSampler,
  parseProtocol,
  probability,
  solveProbabilities,
  suitsFokkerPlanck,
  responseOf,
  type Response,
} from '../../src/calibration/index.js';
import { recommendedStep, type DriveSegment, type Macrospin } from '../../src/magnetics/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import type { Vector3 } from '../../src/numerics/vector3.js';
import { GAMMA, uniaxial } from '../magnetics/reference-spins.js';
import { deviceFile, protocolFile } from './files.js';

const SLOW = process.env.SPINBAR_SLOW === '1';
const executor = inlineExecutor(calibrationTasks);
const [ALPHA, BK] = [0.1, 0.15];

interface Case {
  readonly name: string;
  readonly response: Response;
  readonly currents: readonly number[];
}

const respond = (
  spin: Macrospin,
  well: Vector3,
  driveAt: (i: number) => readonly DriveSegment[],
): Response => ({
  spin,
  start: { kind: 'equilibrium', well },
  driveAt,
  towards: [-well[0], -well[1], -well[2]],
  stepAt: (i) => recommendedStep(spin, driveAt(i)) / 2,
});

const perpendicular = uniaxial(ALPHA, BK, 20);
const tilted = uniaxial(ALPHA, BK, 12, { axis: [1, 1, 1] });
const inPlane: Macrospin = {
  gyromagneticRatio: GAMMA,
  damping: ALPHA,
  anisotropy: [0, 0, 0, 0, 0.06, 0, 0, 0, -0.08],
  field: [0, 0, 0],
  thermalField: 0.06 / 24,
};

/** Every kind of protocol and torque, the swept current in units of its critical one. */
const CASES: readonly Case[] = [
  {
    name: 'spin-transfer pulse, axial',
    currents: [1.1, 1.4, 1.8, 2.3],
    response: respond(perpendicular, [0, 0, 1], (i) => [
      { durationSeconds: 1e-9, dampingLike: [0, 0, -i * ALPHA * BK] },
      { durationSeconds: 1e-9 },
    ]),
  },
  {
    name: 'hard-axis preset and bias',
    currents: [-0.2, 0, 0.1, 0.25],
    response: respond(perpendicular, [0, 0, 1], (i) => [
      { durationSeconds: 1e-9, dampingLike: [0, 0.12, -i * ALPHA * BK] },
      { durationSeconds: 1.5e-9, dampingLike: [0, 0, -i * ALPHA * BK] },
    ]),
  },
  {
    name: 'spin-orbit pulse with in-plane field, field-like torque, voltage',
    currents: [0.3, 0.35, 0.4, 0.5],
    response: respond({ ...perpendicular, field: [-0.015, 0, 0] }, [0, 0, 1], (i) => [
      {
        durationSeconds: 8e-10,
        dampingLike: [0, i * BK, 0],
        field: [0, -0.3 * i * BK, 0],
        perpendicularAnisotropy: -0.01,
      },
      { durationSeconds: 1e-9 },
    ]),
  },
  {
    name: 'ramped pulse along an oblique easy axis',
    currents: [1.2, 1.5, 1.8, 2.2],
    response: respond(tilted, [1, 1, 1], (i) => {
      const a = (-i * ALPHA * BK) / Math.sqrt(3);
      return [
        { durationSeconds: 4e-10, dampingLike: [0, 0, 0], dampingLikeEnd: [a, a, a] },
        { durationSeconds: 6e-10, dampingLike: [a, a, a] },
        { durationSeconds: 4e-10, dampingLike: [a, a, a], dampingLikeEnd: [0, 0, 0] },
      ];
    }),
  },
  {
    name: 'in-plane magnet, preset and column current',
    currents: [-0.1, 0.02, 0.1, 0.2],
    response: respond(inPlane, [0, -1, 0], (i) => [
      { durationSeconds: 8e-10, dampingLike: [0.08, i * ALPHA * 0.1, 0] },
      { durationSeconds: 1.2e-9, dampingLike: [0, i * ALPHA * 0.1, 0] },
    ]),
  },
];

describe('Fokker-Planck against Monte Carlo', () => {
  it('V16: at 20 points across protocols, 60 in the slow run', { timeout: 900_000 }, async () => {
    const trials = SLOW ? 16_384 : 1024;
    let sum = 0;
    let points = 0;
    for (const [index, { name, response, currents }] of CASES.entries()) {
      const asked = SLOW
        ? currents.flatMap((i) => [i, i * 1.04 + 0.01, i * 0.96 - 0.01])
        : currents;
      const solved = await solveProbabilities(response, asked, { executor, tolerance: 3e-3 });
      const switched = await monteCarloSampler(response, { executor, seed: 40 })(
        asked.map((currentAmpere, i) => ({
          ...{ currentAmpere, trials, firstTrial: 0 },
          currentIndex: 100 * index + i,
        })),
      );
      for (const [i, p] of solved.entries()) {
        expect(p, name).toBeGreaterThan(1e-3);
        expect(p, name).toBeLessThan(1 - 1e-3);
        const z = (switched[i] / trials - p) / Math.sqrt((p * (1 - p)) / trials);
        expect(Math.abs(z), `${name} at ${asked[i]}: ${p}`).toBeLessThan(4.2);
        sum += z * z;
        points += 1;
      }
    }
    expect(points).toBe(SLOW ? 60 : 20);
    // Chi-square: 60 points lie in [0.8, 1.25] with probability 0.98, 20 in [0.62, 1.42] with 0.99.
    const rms = Math.sqrt(sum / points);
    expect(rms).toBeGreaterThan(SLOW ? 0.8 : 0.62);
    expect(rms).toBeLessThan(SLOW ? 1.25 : 1.42);
  });
});

describe('calibration by the Fokker-Planck equation', () => {
  const device = deviceFile('uta-sot');
  const protocol = protocolFile('reset-and-pulse-junction');
  const precision = { halfWidth: 0.02, points: 11, slope: 0.02, i50: 0.02 };

  it('gives the curve that Monte Carlo samples, without a seed in its probabilities', async () => {
    const exact = await calibrate(device, protocol, { executor, method: 'fp', precision });
    const sampled = await calibrate(device, protocol, { executor, method: 'mc', precision });
    expect(exact.method).toBe('fokker-planck');
    expect(exact.fit.parameterCovariance).toBeUndefined();
    expect(exact.points.every(({ trials }) => trials === 0)).toBe(true);
    for (const { currentAmpere, switched, trials } of sampled.points) {
      const p = probability(exact, currentAmpere);
      const allowed = 4 * Math.sqrt((p * (1 - p)) / trials) + 0.015;
      expect(Math.abs(switched / trials - p)).toBeLessThan(allowed);
    }
    expect(exact.notes?.join(' ')).toContain('Fokker-Planck at 9 currents, interpolated at 11');
  });

  it('is what auto chooses for a broad density, and Monte Carlo for a sharp one or an asymmetric torque', () => {
    const broad = suitsFokkerPlanck(responseOf(device, protocol), [0, 1e-4]);
    expect(broad.suits).toBe(true);
    const preset = protocolFile('hard-axis-preset');
    const sharp = suitsFokkerPlanck(responseOf(deviceFile('sot-mtj-in-plane'), preset), [0, 1e-5]);
    expect(sharp.suits).toBe(false);
    expect(sharp.reason).toContain('Monte Carlo is quicker');
    const skewed = { ...device, mtj: { ...device.mtj, spinTransferAsymmetry: 0.3 } };
    expect(suitsFokkerPlanck(responseOf(skewed, protocol), [0, 1e-4]).suits).toBe(false);
  });

  it('says how improbable the event is where Monte Carlo would never see one', async () => {
    const quiet = parseProtocol(
      `name: quiet\nkind: reset-and-pulse\nswept: junction\nrange: { from: 0 uA, to: 1 nA }
segments: [{ phase: pulse, duration: 0.05 ns, sweptShare: 1 }]`,
      'quiet.yaml',
    );
    const failed = calibrate(device, quiet, { executor, method: 'fp', precision });
    await expect(failed).rejects.toThrow(/no-transition[\s\S]*e-\d+ at/);
  });
});
