import type { Diagnostic } from '../errors/index.js';
import type { SwitchingCurve } from './switching-curve.js';

/**
 * Where a use asks a curve for currents outside its points, and P there is not decided anyway: a warning
 * that names both ranges. `usedAmpere` is the range of currents asked for; undefined when it is covered.
 * Below the lower end P counts as decided when it is under `decided` there, above the upper end when over
 * 1 - `decided`; the fit cannot be far wrong beyond such an end.
 */
export function extrapolationWarning(
  { name, points, currentRangeAmpere: [low, high] }: SwitchingCurve,
  usedAmpere: readonly [number, number],
  { decided = 0.02 } = {},
): Diagnostic | undefined {
  const first = points.at(0)?.probability ?? 0.5;
  const last = points.at(-1)?.probability ?? 0.5;
  const below = usedAmpere[0] < low && first > decided;
  const above = usedAmpere[1] > high && last < 1 - decided;
  if (!below && !above) return undefined;
  const micro = (current: number): string => `${(current * 1e6).toPrecision(4)} uA`;
  return {
    severity: 'warning',
    code: 'calibration.extrapolated',
    what: `the curve ${name} is used from ${micro(usedAmpere[0])} to ${micro(usedAmpere[1])}, calibrated only from ${micro(low)} to ${micro(high)}`,
    why: below
      ? `at its lower end P is ${first.toFixed(3)}, not yet near 0`
      : `at its upper end P is ${last.toFixed(3)}, not yet near 1`,
    mend: 'calibrate over a wider range, or lower the current gain',
  };
}
