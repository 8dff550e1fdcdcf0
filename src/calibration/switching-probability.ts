import {
  axialSwitching,
  countSwitched,
  probabilityTowards,
  rareEvent,
  recommendedStep,
  simulateEnsemble,
  solveFokkerPlanck,
  type AxialSegment,
} from '../magnetics/index.js';
import { isRamp } from '../magnetics/macrospin.js';
import { invalidInput } from '../errors/index.js';
import { apply, cross, dot, norm, type Vector3 } from '../numerics/vector3.js';
import { wilsonInterval } from '../numerics/wilson.js';
import type { TaskHandlers } from '../parallel/executor.js';
import type { SwitchingProblem } from './magnet-problem.js';

export type SwitchingMethod = 'auto' | 'axial' | 'fp' | 'mc' | 'split';

export interface SwitchingOptions {
  /** auto: finite volumes in the polar angle where the problem is axially symmetric, else Fokker-Planck. */
  readonly method?: SwitchingMethod;
  /** Of the Fokker-Planck moments (default 1e-4) or of the axial probabilities (default 1e-8). */
  readonly tolerance?: number;
  /** Monte Carlo trials, default 16,384; magnets of a replica of splitting, default 2000. */
  readonly trials?: number;
  readonly seed?: number;
}

/** The probabilities at one moment: of the switched side and of staying, each to its own relative accuracy if known. */
export interface SwitchingOutcome {
  readonly switched: number;
  readonly stayed: number;
}

export interface SwitchingResult {
  readonly method: Exclude<SwitchingMethod, 'auto'>;
  /** After every segment; splitting: after the last alone. */
  readonly outcomes: readonly SwitchingOutcome[];
  /** 95 % interval of the last `switched` (Monte Carlo) or `stayed` (splitting), relative error (axial). */
  readonly interval?: readonly [number, number];
  readonly relativeError?: number;
}

/**
 * P_sw of one problem by one method. Throws `SpinbarError`: a method that the problem does not suit (exit 3),
 * a density too sharp for Fokker-Planck (exit 4).
 */
export function switchingProbability(
  problem: SwitchingProblem,
  { method = 'auto', tolerance, trials, seed = 1 }: SwitchingOptions = {},
): SwitchingResult {
  const { spin, drive, well, towards } = problem;
  const opposite = dot(well, towards) < -1 + 1e-12;
  const start = { kind: 'equilibrium', well } as const;
  const everySegment = drive.map((_, k) => k);
  const axial = method === 'auto' || method === 'axial' ? axialDrive(problem) : undefined;
  if (method === 'axial' && !axial) throw notAxial();
  if (axial) {
    const { delta, segments } = axial;
    const results = everySegment.map((k) =>
      axialSwitching(delta, segments.slice(0, k + 1), tolerance === undefined ? {} : { tolerance }),
    );
    return {
      method: 'axial',
      outcomes: results.map(({ switched, stayed }) => ({ switched, stayed })),
      relativeError: Math.max(...results.map(({ relativeError }) => relativeError)),
    };
  }
  if (method === 'split') {
    if (!opposite) throw notOpposite();
    const { probability, interval } = rareEvent({
      ...{ spin, drive, well, seed },
      ...(trials === undefined ? {} : { particles: trials }),
    });
    return {
      method,
      outcomes: [{ switched: 1 - probability, stayed: probability }],
      interval,
    };
  }
  if (method === 'mc') {
    const count = trials ?? 16_384;
    const { reads } = simulateEnsemble({
      ...{ spin, drive, start, seed, trials: count, currentIndex: 0, readAfter: everySegment },
      stepSeconds: recommendedStep(spin, drive),
    });
    const counts = reads.map((m) => countSwitched(m, towards));
    return {
      method,
      outcomes: counts.map((n) => ({ switched: n / count, stayed: 1 - n / count })),
      interval: wilsonInterval(counts[counts.length - 1], count),
    };
  }
  const { reads } = solveFokkerPlanck({
    ...{ spin, drive, start, readAfter: everySegment, tolerance: tolerance ?? 1e-4 },
  });
  return {
    method: 'fp',
    outcomes: reads.map((density) => {
      const switched = probabilityTowards(density, towards);
      return { switched, stayed: 1 - switched };
    }),
  };
}

/** The problem's work for a thread. */
export const switchingTasks: TaskHandlers = {
  'calibration.switching': ({
    problem,
    options,
  }: {
    readonly problem: SwitchingProblem;
    readonly options: SwitchingOptions;
  }): SwitchingResult => switchingProbability(problem, options),
};

/**
 * The axial form: a uniaxial magnet that starts and is read along its easy axis, without static field (the start
 * is that of zero bias), under constant collinear torques and fields. Only h - i matters.
 */
function axialDrive({
  spin,
  drive,
  well,
  towards,
}: SwitchingProblem): { delta: number; segments: AxialSegment[] } | undefined {
  const { anisotropy, damping, field, gyromagneticRatio, thermalField } = spin;
  const along = (v: Vector3): boolean => norm(cross(v, well)) <= 1e-12 * norm(v);
  const image = apply(anisotropy, well);
  const easy = dot(image, well);
  const trace = anisotropy[0] + anisotropy[4] + anisotropy[8];
  const across = (trace - easy) / 2;
  const bk = easy - across;
  const deviator = anisotropy.reduce((sum, a) => sum + a * a, 0) - easy ** 2 - 2 * across ** 2;
  const symmetric = along(image) && Math.abs(deviator) <= 1e-12 * trace ** 2 + 1e-30;
  const collinear = drive.every(
    (segment) =>
      !isRamp(segment) &&
      segment.angularTransfer === undefined &&
      (segment.perpendicularAnisotropy ?? 0) === 0 &&
      along(segment.field ?? well) &&
      along(segment.dampingLike ?? well),
  );
  const plain = norm(field) === 0 && dot(well, towards) < -1 + 1e-12 && thermalField > 0;
  if (!symmetric || !collinear || !plain || !(bk > 0)) return undefined;
  const rate = (damping * gyromagneticRatio * bk) / (1 + damping ** 2);
  return {
    delta: bk / (2 * thermalField),
    segments: drive.map(({ durationSeconds, field: applied, dampingLike }) => ({
      tau: durationSeconds * rate,
      bias:
        (applied ? dot(applied, well) : 0) / bk +
        (dampingLike ? dot(dampingLike, well) : 0) / (damping * bk),
    })),
  };
}

const notAxial = () =>
  invalidInput({
    code: 'calibration.not-axial',
    what: 'the problem is not axially symmetric',
    why: 'finite volumes in the polar angle want a uniaxial magnet, no static field, and constant torques and fields along its axis',
    mend: 'use --method fp, mc or split',
  });

const notOpposite = () =>
  invalidInput({
    code: 'calibration.not-opposite',
    what: 'splitting counts the magnets that stay in their well',
    why: 'the switched direction is not opposite the start',
    mend: 'use --method fp or mc',
  });
