import { streamPlan } from '../../network/activation-streams.js';
import { chunkRows, rowSources } from '../../network/chunks.js';
import {
  samplesOf,
  type CellConductance,
  type Converter,
  type LayerMapping,
  type MatrixNode,
} from '../../network/index.js';
import type { BiasRows } from '../bias-rows.js';
import { columnGeometry, panelLength } from '../columns.js';
import { pairField, reserveDigitRows, type DigitRows } from '../digit-rows.js';
import {
  levelPlanes,
  planesGradient,
  type LevelPlanes,
  type PlanesGradient,
} from '../level-planes.js';
import { movesCurves, movesDigits, type LoopPhysics } from '../loop-physics.js';
import type { ParameterEntry } from '../parameters.js';
import type { SliceFilter } from '../slice-filters.js';
import type { Estimator } from '../surrogate.js';
import { LANES, type Value } from '../tape.js';
import { tileRowsOf } from '../tile-blocks.js';
import { LARGEST_SHORT, LARGEST_SUM } from '../whole-filters.js';
import type { Slot, Workspace } from '../workspace.js';
import { waysOf, type Ways } from './stochastic-ways.js';

export interface StochasticOptions {
  readonly name: string;
  readonly node: MatrixNode;
  readonly input: Value;
  readonly output: Value;
  readonly weight: ParameterEntry;
  readonly bias?: ParameterEntry;
  readonly images: number;
  readonly wantsInputGradient: boolean;
  readonly mapping: LayerMapping;
  readonly cell: CellConductance;
  readonly converter: Converter;
  readonly estimator: Estimator;
  readonly gainWidths: number;
  readonly physics?: LoopPhysics;
  readonly antithetic?: boolean;
  readonly standardise?: boolean;
  /** Latent weights of every slice, where they are trained separately. */
  readonly filters?: readonly SliceFilter[] | undefined;
  /** Learned scales of weights and input, in place of the mapping's. */
  readonly steps?: { readonly weight: ParameterEntry; readonly input: ParameterEntry };
  /** Statistic: mean square of the partial sums, which the gain follows. */
  readonly meanSquare: ParameterEntry;
  /** What the bias rows of the arrays follow (chunks x outputs). */
  readonly biasRows?: BiasRows;
}

/** Everything about a stochastic layer that shapes decide: sizes, offset tables, reserved memory. */
export interface StochasticLayout extends Ways {
  readonly rows: number;
  readonly outputs: number;
  /** Outputs rounded up for the forward tile (4) and the weight gradient's (8). */
  readonly paddedOutputs: number;
  readonly gradientOutputs: number;
  /** Weight index, in (channel, kernel) order, of every array row. */
  readonly order: Int32Array;
  /** The same for the kernels. */
  readonly orderTable: number;
  /** One per array chunk. */
  readonly blocks: readonly DigitRows[];
  readonly coefficients: readonly number[];
  readonly streamBits: readonly number[];
  readonly streamSum: number;
  readonly activationUnit: number;
  /** The layer's input as integer levels, and one stream's digits (the same with a single stream). */
  readonly levelPlanes: LevelPlanes;
  readonly digitPlanes: LevelPlanes;
  readonly slices: number;
  /** Of planes padded as the columns want them, or of bare ones for the tiles. */
  readonly levelGradient: PlanesGradient;
  /** For columns; 0 where nothing goes through them. */
  readonly pixelTable: number;
  readonly paddedPixels: number;
  readonly imagePixels: number;
  /** All images' output pixels. */
  readonly pixels: number;
  /** Pixels whose partial sums are made and converted together: some of eight images side by side, or whole images. */
  readonly blockPixels: number;
  /** Binary places of the packed digits beyond the point: 0 where they are whole. */
  readonly fraction: number;
  /** Two slices are packed as one of digits u + 2^pairField v, and multiplied at once; 0: each alone. */
  readonly pairField: number;
  /** Scale and move (f32) of the transfer of every column: slices x chunks x padded outputs; empty: nominal. */
  readonly affines: Slot;
  /** Largest |PS| of an array, the bias row included. */
  readonly span: number;
  /** Whole digits that each array's bias row adds to its columns (chunks x padded outputs; i32). */
  readonly biases: Slot;
  /** Sums of every array column's partial sums in one forward pass, without bias (the same; f64). */
  readonly observed: Slot;
  readonly partialSums: number;
  readonly panel: number;
  /** Partial sums and sums of all conversions are of 16 bits (training-short-conversion.as.ts); or of 32. */
  readonly shortSums: boolean;
  readonly sumBytes: number;
  /** Sums of all conversions: of all pixels, or, where a single stream does not come back to them, of one block. */
  readonly sums: Slot;
  /** Bytes from output to output. */
  readonly sumStride: number;
  /** Gamma of every chunk, in 16-bit whole numbers. */
  readonly gates: readonly Slot[];
  /** One chunk's output gradient, rounded to 16 bits. */
  readonly shortGradient: Slot;
  readonly transposed: Slot;
}

