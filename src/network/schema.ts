import * as z from 'zod';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { invalidInput } from '../errors/index.js';
import { described, quantity } from '../units/index.js';
import type { Converter } from './converter.js';
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

const cellSchema = z.strictObject({
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
});

const layerSchema = z.strictObject(layerFields).partial();

/** A mapping as files give it: a preset by name, and whatever is to differ from it. */
export const mappingDocumentSchema = z.strictObject({
  preset: described(
    z.enum(Object.keys(mappingPresets) as [string, ...string[]]).default('stox-net'),
    {
      name: 'preset',
      description: 'The named mapping that all other keys change.',
    },
  ),
  ...layerSchema.shape,
  first: policy.optional(),
  last: policy.optional(),
  policies: z.record(z.string(), policy).optional(),
  cell: cellSchema.optional(),
  layers: z.record(z.string(), layerSchema).optional(),
});

/** The mapping that a document means. */
export function mappingOfDocument(document: z.output<typeof mappingDocumentSchema>): Mapping {
  const { preset, first, last, policies, cell, layers, ...own } = document;
  const base = mappingPresets[preset];
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return {
    ...base,
    ...(given as Partial<LayerMapping>),
    name: preset,
    policy: {
      first: first ?? base.policy.first,
      last: last ?? base.policy.last,
      ...(policies ? { layers: policies } : {}),
    },
    cell: cell ?? base.cell,
    ...(layers ? { layers: layers as Readonly<Record<string, Partial<LayerMapping>>> } : {}),
  };
}

const count = z.int().min(1).max(4096);
/** T of a conversion: one number, or by layer. */
export const samplesSchema = described(
  z.union([
    count,
    z.strictObject({
      default: count,
      layers: z.record(z.string(), count).default({}),
      slices: z.array(count).optional(),
      streams: z.array(count).optional(),
    }),
  ]),
  {
    name: 'samples',
    symbol: 'T',
    description:
      'Samples of a conversion: the same, or by layer, times the factors of slice and stream (least significant first).',
  },
);
const sigma = z.number().min(0);
const chip = z.int().min(0).default(1);
const population = described(
  z.strictObject({
    spread: z.strictObject({
      i50Ampere: sigma.default(0),
      logSlope: sigma.default(0),
      correlation: z.number().min(-1).max(1).default(0),
    }),
    chip,
  }),
  {
    name: 'population',
    description:
      'Device-to-device spread of I50 (A) and ln slope; one magnet a column of every array.',
  },
);
const misread = z.number().min(0).max(0.5).default(0);
const readError = described(z.strictObject({ plusAsMinus: misread, minusAsPlus: misread }), {
  name: 'read error',
  description: 'Probabilities that a state is read as the other.',
});
const range = z.tuple([z.number(), z.number()]);

/** A converter as files give it; curves by the name of their file. */
export const converterDocumentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ideal') }),
  z.strictObject({ kind: z.literal('sign') }),
  z.strictObject({
    kind: z.literal('mtj'),
    curve: z.string().min(1),
    samples: samplesSchema.default(1),
    population: population.optional(),
    readError: readError.optional(),
  }),
  z.strictObject({
    kind: z.literal('expectation'),
    curve: z.string().min(1),
    population: population.optional(),
    readError: readError.optional(),
  }),
  z.strictObject({
    kind: z.literal('tanh'),
    slope: z.number().positive(),
    samples: z.union([samplesSchema, z.enum(['infinite', 'sign'])]).default(1),
    zero: z.enum(['draw', 'zero']).default('draw'),
  }),
  z.strictObject({
    kind: z.literal('adc'),
    bits: z.int().min(1).max(16),
    topSliceBits: z.int().min(1).max(16).optional(),
    range: z
      .union([
        z.enum(['full', 'calibrated']),
        z.strictObject({ clip: z.number().positive().max(1) }),
      ])
      .default('full'),
    ranges: z.record(z.string(), range).optional(),
    architecture: described(z.enum(['sar', 'ramp']).optional(), {
      name: 'architecture',
      description: 'What a mismatch acts on: capacitors of every column, or an array’s ramp.',
    }),
    offsetSigma: described(sigma.optional(), {
      name: 'offset spread',
      description: 'Standard deviation of a column’s offset, in levels.',
    }),
    gainSigma: described(sigma.optional(), {
      name: 'gain spread',
      description: 'Relative standard deviation of a column’s gain.',
    }),
    mismatchSigma: described(sigma.optional(), {
      name: 'mismatch',
      description: 'Relative standard deviation of a unit capacitor, or of a step of the ramp.',
    }),
    chip: z.int().min(0).optional(),
  }),
]);

/** The converter that a document means; `curves` holds the files it names. */
export function converterOfDocument(
  document: z.output<typeof converterDocumentSchema>,
  curves: ReadonlyMap<string, SwitchingCurve>,
): Converter {
  switch (document.kind) {
    case 'mtj':
    case 'expectation': {
      const curve = curves.get(document.curve);
      if (!curve)
        throw invalidInput({
          code: 'network.missing-curve',
          what: `the converter wants the switching curve "${document.curve}", which was not read`,
        });
      const { curve: _name, ...own } = document;
      return given({ ...own, curve });
    }
    case 'adc':
      return given(document);
    default:
      return document;
  }
}

/** Without the keys that were left out. */
const given = (document: object): Converter =>
  Object.fromEntries(
    Object.entries(document).filter(([, value]) => value !== undefined),
  ) as unknown as Converter;
