import { streamPlan } from '../../network/activation-streams.js';
import { chunkRows, rowSources } from '../../network/chunks.js';
import { conversionKey } from '../../network/conversion-draws.js';
import {
  samplesOf,
  type CellConductance,
  type Converter,
  type LayerMapping,
  type MatrixNode,
  type Samples,
} from '../../network/index.js';
import { argumentPerDigit, transferOf } from '../../network/transfer.js';
import {
  columnGeometry,
  columnSource,
  packQuads,
  panelLength,
  reserveRowBlock,
  sameValues,
} from '../columns.js';
import { layerGain } from '../gain.js';
import type { ParameterEntry } from '../parameters.js';
import { conversionTables, type ConversionTables, type Estimator } from '../surrogate.js';
import { channelOffset, type Operation, type Pass, type Value } from '../tape.js';
import { sliceForTraining } from '../weight-levels.js';
import type { Workspace } from '../workspace.js';

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
  /** Statistic: mean square of the partial sums, which the gain follows. */
  readonly meanSquare: ParameterEntry;
}

/**
 * The stochastic partial-sum layer. Forward: the inference engine's streams, slices, chunks, tables and
 * keyed draws (network/partial-sum-layer.ts), bit for bit; partial sums are integers below 2^24, so
 * single-precision products are exact in any order.
 *
 * Backward: with o' the surrogate slope of every conversion, Gamma = sum_ts c_t c_s o'[t,s] scales the
 * output gradient of each chunk, which then passes through the quantised weights and activations as
 * through an ordinary layer; both quantisers are straight-through inside their range.
 */
