import type { LayerMapping } from '../../network/index.js';
import { activationLevelsOf, weightLevelsOf } from '../../network/mapping.js';
import { biasDigits, offsetDigits } from '../bias-rows.js';
import { gradientTop } from '../digit-rows.js';
import { channelOffset, type Operation, type Pass } from '../tape.js';
import type { Workspace } from '../workspace.js';
import { outputBias } from './bias.js';
import { blockConverter } from './stochastic-conversion.js';
import { scaleGradientFactor } from '../learned-steps.js';
import { addFilterGradients } from '../slice-filters.js';
import { stochasticLayout, type StochasticOptions } from './stochastic-layout.js';
import { saturationWatch } from './stochastic-saturation.js';
import { stochasticTiles } from './stochastic-tiles.js';
import { tableSlots } from './stochastic-tables.js';
import { nothingPacked, weightPacker } from './stochastic-weights.js';

const OUTPUTS_TOGETHER = 8;

/**
 * The stochastic partial-sum layer. Forward: the inference engine's streams, slices, chunks, tables and
 * keyed draws (network/partial-sum-layer.ts), bit for bit; partial sums are integers below 2^24, so
 * single-precision products are exact in any order.
 *
 * Backward: with o' the surrogate slope of every conversion, Gamma = sum_ts c_t c_s o'[t,s] scales the
 * output gradient of each chunk, which then passes through the quantised weights and activations as
 * through an ordinary layer; both quantisers are straight-through inside their range. Its products are of whole
 * numbers and exact: the scaled gradient is rounded to 16 bits of its largest magnitude (a relative 1.5e-5 of it), or,
 * in convolutions that go through transformed tiles (stochastic-tiles.ts), point by point there; either is far below
 * the noise of the draws.
 */
