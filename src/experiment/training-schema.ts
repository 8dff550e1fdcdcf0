import * as z from 'zod';
import { described } from '../units/index.js';
import { withDefaults } from './with-defaults.js';

const positive = (name: string, description: string, fallback: number) =>
  described(z.number().positive().default(fallback), { name, description });

const count = (name: string, description: string, fallback: number) =>
  described(z.int().min(1).default(fallback), { name, description });

const share = (name: string, description: string, fallback: number) =>
  described(z.number().min(0).max(1).default(fallback), { name, description });

const phase = (epochs: number, rate: number) => ({
  epochs: count('epochs', 'Passes through the training images.', epochs),
  rate: positive('learning rate', 'Largest learning rate; it falls as a cosine to 0.', rate),
});

const floatSchema = z.strictObject({
  ...phase(6, 0.1),
  epochs: described(z.int().min(0).default(6), {
    name: 'epochs',
    description: 'Passes through the training images; 0 takes the initial weights as they are.',
  }),
  initial: described(z.string().min(1).optional(), {
    name: 'initial weights',
    description:
      'Safetensors or PyTorch file, or model folder, to start from. Relative to this file.',
  }),
});

const samplesWhileTraining = (fallback: number) =>
  described(z.int().min(1).max(255).default(fallback), {
    name: 'training samples',
    symbol: 'T',
    description: 'MTJ samples a conversion while training.',
  });

const estimatorSchema = described(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('expectation') }),
    z.strictObject({
      kind: z.literal('straight-through'),
      gateWidths: z.number().positive().default(2.5),
    }),
    z.strictObject({
      kind: z.literal('scaled-expectation'),
      widen: z.number().positive().default(2),
    }),
    z.strictObject({ kind: z.literal('identity') }),
  ]),
  {
    name: 'estimator',
    description:
      "How the backward pass sees a conversion: the curve's own derivative, StoX-Net's straight-through inside a gate, the derivative of a widened curve, or a constant.",
  },
);

const progressiveSchema = z.strictObject({
  ...phase(1, 0.02),
  samples: samplesWhileTraining(8),
  gainWidths: described(z.number().positive().optional(), {
    name: 'gain target',
    description:
      'Of this phase; left out: that of all. More samples want smaller currents, a single one nearly certain bits.',
  }),
  estimator: estimatorSchema.optional(),
});

const distillationSchema = z.strictObject({
  weight: share('weight of the twin', 'Share of the loss that the float twin has.', 0),
  temperature: positive('temperature', 'Both networks’ logits are divided by it.', 4),
});

const augmentationSchema = z.strictObject({
  crop: described(z.int().min(0).max(16).default(0), {
    name: 'crop padding',
    unit: 'pixel',
    description: 'Images are padded by this on every side and cut out at a random place.',
  }),
  flip: described(z.boolean().default(false), {
    name: 'flip',
    description: 'Half of the images are mirrored left to right.',
  }),
  cutout: described(z.int().min(0).max(32).default(0), {
    name: 'cutout',
    unit: 'pixel',
    description: 'Side of a square that is blanked at a random place.',
  }),
  mixup: described(z.number().min(0).max(1).default(0), {
    name: 'mixup',
    symbol: 'alpha',
    description:
      'Images and labels of a batch are blended in pairs, the share drawn from Beta(alpha, alpha); 0: none.',
  }),
});

const spread = (name: string, description: string) =>
  described(z.number().min(0).default(0), { name, description });

const physicsSchema = z.strictObject({
  interval: count('interval', 'Updates between two chips.', 20),
  conductanceSpread: spread('conductance spread', 'Standard deviation of ln G of every cell.'),
  population: described(
    z
      .strictObject({
        i50Ampere: spread('spread of I50', 'Standard deviation (A) over the magnets.'),
        logSlope: spread('spread of the slope', 'Standard deviation of ln slope at I50.'),
        correlation: described(z.number().min(-1).max(1).default(0), {
          name: 'correlation',
          description: 'Of I50 and ln slope.',
        }),
      })
      .optional(),
    { name: 'population', description: 'One magnet a column of every array.' },
  ),
  temperatures: described(z.array(z.string().min(1)).default([]), {
    name: 'temperatures',
    description:
      'Curve files of the same device and protocol at other temperatures; a chip lies between the nominal curve and one of them. Relative to this file.',
  }),
  readNoiseAmpere: described(z.number().min(0).default(0), {
    name: 'read noise',
    unit: 'A',
    description: 'Standard deviation of the noise on a column current, new for every sample.',
  }),
  wires: described(z.boolean().default(false), {
    name: 'wires',
    description: 'Whether the arrays have the wires of `crossbar`, solved exactly for every chip.',
  }),
});

