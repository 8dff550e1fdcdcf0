import { numericalFailure } from '../errors/index.js';
import type { Sampler } from './monte-carlo.js';
import type { SwitchingPoint } from './switching-curve.js';

export type PilotPoint = Pick<SwitchingPoint, 'currentAmpere' | 'trials' | 'switched'>;

const PILOT_POINTS = 9;
const PILOT_TRIALS = 256;
/** Pilot currents have noise keys of their own, apart from those of the curve's points. */
const FIRST_PILOT_INDEX = 1 << 20;
const MOST_ROUNDS = 14;
const MOST_WIDENINGS = 5;

/**
 * Finds the currents over which P goes from low to high: starts from `range` (A), widens it where one
 * outcome fills it, narrows it where the response is a step on its grid. Gives every pilot point, ordered.
 * Throws `SpinbarError` (exit 4) where no current in reach gives an event.
 */
export async function findTransition(
  sample: Sampler,
  range: readonly [number, number],
  { durationSeconds }: { readonly durationSeconds: number },
): Promise<{ readonly points: readonly PilotPoint[]; readonly range: readonly [number, number] }> {
  const seen: PilotPoint[] = [];
  let [low, high] = range;
  let widenings = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const points = await pilot(sample, low, high, round);
    seen.push(...points);
    const step = (high - low) / (PILOT_POINTS - 1);
    const shares = points.map(({ switched, trials }) => switched / trials);
    const largest = Math.max(...shares);
    const top = shares.indexOf(largest);
    const turning = shares.findIndex((share) => share > 0.5);
    if (largest < 0.5 || shares[0] > 0.1) {
      // Not yet up (go right), or up from the start (go left); a peak inside means back-switching.
      if (
        largest < 0.5 &&
        largest > 0.05 &&
        top > 0 &&
        top < PILOT_POINTS - 2 &&
        shares[top + 2] < largest / 2
      )
        return { points: ordered(seen), range: [low, high] };
      widenings += 1;
      if (widenings > MOST_WIDENINGS) throw outOfReach(seen, durationSeconds);
      const span = high - low;
      if (largest < 0.5) high += span;
      else low -= span;
      continue;
    }
    const rising = points.filter(
      ({ switched, trials }, i) => i <= top && switched > 0.02 * trials && switched < 0.98 * trials,
    );
    if (rising.length >= 3) return { points: ordered(seen), range: [low, high] };
    // A step on this grid: look between the last low and the first high point.
    low = points[Math.max(0, turning - 1)].currentAmpere - 0.75 * step;
    high = points[turning].currentAmpere + 0.75 * step;
  }
  throw numericalFailure({
    code: 'calibration.step-like',
    what: 'the response stays a step however finely it is looked at',
    why: `after ${MOST_ROUNDS} refinements the transition is narrower than ${(high - low).toExponential(2)} A`,
    mend: 'the magnet decides without thermal noise here: check temperature and volume',
  });
}

async function pilot(
  sample: Sampler,
  low: number,
  high: number,
  round: number,
): Promise<PilotPoint[]> {
  const requests = Array.from({ length: PILOT_POINTS }, (_, i) => ({
    currentAmpere: low + ((high - low) * i) / (PILOT_POINTS - 1),
    currentIndex: FIRST_PILOT_INDEX + round * PILOT_POINTS + i,
    firstTrial: 0,
    trials: PILOT_TRIALS,
  }));
  const switched = await sample(requests);
  return requests.map(({ currentAmpere }, i) => ({
    currentAmpere,
    trials: PILOT_TRIALS,
    switched: switched[i],
  }));
}

const ordered = (points: readonly PilotPoint[]): PilotPoint[] =>
  [...points].sort((a, b) => a.currentAmpere - b.currentAmpere);

function outOfReach(seen: readonly PilotPoint[], durationSeconds: number) {
  const trials = seen.reduce((sum, point) => sum + point.trials, 0);
  const switched = seen.reduce((sum, point) => sum + point.switched, 0);
  const currents = seen.map(({ currentAmpere }) => currentAmpere * 1e6);
  const searched = `${Math.min(...currents).toPrecision(3)} .. ${Math.max(...currents).toPrecision(3)} uA`;
  const shares = seen.map((point) => point.switched / point.trials);
  if (Math.min(...shares) > 0.1 && Math.max(...shares) < 0.9)
    return numericalFailure({
      code: 'calibration.no-response',
      what: `the outcome does not follow the current: P stays within ${Math.min(...shares).toFixed(2)} .. ${Math.max(...shares).toFixed(2)}`,
      why: `between ${searched} the current neither writes nor forbids the switched state: the magnet forgets before it is read, or the torque has no grip on this easy axis`,
      mend: 'keep the current on until the read, sweep another terminal, or use a device with a higher barrier',
    });
  return numericalFailure({
    code: 'calibration.no-event',
    what: `Monte Carlo saw no transition: ${switched} of ${trials} trials switched`,
    why: `between ${searched} and within ${(durationSeconds * 1e9).toPrecision(3)} ns the barrier is too high (or the torque has no grip on this easy axis): probabilities far below 1/${PILOT_TRIALS} are beyond Monte Carlo`,
    mend: 'lengthen the pulse, raise `range` or sweep another terminal; --method fp and `spinbar rates` give such probabilities',
  });
}
