import * as z from 'zod';
import { described } from '../units/index.js';
import { withDefaults } from './with-defaults.js';

/** Layer-wise ablation. */
export const ablationSchema = described(
  withDefaults(z.strictObject({ images: z.int().min(0).optional() })),
  {
    name: 'ablation',
    description:
      'Images on which one layer’s converter at a time is mended, or left alone; left out: a twentieth of those scored, at most 100; 0: none.',
  },
);

export const allowOutsideSchema = described(z.boolean().default(false), {
  name: 'allow outside',
  description: 'Score even where over 1 % of the conversions leave the range of the curve.',
});
