import { argumentPerDigit, transferOf, type TransferContext } from '../../network/transfer.js';
import { cellShareOf, layerGain } from '../gain.js';
import { chipColumns, withReadNoise } from '../loop-physics.js';
import {
  fillTables,
  thresholdStride,
  UNREACHED,
  type ConversionLaw,
  type Stretch,
} from '../surrogate.js';
import { largestMagnitude } from '../weight-levels.js';
import { LARGEST_SHORT } from '../whole-filters.js';
import type { Slot, Workspace } from '../workspace.js';
import {
  drawnSamples,
  type StochasticLayout,
  type StochasticOptions,
} from './stochastic-layout.js';
import { openStretches } from './stochastic-saturation.js';
import { hasPadding } from './stochastic-ways.js';

/** Byte offsets of a conversion's tables, indexed by PS + span. */
export interface ConversionTable {
  /** Of one sample, and of short sums: entries, the lowest threshold (16 bits) and the slope beside it. */
  readonly thresholds: number;
  /** Tables of the thresholds above the lowest, beside entries. */
  readonly others: number;
  readonly values: number;
  readonly slopes: number;
}

/** A layer's conversion tables in the workspace. */
export interface TableSlots {
  /** 0 when values decide. */
  readonly samples: number;
  /**
   * Brings the tables to the gain that this mean square of partial sums asks for, and to this chip. `coefficients` are
   * those of all slices and streams, which never change. Gives the slope that 1 of the chunks' gates stands for.
   */
  update(meanSquare: number, coefficients: readonly number[], chip?: number): number;
  /** Where the nominal outcomes of a conversion's samples are open. */
  open(): readonly Stretch[];
  /** Of conversions of this coefficient: slopes are in 16-bit whole numbers, times their share of the gate. */
  of(coefficient: number): ConversionTable;
}

export function tableSlots(
  workspace: Workspace,
  options: StochasticOptions,
  layout: StochasticLayout,
): TableSlots {
  const { mapping, converter, estimator, physics } = options;
  const { span } = layout;
  const samples = drawnSamples(options);
  const size = 2 * span + 1;
  const stride = thresholdStride(samples);
  const planes = layout.coefficients.length * layout.slices;
  const reserve = (count: number, length: number): Slot[] =>
    Array.from({ length: count }, () => workspace.reserve(length));
  const asEntries = samples === 1 || layout.shortSums;
  const entries = reserve(asEntries ? planes : 0, size);
  const others = workspace.reserve(asEntries ? (samples - 1) * size : 0);
  const thresholds = workspace.reserve(samples > 1 ? (size * stride) / 2 : 0);
  workspace.i16(thresholds).fill(UNREACHED);
  const singles = new Uint16Array(samples === 1 ? size : 0);
  const values = workspace.reserve(samples === 0 ? size : 0);
  const wholeSlopes = reserve(asEntries ? 0 : planes, Math.ceil(size / 2));
  const slopes = new Float32Array(size);
  let tabulated = NaN;
  let law: ConversionLaw | undefined;
  let open: readonly Stretch[] = [];
  let unit = 1;
  let onChip: number | undefined;
  /** Where each coefficient's tables stand. */
  const places = new Map<number, number>();
  return {
    samples,
    update(meanSquare, coefficients, chip) {
      if (meanSquare !== tabulated || !law) law = tabulate(meanSquare, coefficients);
      else if (chip === onChip) return unit;
      onChip = chip;
      if (chip !== undefined) placeColumns(workspace, options, layout, { law, chip });
      return unit;
    },
    open: () => open,
    of: (coefficient) => {
      const place = places.get(coefficient) ?? 0;
      return {
        thresholds: asEntries ? entries[place].offset : thresholds.offset,
        others: others.offset,
        values: values.offset,
        slopes: asEntries ? 0 : wholeSlopes[place].offset,
      };
    },
  };

  function tabulate(meanSquare: number, coefficients: readonly number[]): ConversionLaw {
    const { gain, widthsPerDigit } = layerGain(options, meanSquare);
    const context = contextOf(options, layout, gain);
    const made = {
      transfer: withReadNoise(transferOf(converter, context), physics?.readNoiseAmpere),
      argumentPerDigit: argumentPerDigit(converter, context),
      bias: typeof mapping.biasRow === 'number' ? mapping.biasRow : 0,
      widthsPerDigit,
    };
    const drawn = samples === 1 ? singles : unsigned(workspace.i16(thresholds));
    const { first, last } = fillTables(
      {
        span,
        thresholds: drawn,
        stride,
        values: workspace.f32(values),
        slopes,
        parity: parityOf(options, layout),
      },
      made,
      estimator,
    );
    const moves = layout.affines.length > 0 ? LARGEST_MOVE : 1;
    const most = coefficients.reduce((sum, coefficient) => sum + Math.abs(coefficient), 0);
    const largest = largestMagnitude(slopes.subarray(first + span, last + span + 1));
    unit = (most * moves * largest) / LARGEST_SHORT;
    placeOthers(drawn, stride, workspace.i32(others), size);
    for (const coefficient of new Set(coefficients)) {
      const place = places.get(coefficient) ?? places.size;
      places.set(coefficient, place);
      const perSlope = coefficient / unit;
      if (asEntries) placeEntries(drawn, stride, slopes, perSlope, workspace.i32(entries[place]));
      else placeSlopes(slopes, perSlope, workspace.i16(wholeSlopes[place]));
    }
    open = openStretches(made, span);
    tabulated = meanSquare;
    return made;
  }
}

