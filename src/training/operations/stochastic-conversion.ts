import type { Pass } from '../tape.js';
import type { Workspace } from '../workspace.js';
import { partialSums, type ConversionPlace } from './partial-sums.js';
import { blockDraws } from './stochastic-draws.js';
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
  const { output } = options;
  const { outputs, blocks, pixels, blockPixels, paddedOutputs, span } = layout;
  const { conversion } = workspace.kernels;
  const makeSums = partialSums(workspace, options, layout);
  const draws = blockDraws(workspace, options, layout);
  const { samples } = tables;
  const rowBytes = blockPixels * layout.sumBytes;
  const gateStride = output.stride * 2;

  return (pass, { start, stream, chunk }, slices) => {
    const real = Math.min(blockPixels, pixels - start);
    if (start === 0 && stream === 0 && chunk === 0) draws.begin(pass);
    makeSums({ start, stream, chunk });
    const sumsAt =
      layout.sums.offset + (layout.coefficients.length > 1 ? start * layout.sumBytes : 0);
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
      draws.make(pass, plane, start, real);
      if (layout.shortSums) {
        squares += conversion.convertShort(
          sliceSums,
          rowBytes,
          outputs,
          real,
          draws.offset,
          draws.stride,
          table.thresholds,
          table.others,
          span,
          samples,
          coefficient,
          sumsAt,
          layout.sumStride,
          gateAt,
          gateStride,
          first,
          layout.biases.offset + chunk * paddedOutputs * 4,
          layout.observed.offset + chunk * paddedOutputs * 8,
        );
        continue;
      }
      squares += conversion.convertDraws(
        sliceSums,
        rowBytes,
        outputs,
        real,
        draws.offset,
        draws.stride,
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
