import { numericalFailure } from '../errors/index.js';
import { hashOf } from '../formats/sha256.js';
import type { Device } from '../magnetics/index.js';
import { wilsonInterval } from '../numerics/wilson.js';
import type { Executor } from '../parallel/executor.js';
import { findTransition, type PilotPoint } from './find-transition.js';
import { fitSwitchingCurve, type ChosenFit, type ModelChoice } from './fit-curve.js';
import { findMonotoneRange } from './monotonicity.js';
import { monteCarloSampler, type Sampler } from './monte-carlo.js';
import {
  adaptiveTrials,
  currentsAround,
  DEFAULT_PRECISION,
  firstTrials,
  isPrecise,
  missingTrials,
  relativeErrors,
  type CalibrationPrecision,
  type PlannedPoint,
} from './plan.js';
import type { Protocol } from './protocol-schema.js';
import { responseDuration, responseOf } from './response.js';
import type { SwitchingCurve, SwitchingPoint } from './switching-curve.js';

export interface CalibrationProgress {
  readonly stage: 'search' | 'points' | 'slope';
  /** Trials done and, as far as known now, to be done in all. */
  readonly trials: number;
  readonly plannedTrials: number;
}

export interface CalibrationOptions {
  readonly executor: Executor;
  /** Default 1. */
  readonly seed?: number;
  /** What to reach; missing fields from `DEFAULT_PRECISION`. */
  readonly precision?: Partial<CalibrationPrecision>;
  /** Default `auto`: chosen by likelihood ratio. */
  readonly model?: ModelChoice;
  readonly noise?: 'gaussian' | 'uniform';
  /** Precision of the magnets' states; default f32. */
  readonly state?: 'f64' | 'f32';
  /** A response that falls again beyond a maximum: keep its rising part (default) or refuse it. */
  readonly nonMonotone?: 'restrict' | 'refuse';
  readonly onProgress?: (progress: CalibrationProgress) => void;
  readonly signal?: AbortSignal;
  /** Version of Spinbar for the provenance; the core does not know it. */
  readonly version?: string;
}

const MOST_ROUNDS = 12;

/**
 * Samples P_sw(I) of a device under a protocol by Monte Carlo and fits it. Plans adaptively: finds the
 * transition, gives every point the trials that its Wilson interval needs, then spends further trials where
 * they lower the uncertainty of slope and I50 most, and stops at the asked precision. The result is
 * bit-identical for any executor. Throws `SpinbarError` where no transition is in reach or the response
 * cannot be a switching curve.
 */
export async function calibrate(
  device: Device,
  protocol: Protocol,
  options: CalibrationOptions,
): Promise<SwitchingCurve> {
  const { seed = 1, nonMonotone = 'restrict', model = 'auto', onProgress } = options;
  const precision = { ...DEFAULT_PRECISION, ...options.precision };
  const response = responseOf(device, protocol);
  const progress = { stage: 'search' as CalibrationProgress['stage'], trials: 0, plannedTrials: 0 };
  const sampler = monteCarloSampler(response, {
    ...options,
    seed,
    onTrials: (trials) => {
      progress.trials += trials;
      onProgress?.({ ...progress });
    },
  });
  const sample: Sampler = (requests) => {
    progress.plannedTrials += requests.reduce((sum, { trials }) => sum + trials, 0);
    return sampler(requests);
  };

  const notes: string[] = [];
  const { points: pilot } = await findTransition(sample, [protocol.range.from, protocol.range.to], {
    durationSeconds: responseDuration(response),
  });
  progress.stage = 'points';
  const rise = risingPart(pilot, { nonMonotone, notes });
  let points = planPoints(rise, precision);
  points = await reachWidth(points, sample, precision);
  const monotone = restrictToRise(points, { nonMonotone, notes });
  progress.stage = 'slope';
  const { points: final, chosen } = await reachSlope(monotone, sample, precision, model);
  notes.push(boughtNote(final, chosen, progress.plannedTrials));
  if (chosen.fit.goodness.pValue < 1e-3) notes.push(misfitNote(chosen));
  return assemble(device, protocol, {
    seed,
    precision,
    model,
    options,
    points: final,
    chosen,
    notes,
  });
}

interface MonotonePolicy {
  readonly nonMonotone: 'restrict' | 'refuse';
  readonly notes: string[];
}

/** The pilot points up to the maximum of P; notes or refuses what lies beyond. */
function risingPart(pilot: readonly PilotPoint[], policy: MonotonePolicy): readonly PilotPoint[] {
  return restrictToRise(pilot, policy);
}

function restrictToRise<Point extends PilotPoint>(
  points: readonly Point[],
  { nonMonotone, notes }: MonotonePolicy,
): readonly Point[] {
  const { monotone, first, last, fall } = findMonotoneRange(points);
  if (monotone || !fall) return points;
  const share = ({ switched, trials }: PilotPoint): string => (switched / trials).toFixed(3);
  const micro = (i: number): string => `${(points[i].currentAmpere * 1e6).toPrecision(4)} uA`;
  const what = `P falls from ${share(points[fall.from])} at ${micro(fall.from)} to ${share(points[fall.to])} at ${micro(fall.to)} (${fall.sigmas.toFixed(1)} standard errors): back-switching`;
  const kept = points.slice(first, last + 1);
  const shares = kept.map(({ switched, trials }) => switched / trials);
  if (nonMonotone === 'refuse' || Math.max(...shares) < 0.5 || Math.min(...shares) > 0.5)
    throw numericalFailure({
      code: 'calibration.not-monotone',
      what,
      why:
        nonMonotone === 'refuse'
          ? 'a switching curve must rise'
          : 'its rising part does not cross P = 1/2, so there is no I50',
      mend: 'shorten the pulse, lower the overdrive, add a relaxation that keeps the state, or restrict the range',
    });
  notes.push(`${what}. The curve is restricted to ${micro(first)} .. ${micro(last)}.`);
  return kept;
}

