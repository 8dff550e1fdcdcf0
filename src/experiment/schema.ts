import * as z from 'zod';
import { described, optionalQuantity, quantity } from '../units/index.js';
import { architectureSchema } from '../architecture/index.js';
import { samplesSchema, staggerSchema } from '../network/index.js';
import { allocationSchema } from './allocate/allocation-schema.js';
import { ablationSchema, allowOutsideSchema } from './layer-schema.js';
import { mappingSchema } from './mapping-schema.js';
import { trainingSchema } from './training-schema.js';
import { withDefaults } from './with-defaults.js';

const path = (name: string, description: string) =>
  described(z.string().min(1), { name, description: `${description} Relative to this file.` });

const calibrationSchema = z.strictObject({
  halfWidth: quantity({
    name: 'precision of each point',
    symbol: 'w',
    description: 'Half width of the 95 % Wilson interval that every point must reach.',
    dimension: 'none',
    min: 0.001,
    max: 0.2,
    default: 0.02,
  }),
  points: described(z.int().min(3).max(200).default(13), {
    name: 'calibration points',
    description: 'Number of currents at which switching is sampled.',
  }),
  slope: quantity({
    name: 'precision of the slope',
    description: 'Standard error of the slope at I50, relative to the slope.',
    dimension: 'none',
    min: 0.0005,
    max: 0.5,
    default: 0.02,
  }),
  i50: quantity({
    name: 'precision of I50',
    description: "Standard error of I50, relative to the curve's width.",
    dimension: 'none',
    min: 0.0005,
    max: 0.5,
    default: 0.02,
  }),
});

const wire = (name: string, symbol: string, description: string) =>
  optionalQuantity({
    name,
    symbol,
    unit: 'ohm',
    description: `${description} Left out: as found in the netlist.`,
    dimension: 'resistance',
    min: 0,
  });

const crossbarSchema = z.strictObject({
  wordLine: wire('word-line resistance', 'r_WL', 'One word-line segment between two cells.'),
  bitLine: wire('bit-line resistance', 'r_BL', 'One bit-line segment between two cells.'),
  driver: wire('driver resistance', 'R_driver', 'Between a driver and its first cell.'),
  load: wire('load resistance', 'R_load', 'Between the last cell of a bit line and its converter.'),
});

const modelSchema = z.strictObject({
  graph: described(z.string().min(1), {
    name: 'network',
    description: 'Name of a built-in network, such as mnist-mlp, lenet or resnet20.',
  }),
  float: path('float model', 'Folder of the network trained in floating point.'),
  stochastic: path('stochastic model', 'Folder of the network trained through partial sums.'),
});

const dataSchema = z.strictObject({
  set: described(z.enum(['mnist', 'fashion-mnist', 'cifar10']).default('mnist'), {
    name: 'data set',
    description: 'Labelled images: the test set is scored, the training set trains.',
  }),
  folder: path('data folder', 'Left out: the usual places are searched.').optional(),
  images: described(
    z
      .string()
      .regex(/^\d+:\d+$/, 'want first:last, such as 0:1000')
      .optional(),
    { name: 'images', description: 'Part of the test set, first:last, the last not included.' },
  ),
});

const seed = z.int().min(0);

/** One experiment: device, protocol, arrays, network and data; everything `spinbar run` needs. */
export const experimentSchema = z.strictObject({
  name: described(z.string().min(1), { name: 'name', description: 'Title of the report.' }),
  netlist: path(
    'netlist',
    'SPICE crossbar: its operating point is solved, and it gives cells, wires and read voltage.',
  ),
  device: path('device', 'Device file of the SOT-MTJ.'),
  protocol: path('protocol', 'How the device is preset, driven and read.'),
  calibration: withDefaults(calibrationSchema),
  crossbar: withDefaults(crossbarSchema),
  wires: described(z.boolean().default(false), {
    name: 'wires',
    description:
      'Whether every row is also scored with the exact partial sums of arrays whose wires are those of `crossbar`.',
  }),
  mapping: withDefaults(mappingSchema),
  samples: described(z.array(samplesSchema).min(1).default([1, 2, 4, 8]), {
    name: 'samples',
    symbol: 'T',
    description: 'Numbers of MTJ samples a conversion to score, each the same or by layer.',
  }),
  staggerWidths: staggerSchema,
  model: modelSchema,
  data: withDefaults(dataSchema),
  training: withDefaults(trainingSchema),
  architecture: withDefaults(architectureSchema),
  allocation: withDefaults(allocationSchema),
  ablation: ablationSchema,
  allowOutside: allowOutsideSchema,
  seed: described(seed.default(1), {
    name: 'seed',
    description: 'Seed of calibration and training; conversions use `seeds`.',
  }),
  seeds: described(z.array(seed).min(1).default([1, 2, 3]), {
    name: 'seeds',
    description: 'Seeds of the conversions: each stochastic row is scored once with every seed.',
  }),
});

export type Experiment = z.output<typeof experimentSchema>;
