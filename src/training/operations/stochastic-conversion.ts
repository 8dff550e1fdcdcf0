import { conversionKey } from '../../network/conversion-draws.js';
import type { Pass } from '../tape.js';
import type { Workspace } from '../workspace.js';
import { partialSums, type ConversionPlace } from './partial-sums.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';
import type { TableSlots } from './stochastic-tables.js';

/**
 * Gives a function that makes the partial sums of one block and converts them, adding
 * c_t c_s o to the sums and c_t c_s o' to the chunk's gate. It returns the sum of squares of the
 * partial sums.
 */
export function blockConverter(
  workspace: Workspace,
  options: StochasticOptions,
  layout: StochasticLayout,
  tables: TableSlots,
): (pass: Pass, place: ConversionPlace, slices: readonly number[]) => number {
  const { name, output, images, antithetic } = options;
  const { outputs, blocks, imagePixels, pixels, blockPixels, paddedOutputs, span, drawBytes } =
    layout;
  const { draws, conversion } = workspace.kernels;
  const makeSums = partialSums(workspace, options, layout);
  const { samples } = tables;
  const rowBytes = blockPixels * 4;
  const gateStride = output.stride * 2;
  const drawStride = Math.ceil(blockPixels / 8) * 16;
  const { lanes } = output;
  const groupPixels = imagePixels * lanes;
  const ownPixels = Math.min(imagePixels, blockPixels / lanes);
  const drawBlocks = Math.ceil((ownPixels * outputs) / 32) * 4;
  const rowDraws = outputs * 2;

  /** The draws of a block's pixels, [output][pixel]. */
  function makeDraws(pass: Pass, plane: number, start: number, real: number): void {
    const { key0, key1 } = conversionKey(pass.seed, name);
    const first = Math.floor(start / groupPixels) * lanes;
    const firstDraw = ((start % groupPixels) / lanes) * outputs;
    const last = layout.draws + (lanes > 1 ? lanes * drawBytes : (real - 1) * rowDraws);
    for (let n = 0; n * ownPixels < real; n += 1)
      draws.philoxDraws(
        key0,
        key1,
        plane,
        pass.imageIndices[first + n],
        layout.draws + n * drawBytes,
        firstDraw / 8,
        drawBlocks,
        antithetic && pass.training && first + n >= images / 2 ? -1 : 0,
      );
    const [rowBytes, stepBytes] = lanes > 1 ? [drawBytes, rowDraws] : [rowDraws, 8 * rowDraws];
    conversion.transposeDraws(
      layout.draws,
      real,
      outputs,
      layout.turnedDraws,
      drawStride,
      rowBytes,
      stepBytes,
      last,
    );
  }

  return (pass, { start, stream, chunk }, slices) => {
    const real = Math.min(blockPixels, pixels - start);
    makeSums({ start, stream, chunk });
    const sumsAt = layout.sums.offset + (layout.coefficients.length > 1 ? start * 4 : 0);
    const gateAt = layout.gates[chunk].offset + start * 2;
    let squares = 0;
    for (const [s, significance] of slices.entries()) {
      const sliceSums = layout.partialSums + s * paddedOutputs * rowBytes;
      const coefficient = layout.coefficients[stream] * significance;
      const table = tables.of(coefficient);
      const opening = stream === 0 && s === 0;
      const affine =
        layout.affines.length > 0
          ? layout.affines.offset + (s * blocks.length + chunk) * paddedOutputs * 8
          : 0;
      const first = (opening ? 1 : 0) + (opening && chunk === 0 ? 2 : 0);
      if (samples === 0) {
        squares += conversion.convertValues(
          sliceSums,
          rowBytes,
          outputs,
          real,
          table.values,
          table.slopes,
          span,
          coefficient,
          sumsAt,
          layout.sumStride,
          gateAt,
          gateStride,
          first,
          layout.biases.offset + chunk * paddedOutputs * 4,
          affine,
          layout.observed.offset + chunk * paddedOutputs * 8,
        );
        continue;
      }
      const plane = (stream * slices.length + s) * blocks.length + chunk;
      makeDraws(pass, plane, start, real);
      squares += conversion.convertDraws(
        sliceSums,
        rowBytes,
        outputs,
        real,
        layout.turnedDraws,
        drawStride,
        table.thresholds,
        table.slopes,
        span,
        samples,
        coefficient,
        sumsAt,
        layout.sumStride,
        gateAt,
        gateStride,
        first,
        layout.biases.offset + chunk * paddedOutputs * 4,
        affine,
        layout.observed.offset + chunk * paddedOutputs * 8,
      );
    }
    return squares;
  };
}
