import * as z from 'zod';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { invalidInput } from '../errors/index.js';
import { described } from '../units/index.js';
import type { Converter } from './converter.js';

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
export const staggerSchema = described(z.number().positive().max(1000).optional(), {
  name: 'stagger',
  description:
    'Span of the currents that staggered samples are taken at, in curve widths: sample t of T at span ((t + 1/2)/T - 1/2) beside the column current.',
});
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
    staggerWidths: staggerSchema,
    population: population.optional(),
    readError: readError.optional(),
  }),
  z.strictObject({
    kind: z.literal('expectation'),
    curve: z.string().min(1),
    samples: samplesSchema.optional(),
    staggerWidths: staggerSchema,
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
