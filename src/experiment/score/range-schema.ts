import * as z from 'zod';
import { described } from '../../units/index.js';

/** How an ADC of range `calibrated` comes by the range of each layer. */
export const rangeCalibrationSchema = described(
  z
    .strictObject({
      method: z.enum(['percentile', 'error-minimising']).default('percentile'),
      share: z.number().gt(0.5).max(1).default(0.999),
      images: z.int().min(1).default(64),
      part: z.enum(['train', 'test']).default('train'),
      file: z.string().min(1).optional(),
    })
    .prefault({}),
  {
    name: 'range calibration',
    description:
      'Ranges of ADCs with `range: calibrated`: between the quantiles 1 - share and share of each layer’s partial sums on the first images of a part of the data, or with the least squared error; `file`: ranges.json of an earlier run, for the same mapping.',
  },
);
export type RangeCalibration = z.output<typeof rangeCalibrationSchema>;
