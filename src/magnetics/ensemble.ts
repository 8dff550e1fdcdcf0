import type { NoiseKind } from '../kernels/llg-noise.reference.js';
import { advanceLlg } from '../kernels/llg.js';
import { invalidInput } from '../errors/index.js';
import { streamKey } from '../numerics/stream.js';
import { unit, type Vector3 } from '../numerics/vector3.js';
import { sampleEquilibrium } from './equilibrium.js';
import { principalFrame, rotateInto, rotateOut } from './principal-frame.js';
import { planRuns } from './program.js';
import { driveDuration, type DriveSegment, type Macrospin } from './macrospin.js';

/** Where the trials begin: all in one direction, or Boltzmann-distributed in the well around `well`. */
export type EnsembleStart =
  | { readonly kind: 'direction'; readonly m: Vector3 }
  | { readonly kind: 'equilibrium'; readonly well: Vector3 };

/** Directions of the trials themselves, m[3 t + c], such as those where another ensemble ended. */
export interface EnsembleStates {
  readonly kind: 'states';
  readonly m: Float64Array;
}

export interface EnsembleRequest {
  readonly spin: Macrospin;
  readonly drive: readonly DriveSegment[];
  readonly start: EnsembleStart | EnsembleStates;
  readonly trials: number;
  /** Index of the first trial in its stream, so that shards of one ensemble agree with the whole. */
  readonly firstTrial?: number;
  /** Largest time step (s); each segment takes the next shorter step that divides it. */
  readonly stepSeconds: number;
  readonly seed: number;
  /** Index of the current (or point) in its sweep; part of the noise counter. */
  readonly currentIndex: number;
  /** Gaussian increments (default), or uniform ones of the same moments (weak order one, faster). */
  readonly noise?: NoiseKind;
  /** Precision of the state in the SIMD kernel; default f64. */
  readonly precision?: 'f64' | 'f32';
  /** Indices of the segments after which m is recorded; default the last. */
  readonly readAfter?: readonly number[];
}

export interface EnsembleResult {
  /** For each read, m of every trial: reads[r][3 trial + component]. */
  readonly reads: readonly Float64Array[];
  /** Heun steps per trial. */
  readonly steps: number;
}

/**
 * Runs `trials` independent magnets through the drive by the stochastic Heun scheme. A trial's noise is a
 * function of (seed, currentIndex, trial, step) alone: the same for any batch, shard or worker.
 * Throws `SpinbarError` where the step is too large for the fastest rate of the problem.
 */
export function simulateEnsemble(request: EnsembleRequest): EnsembleResult {
  const { spin, drive, start, trials, firstTrial = 0, stepSeconds, seed, currentIndex } = request;
  const { noise = 'gaussian', precision = 'f64', readAfter = [drive.length - 1] } = request;
  if (!(driveDuration(drive) > 0)) {
    throw invalidInput({
      code: 'magnetics.empty-drive',
      what: 'the drive has no duration',
      mend: 'give at least one segment with a positive duration',
    });
  }
  const frame = principalFrame(spin.anisotropy);
  const program = planRuns(spin, drive, frame, stepSeconds);
  const m = initialDirections(spin, start, { trials, firstTrial, seed, currentIndex });
  const stream = { key: streamKey(seed, 'llg.thermal-field'), noise, firstTrial, currentIndex };
  const reads: Float64Array[] = [];
  let step = 0;
  rotateInto(m, frame);
  for (const [index, runs] of program.entries()) {
    advanceLlg(m, runs, stream, { firstStep: step, precision });
    step += runs.reduce((sum, { steps }) => sum + steps, 0);
    if (readAfter.includes(index)) reads.push(rotateOut(m, frame));
  }
  return { reads, steps: step };
}

/** How many of the recorded directions point to the `towards` side, m . towards > 0. */
export function countSwitched(m: Float64Array, towards: Vector3): number {
  let count = 0;
  for (let i = 0; i < m.length; i += 3) {
    if (m[i] * towards[0] + m[i + 1] * towards[1] + m[i + 2] * towards[2] > 0) count += 1;
  }
  return count;
}

function initialDirections(
  spin: Macrospin,
  start: EnsembleStart | EnsembleStates,
  stream: { trials: number; firstTrial: number; seed: number; currentIndex: number },
): Float64Array {
  if (start.kind === 'states') {
    if (start.m.length !== 3 * stream.trials)
      throw new RangeError(`want ${3 * stream.trials} numbers of start, got ${start.m.length}`);
    return start.m.slice();
  }
  if (start.kind === 'equilibrium' && spin.thermalField > 0)
    return sampleEquilibrium(spin, start.well, stream);
  const m = unit(start.kind === 'direction' ? start.m : start.well);
  return Float64Array.from({ length: 3 * stream.trials }, (_, i) => m[i % 3]);
}
