import { fitSwitchingCurve, type ChosenFit, type ModelChoice } from './fit-curve.js';
import type { PilotPoint } from './find-transition.js';
import type { Sampler } from './monte-carlo.js';
import {
  adaptiveTrials,
  currentsAround,
  firstTrials,
  isPrecise,
  missingTrials,
  type CalibrationPrecision,
  type PlannedPoint,
} from './plan.js';

const MOST_ROUNDS = 12;

/** The currents of the curve: around a probit of the pilot, not beyond its rising part. */
export function planPoints(
  pilot: readonly PilotPoint[],
  precision: CalibrationPrecision,
): PlannedPoint[] {
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
export async function reachWidth(
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
export async function reachSlope(
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
