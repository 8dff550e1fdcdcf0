import { packQuads, sameValues } from '../columns.js';
import { sliceForTraining } from '../weight-levels.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';

/** A layer's weights as they stand packed in the workspace. */
export interface PackedWeights {
  /** Significance of every slice, least first. */
  readonly coefficients: readonly number[];
  readonly sliceSum: number;
  /** w ~ unit * integer level. */
  readonly unit: number;
}

/**
 * Slices the weights and packs every chunk for both directions, unless they are packed already. The
 * backward pack holds levels / (unit_x sum c_t sum c_s): what an activation's gradient is made of.
 */
export function weightPacker(
  workspace: Workspace,
  { weight, mapping }: StochasticOptions,
  { rows, outputs, paddedOutputs, order, blocks, activationUnit, streamSum }: StochasticLayout,
): (parameters: Float32Array) => PackedWeights {
  const known = new Float32Array(weight.length).fill(NaN);
  let packed: PackedWeights = { coefficients: [], sliceSum: 1, unit: 1 };
  return (parameters) => {
    const natural = parameters.subarray(weight.offset, weight.offset + weight.length);
    if (sameValues(natural, known)) return packed;
    known.set(natural);
    const { integers, slices, unit } = sliceForTraining(natural, outputs, order, mapping);
    const sliceSum = slices.reduce((sum, { coefficient }) => sum + coefficient, 0);
    const factor = 1 / (activationUnit * streamSum * sliceSum);
    for (const { first, rows: inner, forward, backward } of blocks) {
      const target = workspace.f32(forward);
      for (const [s, { digits }] of slices.entries())
        packQuads(
          target.subarray(s * paddedOutputs * inner),
          { values: digits, start: first, outerStride: rows, innerStride: 1 },
          { outer: outputs, inner },
        );
      packQuads(
        workspace.f32(backward),
        { values: integers, start: first, outerStride: 1, innerStride: rows },
        { outer: inner, inner: outputs, paddedInner: paddedOutputs, factor },
      );
    }
    packed = { coefficients: slices.map(({ coefficient }) => coefficient), sliceSum, unit };
    return packed;
  };
}
