import type { NoiseKind } from '../kernels/llg-noise.reference.js';
import type { LlgRun, LlgStream } from '../kernels/llg.reference.js';
import { advanceLlg } from '../kernels/llg.js';
import { invalidInput } from '../errors/index.js';
import { streamKey } from '../numerics/stream.js';
import { apply, unit, type Vector3 } from '../numerics/vector3.js';
import { stopRule, type EarlyStop, type StopRule } from './early-stop.js';
import { sampleEquilibrium } from './equilibrium.js';
import { principalFrame, rotateInto, rotateOut, type PrincipalFrame } from './principal-frame.js';
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
  /**
   * Stops the trials whose side at the end is decided: their last m is where they stopped. Off by default;
   * of no effect where more than the end is read.
   */
  readonly earlyStop?: EarlyStop;
}

export interface EnsembleResult {
  /** For each read, m of every trial: reads[r][3 trial + component]. */
  readonly reads: readonly Float64Array[];
  /** Heun steps per trial. */
  readonly steps: number;
  /** Heun steps of all trials together, less those that early stops saved. */
  readonly trialSteps: number;
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
  const endOnly = readAfter.every((index) => index === drive.length - 1);
  const rule =
    request.earlyStop && endOnly
      ? stopRule(...inFrame(spin, drive, request.earlyStop, frame))
      : undefined;
  const undecided = new Uint8Array(Math.ceil(trials / STOP_GROUP)).fill(1);
  let step = 0;
  let trialSteps = 0;
  rotateInto(m, frame);
  for (const [index, runs] of program.entries()) {
    const steps = runs.reduce((sum, run) => sum + run.steps, 0);
    if (rule && index >= rule.fromSegment) {
      trialSteps += advanceUndecided(m, runs, undecided, rule, stream, {
        ...{ segment: index, step, precision },
      });
    } else {
      advanceLlg(m, runs, stream, { firstStep: step, precision });
      trialSteps += trials * steps;
    }
    step += steps;
    if (readAfter.includes(index)) reads.push(rotateOut(m, frame));
  }
  return { reads, steps: step, trialSteps };
}

/** Trials stop in groups that fill the kernel's lanes, looked at every so many steps. */
const STOP_GROUP = 8;
const STOP_STEPS = 64;

/** Advances the groups with an undecided trial, each by the noise of its own trials; returns the steps taken. */
function advanceUndecided(
  m: Float64Array,
  runs: readonly LlgRun[],
  undecided: Uint8Array,
  { decided }: StopRule,
  stream: LlgStream,
  {
    segment,
    step: first,
    precision,
  }: { readonly segment: number; readonly step: number; readonly precision: 'f64' | 'f32' },
): number {
  const size = 3 * STOP_GROUP;
  let step = first;
  let taken = 0;
  for (const run of runs) {
    for (let done = 0; done < run.steps; done += STOP_STEPS) {
      const steps = Math.min(STOP_STEPS, run.steps - done);
      for (let group = 0; group < undecided.length; group += 1) {
        if (undecided[group] === 0) continue;
        const part = m.subarray(group * size, (group + 1) * size);
        let open = 0;
        for (let at = 0; at < part.length && open === 0; at += 3)
          open = decided(part, at, segment) ? 0 : 1;
        undecided[group] = open;
      }
      for (let from = 0; from < undecided.length; from += 1) {
        if (undecided[from] === 0) continue;
        let to = from;
        while (to < undecided.length && undecided[to] === 1) to += 1;
        const part = m.subarray(from * size, to * size);
        const own = { ...stream, firstTrial: stream.firstTrial + from * STOP_GROUP };
        advanceLlg(part, [{ ...run, steps }], own, { firstStep: step, precision });
        taken += (part.length / 3) * steps;
        from = to;
      }
      step += steps;
    }
  }
  return taken;
}

/** Spin, drive and stop in the principal frame, where the trials move. */
function inFrame(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  stop: EarlyStop,
  { rotation, values }: PrincipalFrame,
): [Macrospin, DriveSegment[], EarlyStop] {
  const turn = (v: Vector3): Vector3 => apply(rotation, v);
  return [
    {
      ...spin,
      anisotropy: [values[0], 0, 0, 0, values[1], 0, 0, 0, values[2]],
      field: turn(spin.field),
    },
    drive.map((segment) => ({
      ...segment,
      ...(segment.field ? { field: turn(segment.field) } : {}),
      ...(segment.dampingLike ? { dampingLike: turn(segment.dampingLike) } : {}),
    })),
    { ...stop, towards: turn(stop.towards) },
  ];
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
