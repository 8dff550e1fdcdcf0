import type { NoiseKind } from '../kernels/llg-noise.reference.js';
import { invalidInput } from '../errors/index.js';
import { dot, scale, unit, type Vector3 } from '../numerics/vector3.js';
import { adaptiveTrajectory } from './adaptive-trajectory.js';
import { effectiveField, type DriveInstant } from './equation-of-motion.js';
import type { DriveSegment, Macrospin } from './macrospin.js';
import { fixedStepTrajectory } from './stochastic-trajectory.js';

export type TrajectoryMethod = 'adaptive' | 'heun' | 'midpoint';

export interface TrajectoryRequest {
  readonly spin: Macrospin;
  readonly drive: readonly DriveSegment[];
  /** Direction at the beginning. */
  readonly start: Vector3;
  /** Default: adaptive at 0 K, Heun above. */
  readonly method?: TrajectoryMethod;
  /** About how many instants to record; default 1000. */
  readonly samples?: number;
  /** Relative and absolute tolerance of the adaptive method; default 1e-10. */
  readonly tolerance?: number;
  /** Step (s) of the fixed-step methods; default 0.05 rad of the fastest precession. */
  readonly stepSeconds?: number;
  readonly seed?: number;
  readonly trial?: number;
  readonly noise?: NoiseKind;
  /** Fine noise increments summed in one step: a run of n times the step with n follows the same noise path. */
  readonly coarsening?: number;
}

export interface Trajectory {
  readonly method: TrajectoryMethod;
  /** Instants (s). */
  readonly times: Float64Array;
  /** m[3 k + c] at each instant, of unit length. */
  readonly m: Float64Array;
  /** Energy over the moment, -(m.A m/2 + m.B) (T), at each instant. */
  readonly energy: Float64Array;
  readonly statistics: TrajectoryStatistics;
}

export interface TrajectoryStatistics {
  readonly steps: number;
  readonly evaluations: number;
  /** Largest | |m| - 1 | before a sample is scaled to unit length. */
  readonly largestNormError: number;
  /** Largest rise of energy (T) from one step to the next where no torque feeds it; 0 K only. */
  readonly largestEnergyRise: number;
}

/**
 * One magnet through a drive. `adaptive` (0 K): extrapolated midpoint rule with dense output (odex). `heun`: the
 * ensembles' stochastic Heun scheme. `midpoint`: implicit midpoint, a rotation in each step, so that |m| = 1 to
 * rounding. Throws `SpinbarError` where an adaptive method is asked for with thermal noise.
 */
export function solveTrajectory(request: TrajectoryRequest): Trajectory {
  const cold = !(request.spin.thermalField > 0);
  const method = request.method ?? (cold ? 'adaptive' : 'heun');
  if (method === 'adaptive' && !cold)
    throw invalidInput({
      code: 'magnetics.adaptive-with-noise',
      what: 'an adaptive method was asked for at a temperature above 0 K',
      why: 'its error estimate takes the thermal field for an error of the step and its order rests on smooth solutions; rejecting steps by the noise they met would also bias it',
      mend: 'use --method heun or midpoint, or go to 0 K',
    });
  const start = unit(request.start);
  return method === 'adaptive'
    ? adaptiveTrajectory({ ...request, start })
    : fixedStepTrajectory({ ...request, start, method });
}

/** -(m.A m/2 + m.B) (T): the energy over Ms V. */
export function energyField(spin: Macrospin, drive: DriveInstant, m: Vector3): number {
  const half = effectiveField({ ...spin, field: [0, 0, 0] }, { ...drive, field: [0, 0, 0] }, m);
  const field = effectiveField(
    { ...spin, anisotropy: NONE },
    { ...drive, perpendicularAnisotropy: 0 },
    m,
  );
  return -dot(m, half) / 2 - dot(m, field);
}

const NONE = [0, 0, 0, 0, 0, 0, 0, 0, 0] as const;

/** Whether a segment can only lose energy: constant, and without damping-like torque. */
export const isPassive = ({
  dampingLike = [0, 0, 0],
  dampingLikeEnd,
  fieldEnd,
  perpendicularAnisotropyEnd,
  angularTransfer,
}: DriveSegment): boolean =>
  Math.hypot(...dampingLike) === 0 &&
  dampingLikeEnd === undefined &&
  fieldEnd === undefined &&
  perpendicularAnisotropyEnd === undefined &&
  angularTransfer === undefined;

/** m scaled to unit length, and by how much it was off. */
export function normalised(m: Vector3): { readonly m: Vector3; readonly error: number } {
  const length = Math.sqrt(dot(m, m));
  return { m: scale(1 / length, m), error: Math.abs(length - 1) };
}