/** The currents of the curve: around a probit of the pilot, not beyond its rising part. */
function planPoints(pilot: readonly PilotPoint[], precision: CalibrationPrecision): PlannedPoint[] {
  const { fit } = fitSwitchingCurve(pilot, { model: 'probit' });
  const top = pilot[pilot.length - 1];
  const saturates = top.switched < 0.97 * top.trials;
  const limit = saturates ? top.currentAmpere : Infinity;
  const currents = currentsAround(fit, precision.points);
  const stretched = currents.map(
    (current) =>
      currents[0] +
      (current - currents[0]) *
        Math.min(1, (limit - currents[0]) / (currents[currents.length - 1] - currents[0])),
  );
  return stretched.map((currentAmpere, currentIndex) => ({
    currentAmpere,
    currentIndex,
    trials: firstTrials(currentAmpere, fit, precision),
    switched: -1,
  }));
}

/** Samples until every point's Wilson interval is as narrow as asked. */
async function reachWidth(
  planned: readonly PlannedPoint[],
  sample: Sampler,
  precision: CalibrationPrecision,
): Promise<PlannedPoint[]> {
  let points = planned.map((point) => ({ ...point, trials: 0, switched: 0 }));
  let wanted = planned.map(({ trials }) => trials);
  while (wanted.some((trials) => trials > 0)) {
    points = await addTrials(points, wanted, sample);
    wanted = missingTrials(points, precision);
  }
  return points;
}

/** Adds trials where they help I50 and slope, until both are as sure as asked. */
async function reachSlope(
  start: readonly PlannedPoint[],
  sample: Sampler,
  precision: CalibrationPrecision,
  model: ModelChoice,
): Promise<{ readonly points: readonly PlannedPoint[]; readonly chosen: ChosenFit }> {
  let points = start;
  let chosen = fitSwitchingCurve(points, { model });
  for (let round = 0; round < MOST_ROUNDS && !isPrecise(chosen.fit, precision); round += 1) {
    const wanted = adaptiveTrials(points, chosen.fit, precision);
    if (wanted.every((trials) => trials === 0)) break;
    points = await addTrials(points, wanted, sample);
    chosen = fitSwitchingCurve(points, { model });
  }
  return { points, chosen };
}

async function addTrials(
  points: readonly PlannedPoint[],
  wanted: readonly number[],
  sample: Sampler,
): Promise<PlannedPoint[]> {
  const asked = points.flatMap((_, i) => (wanted[i] > 0 ? [i] : []));
  const switched = await sample(
    asked.map((i) => ({
      currentAmpere: points[i].currentAmpere,
      currentIndex: points[i].currentIndex,
      firstTrial: points[i].trials,
      trials: wanted[i],
    })),
  );
  return points.map((point, i) => {
    const k = asked.indexOf(i);
    if (k < 0) return point;
    return { ...point, trials: point.trials + wanted[i], switched: point.switched + switched[k] };
  });
}

function boughtNote(points: readonly PlannedPoint[], { fit }: ChosenFit, spent: number): string {
  const widths = points.map(({ trials, switched }) => {
    const [low, high] = wilsonInterval(switched, trials);
    return (high - low) / 2;
  });
  const errors = relativeErrors(fit);
  return `${spent} trials bought a Wilson half width of at most ${Math.max(...widths).toFixed(4)} at ${points.length} currents, I50 to ${(100 * errors.i50).toFixed(2)} % of the width and the slope to ${(100 * errors.slope).toFixed(2)} % (one standard error).`;
}

const misfitNote = ({ fit }: ChosenFit): string =>
  `The ${fit.model} misses the points: chi-square ${fit.goodness.chiSquare.toFixed(1)} with ${fit.goodness.degreesOfFreedom} degrees of freedom, p = ${fit.goodness.pValue.toExponential(1)}.`;

function assemble(
  device: Device,
  protocol: Protocol,
  run: {
    readonly seed: number;
    readonly precision: CalibrationPrecision;
    readonly model: ModelChoice;
    readonly options: CalibrationOptions;
    readonly points: readonly PlannedPoint[];
    readonly chosen: ChosenFit;
    readonly notes: readonly string[];
  },
): SwitchingCurve {
  const { seed, precision, model, options, points, chosen, notes } = run;
  const { noise = 'gaussian', state = 'f32', version = 'unknown' } = options;
  const finished = points.map(({ currentAmpere, trials, switched }): SwitchingPoint => ({
    currentAmpere,
    trials,
    switched,
    probability: switched / trials,
    interval: wilsonInterval(switched, trials),
  }));
  return {
    format: 'spinbar.switching-curve',
    version: 1,
    name: `${device.name}.${protocol.name}`,
    device: { name: device.name, hash: hashOf(device.mtj) },
    protocol: { name: protocol.name, hash: hashOf(protocol), kind: protocol.kind },
    temperatureKelvin: protocol.temperature ?? device.mtj.temperature,
    seed,
    method: 'monte-carlo',
    points: finished,
    fit: chosen.fit,
    currentRangeAmpere: [points[0].currentAmpere, points[points.length - 1].currentAmpere],
    alternatives: chosen.alternatives,
    notes,
    provenance: {
      version,
      inputHash: hashOf({ mtj: device.mtj, protocol, seed, precision, model, noise, state }),
    },
  };
}