/** Sums of as many odd products are all even, or all odd; nothing is known of others. */
function parityOf(
  { node, mapping, biasRows }: StochasticOptions,
  { blocks, affines, fraction }: StochasticLayout,
): 0 | 1 | undefined {
  const { encoding, activationQuantiser, weightQuantiser, signedScheme } = mapping;
  const oddInputs = encoding === 'bipolar' && activationQuantiser === 'nearest';
  const oddWeights = signedScheme === 'differential' && weightQuantiser.kind === 'nearest';
  const isMoved = biasRows !== undefined || affines.length > 0 || fraction > 0;
  if (!oddInputs || !oddWeights || hasPadding(node) || isMoved) return undefined;
  const [parity, ...others] = new Set(blocks.map(({ rows }) => rows & 1));
  return others.length > 0 ? undefined : parity === 1 ? 1 : 0;
}

const contextOf = (
  { name, mapping, cell }: StochasticOptions,
  { span }: StochasticLayout,
  gain: number,
): TransferContext => ({
  layer: name,
  mapping: { ...mapping, gain },
  cell,
  cellShare: cellShareOf(mapping),
  largestPartialSum: span,
  topSlice: false,
});

/** Scale and move of every column's table index on this chip: PS' + bias = scale (PS + bias) + shift / argument. */
function placeColumns(
  workspace: Workspace,
  options: StochasticOptions,
  layout: StochasticLayout,
  { law, chip }: { readonly law: ConversionLaw; readonly chip: number },
): void {
  const { converter, physics } = options;
  const { affines, blocks, outputs, paddedOutputs, slices } = layout;
  if (!physics || affines.length === 0) return;
  const target = workspace.f32(affines);
  const context = contextOf(options, layout, 1);
  for (let slice = 0; slice < slices; slice += 1)
    for (let chunk = 0; chunk < blocks.length; chunk += 1) {
      const place = { group: 0, slice, chunk, columns: outputs };
      const { scale, shift } = chipColumns(converter, physics, chip, context, place);
      const start = 2 * (slice * blocks.length + chunk) * paddedOutputs;
      for (let c = 0; c < outputs; c += 1) {
        target[start + 2 * c] = scale[c];
        target[start + 2 * c + 1] = (scale[c] - 1) * law.bias + shift[c] / law.argumentPerDigit;
      }
    }
}

/** Room for a chip's columns that see their curve steeper than the nominal. */
const LARGEST_MOVE = 2;

const unsigned = ({ buffer, byteOffset, length }: Int16Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length);

/** The lowest threshold and the slope beside it. */
function placeEntries(
  thresholds: Uint16Array,
  stride: number,
  slopes: Float32Array,
  perSlope: number,
  to: Int32Array,
): void {
  for (let i = 0; i < to.length; i += 1)
    to[i] = thresholds[i * stride] | (nearest(slopes[i] * perSlope) << 16);
}

/** Thresholds above the lowest, a table of `size` for each. */
function placeOthers(thresholds: Uint16Array, stride: number, to: Int32Array, size: number): void {
  for (let i = 0; i < to.length; i += 1)
    to[i] = thresholds[(i % size) * stride + 1 + Math.floor(i / size)];
}

function placeSlopes(slopes: Float32Array, perSlope: number, to: Int16Array): void {
  for (let i = 0; i < slopes.length; i += 1) to[i] = nearest(slopes[i] * perSlope);
}

/** The nearest whole number of what is below 2^31, in a third of Math.round's time. */
const nearest = (value: number): number => (value + (value < 0 ? -0.5 : 0.5)) | 0;
