import { LARGEST_DIGIT, streamPlan } from './activation-streams.js';
import { chunkRows } from './chunks.js';
import { conversionDraws, conversionKey, countFromDraw } from './conversion-draws.js';
import { invalidInput } from '../errors/index.js';
import { columnErrors, type ArrayPlace } from './column-errors.js';
import { isBitConverter, type Converter } from './converter.js';
import { activationLevelsOf, type CellConductance, type LayerMapping } from './mapping.js';
import { normalisePerPixel } from './per-pixel-normalisation.js';
import {
  argumentPerDigit,
  countThresholds,
  takesBias,
  transferOf,
  type Transfer,
} from './transfer.js';
import type { SlicedWeights } from './weight-slices.js';

/**
 * The stochastic partial-sum layer, in plain TypeScript: the meaning of every faster engine.
 *
 * For a layer with K rows and N columns, slices s of the weights, streams t of the activations:
 * 1. Activations are Y-bit codes cut into streams: x ~ unit_x sum_t c_t a_t (activation-streams.ts).
 *    A zero-padded position drives nothing: digit 0 in every stream.
 * 2. Weights are X-bit codes cut into slices: w ~ unit_w (sum_s c_s w_s + offset) (weight-slices.ts).
 * 3. Rows are cut into chunks of at most R (chunks.ts).
 *    PS[t,s,c,o] = sum over the chunk's rows of a_t w_s: an integer; with wires, T a_t: a real number.
 * 4. The converter's argument is gain * V (G_on - G_off) cellShare (PS + biasRow), a current, for curves
 *    (transfer.ts); a reset-and-pulse protocol adds its own I50.
 * 5. o[t,s,c,o] = (2 count - T)/T with count ~ Binomial(T, p), one keyed draw (conversion-draws.ts), or a
 *    deterministic value.
 * 6. Merge. Bit converters: y = sum c_t c_s o / (sum |c_t| sum |c_s| chunks), in [-1, 1].
 *    `ideal`, `adc`: y = unit_x unit_w (sum c_t c_s o + offset sum c_t a_t), the exact product when ideal.
 * Bias, batch norm and activation follow digitally, as nodes of the graph.
 */
export interface PartialSumLayer {
  readonly name: string;
  readonly mapping: LayerMapping;
  readonly cell: CellConductance;
  readonly converter: Converter;
  readonly weights: SlicedWeights;
  /** The convolution group; 0 when left out. */
  readonly group?: number;
}

export interface PartialSumInput {
  /** One array per stream, least significant first: digits of pixel p and row k at p * rows + k. */
  readonly streams: readonly Int8Array[];
  readonly pixels: number;
  readonly seed: number;
  /** The image's index in the whole data set. */
  readonly image: number;
  /** Planes of the convolution groups before this one; 0 without groups. */
  readonly firstPlane?: number;
}

/** Gives y, pixel-major (pixels x columns). `observe` sees every plane's partial sums, for statistics. */
export function partialSumLayer(
  layer: PartialSumLayer,
  { streams, pixels, seed, image, firstPlane = 0 }: PartialSumInput,
  observe?: (partialSums: Float64Array, plane: number) => void,
): Float32Array {
  const { weights, mapping, converter } = layer;
  const { rows, columns, slices } = weights;
  const chunks = chunkRows(rows, mapping);
  const plan = streamPlan(mapping);
  const common = commonSamples(layer);
  const key = conversionKey(seed, layer.name);
  const draws = new Uint16Array(pixels * columns);
  const partialSums = new Float64Array(pixels * columns);
  const sum = new Float64Array(pixels * columns);
  for (const [c, [start, end]] of chunks.entries())
    for (const [t, digits] of streams.entries())
      for (const [s, slice] of slices.entries()) {
        const { convert, samples } = sliceTransfer(layer, s, t, c);
        const plane = firstPlane + (t * slices.length + s) * chunks.length + c;
        if (samples > 0) conversionDraws(key, image, plane, draws);
        for (let p = 0; p < pixels; p += 1)
          for (let o = 0; o < columns; o += 1) {
            let ps = 0;
            for (let k = start; k < end; k += 1)
              ps += digits[p * rows + k] * slice.digits[o * rows + k];
            partialSums[p * columns + o] = ps;
          }
        observe?.(partialSums, plane);
        normalisePerPixel(partialSums, weights.unit, plan.unit, mapping.normalisation);
        const share = samples > 0 ? common / samples : 1;
        const coefficient = plan.coefficients[t] * slice.coefficient * share;
        for (let i = 0; i < sum.length; i += 1)
          sum[i] += coefficient * convert(partialSums[i], i % columns, draws[i]);
      }
  const drivenSums =
    weights.offset === 0 ? undefined : sumOfDigits(streams, plan.coefficients, rows);
  const bitFactor = bitMergeFactor(weights, mapping) / Math.max(1, common);
  return Float32Array.from(sum, (value, i) => {
    if (isBitConverter(converter)) return value * bitFactor;
    const driven = drivenSums ? weights.offset * drivenSums[Math.floor(i / columns)] : 0;
    return (value + driven) * plan.unit * weights.unit[i % columns];
  });
}

/** 1 / (sum |c_t| sum |c_s| chunks): full agreement of all conversions gives y = +-1 (of each chunk for `sum`). */
export function bitMergeFactor({ slices, rows }: SlicedWeights, mapping: LayerMapping): number {
  const sliceSum = slices.reduce((sum, { coefficient }) => sum + Math.abs(coefficient), 0);
  const streamSum = streamPlan(mapping).coefficients.reduce((sum, value) => sum + value, 0);
  const chunks = mapping.chunkMerge === 'sum' ? 1 : chunkRows(rows, mapping).length;
  return 1 / (sliceSum * streamSum * chunks);
}

