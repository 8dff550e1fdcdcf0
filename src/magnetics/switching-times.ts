import { dot, unit, type Vector3 } from '../numerics/vector3.js';
import { simulateEnsemble, type EnsembleRequest } from './ensemble.js';
import { driveDuration } from './macrospin.js';
import { splitDrive } from './split-drive.js';

export interface SwitchingTimes {
  /** First instant (s) at which m.towards > 0 was seen, of every trial; NaN: never. */
  readonly first: Float64Array;
  /** Whether the trial is on that side at the end: with `first` the joint distribution of time and outcome. */
  readonly switched: Uint8Array;
  /** Spacing of the looks (s). */
  readonly resolutionSeconds: number;
}

/** When the trials of an ensemble cross to the `towards` side, looked at `looks` times over the drive. */
export function switchingTimes(
  request: Omit<EnsembleRequest, 'readAfter'>,
  towards: Vector3,
  { looks = 200 } = {},
): SwitchingTimes {
  const resolutionSeconds = driveDuration(request.drive) / looks;
  const drive = splitDrive(request.drive, resolutionSeconds);
  const { reads } = simulateEnsemble({ ...request, drive, readAfter: drive.map((_, k) => k) });
  const axis = unit(towards);
  const first = new Float64Array(request.trials).fill(NaN);
  const switched = new Uint8Array(request.trials);
  let time = 0;
  for (const [k, m] of reads.entries()) {
    time += drive[k].durationSeconds;
    for (let t = 0; t < request.trials; t += 1) {
      const over = dot([m[3 * t], m[3 * t + 1], m[3 * t + 2]], axis) > 0;
      if (over && Number.isNaN(first[t])) first[t] = time;
      if (k === reads.length - 1) switched[t] = over ? 1 : 0;
    }
  }
  return { first, switched, resolutionSeconds };
}