/** Reserves a layer's memory. Throws RangeError for what training does not support. */
export function stochasticLayout(
  workspace: Workspace,
  options: StochasticOptions,
): StochasticLayout {
  const { node, input, output, weight, images, mapping } = options;
  refuseUnsupported(options);
  const plan = streamPlan(mapping);
  const geometry = columnGeometry(node, weight.shape, input, images);
  const { rows, outputs, pixelOffsets } = geometry;
  const single = plan.coefficients.length === 1;
  const slices = Math.ceil(mapping.weightBits / mapping.bitsPerSlice);
  const order = rowSources(input.channels, rows / input.channels, mapping.rowOrder);
  const fraction = movesDigits(options.physics) ? DIGIT_FRACTION : 0;
  const ways = waysOf(options, fraction);
  const { throughTiles, sumsThroughTiles, bitKind, largestSum } = ways;
  const bare = { padding: [0, 0], paddedHeight: input.height, paddedWidth: input.width } as const;
  const planeShape = sumsThroughTiles ? bare : geometry;
  const planes = levelPlanes(workspace, planeShape, input, images);
  const blocks = chunkRows(rows, mapping).map(([first, end]) =>
    reserveDigitRows(workspace, geometry, {
      order,
      first,
      rows: end - first,
      slices,
      bitKind,
      throughTiles,
      sumsThroughTiles,
    }),
  );
  const paddedOutputs = Math.ceil(outputs / 4) * 4;
  const gradientOutputs = Math.ceil(outputs / 8) * 8;
  const paddedPixels = pixelOffsets.length;
  const imagePixels = output.height * output.width;
  const [blockImages, ownPixels] = sumsThroughTiles
    ? [input.lanes, tileRowsOf(input) * 4 * input.width]
    : input.lanes > 1
      ? blockSideBySide(imagePixels, outputs)
      : [imagesPerBlock(imagePixels, images), imagePixels];
  const blockPixels = Math.min(paddedPixels, Math.ceil((blockImages * ownPixels) / 8) * 8);
  const streamSum = plan.coefficients.reduce((sum, value) => sum + value, 0);
  const shortSums =
    bitKind !== undefined &&
    convertsShort(options, {
      conversions: streamSum * (2 ** mapping.weightBits - 1) * blocks.length,
      squares: (blockPixels / 4) * largestSum ** 2,
    });
  const sumBytes = shortSums ? 2 : 4;
  const longest = Math.max(...blocks.map((block) => block.paddedRows));
  return {
    rows,
    outputs,
    paddedOutputs,
    gradientOutputs,
    order,
    orderTable: workspace.table(order).offset,
    blocks,
    coefficients: plan.coefficients,
    streamBits: plan.bits,
    streamSum,
    activationUnit: plan.unit,
    levelPlanes: planes,
    digitPlanes: single ? planes : levelPlanes(workspace, planeShape, input, images),
    slices,
    ...ways,
    levelGradient: planesGradient(workspace, throughTiles ? bare : geometry, input, images),
    pixelTable: sumsThroughTiles
      ? 0
      : workspace.table(pixelOffsets.map((offset) => offset * 4)).offset,
    paddedPixels,
    imagePixels,
    pixels: images * imagePixels,
    blockPixels,
    fraction,
    pairField:
      fraction === 0 && !bitKind && !sumsThroughTiles && slices % 2 === 0
        ? pairField(largestSum, mapping.bitsPerSlice)
        : 0,
    affines: workspace.reserve(
      movesCurves(options.physics) ? 2 * slices * blocks.length * paddedOutputs : 0,
    ),
    span: (options.biasRows || movesDigits(options.physics) ? 2 : 1) * largestSum,
    biases: workspace.reserve(blocks.length * paddedOutputs),
    observed: workspace.reserve(2 * blocks.length * paddedOutputs),
    partialSums: workspace.scratch('partial sums', slices * paddedOutputs * blockPixels).offset,
    panel: workspace.scratch('panel', panelLength(longest, outputs)).offset,
    sums: workspace.scratch('sums', gradientOutputs * (single ? blockPixels : output.stride)),
    shortSums,
    sumBytes,
    sumStride: (single ? blockPixels : output.stride) * sumBytes,
    gates: blocks.map(() => workspace.reserve((gradientOutputs * output.stride) / 2)),
    shortGradient: workspace.scratch('short gradient', (gradientOutputs * output.stride) / 2),
    transposed: workspace.scratch('transposed', longest * gradientOutputs),
  };
}

