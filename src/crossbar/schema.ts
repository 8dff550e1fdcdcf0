import * as z from 'zod';
import { described, optionalQuantity, quantity } from '../units/index.js';

const path = (name: string, description: string) =>
  described(z.string().min(1), { name, description: `${description} Relative to this file.` });

const resistance = (name: string, symbol: string, description: string, fallback: string) =>
  quantity({
    name,
    symbol,
    unit: 'ohm',
    description,
    dimension: 'resistance',
    min: 0,
    default: fallback,
  });

const share = (name: string, description: string) =>
  described(z.number().min(0).max(10).default(0), { name, description });

const onResistance = resistance('on resistance', 'R_on', 'Low-resistance state.', '10 kohm');
const offResistance = resistance('off resistance', 'R_off', 'High-resistance state.', '100 kohm');

const cellsSchema = z.union([
  z.strictObject({
    conductances: path(
      'conductance file',
      'Matrix of cell conductances in siemens, .npy or .csv, one row a word line.',
    ),
  }),
  z.strictObject({
    weights: path(
      'weight file',
      'Matrix of weights, .npy or .csv, one row an output; mapped to differential column pairs.',
    ),
    on: onResistance,
    off: offResistance,
  }),
  z.strictObject({
    rows: described(z.int().min(1), { name: 'word lines', symbol: 'M', description: 'Rows.' }),
    columns: described(z.int().min(1), { name: 'bit lines', symbol: 'N', description: 'Columns.' }),
    resistance: resistance('cell resistance', 'R', 'The same for every cell.', '10 kohm'),
  }),
]);

const volt = (name: string, description: string, fallback: string) =>
  quantity({ name, unit: 'V', description, dimension: 'voltage', default: fallback });

const cellModelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear') }),
  z.strictObject({
    kind: z.literal('sinh'),
    voltageScale: volt('voltage scale', 'V0 of I = G V0 sinh(V/V0).', '0.25 V'),
  }),
  z.strictObject({
    kind: z.literal('mtj'),
    parallel: resistance('parallel resistance', 'R_P', 'At zero bias.', '5 kohm'),
    tmr: described(z.number().positive(), { name: 'TMR', description: 'At zero bias, a ratio.' }),
    halfVoltage: volt('half voltage', 'Bias at which the TMR has halved.', '0.5 V'),
  }),
  z.strictObject({
    kind: z.literal('1t1r'),
    on: resistance('transistor on-resistance', 'R_on', 'At small voltage.', '1 kohm'),
    overdrive: volt('overdrive', 'V_GS - V_T at full gate drive.', '0.5 V'),
    output: resistance('output resistance', 'r_o', 'In saturation, and when off.', '1 Mohm'),
  }),
]);

const readoutSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('columns') }),
  z.strictObject({
    kind: z.literal('differential'),
    pairs: z.enum(['interleaved', 'halves']).default('interleaved'),
  }),
  z.strictObject({
    kind: z.literal('reference'),
    column: z.int().min(0),
    factor: z.number().default(1),
  }),
  z.strictObject({ kind: z.literal('dummy'), columns: z.array(z.int().min(0)) }),
]);

const duration = (name: string, description: string, fallback: string) =>
  quantity({ name, unit: 's', description, dimension: 'time', min: 0, default: fallback });

const driftSchema = z.strictObject({
  time: duration('time', 'Since programming.', '1 s'),
  reference: duration('reference time', 't0, time of the programming read.', '1 s'),
  mean: share('drift exponent', 'Mean of nu in G (t / t0)^-nu.'),
  sigma: share('spread of the drift exponent', 'Standard deviation of nu over the cells.'),
});

const variationSchema = z.strictObject({
  seed: described(z.int().default(1), { name: 'seed', description: 'Seed of every draw.' }),
  chip: described(z.int().min(0).default(0), { name: 'chip', description: 'Which chip is drawn.' }),
  deviceSpread: share('device-to-device spread', 'Standard deviation of ln G.'),
  programming: share('programming error', 'Standard deviation, as a fraction of G.'),
  programmingTable: path(
    'programming-error table',
    'Measured, CSV with the header conductance_S,sigma_S; replaces `programming`.',
  ).optional(),
  drift: driftSchema.optional(),
  readNoise: share('read noise', 'Standard deviation, as a fraction of G.'),
  stuckOn: share('cells stuck on', 'Probability of a cell being stuck at the largest conductance.'),
  stuckOff: share('cells stuck off', 'Probability of a cell being stuck at the smallest.'),
  stuckOpen: share('open cells', 'Probability of a cell being open.'),
  chips: described(z.int().min(0).max(100_000).default(0), {
    name: 'chips',
    description: 'Chips of a Monte Carlo over T; 0 for none.',
  }),
});

const wireSchema = z.strictObject({
  wordLine: resistance('word-line resistance', 'r_WL', 'One segment.', '1 ohm'),
  bitLine: resistance('bit-line resistance', 'r_BL', 'One segment.', '1 ohm'),
});

/** One resistance for all lines, or a list with one a line. */
const ends = <Schema extends z.ZodType>(one: Schema) => z.union([one, z.array(one).min(1)]);

/** `spinbar crossbar SPEC.yaml`. */
export const crossbarSpecSchema = z.strictObject({
  cells: cellsSchema,
  inputs: described(
    z.union([
      z.strictObject({
        file: path('input file', 'Matrix, one input vector (volts) a row, .npy or .csv.'),
      }),
      z.strictObject({
        volts: described(z.union([z.number(), z.array(z.number())]), {
          name: 'input voltages',
          unit: 'V',
          description: 'One number for all word lines, or one for each.',
        }),
      }),
    ]),
    { name: 'inputs', description: 'Source voltages of the word lines; gate drives if gated.' },
  ),
  // Left out, every key in it takes its default.
  wire: wireSchema.prefault({} as z.input<typeof wireSchema>),
  driver: ends(
    resistance('driver resistance', 'R_driver', 'Of a source; one, or one a row.', '0 ohm'),
  ),
  load: ends(
    resistance('load resistance', 'R_load', 'Of a sense node; one, or one a column.', '0 ohm'),
  ),
  driveSide: described(z.enum(['left', 'right', 'both']).default('left'), {
    name: 'drive side',
    description: 'Ends of the word lines at which sources sit.',
  }),
  senseSide: described(z.enum(['bottom', 'top', 'both']).default('bottom'), {
    name: 'sense side',
    description: 'Ends of the bit lines at which sense nodes sit.',
  }),
  endSegments: described(z.boolean().default(true), {
    name: 'end segments',
    description: 'Whether a wire segment lies between driver or load and the first cell.',
  }),
  cell: cellModelSchema.prefault({ kind: 'linear' }),
  gated: optionalQuantity({
    name: 'gated rows',
    unit: 'V',
    description: 'Sources all word lines with this voltage; the inputs then drive the gates.',
    dimension: 'voltage',
  }),
  readout: readoutSchema.optional(),
  variation: variationSchema.optional(),
  tolerance: described(z.number().positive().max(1e-3).default(1e-12), {
    name: 'tolerance',
    description: 'Bound on the true relative residual.',
  }),
});

export type CrossbarSpec = z.output<typeof crossbarSpecSchema>;
