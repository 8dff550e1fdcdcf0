import * as z from 'zod';
import { described, optionalQuantity } from '../../units/index.js';

const count = (name: string, description: string, least: number, fallback: number) =>
  described(z.int().min(least).default(fallback), { name, description });

/** How `spinbar allocate` measures layers and what they may spend. */
export const allocationSchema = z.strictObject({
  metric: described(z.enum(['energy', 'latency', 'edp']).default('edp'), {
    name: 'metric',
    description: 'What the budget is counted in.',
  }),
  uniform: described(z.number().min(1).default(2), {
    name: 'uniform samples',
    symbol: 'T',
    description:
      'Budget: what so many samples in every layer would take; fractions lie between whole numbers.',
  }),
  energy: optionalQuantity({
    name: 'energy budget',
    unit: 'uJ',
    dimension: 'energy',
    min: 0,
    exclusiveMin: true,
    description: 'Of one image; takes the place of `uniform` and sets the metric.',
  }),
  latency: optionalQuantity({
    name: 'latency budget',
    unit: 'us',
    dimension: 'time',
    min: 0,
    exclusiveMin: true,
    description: 'Of one image; takes the place of `uniform` and sets the metric.',
  }),
  edp: described(z.number().positive().optional(), {
    name: 'EDP budget',
    unit: 'pJ us',
    description:
      'Energy-delay product of one image; takes the place of `uniform` and sets the metric.',
  }),
  images: count(
    'images',
    'Held-out training images, from the end of the training set, that sensitivities are measured on.',
    10,
    1000,
  ),
  repeats: count(
    'repeats',
    'Most repeats (seeds); layers whose ranking is significant stop earlier.',
    1,
    6,
  ),
  base: count('base samples', 'T of every layer while one is perturbed.', 1, 4),
  perturbed: count('perturbed samples', 'T of the perturbed layer, other than `base`.', 1, 1),
  frontierSeeds: count(
    'frontier seeds',
    'How many of the file’s seeds score each point of the frontier.',
    1,
    1,
  ),
  most: count('most samples', 'No layer gets more.', 1, 16),
  factors: described(z.boolean().default(false), {
    name: 'factors',
    description:
      'Whether factors on T of slices and streams are allocated too: 1, 2 or 4, rising with significance, the same in all layers.',
  }),
  frontier: described(z.array(z.number().min(1)).default([1, 2, 4, 8]), {
    name: 'frontier',
    description:
      'Budgets, as uniform samples, at which allocated and uniform T are scored on the test set.',
  }),
});

export type AllocationOptions = z.output<typeof allocationSchema>;