export function stochasticOperation(workspace: Workspace, options: StochasticOptions): Operation {
  const { name, input, output, weight, bias, mapping, wantsInputGradient } = options;
  const { meanSquare, biasRows, steps, filters } = options;
  const { digits, conversion, weights } = workspace.kernels;
  const layout = stochasticLayout(workspace, options);
  const tables = tableSlots(workspace, options, layout);
  const pack = weightPacker(workspace, options, layout);
  const convert = blockConverter(workspace, options, layout, tables);
  const tiles = stochasticTiles(workspace, options, layout);
  const watch = saturationWatch(workspace, layout);
  const { rows, outputs, gradientOutputs, blocks, coefficients, pixels } = layout;
  /** Gradient of the quantised weights, where they are not the latent ones. */
  const ofQuantised = workspace.scratch(
    'gradient of quantised weights',
    options.standardise || steps || filters ? weight.length : 0,
  );
  const biases = outputBias(workspace, output, bias, pixels);
  const top = 2 ** mapping.activationBits - 1;
  const away = mapping.activationQuantiser === 'away-from-zero';
  const bipolar = mapping.encoding === 'bipolar';
  const strideBytes = output.stride * 4;
  const wholePixels = Math.ceil(pixels / 4) * 4;
  const largestGradient = gradientTop(
    top,
    2 ** (mapping.weightBits + layout.fraction + (layout.fraction > 0 ? 1 : 0)) - 1,
    outputs,
  );
  /** Of the forward pass that is running or has run last. */
  let scale = mapping.inputScale;
  let packed = nothingPacked;
  /** What 1 of a chunk's gates stands for. */
  let gateUnit = 1;
  /** 1 / (sum c_t sum c_s chunks): full agreement of all conversions gives y = +-1. */
  const merge = (): number => 1 / (packed.sliceSum * layout.streamSum * blocks.length);

  function makeLevels(): void {
    if (away) layout.levelPlanes.place(levelAwayFromZero(mapping));
    else
      layout.levelPlanes.quantise({
        factor: Math.fround((bipolar ? 0.5 * top : top) / scale),
        shift: bipolar ? 0.5 * top : 0,
        top,
        bipolar,
      });
  }

  /** The chunk's output gradient, gated and rounded; gives what one unit of it is worth. */
  function makeGradient(gate: number): number {
    const halfStride = strideBytes / 2;
    const at = (m: number): number => channelOffset(output.gradient, output, m);
    let largest = 0;
    for (let m = 0; m < outputs; m += 1)
      largest = digits.largestGated(gate + m * halfStride, at(m), wholePixels, largest);
    const rounded = layout.shortGradient.offset;
    const factor = largest > 0 ? largestGradient / largest : 0;
    for (let m = 0; m < outputs; m += 1) {
      const own = m * halfStride;
      digits.roundGated(gate + own, at(m), rounded + own, layout.paddedPixels, factor);
    }
    return (gateUnit * largest) / largestGradient;
  }

  function makeDigits(stream: number): void {
    if (coefficients.length === 1) return;
    layout.digitPlanes.extract(layout.levelPlanes, {
      low: Math.log2(coefficients[stream]),
      bits: layout.streamBits[stream],
      top,
      bipolar,
    });
  }

  /** Where entry i of the mean statistic (chunks x outputs) stands in the padded slots. */
  const column = (i: number): number =>
    Math.floor(i / outputs) * layout.paddedOutputs + (i % outputs);

  /** The layer's output of the block of pixels from `start` on. */
  function mergeBlock(start: number): void {
    const count = Math.min(layout.blockPixels, pixels - start);
    const first = layout.sums.offset + (coefficients.length > 1 ? start * layout.sumBytes : 0);
    for (let m = 0; m < outputs; m += 1) {
      const from = first + m * layout.sumStride;
      const to = channelOffset(output.data, output, m) + start * 4;
      const samples = tables.samples || 1;
      if (layout.shortSums) conversion.mergeShort(from, to, count, samples, merge());
      else conversion.mergeSums(from, to, count, samples, merge());
    }
  }

  function placeBiases(parameters: Float32Array): void {
    if (!biasRows) return;
    const biases = workspace.i32(layout.biases);
    const range = { meanSquare: parameters[meanSquare.offset], largest: layout.span / 2 };
    for (let i = 0; i < biasRows.mean.length; i += 1)
      biases[column(i)] = biasDigits(biasRows, parameters, i, range);
  }

  /** Adds a chunk's gradient (rows x outputs), a few outputs at a time: lines of `flat` are read once. */
  function addTransposed(
    flat: Float32Array,
    weightGradient: Float32Array,
    block: { readonly first: number; readonly rows: number },
    factor: number,
  ): void {
    for (let first = 0; first < outputs; first += OUTPUTS_TOGETHER) {
      const end = Math.min(outputs, first + OUTPUTS_TOGETHER);
      for (let k = 0; k < block.rows; k += 1) {
        const row = layout.order[block.first + k];
        for (let m = first; m < end; m += 1)
          weightGradient[m * rows + row] += flat[k * gradientOutputs + m] * factor;
      }
    }
  }

  /** Products of 16-bit whole numbers, chunk by chunk: gradients of the weights and of the levels. */
  function throughColumns(weightGradient: Float32Array, perWeight: number, perLevel: number): void {
    const flat = workspace.f32(layout.transposed);
    layout.levelGradient.clear();
    for (const [chunk, block] of blocks.entries()) {
      const worth = makeGradient(layout.gates[chunk].offset);
      flat.fill(0);
      digits.integerWeightGradient(
        layout.levelPlanes.offset,
        block.table.offset,
        block.paddedRows,
        layout.pixelTable,
        layout.paddedPixels,
        layout.shortGradient.offset,
        strideBytes / 2,
        gradientOutputs,
        layout.transposed.offset,
        layout.panel,
      );
      addTransposed(flat, weightGradient, block, perWeight * worth);
      if (!wantsInputGradient) continue;
      digits.integerInputGradient(
        layout.levelGradient.slot.offset,
        block.table.offset,
        block.paddedRows,
        layout.pixelTable,
        layout.paddedPixels,
        block.backward.offset,
        layout.paddedOutputs,
        layout.shortGradient.offset,
        strideBytes / 2,
        perLevel * worth,
        layout.panel,
      );
    }
  }

  /** From the gradient of the quantised weights to that of the latent ones and of their step. */
  function passThroughQuantiser(parameters: Float32Array, gradient: Float32Array): void {
    const quantised = workspace.f32(ofQuantised);
    if (filters) {
      addFilterGradients(filters, parameters, mapping, quantised, gradient);
      return;
    }
    const { values, inverses, levels } = packed;
    const codes = 2 ** mapping.weightBits - 1;
    const nearest = mapping.weightQuantiser.kind === 'nearest';
    const limit = packed.unit * (nearest ? codes : weightLevelsOf(mapping));
    if (steps)
      gradient[steps.weight.offset] +=
        scaleGradientFactor(weight.length, codes / 2) *
        weights.scaleGradient(
          values.offset,
          levels.offset,
          ofQuantised.offset,
          outputs,
          rows,
          layout.orderTable,
          limit,
          codes,
        );
    // Straight-through inside the quantiser's range, as for weights that are kept within it.
    if (inverses)
      weights.standardisedGradient(
        values.offset,
        inverses.offset,
        outputs,
        rows,
        ofQuantised.offset,
        limit,
      );
    const target = gradient.subarray(weight.offset, weight.offset + weight.length);
    for (let i = 0; i < target.length; i += 1) target[i] += quantised[i];
  }

  /** The block in the middle of the images. */
  const watched = Math.floor(pixels / layout.blockPixels / 2) * layout.blockPixels;
  const watchedPixels = Math.min(layout.blockPixels, pixels - watched);

  return {
    name,
    saturation: watch.share,
    forward(pass: Pass) {
      const { parameters, gradient, training } = pass;
      if (steps) scale = parameters[steps.input.offset];
      makeLevels();
      packed = pack(pass);
      gateUnit = tables.update(
        parameters[meanSquare.offset],
        coefficients.flatMap((stream) => packed.coefficients.map((slice) => stream * slice)),
        pass.chip?.number,
      );
      placeBiases(parameters);
      watch.begin();
      const observed = workspace.f64(layout.observed).fill(0);
      let squares = 0;
      for (let stream = 0; stream < coefficients.length; stream += 1) {
        makeDigits(stream);
        for (let start = 0; start < pixels; start += layout.blockPixels) {
          for (let chunk = 0; chunk < blocks.length; chunk += 1) {
            squares += convert(pass, { start, stream, chunk }, packed.coefficients);
            if (training && start === watched) watch.look(chunk, watchedPixels, tables.open());
          }
          if (stream === coefficients.length - 1) mergeBlock(start);
        }
      }
      const planes = blocks.length * coefficients.length * packed.coefficients.length;
      if (training) gradient[meanSquare.offset] = squares / (pixels * outputs * planes);
      if (training && biasRows)
        for (let i = 0; i < biasRows.mean.length; i += 1)
          gradient[biasRows.mean.offset + i] =
            observed[column(i)] / (pixels * coefficients.length * packed.coefficients.length);
      biases.addTo(parameters);
    },
    backward({ parameters, gradient }: Pass) {
      const perWeight = merge() / (packed.unit * layout.streamSum * packed.sliceSum);
      biases.addGradient(gradient);
      const perOffset = gateUnit * merge() * offsetDigits(parameters[meanSquare.offset]);
      const isLatent = ofQuantised.length === 0;
      const weightGradient = isLatent
        ? gradient.subarray(weight.offset, weight.offset + weight.length)
        : workspace.f32(ofQuantised).fill(0);
      if (biasRows?.offset)
        for (const [chunk, { offset: gate }] of layout.gates.entries())
          for (let m = 0; m < outputs; m += 1) {
            const dy = channelOffset(output.gradient, output, m);
            gradient[biasRows.offset.offset + chunk * outputs + m] +=
              perOffset * digits.sumGated(gate + (m * strideBytes) / 2, dy, pixels);
          }
      const perLevel = packed.perLevel * (mapping.inputScale / scale);
      if (tiles) tiles(packed, weightGradient, perWeight * gateUnit);
      else throughColumns(weightGradient, perWeight, perLevel);
      if (!isLatent) passThroughQuantiser(parameters, gradient);
      if (!wantsInputGradient) return;
      const low = bipolar || away ? -scale : 0;
      const { levelGradient } = layout;
      const factor = merge() * (tiles ? perLevel * gateUnit : 1);
      const ofScale = levelGradient.release(input, factor, { low, scale, top });
      if (steps) gradient[steps.input.offset] += ofScale;
    },
  };
}

/** sign(x) ceil(|x| m), clamped: the plain rule of network/activation-streams.ts, number by number. */
function levelAwayFromZero(mapping: LayerMapping): (value: number) => number {
  const steps = activationLevelsOf(mapping);
  return (value) => {
    const size = Math.min(steps, Math.ceil(Math.abs(value / mapping.inputScale) * steps));
    return value < 0 ? -size : size;
  };
}
