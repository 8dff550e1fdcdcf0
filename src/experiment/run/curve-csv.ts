import type { SwitchingCurve } from '../../calibration/index.js';
import { csv } from '../../report/index.js';

/** The measured points of a curve: current (A), trials, switched, probability and its interval. */
export const pointsCsv = ({ points }: SwitchingCurve): string =>
  csv(
    ['currentAmpere', 'trials', 'switched', 'probability', 'intervalLow', 'intervalHigh'],
    points.map(({ currentAmpere, trials, switched, probability, interval }) => [
      currentAmpere,
      trials,
      switched,
      probability,
      ...interval,
    ]),
  );
