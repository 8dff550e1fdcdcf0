import * as z from 'zod';
import { described, quantity } from '../units/index.js';
import { mappingPresets } from './presets.js';
import type { LayerMapping, Mapping } from './mapping.js';

const bits = (name: string, symbol: string, description: string) =>
  described(z.int().min(1).max(8), { name, symbol, unit: 'bit', description });

const policy = z.enum(['float', 'mapped']);

/** Every option of one layer on crossbars, each of which may be left out. */
const layerFields = {
  weightBits: bits('weight bits', 'X', 'Bits of a weight code.'),
  bitsPerSlice: bits('bits per slice', 'Z', 'Bits of a weight that one cell pair holds.'),
  activationBits: bits('activation bits', 'Y', 'Bits of an activation code.'),
  bitsPerStream: bits('bits per stream', '', 'Bits of an activation that one read applies.'),
  signedScheme: described(
    z.enum([
      'differential',
      'sign-magnitude',
      'offset-column',
      'twos-complement',
      'separate-arrays',
    ]),
    { name: 'signed scheme', description: 'How cells of one sign stand for weights of two.' },
  ),
  encoding: described(z.enum(['unipolar', 'bipolar']), {
    name: 'activation encoding',
    description: 'Whether activations run from 0 or from minus the scale.',
  }),
  weightQuantiser: described(
    z.union([
      z.strictObject({ kind: z.literal('nearest') }),
      z.strictObject({
        kind: z.literal('away-from-zero'),
        clamp: z.boolean().default(true),
        standardise: z.boolean().default(false),
        powerOfTwoScale: z.boolean().default(false),
      }),
    ]),
    { name: 'weight quantiser', description: 'Rounding of weights to levels.' },
  ),
  activationQuantiser: described(
    z.enum(['nearest', 'away-from-zero', 'away-from-zero-unclamped']),
    {
      name: 'activation quantiser',
      description: 'Rounding of activations to levels.',
    },
  ),
  weightScale: described(z.union([z.literal('max'), z.number().positive()]), {
    name: 'weight scale',
    description: 'The |w| that the largest code stands for.',
  }),
  inputScale: described(z.number().positive(), {
    name: 'input scale',
    description: 'The |x| that the largest code stands for.',
  }),
  weightLevels: described(z.int().min(1).max(127), {
    name: 'weight levels',
    description: 'Levels a unit of weight where the quantiser rounds away from zero.',
  }),
  activationLevels: described(z.int().min(1).max(127), {
    name: 'activation levels',
    description: 'Levels a unit of activation where the quantiser rounds away from zero.',
  }),
  chunkMerge: described(z.enum(['mean', 'sum']), {
    name: 'chunk merge',
    description: 'Whether converted bits of a layer’s chunks are averaged or added.',
  }),
  batchNorm: described(z.enum(['kept', 'folded']), {
    name: 'batch norm',
    description:
      'Whether the batch norm behind a layer stays digital, or becomes its weights, gain and bias row.',
  }),
  rowsPerArray: described(z.int().min(1).max(65_536), {
    name: 'rows per array',
    symbol: 'R',
    description: 'Layers with more inputs are cut into chunks.',
  }),
  columnsPerArray: described(z.int().min(1).max(65_536), {
    name: 'columns per array',
    description: 'Columns of one array; a differential pair counts as one.',
  }),
  chunkRule: described(z.enum(['fill', 'equal']), {
    name: 'chunk rule',
    description: 'Fill each array to its rows, or cut the inputs into equal chunks.',
  }),
  rowOrder: described(z.enum(['channel-major', 'kernel-position-major']), {
    name: 'row order',
    description: 'Order of the inputs of a convolution along the rows.',
  }),
  gain: described(z.number().positive(), {
    name: 'gain',
    description: 'Current-mirror ratio between column and converter.',
  }),
  biasRow: described(z.union([z.number(), z.array(z.number())]), {
    name: 'bias row',
    description:
      'Constantly driven row, in units of a digit 1: one number, one per column, or one per chunk and column.',
  }),
  normalisation: described(
    z.union([
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('per-pixel'), epsilon: z.number().min(0) }),
    ]),
    { name: 'normalisation', description: 'Of partial sums; anything but none is not realisable.' },
  ),
};

const cellSchema = z
  .strictObject({
    onSiemens: quantity({
      name: 'on conductance',
      symbol: 'G_on',
      unit: 'S',
      description: 'Conductance of a cell in its on state.',
      dimension: 'conductance',
      min: 0,
      exclusiveMin: true,
    }),
    offSiemens: quantity({
      name: 'off conductance',
      symbol: 'G_off',
      unit: 'S',
      description: 'Conductance of a cell in its off state.',
      dimension: 'conductance',
      min: 0,
    }),
    readVolt: quantity({
      name: 'read voltage',
      symbol: 'V_read',
      unit: 'V',
      description: 'Voltage of a row driven by digit 1.',
      dimension: 'voltage',
      min: 0,
      exclusiveMin: true,
    }),
  })
  .partial();

const layerSchema = z.strictObject(layerFields).partial();

/** A mapping as files give it: a preset by name, and whatever is to differ from it. */
export const mappingDocumentSchema = z.strictObject({
  preset: described(z.enum(Object.keys(mappingPresets) as [string, ...string[]]).optional(), {
    name: 'preset',
    description:
      'The named mapping that all other keys change; left out: the one that a trained folder brings along, else stox-net.',
  }),
  ...layerSchema.shape,
  first: policy.optional(),
  last: policy.optional(),
  policies: z.record(z.string(), policy).optional(),
  cell: cellSchema.optional(),
  layers: z.record(z.string(), layerSchema).optional(),
});

export type MappingDocument = z.output<typeof mappingDocumentSchema>;

/**
 * The mapping that a document means: its preset, else `own` (that of a trained folder), else stox-net, and on top
 * of it the keys that the document gives. A key given for all layers also replaces what `own` says of it layer
 * by layer; a key under `layers` concerns that layer alone.
 */
export function mappingOfDocument(
  { preset, first, last, policies, cell, layers = {}, ...rest }: MappingDocument,
  own?: Mapping,
): Mapping {
  const base = preset === undefined ? (own ?? mappingPresets['stox-net']) : mappingPresets[preset];
  const given = present(rest);
  const ofLayer = (name: string): Partial<LayerMapping> => ({
    ...Object.fromEntries(
      Object.entries(base.layers?.[name] ?? {}).filter(([key]) => !Object.hasOwn(given, key)),
    ),
    ...present(layers[name] ?? {}),
  });
  const names = [...Object.keys(base.layers ?? {}), ...Object.keys(layers)];
  const named = { ...base.policy.layers, ...policies };
  return {
    ...base,
    ...given,
    policy: {
      first: first ?? base.policy.first,
      last: last ?? base.policy.last,
      ...(Object.keys(named).length > 0 ? { layers: named } : {}),
    },
    cell: { ...base.cell, ...present(cell ?? {}) },
    ...(names.length > 0
      ? { layers: Object.fromEntries(names.map((name) => [name, ofLayer(name)])) }
      : {}),
  };
}

/** Without the keys that were left out. */
const present = (document: object): object =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
