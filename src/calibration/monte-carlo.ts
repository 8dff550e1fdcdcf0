import {
  countSwitched,
  simulateEnsemble,
  type DriveSegment,
  type EnsembleStart,
  type Macrospin,
} from '../magnetics/index.js';
import type { Vector3 } from '../numerics/vector3.js';
import type { Executor, TaskHandlers } from '../parallel/executor.js';
import { densityTasks } from './fokker-planck.js';
import type { Response } from './response.js';
import { switchingTasks } from './switching-probability.js';

/** A share of the trials of one current: plain data for a worker. */
export interface EnsembleTask {
  readonly spin: Macrospin;
  readonly start: EnsembleStart;
  readonly drive: readonly DriveSegment[];
  readonly towards: Vector3;
  readonly stepSeconds: number;
  readonly seed: number;
  /** Key of the current in the noise stream; a trial's path depends on (seed, index, trial) alone. */
  readonly currentIndex: number;
  readonly firstTrial: number;
  readonly trials: number;
  readonly noise: 'gaussian' | 'uniform';
  readonly state: 'f64' | 'f32';
}

/** Bound of the bias of P by trials stopped early: a thousandth of the finest statistics asked for. */
const STOP_RISK = 1e-6;

/** The calibration's work for a thread. */
export const calibrationTasks: TaskHandlers = {
  ...densityTasks,
  ...switchingTasks,
  'calibration.ensemble': (task: EnsembleTask): { readonly switched: number } => {
    const { state: precision, towards, ...request } = task;
    const earlyStop = { towards, risk: STOP_RISK };
    const { reads } = simulateEnsemble({ ...request, precision, earlyStop });
    return { switched: countSwitched(reads[reads.length - 1], towards) };
  },
};

/** Trials asked for at one current. */
export interface TrialRequest {
  readonly currentAmpere: number;
  readonly currentIndex: number;
  /** Trials that this current has had before; the next ones continue its stream. */
  readonly firstTrial: number;
  readonly trials: number;
}

export interface SamplerOptions {
  readonly executor: Executor;
  readonly seed: number;
  readonly noise?: 'gaussian' | 'uniform';
  /** Precision of the magnets' states; default f32 (same switch counts within statistics, faster). */
  readonly state?: 'f64' | 'f32';
  readonly signal?: AbortSignal;
  readonly onTrials?: (trials: number) => void;
}

/** Switched counts of a list of requests, in their order. */
export type Sampler = (requests: readonly TrialRequest[]) => Promise<number[]>;

/** Largest share of a point that one task takes; fixed, so that results do not depend on threads. */
const TRIALS_PER_TASK = 2048;

/** Monte Carlo over a response. The counts depend on the seed and the requests, never on the threads. */
export function monteCarloSampler(
  { spin, start, driveAt, towards, stepAt }: Response,
  { executor, seed, noise = 'gaussian', state = 'f32', signal, onTrials }: SamplerOptions,
): Sampler {
  return async (requests) => {
    const owners: number[] = [];
    const tasks = requests.flatMap(({ currentAmpere, currentIndex, firstTrial, trials }, owner) => {
      const drive = driveAt(currentAmpere);
      const stepSeconds = stepAt(currentAmpere);
      const parts: EnsembleTask[] = [];
      for (let done = 0; done < trials; done += TRIALS_PER_TASK) {
        owners.push(owner);
        parts.push({
          ...{ spin, start, drive, towards, stepSeconds, seed, currentIndex, noise, state },
          firstTrial: firstTrial + done,
          trials: Math.min(TRIALS_PER_TASK, trials - done),
        });
      }
      return parts;
    });
    const results = await executor.map<EnsembleTask, { readonly switched: number }>(
      'calibration.ensemble',
      tasks,
      {
        onResult: (_, index) => onTrials?.(tasks[index].trials),
        ...(signal ? { signal } : {}),
      },
    );
    const switched = requests.map(() => 0);
    for (const [i, owner] of owners.entries()) switched[owner] += results[i].switched;
    return switched;
  };
}
