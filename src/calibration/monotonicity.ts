import { numericalFailure } from '../errors/index.js';
import type { SwitchingPoint } from './switching-curve.js';

type Counts = Pick<SwitchingPoint, 'currentAmpere' | 'trials' | 'switched'>;

/** Where a response rises, and what it does beyond. */
export interface MonotoneRange {
  readonly monotone: boolean;
  /** Index of the first and last point of the longest rise that holds the largest probability. */
  readonly first: number;
  readonly last: number;
  /** The most significant fall: from point, to point, in standard errors of the difference. */
  readonly fall?: { readonly from: number; readonly to: number; readonly sigmas: number };
}

/**
 * Looks for falls of P with the current (back-switching after an overdriven pulse) in points ordered by
 * current. A fall counts when the difference of two points exceeds `sigmas` standard errors; with n points
 * there are n(n-1)/2 pairs, so the default of 4.5 keeps false alarms below 0.3 % for 30 points.
 */
export function findMonotoneRange(points: readonly Counts[], sigmas = 4.5): MonotoneRange {
  const worst = worstFall(points, 0, points.length - 1);
  if (!worst || worst.sigmas < sigmas)
    return { monotone: true, first: 0, last: points.length - 1, ...(worst ? { fall: worst } : {}) };
  // Keep the rise up to the point from which P falls; inside it there may be an earlier, lesser fall.
  let first = 0;
  let last = worst.from;
  for (let inner = worstFall(points, first, last); inner && inner.sigmas >= sigmas;) {
    // The falling part before a rise (P falls from the left) is cut off, else the end of the rise.
    if (last - inner.to > inner.from - first) first = inner.to;
    else last = inner.from;
    inner = worstFall(points, first, last);
  }
  return { monotone: false, first, last, fall: worst };
}

function worstFall(
  points: readonly Counts[],
  first: number,
  last: number,
): MonotoneRange['fall'] | undefined {
  let worst: MonotoneRange['fall'];
  for (let from = first; from <= last; from += 1) {
    for (let to = from + 1; to <= last; to += 1) {
      const sigmas = fallSigmas(points[from], points[to]);
      if (sigmas > 0 && sigmas > (worst?.sigmas ?? 0)) worst = { from, to, sigmas };
    }
  }
  return worst;
}

/** (p_a - p_b) over its standard error with the pooled share (two-proportion z test). */
function fallSigmas(a: Counts, b: Counts): number {
  if (a.trials === 0 || b.trials === 0) return 0;
  const pooled = (a.switched + b.switched) / (a.trials + b.trials);
  const variance = pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials);
  if (variance === 0) return 0;
  return (a.switched / a.trials - b.switched / b.trials) / Math.sqrt(variance);
}

export interface MonotonePolicy {
  readonly nonMonotone: 'restrict' | 'refuse';
  /** Receives what was restricted, for the curve's notes. */
  readonly notes: string[];
}

/**
 * The rising part of a response: the points themselves where P never falls significantly. Else, as the
 * policy says, the part up to the maximum with a note, or `SpinbarError` (exit 4); the latter also where
 * the rising part does not cross P = 1/2.
 */
export function restrictToRise<Point extends Counts>(
  points: readonly Point[],
  { nonMonotone, notes }: MonotonePolicy,
): readonly Point[] {
  const { monotone, first, last, fall } = findMonotoneRange(points);
  if (monotone || !fall) return points;
  const share = ({ switched, trials }: Counts): string => (switched / trials).toFixed(3);
  const micro = (i: number): string => `${(points[i].currentAmpere * 1e6).toPrecision(4)} uA`;
  const what = `P falls from ${share(points[fall.from])} at ${micro(fall.from)} to ${share(points[fall.to])} at ${micro(fall.to)} (${fall.sigmas.toFixed(1)} standard errors): back-switching`;
  const kept = points.slice(first, last + 1);
  if (nonMonotone === 'refuse' || !crossesHalf(kept))
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

/** Whether counts lie below and above one half by more than three standard errors, on four points or more. */
function crossesHalf(points: readonly Counts[]): boolean {
  const deviations = points.map(
    ({ switched, trials }) => (2 * switched - trials) / Math.sqrt(Math.max(1, trials)),
  );
  return points.length >= 4 && Math.min(...deviations) < -3 && Math.max(...deviations) > 3;
}
