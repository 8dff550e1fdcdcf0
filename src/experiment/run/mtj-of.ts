import type { SwitchingCurve } from '../../calibration/index.js';
import type { MtjConverter, Samples } from '../../network/index.js';
import type { Experiment } from '../schema.js';

/** The converter of an experiment's magnets, sampled so often. */
export const mtjOf = (
  { staggerWidths }: Pick<Experiment, 'staggerWidths'>,
  curve: SwitchingCurve,
  samples: Samples,
): MtjConverter => ({
  kind: 'mtj',
  curve,
  samples,
  ...(staggerWidths === undefined ? {} : { staggerWidths }),
});