/** One slice's conversion: o from (partial sum, column, draw), or o * samples where samples are drawn. */
interface SliceTransfer {
  /** T, or 0 for a deterministic value. */
  readonly samples: number;
  readonly convert: (partialSum: number, column: number, draw: number) => number;
}

function sliceTransfer(layer: PartialSumLayer, s: number, t: number, c: number): SliceTransfer {
  const { mapping, converter } = layer;
  const context = transferContext(layer, s, t);
  const transfer: Transfer = transferOf(converter, context);
  const factor = argumentPerDigit(converter, context);
  const errors = columnErrors(converter, context, arrayPlace(layer, s, c));
  const argument = (partialSum: number, column: number): number => {
    const x =
      factor *
      (partialSum + (takesBias(converter) ? biasOf(mapping, column, c, layer.weights.columns) : 0));
    return errors ? errors.scale[column] * x + errors.shift[column] : x;
  };
  if (transfer.kind === 'value')
    return {
      samples: 0,
      convert: (ps, column) => (errors?.values?.[column] ?? transfer.value)(argument(ps, column)),
    };
  const { samples, zeroGivesZero } = transfer;
  const thresholds = new Uint16Array(samples);
  return {
    samples,
    convert: (ps, column, draw) => {
      const x = argument(ps, column);
      if (zeroGivesZero && x === 0) return 0;
      countThresholds(transfer, x, thresholds);
      return 2 * countFromDraw(draw, thresholds, 0, samples) - samples;
    },
  };
}

/** The array in which slice `s` of chunk `c` stands. */
export const arrayPlace = (layer: PartialSumLayer, s: number, c: number): ArrayPlace => ({
  group: layer.group ?? 0,
  slice: s,
  chunk: c,
  columns: layer.weights.columns,
});

/** T of slice `s` and stream `t`, or 0 where the value is deterministic. */
export function samplesIn(layer: PartialSumLayer, s: number, t: number): number {
  const transfer = transferOf(layer.converter, transferContext(layer, s, t));
  return transfer.kind === 'draw' ? transfer.samples : 0;
}

/**
 * The least common multiple of all T, in whose units the bits are merged: a conversion of T samples counts
 * common / T times. 0 where values are deterministic. Throws `network.samples` where sums could pass 2^31.
 */
export function commonSamples(layer: PartialSumLayer): number {
  const { weights, mapping, name } = layer;
  const { coefficients } = streamPlan(mapping);
  let common = 1;
  for (const s of weights.slices.keys())
    for (const t of coefficients.keys()) {
      const samples = samplesIn(layer, s, t);
      if (samples === 0) return 0;
      common *= samples / greatestDivisor(common, samples);
    }
  const total = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + Math.abs(value), 0);
  const slices = weights.slices.map(({ coefficient }) => coefficient);
  const largest =
    2 * common * total(coefficients) * total(slices) * chunkRows(weights.rows, mapping).length;
  if (largest >= 2 ** 31)
    throw invalidInput({
      code: 'network.samples',
      what: `the samples of layer ${name} have the common multiple ${common}, with which sums pass 2^31`,
      mend: 'choose samples and factors that divide each other',
    });
  return common;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** The context in which a layer's slice `s` is converted, for stream `t`. */
export function transferContext(
  { name, mapping, cell, weights }: PartialSumLayer,
  s: number,
  t = 0,
): Parameters<typeof transferOf>[1] {
  const slice = weights.slices[s];
  const streamTop = largestDigit(mapping);
  const rows = Math.min(weights.rows, mapping.rowsPerArray);
  return {
    layer: name,
    mapping,
    cell,
    cellShare: slice.cellShare,
    largestPartialSum: largestLevel(slice.digits, slice.cellShare) * streamTop * rows,
    topSlice: s === weights.slices.length - 1,
    slice: s,
    stream: t,
  };
}

/** Largest |digit| that a stream can drive. */
function largestDigit(mapping: LayerMapping): number {
  if (mapping.activationQuantiser === 'nearest')
    return Math.max(...streamPlan(mapping).bits.map((bits) => 2 ** bits - 1));
  return mapping.activationQuantiser === 'away-from-zero'
    ? activationLevelsOf(mapping)
    : LARGEST_DIGIT;
}

/** Largest |digit| that a cell of the slice holds: that of the scheme, or more where levels are not clamped. */
const largestLevel = (digits: Int8Array, cellShare: number): number =>
  Math.max(Math.round(1 / cellShare), largestSize(digits));

/** Digits never change: each slice is looked through once. */
const sizes = new WeakMap<Int8Array, number>();

function largestSize(digits: Int8Array): number {
  const known = sizes.get(digits);
  if (known !== undefined) return known;
  let top = 0;
  for (let i = 0; i < digits.length; i += 1) top = Math.max(top, Math.abs(digits[i]));
  sizes.set(digits, top);
  return top;
}

/** The bias row of one array's column; `columns` of the whole layer (or group). */
export const biasOf = (
  { biasRow }: LayerMapping,
  column: number,
  chunk: number,
  columns: number,
): number =>
  typeof biasRow === 'number'
    ? biasRow
    : biasRow[biasRow.length > columns ? chunk * columns + column : column];

/** sum_t c_t sum_k a_t: what an offset column reads, per pixel. */
function sumOfDigits(
  streams: readonly Int8Array[],
  coefficients: readonly number[],
  rows: number,
): Float64Array {
  const sums = new Float64Array(streams[0].length / rows);
  for (const [t, digits] of streams.entries())
    for (let i = 0; i < digits.length; i += 1)
      sums[Math.floor(i / rows)] += coefficients[t] * digits[i];
  return sums;
}