/** Binary places kept of digits that cells and wires have moved. */
const DIGIT_FRACTION = 5;

function refuseUnsupported(options: StochasticOptions): void {
  const { name, mapping, converter, steps, filters, standardise, physics } = options;
  const refuse = (what: string): never => {
    throw new RangeError(`${name}: training does not support ${what}`);
  };
  if (typeof mapping.biasRow !== 'number') refuse('a bias row of one value a column');
  if (mapping.normalisation.kind !== 'none') refuse('per-pixel normalisation');
  const away = mapping.activationQuantiser !== 'nearest';
  if (mapping.activationQuantiser === 'away-from-zero-unclamped')
    refuse('unclamped activations: their partial sums have no bound');
  if (away && mapping.activationBits !== mapping.bitsPerStream)
    refuse('away-from-zero activations in several streams');
  if ((away || mapping.weightQuantiser.kind !== 'nearest') && steps)
    refuse('learned steps with away-from-zero levels');
  if (filters && (steps || standardise))
    refuse('slice filters with learned steps or standardising');
  if (filters && (mapping.weightQuantiser.kind !== 'nearest' || movesDigits(physics)))
    refuse('slice filters with away-from-zero levels, or cells or wires that differ');
  if (converter.kind === 'ideal' || converter.kind === 'adc' || converter.kind === 'sign')
    refuse(`the ${converter.kind} converter`);
  if (converter.kind === 'tanh' && converter.zero === 'zero') refuse('tanh with zero: zero');
}

/** Images whose partial sums are made and converted together: about 256 pixels, whole groups of 8. */
function imagesPerBlock(imagePixels: number, images: number): number {
  let group = 1;
  while ((group * imagePixels) % 8 !== 0) group += 1;
  const wanted = group * Math.max(1, Math.floor(256 / (group * imagePixels)));
  return Math.min(images, wanted);
}

/**
 * Images, a multiple of eight, and pixels of each that are converted together, their sums in 64 kB: a whole share of
 * groups of 8 of eight images' pixels, or all pixels of several times eight.
 */
function blockSideBySide(imagePixels: number, outputs: number): readonly [number, number] {
  const most = Math.max(8, Math.floor(16384 / (LANES * outputs)));
  if (most >= imagePixels) return [LANES * Math.floor(most / imagePixels), imagePixels];
  for (let count = most & ~7; count > 0; count -= 8)
    if (imagePixels % count === 0) return [LANES, count];
  return [LANES, imagePixels];
}

/** Of more samples, thresholds are compared eight at a time. */
const FEW_SAMPLES = 4;

/** Few samples at nominal curves, whose weighted `conversions` and `squares` of partial sums fit. */
function convertsShort(
  options: StochasticOptions,
  { conversions, squares }: { readonly conversions: number; readonly squares: number },
): boolean {
  const samples = drawnSamples(options);
  const isFew = samples > 0 && samples <= FEW_SAMPLES && !movesCurves(options.physics);
  return isFew && samples * conversions <= LARGEST_SHORT && squares <= LARGEST_SUM;
}

/** T of this layer; 0 where the converter gives a value instead of draws. */
export function drawnSamples({ converter, name }: StochasticOptions): number {
  if (converter.kind === 'mtj') return samplesOf(converter.samples, name);
  if (converter.kind === 'tanh' && typeof converter.samples !== 'string')
    return samplesOf(converter.samples, name);
  return 0;
}
