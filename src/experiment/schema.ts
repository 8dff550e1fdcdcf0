import * as z from 'zod';
import { withDefaults } from './with-defaults.js';
import { described, optionalQuantity, quantity } from '../units/index.js';
import { mappingSchema } from './mapping-schema.js';

const path = (name: string, description: string) =>
  described(z.string().min(1), { name, description: `${description} Relative to this file.` });

const calibrationSchema = z.strictObject({
  halfWidth: quantity({
    name: 'calibration precision',
    symbol: 'w',
    description: 'Half width of the 95 % Wilson interval that every point must reach.',
    dimension: 'none',
    min: 0.001,
    max: 0.2,
    default: 0.02,
  }),
  points: described(z.int().min(3).max(200).default(11), {
    name: 'calibration points',
    description: 'Number of currents at which switching is sampled.',
  }),
});

const crossbarSchema = z.strictObject({
  wordLine: quantity({
    name: 'word-line resistance',
    symbol: 'r_WL',
    unit: 'ohm',
    description: 'Wire resistance of one word-line segment between neighbouring cells.',
    dimension: 'resistance',
    min: 0,
    default: '1 ohm',
  }),
  bitLine: quantity({
    name: 'bit-line resistance',
    symbol: 'r_BL',
    unit: 'ohm',
    description: 'Wire resistance of one bit-line segment between neighbouring cells.',
    dimension: 'resistance',
    min: 0,
    default: '1 ohm',
  }),
  driver: quantity({
    name: 'driver resistance',
    unit: 'ohm',
    description: 'Resistance between a word-line driver and the first cell.',
    dimension: 'resistance',
    min: 0,
    default: 0,
  }),
  load: quantity({
    name: 'load resistance',
    unit: 'ohm',
    description: 'Resistance between a bit line and the virtual ground of its converter.',
    dimension: 'resistance',
    min: 0,
    default: 0,
  }),
});

const modelSchema = z.strictObject({
  graph: described(z.string().min(1), {
    name: 'network graph',
    description: 'A built-in network, or a graph file relative to this file.',
  }),
  float: path('float weights', 'Weights trained in floating point (safetensors).'),
  stochastic: path(
    'PS-aware weights',
    'Weights trained through stochastic partial sums (safetensors).',
  ),
});

const dataSchema = z.strictObject({
  set: described(z.enum(['mnist', 'fashion-mnist', 'cifar10']).default('mnist'), {
    name: 'data set',
    description: 'Images to score.',
  }),
  folder: path(
    'data folder',
    'Folder of the data files; default: where the package keeps them.',
  ).optional(),
  images: described(
    z
      .string()
      .regex(/^\d+:\d+$/, 'want first:last, such as 0:1000')
      .optional(),
    { name: 'images', description: 'Part of the test set, first:last without the last.' },
  ),
});

const seed = z.int().min(0);

/** One experiment: device, protocol, arrays, network and data; everything `spinbar run` needs. */
export const experimentSchema = z.strictObject({
  name: described(z.string().min(1), { name: 'name', description: 'Title of the report.' }),
  netlist: path(
    'netlist',
    'SPICE crossbar whose operating point is solved and compared with the crossbar solver.',
  ),
  device: path('device', 'Device file of the SOT-MTJ.'),
  protocol: path('protocol', 'How the device is preset, driven and read.'),
  calibration: withDefaults(calibrationSchema),
  temperature: optionalQuantity({
    name: 'temperature',
    symbol: 'T',
    unit: 'K',
    description: 'Temperature of the device; default: as in the device file.',
    dimension: 'temperature',
    min: '1 K',
    max: '1000 K',
  }),
  crossbar: withDefaults(crossbarSchema),
  mapping: withDefaults(mappingSchema),
  samples: described(z.array(z.int().min(1).max(4096)).min(1).default([1, 2, 4, 8]), {
    name: 'samples',
    symbol: 'T',
    description: 'Numbers of MTJ samples per conversion to score.',
  }),
  model: modelSchema,
  data: withDefaults(dataSchema),
  seed: described(seed.default(1), {
    name: 'seed',
    description: 'Seed of the calibration; scores use `seeds`.',
  }),
  seeds: described(z.array(seed).min(1).default([1, 2, 3]), {
    name: 'seeds',
    description: 'Seeds of the conversions; every stochastic row is scored once with each.',
  }),
});

export type Experiment = z.output<typeof experimentSchema>;
