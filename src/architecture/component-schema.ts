import * as z from 'zod';
import { described, optionalQuantity, quantity } from '../units/index.js';
import { SCALING_RULES } from './technology.js';

const energy = quantity({
  name: 'energy per action',
  symbol: 'E',
  unit: 'pJ',
  dimension: 'energy',
  min: 0,
  description: 'Dynamic energy of one action of the component.',
});
const area = quantity({
  name: 'area',
  symbol: 'A',
  unit: 'um^2',
  dimension: 'area',
  min: 0,
  description: 'Silicon area of one instance.',
});
const latency = optionalQuantity({
  name: 'latency',
  symbol: 't',
  unit: 'ns',
  dimension: 'time',
  min: 0,
  description: 'Time of one action; absent where it hides behind another.',
});
const leakage = quantity({
  name: 'leakage',
  symbol: 'P_leak',
  unit: 'uW',
  dimension: 'power',
  min: 0,
  default: '0 W',
  description: 'Static power of one instance.',
});
const source = described(z.string().min(1), {
  name: 'source',
  description: 'Publication, table and any arithmetic that gave the values.',
});
const spread = described(
  z.tuple([z.number().positive(), z.number().positive()]).default([0.5, 2]),
  {
    name: 'spread',
    description: 'Low and high factor on the energy for the uncertainty report.',
  },
);

const scaling = described(z.enum(SCALING_RULES).optional(), {
  name: 'scaling rule',
  description:
    'How the values follow the technology node where `architecture.node` asks for another one.',
});

const component = z.strictObject({ energy, area, latency, leakage, source, spread, scaling });

const lines = (name: string) =>
  described(z.int().min(1), {
    name,
    description: 'Of the array that energy and area are stated for.',
  });

/** An array's energy and area grow with its cells, from the size they are stated for. */
const arrayComponent = component.extend({ rows: lines('rows'), columns: lines('columns') });

const adcPoint = z.strictObject({ bits: z.int().min(1).max(16), energy, area });

/** Published ways in which an ADC's price grows with its bits; each is a formula or a table, by name. */
export const adcSchema = z.discriminatedUnion('scaling', [
  z.strictObject({
    scaling: described(z.literal('table'), {
      name: 'scaling',
      description: 'Energy and area at listed bits; others by a fit a b + c 2^b through them.',
    }),
    points: z.array(adcPoint).min(2),
    conversionTime: quantity({
      name: 'conversion time',
      unit: 'ns',
      dimension: 'time',
      min: 0,
      exclusiveMin: true,
      description: 'Of one conversion, any bits.',
    }),
    source,
    spread,
    nodeScaling: scaling,
  }),
  z.strictObject({
    scaling: described(z.literal('per-bit'), {
      name: 'scaling',
      description: 'Latency and power grow in proportion to the bits; the area is constant.',
    }),
    timePerBit: quantity({
      name: 'time per bit',
      unit: 'ns',
      dimension: 'time',
      min: 0,
      exclusiveMin: true,
      description: 'Conversion time divided by bits.',
    }),
    powerPerBit: quantity({
      name: 'power per bit',
      unit: 'mW',
      dimension: 'power',
      min: 0,
      description: 'Dynamic power divided by bits.',
    }),
    columns: described(z.int().min(1).default(1), {
      name: 'conversions',
      description: 'Made one after another within the stated time (PUMA states a whole array).',
    }),
    leakagePerBit: quantity({
      name: 'leakage per bit',
      unit: 'mW',
      dimension: 'power',
      min: 0,
      description: 'Static power divided by bits.',
    }),
    area,
    source,
    spread,
    nodeScaling: scaling,
  }),
  z.strictObject({
    scaling: described(z.literal('sar'), {
      name: 'scaling',
      description: 'Time (b + 1) steps, power a b + c, area linear in bits and in levels.',
    }),
    timePerBit: quantity({
      name: 'time per bit',
      unit: 'ns',
      dimension: 'time',
      min: 0,
      exclusiveMin: true,
      description: 'Of one comparison; a conversion takes one more than it has bits.',
    }),
    powerPerBit: quantity({
      name: 'power per bit',
      unit: 'uW',
      dimension: 'power',
      min: 0,
      description: 'Power that grows with the bits.',
    }),
    powerBase: quantity({
      name: 'base power',
      unit: 'uW',
      dimension: 'power',
      min: 0,
      description: 'Power that does not.',
    }),
    areaPerBit: area,
    areaPerLevel: area,
    source,
    spread,
    nodeScaling: scaling,
  }),
  z.strictObject({
    scaling: described(z.literal('figure-of-merit'), {
      name: 'scaling',
      description:
        'Energy from the Schreier figure of merit that the Murmann survey reaches at a sampling rate.',
    }),
    rate: quantity({
      name: 'sampling rate',
      unit: 'GHz',
      dimension: 'frequency',
      min: 0,
      exclusiveMin: true,
      description: 'Conversions per second.',
    }),
    area,
    source,
    spread,
    nodeScaling: scaling,
  }),
]);

/** A set of components of one technology, from one body of sources; sets are never mixed in silence. */
export const componentLibrarySchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  node: quantity({
    name: 'technology node',
    unit: 'nm',
    dimension: 'length',
    min: '1 nm',
    description: 'Node at which every value of the set is stated.',
  }),
  source,
  /** One action: one read of one array of the stated size. */
  array: arrayComponent,
  /** One action: one row driven for one read. */
  rowDriver: component,
  /** One action: one column sampled and held; left out where the converter sees the current at once. */
  sampleAndHold: component.optional(),
  adc: adcSchema,
  /** One action: shift one converted number and add it to the accumulator; latency at the unit's clock. */
  shiftAdd: component.required({ latency: true }),
  /** One action: one byte read from or written to the tile's buffer. */
  buffer: component,
  /** One action: one byte moved between the buffer and the arrays. */
  bus: component,
  /** One action: one byte through one router. */
  router: component,
  /** One action: one activation evaluated. */
  activation: component,
  /** One action: one value compared or added by a pool. */
  pooling: component,
  /** One action: one bit stored; holds the single sample of a column where T = 1. */
  register: component,
  /** One action: one stochastic sample counted, for one bit of the counter; area of one bit. */
  counter: component,
  /** One action: one multiply-accumulate of a layer that stays digital; latency at the unit's clock. */
  multiplyAccumulate: component.required({ latency: true }),
});

export type ComponentLibrary = z.output<typeof componentLibrarySchema>;
export type Component = z.output<typeof component>;
export type AdcModel = z.output<typeof adcSchema>;
