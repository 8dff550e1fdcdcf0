import { numericalFailure, SpinbarError } from '../errors/index.js';
import { planPoints } from './adaptive-sampling.js';
import type { CalibrationOptions, CalibrationProgress, CurveBody } from './calibrate.js';
import { curveFunctions } from './evaluate-curve.js';
import { findTransition, type PilotPoint } from './find-transition.js';
import { fitSwitchingCurve, type ChosenFit } from './fit-curve.js';
import { solveProbabilities } from './fokker-planck.js';
import { interpolateResponse, type Solve } from './interpolate-response.js';
import { restrictToRise } from './monotonicity.js';
import { monteCarloSampler, type Sampler } from './monte-carlo.js';
import { DEFAULT_PRECISION } from './plan.js';
import type { Protocol } from './protocol-schema.js';
import { responseDuration, type Response } from './response.js';

/**
 * P_sw(I) by the Fokker-Planck equation: a small Monte Carlo finds the transition, then Chebyshev points of it are
 * solved, or every current where interpolation between them is not good to a fifth of the half width.
 * The fit weighs each solved probability as `weight` trials, the number whose statistical error is the asked
 * half width at P = 1/2; it is the best of its model for that accuracy and has no covariance.
 */
export async function solveCurve(
  response: Response,
  { range }: Protocol,
  options: CalibrationOptions,
): Promise<CurveBody> {
  const { seed = 1, nonMonotone = 'restrict', model = 'auto', onProgress, executor } = options;
  const precision = { ...DEFAULT_PRECISION, ...options.precision };
  const tolerance = toleranceFor(precision.halfWidth);
  const progress = { stage: 'search' as CalibrationProgress['stage'], trials: 0, plannedTrials: 1 };
  const solver = {
    executor,
    tolerance,
    ...(options.signal ? { signal: options.signal } : {}),
    onCurrent: () => {
      progress.trials += 1;
      onProgress?.({ ...progress });
    },
  };
  const notes: string[] = [];
  const sample = monteCarloSampler(response, { ...options, seed });
  const found = await locate(sample, [range.from, range.to], response, solver);
  const pilot = restrictToRise(found, { nonMonotone, notes });
  const planned = planPoints(pilot, precision);
  progress.stage = 'points';
  progress.plannedTrials = planned.length;
  const currents = planned.map(({ currentAmpere }) => currentAmpere);
  // One current is solved again ten times as accurately, beside the first ones: it is the longest task.
  const checked = currentNear(0.25, pilot, currents);
  let check = { current: 0, difference: NaN };
  const solve: Solve = async (asked) => {
    if (!Number.isNaN(check.difference)) return solveProbabilities(response, asked, solver);
    const at = nearestTo(checked, asked);
    const [finer, ...found] = await solveProbabilities(response, [asked[at], ...asked], {
      ...solver,
      tolerance: [tolerance / 10, ...asked.map(() => tolerance)],
    });
    check = { current: asked[at], difference: Math.abs(finer - found[at]) };
    return found;
  };
  const solved = await interpolateResponse(solve, currents, precision.halfWidth / 5);
  const { probabilities, solves, interpolationError } = solved;
  const error = Math.max(1e-6, 2 * check.difference + interpolationError);
  const weight = Math.round(1 / precision.halfWidth ** 2);
  const counts = probabilities.map((probability, i) => ({
    currentAmpere: currents[i],
    trials: weight,
    switched: weight * probability,
  }));
  const rise = restrictToRise(counts, { nonMonotone, notes });
  const chosen = withoutCovariance(fitSwitchingCurve(rise, { model }));
  notes.push(
    `Fokker-Planck at ${solves} currents${interpolationError > 0 ? `, interpolated at ${currents.length} (to ${interpolationError.toExponential(1)})` : ''}; a solve of ten times the accuracy at ${(check.current * 1e6).toPrecision(4)} uA moves P by ${check.difference.toExponential(1)}. The fit weighs each point as ${weight} trials.`,
  );
  return {
    method: 'fokker-planck',
    chosen,
    notes,
    points: rise.map(({ currentAmpere, switched }) => {
      const probability = switched / weight;
      return {
        currentAmpere,
        trials: 0,
        switched: 0,
        probability,
        interval: [Math.max(0, probability - error), Math.min(1, probability + error)] as const,
      };
    }),
  };
}

/** Moments left out that move P by less than a tenth of the half width (measured: 3e-2 moves it by 4e-4). */
const toleranceFor = (halfWidth: number): number =>
  halfWidth >= 5e-3 ? 3e-2 : halfWidth >= 1e-3 ? 1e-2 : 1e-3;

async function locate(
  sample: Sampler,
  range: readonly [number, number],
  response: Response,
  solver: Parameters<typeof solveProbabilities>[2],
) {
  try {
    const durationSeconds = responseDuration(response);
    return (await findTransition(sample, range, { durationSeconds })).points;
  } catch (error) {
    const [diagnostic] = error instanceof SpinbarError ? error.diagnostics : [];
    if (diagnostic?.code !== 'calibration.no-event') throw error;
    const solved = await solveProbabilities(response, range, solver);
    const [low, high] = solved.map(
      (p, i) => `${p.toExponential(2)} at ${(range[i] * 1e6).toPrecision(4)} uA`,
    );
    throw numericalFailure({
      code: 'calibration.no-transition',
      what: `P stays far from 1/2: ${low}, ${high}`,
      why: `${diagnostic.why ?? ''}; these are the exact probabilities (below 1e-9: their order of magnitude only)`,
      mend: 'lengthen the pulse, raise `range`, or see `spinbar rates` for the probabilities of rare events',
    });
  }
}

/** The current where a probit of the pilot expects P = `target`; not 1/2, which symmetry may keep whatever the error. */
function currentNear(
  target: number,
  pilot: readonly PilotPoint[],
  currents: readonly number[],
): number {
  const { fit } = fitSwitchingCurve(pilot, { model: 'probit' });
  const { probability } = curveFunctions({ fit });
  const expected = currents.map((current) => probability(current));
  return currents[nearestTo(target, expected)];
}

/** Index of the value nearest to `target`. */
const nearestTo = (target: number, values: readonly number[]): number =>
  values.reduce(
    (best, v, i) => (Math.abs(v - target) < Math.abs(values[best] - target) ? i : best),
    0,
  );

/** An exact curve has no sampling error. */
function withoutCovariance({ fit, alternatives }: ChosenFit): ChosenFit {
  const { parameterCovariance: _none, ...rest } = fit;
  return { fit: { ...rest, covariance: [0, 0, 0, 0] }, alternatives };
}