export function stochasticOperation(workspace: Workspace, options: StochasticOptions): Operation {
  const {
    name,
    node,
    input,
    output,
    weight,
    bias,
    images,
    mapping,
    wantsInputGradient,
    meanSquare,
  } = options;
  const { columns, layers, conversion } = workspace.kernels;
  const plan = streamPlan(mapping);
  const levels: Value = {
    ...input,
    data: workspace.reserve(input.data.length),
    gradient: workspace.reserve(input.gradient.length),
  };
  const geometry = columnGeometry(node, weight.shape, levels, images);
  const { rows, outputs, pixelOffsets } = geometry;
  const source = columnSource(workspace, geometry, levels, images);
  const single = plan.coefficients.length === 1;
  const digitValue: Value = {
    ...levels,
    data: single ? levels.data : workspace.reserve(levels.data.length),
  };
  const digits = single ? source : columnSource(workspace, geometry, digitValue, images);
  const sliceCount = Math.ceil(mapping.weightBits / mapping.bitsPerSlice);
  const kernelSize = rows / input.channels;
  const order = rowSources(input.channels, kernelSize, mapping.rowOrder);
  const blocks = chunkRows(rows, mapping).map(([first, end]) =>
    reserveRowBlock(workspace, geometry, { order, first, rows: end - first, slices: sliceCount }),
  );
  const paddedOutputs = Math.ceil(outputs / 4) * 4;
  const gradientOutputs = Math.ceil(outputs / 8) * 8;
  const pixelTable = workspace.table(pixelOffsets.map((offset) => offset * 4));
  const paddedPixels = pixelOffsets.length;
  const imagePixels = output.height * output.width;
  const pixels = images * imagePixels;
  const blockImages = imagesPerBlock(imagePixels, images);
  const blockPixels = Math.min(paddedPixels, Math.ceil((blockImages * imagePixels) / 8) * 8);
  const partialSums = workspace.reserve(sliceCount * paddedOutputs * blockPixels).offset;
  const drawSlot = workspace.reserve((blockImages * imagePixels * outputs) / 2 + 64).offset;
  const gates = blocks.map(() => workspace.reserve(gradientOutputs * output.stride));
  const sums = workspace.reserve(gradientOutputs * output.stride);
  const transposed = workspace.reserve(
    Math.max(...blocks.map((b) => b.paddedRows)) * gradientOutputs,
  );
  const panel = workspace.reserve(panelLength(mapping.rowsPerArray, outputs)).offset;
  const digitTop = (2 ** mapping.bitsPerSlice - 1) * (2 ** mapping.bitsPerStream - 1);
  const span = Math.min(rows, mapping.rowsPerArray) * digitTop;
  const tableSlots = {
    thresholds: workspace.reserve(tableLength(options, span)),
    values: workspace.reserve(2 * span + 1),
    slopes: workspace.reserve(2 * span + 1),
  };
  const streamSum = plan.coefficients.reduce((sum, value) => sum + value, 0);
  const top = 2 ** mapping.activationBits - 1;
  const bipolar = mapping.encoding === 'bipolar';
  const rowBytes = blockPixels * 4;
  const strideBytes = output.stride * 4;
  let tables: ConversionTables | undefined;
  let tabulated = NaN;
  let weightUnit = 1;
  let sliceSum = 1;
  let sliceCoefficients: readonly number[] = [];
  const packedWeights = new Float32Array(weight.length).fill(NaN);

  /** Rebuilt only when the layer's gain has moved. */
  function prepareTables(observed: number): ConversionTables {
    if (tables && tabulated === observed) return tables;
    const { gain, widthsPerDigit } = layerGain(options, observed);
    const context = {
      layer: name,
      mapping: { ...mapping, gain },
      cell: options.cell,
      cellShare: 1 / (2 ** mapping.bitsPerSlice - 1),
      largestPartialSum: span,
      topSlice: false,
    };
    const bound = mapping.biasRow;
    tables = conversionTables(
      {
        transfer: transferOf(options.converter, context),
        argumentPerDigit: argumentPerDigit(options.converter, context),
        bias: typeof bound === 'number' ? bound : 0,
        widthsPerDigit,
      },
      span,
      options.estimator,
    );
    tabulated = observed;
    const { offset } = tableSlots.thresholds;
    new Uint16Array(workspace.kernels.memory.buffer, offset, tables.thresholds.length).set(
      tables.thresholds,
    );
    workspace.f32(tableSlots.values).set(tables.values);
    workspace.f32(tableSlots.slopes).set(tables.slopes);
    return tables;
  }

  /** Slices the weights and packs every chunk for both directions, unless they are packed already. */
  function packWeights(parameters: Float32Array): readonly number[] {
    const natural = parameters.subarray(weight.offset, weight.offset + weight.length);
    if (sameValues(natural, packedWeights)) return sliceCoefficients;
    packedWeights.set(natural);
    const { integers, slices, unit } = sliceForTraining(natural, outputs, order, mapping);
    weightUnit = unit;
    sliceSum = slices.reduce((sum, { coefficient }) => sum + coefficient, 0);
    const back = 1 / (plan.unit * streamSum * sliceSum);
    for (const block of blocks) {
      const forward = workspace.f32(block.forward);
      for (const [s, slice] of slices.entries())
        packQuads(
          forward.subarray(s * paddedOutputs * block.rows),
          { values: slice.digits, start: block.first, outerStride: rows, innerStride: 1 },
          { outer: outputs, inner: block.rows },
        );
      packQuads(
        workspace.f32(block.backward),
        { values: integers, start: block.first, outerStride: 1, innerStride: rows },
        { outer: block.rows, inner: outputs, paddedInner: paddedOutputs, factor: back },
      );
    }
    sliceCoefficients = slices.map(({ coefficient }) => coefficient);
    return sliceCoefficients;
  }

  /** Partial sums of one block of images and one chunk, then their conversion. */
  function convertBlock(
    pass: Pass,
    start: number,
    stream: number,
    c: number,
    coefficients: readonly number[],
    { samples }: ConversionTables,
  ): number {
    const block = blocks[c];
    const firstImage = start / imagePixels;
    const real = Math.min(blockPixels, pixels - start);
    columns.columnsForward(
      digits.data.offset,
      block.table.offset,
      block.rows,
      pixelTable.offset + start * 4,
      Math.min(blockPixels, paddedPixels - start),
      block.forward.offset,
      paddedOutputs * coefficients.length,
      partialSums,
      rowBytes,
      panel,
    );
    const key = conversionKey(pass.seed, name);
    let squares = 0;
    for (const [s, sliceCoefficient] of coefficients.entries()) {
      const plane = (stream * coefficients.length + s) * blocks.length + c;
      const slicePartialSums = partialSums + s * paddedOutputs * rowBytes;
      if (pass.training)
        squares += conversion.sumOfSquares(slicePartialSums, rowBytes, outputs, real);
      const coefficient = plan.coefficients[stream] * sliceCoefficient;
      const first = stream === 0 && s === 0 ? 1 : 0;
      const sumAt = sums.offset + start * 4;
      const gateAt = gates[c].offset + start * 4;
      const { slopes, values, thresholds } = tableSlots;
      if (samples === 0) {
        conversion.convertValues(
          slicePartialSums,
          rowBytes,
          outputs,
          real,
          values.offset,
          slopes.offset,
          span,
          coefficient,
          sumAt,
          strideBytes,
          gateAt,
          strideBytes,
          first,
        );
        continue;
      }
      const drawBlocks = Math.ceil((imagePixels * outputs) / 32) * 4;
      for (let n = 0; n * imagePixels < real; n += 1)
        conversion.conversionDraws(
          key.key0,
          key.key1,
          plane,
          pass.imageIndices[firstImage + n],
          drawBlocks,
          drawSlot + n * imagePixels * outputs * 2,
        );
      conversion.convertDraws(
        slicePartialSums,
        rowBytes,
        outputs,
        real,
        drawSlot,
        thresholds.offset,
        slopes.offset,
        span,
        samples,
        coefficient,
        sumAt,
        strideBytes,
        gateAt,
        strideBytes,
        first,
      );
    }
    return squares;
  }

  return {
    name,
    forward(pass: Pass) {
      const { parameters, gradient, training } = pass;
      const factor = Math.fround((bipolar ? 0.5 * top : top) / mapping.inputScale);
      conversion.quantiseActivations(
        input.data.offset,
        levels.data.offset,
        input.channels * input.stride,
        factor,
        bipolar ? 0.5 * top : 0,
        top,
        bipolar ? 1 : 0,
      );
      source.gather();
      const coefficients = packWeights(parameters);
      const prepared = prepareTables(parameters[meanSquare.offset]);
      workspace.f32(sums).fill(0);
      let squares = 0;
      for (let t = 0; t < plan.coefficients.length; t += 1) {
        if (!single) {
          conversion.extractDigits(
            levels.data.offset,
            digitValue.data.offset,
            input.channels * input.stride,
            top,
            Math.log2(plan.coefficients[t]),
            plan.bits[t],
            bipolar ? 1 : 0,
          );
          digits.gather();
        }
        for (let start = 0; start < pixels; start += blockPixels)
          for (let c = 0; c < blocks.length; c += 1)
            squares += convertBlock(pass, start, t, c, coefficients, prepared);
      }
      if (training)
        gradient[meanSquare.offset] =
          squares /
          (pixels * outputs * blocks.length * plan.coefficients.length * coefficients.length);
      const merge = 1 / (sliceSum * streamSum * blocks.length);
      for (let m = 0; m < outputs; m += 1) {
        const y = channelOffset(output.data, output, m);
        conversion.mergeSums(
          sums.offset + m * strideBytes,
          y,
          pixels,
          prepared.samples || 1,
          merge,
        );
        if (bias) layers.affine(y, y, pixels, 1, parameters[bias.offset + m]);
      }
    },
    backward({ gradient }: Pass) {
      const flat = workspace.f32(transposed);
      const merge = 1 / (sliceSum * streamSum * blocks.length);
      const perWeight = merge / (weightUnit * streamSum * sliceSum);
      if (bias) addBiasGradient(workspace, output, pixels, outputs, gradient, bias);
      workspace.f32(levels.gradient).fill(0);
      source.clear();
      for (const [c, block] of blocks.entries()) {
        const gate = gates[c].offset;
        for (let m = 0; m < outputs; m += 1) {
          const at = gate + m * strideBytes;
          layers.multiply(at, channelOffset(output.gradient, output, m), at, pixels);
        }
        flat.fill(0);
        columns.columnsWeightGradient(
          source.data.offset,
          block.table.offset,
          block.paddedRows,
          pixelTable.offset,
          paddedPixels,
          gate,
          strideBytes,
          gradientOutputs,
          transposed.offset,
          panel,
        );
        for (let m = 0; m < outputs; m += 1)
          for (let k = 0; k < block.rows; k += 1)
            gradient[weight.offset + m * rows + order[block.first + k]] +=
              flat[k * gradientOutputs + m] * perWeight;
        if (!wantsInputGradient) continue;
        columns.columnsInputGradient(
          source.gradient.offset,
          block.table.offset,
          block.paddedRows,
          pixelTable.offset,
          paddedPixels,
          block.backward.offset,
          paddedOutputs,
          gate,
          strideBytes,
          panel,
        );
      }
      if (!wantsInputGradient) return;
      source.release();
      const length = input.channels * input.stride;
      const scaled = levels.gradient.offset;
      layers.affine(scaled, scaled, length, merge, 0);
      layers.clipGradient(
        input.data.offset,
        scaled,
        input.gradient.offset,
        length,
        bipolar ? -mapping.inputScale : 0,
        mapping.inputScale,
      );
    },
  };
}

/** Images whose partial sums are made and converted together: about 256 pixels, whole groups of 8. */
function imagesPerBlock(imagePixels: number, images: number): number {
  let group = 1;
  while ((group * imagePixels) % 8 !== 0) group += 1;
  const wanted = group * Math.max(1, Math.floor(256 / (group * imagePixels)));
  return Math.min(images, wanted);
}

/** Floats that hold the 16-bit thresholds of 2 span + 1 partial sums. */
function tableLength({ converter, name }: StochasticOptions, span: number): number {
  const samples =
    converter.kind === 'mtj' || (converter.kind === 'tanh' && typeof converter.samples !== 'string')
      ? samplesOf(converter.samples as Samples, name)
      : 0;
  return Math.ceil(((2 * span + 1) * samples) / 2) + 1;
}

function addBiasGradient(
  workspace: Workspace,
  output: Value,
  pixels: number,
  outputs: number,
  gradient: Float32Array,
  bias: ParameterEntry,
): void {
  const dy = workspace.f32(output.gradient);
  for (let m = 0; m < outputs; m += 1) {
    let sum = 0;
    for (let p = 0; p < pixels; p += 1) sum += dy[m * output.stride + p];
    gradient[bias.offset + m] += sum;
  }
}
