import * as z from 'zod';
import { described } from '../units/index.js';
import { withDefaults } from './with-defaults.js';

const positive = (name: string, description: string, fallback: number) =>
  described(z.number().positive().default(fallback), { name, description });

const count = (name: string, description: string, fallback: number) =>
  described(z.int().min(1).default(fallback), { name, description });

const phaseSchema = (epochs: number, rate: number) =>
  z.strictObject({
    epochs: count('epochs', 'Passes through the training images.', epochs),
    rate: positive('learning rate', 'Largest learning rate; it falls as a cosine to 0.', rate),
  });

/** How `spinbar train` trains: first the float network, then the one that lives with the magnet. */
export const trainingSchema = z.strictObject({
  float: withDefaults(phaseSchema(6, 0.1)),
  stochastic: withDefaults(phaseSchema(8, 0.05)),
  batch: count('batch', 'Images an update; a multiple of 4.', 100),
  momentum: described(z.number().min(0).max(0.999).default(0.9), {
    name: 'momentum',
    description: 'Of stochastic gradient descent.',
  }),
  weightDecay: described(z.number().min(0).default(1e-4), {
    name: 'weight decay',
    description: 'Added to the gradient of weights, times the weight.',
  }),
  warmUpEpochs: described(z.number().min(0).default(0.2), {
    name: 'warm-up',
    unit: 'epochs',
    description: 'Stretch in which the rate rises from 0.',
  }),
  validationImages: described(z.int().min(0).default(5000), {
    name: 'validation images',
    description: 'Last images of the training set, held out: choices are made on them alone.',
  }),
  samples: described(z.int().min(1).default(1), {
    name: 'training samples',
    symbol: 'T',
    description: 'MTJ samples a conversion while training.',
  }),
  gainWidths: positive(
    'gain target',
    'Root mean square of a column current that the gain aims at, in widths of the curve.',
    1,
  ),
});