/** How `spinbar train` trains: first the float network, then the one that lives with the magnet. */
export const trainingSchema = z.strictObject({
  float: withDefaults(floatSchema),
  initial: described(z.string().min(1).optional(), {
    name: 'initial stochastic model',
    description:
      'Folder of a stochastic model, such as another `spinbar train` wrote, that the stochastic phases go on from; left out: the float network. Relative to this file.',
  }),
  progressive: described(z.array(progressiveSchema).default([]), {
    name: 'progressive phases',
    description: 'Stochastic phases before the last one, each going on from the one before.',
  }),
  stochastic: withDefaults(z.strictObject(phase(8, 0.05))),
  samples: samplesWhileTraining(1),
  batch: count('batch', 'Images an update; a multiple of the shards.', 100),
  shards: count(
    'shards',
    'Equal parts of a batch, each with batch statistics of its own; threads share them out.',
    4,
  ),
  optimiser: described(z.enum(['sgd', 'adamw']).default('sgd'), {
    name: 'optimiser',
    description: 'Stochastic gradient descent with momentum, or AdamW.',
  }),
  momentum: described(z.number().min(0).max(0.999).default(0.9), {
    name: 'momentum',
    description: 'Of stochastic gradient descent.',
  }),
  nesterov: described(z.boolean().default(false), {
    name: 'Nesterov momentum',
    description: 'Looks ahead along the momentum.',
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
  averaging: described(z.number().min(0).max(0.99999).default(0), {
    name: 'averaging decay',
    description:
      'Decay a step of the running average of all parameters that is evaluated and kept; 0: none.',
  }),
  labelSmoothing: share('label smoothing', 'Share of the target spread over all classes.', 0),
  distillation: withDefaults(distillationSchema),
  augmentation: withDefaults(augmentationSchema),
  images: described(z.int().min(1).optional(), {
    name: 'training images',
    description: 'The first so many, held-out ones included; left out: all.',
  }),
  validationImages: described(z.int().min(0).default(5000), {
    name: 'validation images',
    description: 'Last images of the training set, held out: choices are made on them alone.',
  }),
  estimator: estimatorSchema.default({ kind: 'expectation' }),
  antithetic: described(z.boolean().default(false), {
    name: 'antithetic draws',
    description:
      'Whether a batch holds every image twice, the second time with complementary draws: less noise in the gradient, half as many images a batch.',
  }),
  physics: described(physicsSchema.optional(), {
    name: 'physics in the loop',
    description:
      'What chips differ by. Training goes from chip to chip; held-out images are judged on one it never met.',
  }),
  biasRows: described(z.boolean().default(false), {
    name: 'bias rows',
    description:
      'Whether a bias row centres the partial sums of every array column, the same for all slices and streams.',
  }),
  learnOffsets: described(z.boolean().default(false), {
    name: 'learned offsets',
    description:
      "Whether training learns how far from the means the bias rows put the columns' thresholds. With bias rows only.",
  }),
  standardise: described(z.boolean().default(false), {
    name: 'standardised weights',
    description:
      'Whether mapped weights are standardised per output before they are quantised: every column uses its converter alike under one gain a layer. Wants a batch normalisation behind.',
  }),
  learnSteps: described(z.boolean().default(false), {
    name: 'learned steps',
    description:
      'Whether the steps of weights and inputs of mapped layers are learned (LSQ) from where they start.',
  }),
  sliceFilters: described(z.boolean().default(false), {
    name: 'slice filters',
    description:
      'Whether every slice of a weight is trained by latent weights of its own, as in StoX-Net, instead of being the bits of one weight. Not with standardised weights, learned steps, spread cells or wires.',
  }),
  inputScales: described(z.enum(['given', 'calibrated']).default('given'), {
    name: 'input scales',
    description:
      'Encodings and scales of the layers’ inputs: those of `mapping`, or from the float network’s activations on 256 training images.',
  }),
  gainWidths: positive(
    'gain target',
    'Root mean square of a column current that the gain aims at, in widths of the curve.',
    1,
  ),
  gainInterval: count('gain interval', 'Updates between two changes of the gains.', 1),
});
