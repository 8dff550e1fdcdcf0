import * as z from 'zod';
import { withDefaults } from './with-defaults.js';
import { described, optionalQuantity } from '../units/index.js';

const bits = (name: string, symbol: string, description: string, fallback: number) =>
  described(z.int().min(1).max(16).default(fallback), { name, symbol, unit: 'bit', description });

const policy = (name: string, description: string, fallback: 'float' | 'mapped') =>
  described(z.enum(['float', 'mapped']).default(fallback), { name, description });

const cellSchema = z.strictObject({
  on: optionalQuantity({
    name: 'on resistance',
    symbol: 'R_on',
    unit: 'kohm',
    description:
      'Resistance of a cell in its low-resistance state; left out: the netlist’s lowest.',
    dimension: 'resistance',
    min: 0,
    exclusiveMin: true,
  }),
  off: optionalQuantity({
    name: 'off resistance',
    symbol: 'R_off',
    unit: 'kohm',
    description:
      'Resistance of a cell in its high-resistance state; left out: the netlist’s highest.',
    dimension: 'resistance',
    min: 0,
    exclusiveMin: true,
  }),
  read: optionalQuantity({
    name: 'read voltage',
    symbol: 'V_read',
    unit: 'V',
    description: 'Voltage of a row driven by digit 1; left out: the netlist’s largest.',
    dimension: 'voltage',
    min: 0,
    exclusiveMin: true,
  }),
});

const layerSchema = z
  .strictObject({
    encoding: described(z.enum(['unipolar', 'bipolar']), {
      name: 'encoding',
      description: 'Activations of 0 to 1 (row driven or not) or of -1 to 1 (driven at +V or -V).',
    }),
    weightBits: z.int().min(1).max(16),
    bitsPerSlice: z.int().min(1).max(16),
    activationBits: z.int().min(1).max(16),
    bitsPerStream: z.int().min(1).max(16),
    inputScale: z.number().positive(),
  })
  .partial();

/** How layers are put on crossbars. */
export const mappingSchema = z.strictObject({
  weightBits: bits('weight bits', 'X', 'Bits of a weight code.', 4),
  bitsPerSlice: bits('bits per slice', 'Z', 'Bits of a weight that one cell pair holds.', 1),
  activationBits: bits('activation bits', 'Y', 'Bits of an activation code.', 4),
  bitsPerStream: bits('bits per stream', '', 'Bits of an activation that one read applies.', 1),
  rows: described(z.int().min(1).max(4096).default(128), {
    name: 'rows per array',
    symbol: 'R',
    description: 'Rows of one array: layers with more inputs are cut into chunks.',
  }),
  columns: described(z.int().min(1).max(4096).default(128), {
    name: 'columns per array',
    description: 'Columns of one array; a differential pair counts as one.',
  }),
  chunks: described(z.enum(['fill', 'equal']).default('fill'), {
    name: 'chunk rule',
    description: 'Fill each array to its rows, or cut the inputs into equal chunks.',
  }),
  first: policy(
    'first layer',
    'Whether the first layer is digital float or on crossbars.',
    'mapped',
  ),
  last: policy('last layer', 'Whether the head is digital float or on crossbars.', 'float'),
  cell: withDefaults(cellSchema),
  encoding: described(z.enum(['unipolar', 'bipolar']).default('bipolar'), {
    name: 'encoding',
    description: 'Activations of 0 to 1 (row driven or not) or of -1 to 1 (driven at +V or -V).',
  }),
  layers: described(z.record(z.string(), layerSchema).default({}), {
    name: 'layers',
    description: 'What differs in a layer, by its name in the graph.',
  }),
});
