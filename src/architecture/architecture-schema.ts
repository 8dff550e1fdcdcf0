import * as z from 'zod';
import { described, optionalQuantity } from '../units/index.js';

const columnsPerConverter = described(z.int().min(1), {
  name: 'columns per converter',
  description: 'Columns that take turns at one ADC.',
});
const mappingChange = described(
  z
    .strictObject({
      bitsPerSlice: z.int().min(1).max(8),
      bitsPerStream: z.int().min(1).max(8),
      rowsPerArray: z.int().min(1).max(65_536),
      columnsPerArray: z.int().min(1).max(65_536),
    })
    .partial()
    .default({}),
  { name: 'mapping', description: 'What this design maps otherwise than the experiment.' },
);
const name = described(z.string().min(1), { name: 'name', description: 'Of the design.' });

const referenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adc'),
    name,
    bits: described(z.union([z.int().min(1).max(16), z.literal('full')]).default('full'), {
      name: 'bits',
      unit: 'bit',
      description: 'Of the ADC; full: as many as lose nothing.',
    }),
    columnsPerConverter: columnsPerConverter.default(128),
    mapping: mappingChange,
  }),
  z.strictObject({
    kind: z.literal('sparse-adc'),
    name,
    topSliceBits: z.int().min(1).max(16).default(1),
    bits: z.int().min(1).max(16).default(3),
    columnsPerConverter: columnsPerConverter.default(128),
    mapping: mappingChange,
  }),
]);

/** The `architecture` section of an experiment file: what the network is built of and compared with. */
export const architectureSchema = z.strictObject({
  components: described(z.string().min(1).default('isaac-32nm'), {
    name: 'components',
    description:
      'Component set: a name from devices/components, or a file. Sets are never mixed in silence.',
  }),
  readout: described(z.string().min(1).default('mtj-readout-28nm'), {
    name: 'read-out',
    description: 'What stands around the magnet: a name from devices/components, or a file.',
  }),
  device: described(z.string().min(1).optional(), {
    name: 'device',
    description: 'Device file of the magnet, where the experiment itself names none.',
  }),
  protocol: described(z.string().min(1).optional(), {
    name: 'protocol',
    description: 'Protocol file of the converter, where the experiment itself names none.',
  }),
  columnsPerConverter: described(z.int().min(1).optional(), {
    name: 'columns per converter',
    description:
      'Of the experiment’s own design, that take turns at one converter; left out: one magnet a column, or one ADC an array.',
  }),
  node: optionalQuantity({
    name: 'technology node',
    unit: 'nm',
    dimension: 'length',
    min: '1 nm',
    description:
      'Node that every component is scaled to by its own stated rule; left out: no value is scaled.',
  }),
  areaBudget: optionalQuantity({
    name: 'area budget',
    unit: 'mm^2',
    dimension: 'area',
    min: 0,
    exclusiveMin: true,
    description:
      'Area that each design may fill with copies of its busiest layers; left out: one copy each.',
  }),
  mode: described(z.enum(['pipelined', 'layer-by-layer']).default('pipelined'), {
    name: 'mode',
    description:
      'Whether layers overlap: an output row starts as soon as its input rows are there.',
  }),
  arraysPerTile: described(z.int().min(1).default(96), {
    name: 'arrays per tile',
    description: 'Arrays that share one buffer, bus and router (ISAAC: 12 units of 8).',
  }),
  hopsPerByte: described(z.number().min(0).default(1), {
    name: 'hops per byte',
    description: 'Routers a byte passes between layers.',
  }),
  settle: optionalQuantity({
    name: 'time to settle',
    unit: 'ns',
    dimension: 'time',
    min: 0,
    exclusiveMin: true,
    description:
      'From driven rows to a settled column current, in every design; left out: the read time of the set’s array.',
  }),
  shiftAddUnits: described(z.union([z.int().min(1), z.literal('balanced')]).default('balanced'), {
    name: 'shift-and-add units',
    description:
      'Of one array, which take its columns in turn; balanced: as few as keep adding no slower than converting.',
  }),
  digitalUnits: described(z.union([z.int().min(1), z.literal('balanced')]).default('balanced'), {
    name: 'digital units',
    description:
      'Multiply-accumulate units that work side by side on a layer kept digital; balanced: as few as keep it no busier than the busiest layer on arrays.',
  }),
  replication: described(z.record(z.string(), z.int().min(1)).default({}), {
    name: 'replication',
    description: 'Copies of a layer’s arrays, by layer, that share its positions.',
  }),
  references: described(
    z.array(referenceSchema).default([
      {
        kind: 'adc',
        name: 'full-precision ADC',
        bits: 'full',
        columnsPerConverter: 128,
        mapping: { bitsPerSlice: 1, bitsPerStream: 1 },
      },
      {
        kind: 'sparse-adc',
        name: 'sparse low-bit ADC',
        topSliceBits: 1,
        bits: 3,
        columnsPerConverter: 128,
        mapping: { bitsPerSlice: 1, bitsPerStream: 1 },
      },
    ]),
    { name: 'references', description: 'Designs that the experiment’s own is compared with.' },
  ),
});

export type Architecture = z.output<typeof architectureSchema>;
export type ReferenceDesign = z.output<typeof referenceSchema>;
