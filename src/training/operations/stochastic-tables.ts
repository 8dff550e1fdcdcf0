import { argumentPerDigit, transferOf, type TransferContext } from '../../network/transfer.js';
import { cellShareOf, layerGain } from '../gain.js';
import { chipColumns, withReadNoise } from '../loop-physics.js';
import {
  fillTables,
  thresholdStride,
  unreached,
  type ConversionLaw,
  type Stretch,
} from '../surrogate.js';
import type { Slot, Workspace } from '../workspace.js';
import {
  drawnSamples,
  type StochasticLayout,
  type StochasticOptions,
} from './stochastic-layout.js';

/** A layer's conversion tables in the workspace, indexed by PS + span. */
export interface TableSlots {
  readonly thresholds: Slot;
  readonly values: Slot;
  readonly slopes: Slot;
  /** 0 when `values` decides. */
  readonly samples: number;
  /** Brings the tables to the gain that this mean square of partial sums asks for, and to this chip. */
  update(meanSquare: number, chip?: number): void;
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
  const thresholds = workspace.reserve(Math.ceil((size * stride) / 2) + 1);
  const values = workspace.reserve(size);
  const slopes = workspace.reserve(size);
  const entries = (): Uint16Array =>
    new Uint16Array(workspace.kernels.memory.buffer, thresholds.offset, size * stride);
  entries().fill(unreached(samples));
  let tabulated = NaN;
  let law: ConversionLaw | undefined;
  let onChip: number | undefined;
  return {
    thresholds,
    values,
    slopes,
    samples,
    update(meanSquare, chip) {
      if (meanSquare !== tabulated || !law) law = tabulate(meanSquare);
      else if (chip === onChip) return;
      onChip = chip;
      if (chip !== undefined) placeColumns(workspace, options, layout, { law, chip });
    },
  };

  function tabulate(meanSquare: number): ConversionLaw {
    const { gain, widthsPerDigit } = layerGain(options, meanSquare);
    const context = contextOf(options, layout, gain);
    const made = {
      transfer: withReadNoise(transferOf(converter, context), physics?.readNoiseAmpere),
      argumentPerDigit: argumentPerDigit(converter, context),
      bias: typeof mapping.biasRow === 'number' ? mapping.biasRow : 0,
      widthsPerDigit,
    };
    const tables = {
      span,
      thresholds: entries(),
      stride,
      values: workspace.f32(values),
      slopes: workspace.f32(slopes),
      parity: parityOf(options, layout),
    };
    const stretch = fillTables(tables, made, estimator);
    if (samples === 1) slopesBeside(tables.slopes, workspace.f32(thresholds), span, stretch);
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
  const hasZeros = node.op === 'conv2d' && node.attributes.padding.some((extent) => extent > 0);
  const isMoved = biasRows !== undefined || affines.length > 0 || fraction > 0;
  if (!oddInputs || !oddWeights || hasZeros || isMoved) return undefined;
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
  const { converter, physics, mapping } = options;
  const { affines, blocks, outputs, paddedOutputs } = layout;
  if (!physics || affines.length === 0) return;
  const target = workspace.f32(affines);
  const context = contextOf(options, layout, 1);
  const slices = Math.ceil(mapping.weightBits / mapping.bitsPerSlice);
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

/** Puts slopes beside the thresholds of single samples; beyond the stretch they are 0. */
function slopesBeside(
  slopes: Float32Array,
  entries: Float32Array,
  span: number,
  { first, last }: Stretch,
): void {
  for (let i = first + span; i <= last + span; i += 1) entries[2 * i + 1] = slopes[i];
}
