import {
  probabilityTowards,
  solveFokkerPlanck,
  type DriveSegment,
  type EnsembleStart,
  type Macrospin,
} from '../magnetics/index.js';
import type { Vector3 } from '../numerics/vector3.js';
import type { Executor, TaskHandlers } from '../parallel/executor.js';
import type { Response } from './response.js';

/** One current for a worker. */
export interface DensityTask {
  readonly spin: Macrospin;
  readonly start: EnsembleStart;
  readonly drive: readonly DriveSegment[];
  readonly towards: Vector3;
  readonly tolerance: number;
}

/** The solver's work for a thread. */
export const densityTasks: TaskHandlers = {
  'calibration.fokker-planck': ({ towards, ...request }: DensityTask): { probability: number } => {
    const { reads } = solveFokkerPlanck(request);
    return { probability: probabilityTowards(reads[reads.length - 1], towards) };
  },
};

export interface SolverOptions {
  readonly executor: Executor;
  /** Largest moment at the truncation, as in `solveFokkerPlanck`; of all currents, or of each. */
  readonly tolerance: number | readonly number[];
  readonly signal?: AbortSignal;
  readonly onCurrent?: () => void;
}

/** P_sw at each current (A), by the Fokker-Planck equation: no seed, no statistics. */
export async function solveProbabilities(
  { spin, start, driveAt, towards }: Response,
  currents: readonly number[],
  { executor, tolerance, signal, onCurrent }: SolverOptions,
): Promise<number[]> {
  const tasks = currents.map((current, i) => ({
    ...{ spin, start, towards, drive: driveAt(current) },
    tolerance: typeof tolerance === 'number' ? tolerance : tolerance[i],
  }));
  const results = await executor.map<DensityTask, { probability: number }>(
    'calibration.fokker-planck',
    tasks,
    { onResult: () => onCurrent?.(), ...(signal ? { signal } : {}) },
  );
  return results.map(({ probability }) => Math.min(1, Math.max(0, probability)));
}

/**
 * Whether the Fokker-Planck equation is the quicker method for a response, and why not. A damping-like torque a
 * narrows the density to sqrt(alpha kB T/(Ms V a)), a well of barrier Delta to 1/sqrt(2 Delta); the degree of
 * the harmonics goes as the inverse, the work as its cube.
 */
export function suitsFokkerPlanck(
  { spin, driveAt }: Response,
  currents: readonly [number, number],
): { readonly suits: boolean; readonly reason: string } {
  const drives = currents.flatMap((current) => driveAt(current));
  if (drives.some(({ angularTransfer }) => angularTransfer !== undefined))
    return { suits: false, reason: 'spin transfer depends on the angle' };
  if (!(spin.thermalField > 0)) return { suits: false, reason: 'the bath is at 0 K' };
  const { anisotropy, damping, thermalField } = spin;
  const diagonal = [anisotropy[0], anisotropy[4], anisotropy[8]];
  const wells = (Math.max(...diagonal) - Math.min(...diagonal)) / thermalField;
  const torque = Math.max(
    ...drives.map(({ dampingLike = [0, 0, 0] }) => Math.hypot(...dampingLike)),
  );
  const sharpness = Math.max(wells, torque / (damping * thermalField));
  const degree = Math.round(4 * Math.sqrt(sharpness));
  return {
    suits: degree <= LARGEST_QUICK_DEGREE,
    reason: `the density needs spherical harmonics to about degree ${degree}${degree <= LARGEST_QUICK_DEGREE ? '' : `, beyond ${LARGEST_QUICK_DEGREE} Monte Carlo is quicker`}`,
  };
}

const LARGEST_QUICK_DEGREE = 130;
