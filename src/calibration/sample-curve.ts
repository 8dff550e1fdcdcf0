import { wilsonInterval } from '../numerics/wilson.js';
import type { Protocol } from './protocol-schema.js';
import { findTransition } from './find-transition.js';
import type { CalibrationOptions, CalibrationProgress, CurveBody } from './calibrate.js';
import { planPoints, reachSlope, reachWidth } from './adaptive-sampling.js';
import type { ChosenFit } from './fit-curve.js';
import { restrictToRise } from './monotonicity.js';
import { monteCarloSampler, type Sampler } from './monte-carlo.js';
import { DEFAULT_PRECISION, relativeErrors, type PlannedPoint } from './plan.js';
import { responseDuration, type Response } from './response.js';

/**
 * P_sw(I) by Monte Carlo: finds the transition, gives every point the trials that its Wilson interval
 * needs, then spends further trials where they lower the uncertainty of slope and I50 most, and stops at
 * the asked precision.
 */
export async function sampleCurve(
  response: Response,
  { range }: Protocol,
  options: CalibrationOptions,
): Promise<CurveBody> {
  const { seed = 1, nonMonotone = 'restrict', model = 'auto', onProgress } = options;
  const precision = { ...DEFAULT_PRECISION, ...options.precision };
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
  const { points: pilot } = await findTransition(sample, [range.from, range.to], {
    durationSeconds: responseDuration(response),
  });
  progress.stage = 'points';
  const planned = planPoints(restrictToRise(pilot, { nonMonotone, notes }), precision);
  const narrow = await reachWidth(planned, sample, precision);
  progress.stage = 'slope';
  const rise = restrictToRise(narrow, { nonMonotone, notes });
  const { points, chosen } = await reachSlope(rise, sample, precision, model);
  notes.push(boughtNote(points, chosen, progress.plannedTrials));
  if (chosen.fit.goodness.pValue < 1e-3) notes.push(misfitNote(chosen));
  return {
    method: 'monte-carlo',
    chosen,
    notes,
    points: points.map(({ currentAmpere, trials, switched }) => ({
      currentAmpere,
      trials,
      switched,
      probability: switched / trials,
      interval: wilsonInterval(switched, trials),
    })),
  };
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
