import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  calibrationTasks,
  fitSwitchingCurve,
  monteCarloSampler,
  type Response,
} from '../../src/calibration/index.js';
import { recommendedStep, type DriveSegment, type Macrospin } from '../../src/magnetics/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';

/**
 * The "coin flip" B20 of data/fokker-planck: perpendicular magnet, preset along +y by a damping-like torque
 * of 0.12 T for 2 ns, then 3 ns under the bias i (aS = -i alpha Bk), which may also be on during the preset.
 */
const ALPHA = 0.1;
const BK = 0.15;
const DELTA = 20;
const PRESET = 0.12;
const spin: Macrospin = {
  gyromagneticRatio: 1.76085963e11,
  damping: ALPHA,
  anisotropy: [0, 0, 0, 0, 0, 0, 0, 0, BK],
  field: [0, 0, 0],
  thermalField: BK / (2 * DELTA),
};

function coinFlip(mode: string): Response {
  const driveAt = (i: number): DriveSegment[] => {
    const bias = -i * ALPHA * BK;
    return [
      { durationSeconds: 2e-9, dampingLike: [0, PRESET, mode === 'always' ? bias : 0] },
      { durationSeconds: 3e-9, dampingLike: [0, 0, bias] },
    ];
  };
  return {
    spin,
    start: { kind: 'equilibrium', well: [0, 0, 1] },
    driveAt,
    towards: [0, 0, -1],
    stepAt: (i) => recommendedStep(spin, driveAt(i)),
  };
}

/**
 * Width of the probit from the linear motion about the hard axis (prototypes/coinflip_theory.py): the
 * variance S_zz left by the preset, M S + S M' = (alpha Bk/Delta) 1, plus 1/(2 Delta) from the way down, in
 * units of the critical bias; a bias that is already on during the preset shifts the mean by zBar(i = 1).
 */
function predictedWidth(mode: string): number {
  const [a, b, c, d] = [PRESET, BK + ALPHA * PRESET, -ALPHA * PRESET, PRESET - ALPHA * BK];
  const noise = (ALPHA * BK) / DELTA;
  // Lyapunov equation of 2 x 2: S = (noise/(2 tr M det M)) (det M 1 + adj(M) adj(M)').
  const trace = a + d;
  const determinant = a * d - b * c;
  const szz = (noise * (determinant + a * a + c * c)) / (2 * trace * determinant);
  const aS = ALPHA * BK;
  const zBar = (a * aS - c * ALPHA * aS) / determinant;
  return Math.sqrt(szz + 1 / (2 * DELTA)) / (mode === 'always' ? 1 + Math.abs(zBar) : 1);
}

const table = '../shared/data/fokker-planck/sot_B20_fp.csv';
const present = existsSync(table);
if (!present) console.info(`skipped: ${table} is not here`);
const rows = present
  ? readFileSync(table, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map((cells) => ({ mode: cells[1], bias: Number(cells[2]), p: Number(cells[4]) }))
  : [];
const SLOW = process.env.SPINBAR_SLOW === '1';

describe.skipIf(!present)('coin flip B20', () => {
  it.each(['always', 'relax_only'])('exact table, %s: a probit of the predicted width', (mode) => {
    const half = rows.filter((row) => row.mode === mode);
    const mirrored = half
      .filter(({ bias }) => bias > 0)
      .map(({ bias, p }) => ({ bias: -bias, p: 1 - p }));
    const points = [...half, ...mirrored].map(({ bias, p }) => ({
      currentAmpere: bias,
      trials: 20_000,
      switched: 20_000 * p,
    }));
    const { fit, alternatives } = fitSwitchingCurve(points);
    expect(fit.model).toBe('probit');
    expect(alternatives.find(({ model }) => model === 'probit')?.largestResidual).toBeLessThan(
      2e-3,
    );
    expect(alternatives.find(({ model }) => model === 'logistic')?.largestResidual).toBeGreaterThan(
      0.009,
    );
    expect(Math.abs(fit.centreAmpere)).toBeLessThan(1e-6);
    expect(fit.widthAmpere / predictedWidth(mode)).toBeGreaterThan(0.96);
    expect(fit.widthAmpere / predictedWidth(mode)).toBeLessThan(1.04);
  });

  // |P - P_table| <= 3.3 sqrt(P(1-P)/N) + 2e-3, the allowance of the table's own README for this scheme.
  it.each(['always', 'relax_only'])(
    'Monte Carlo hits the exact table, %s',
    { timeout: 300_000 },
    async (mode) => {
      const trials = SLOW ? 16_384 : 1024;
      const asked = rows.filter((row) => row.mode === mode).filter((_, i) => SLOW || i % 3 === 0);
      const sample = monteCarloSampler(coinFlip(mode), {
        executor: inlineExecutor(calibrationTasks),
        seed: 20,
      });
      const switched = await sample(
        asked.map(({ bias }, currentIndex) => ({
          currentAmpere: bias,
          currentIndex,
          firstTrial: 0,
          trials,
        })),
      );
      for (const [i, { bias, p }] of asked.entries()) {
        const allowed = 3.3 * Math.sqrt((p * (1 - p)) / trials) + 2e-3;
        expect(Math.abs(switched[i] / trials - p), `i = ${bias}`).toBeLessThanOrEqual(allowed);
      }
    },
  );
});
