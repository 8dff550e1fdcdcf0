import { sameValues } from '../columns.js';
import { lookUpsOf, packBitTables } from '../bit-tables.js';
import { packPairs } from '../digit-rows.js';
import type { Pass } from '../tape.js';
import { standardiseWeights, type Standardised } from '../standardise.js';
import { mergeFilters } from '../slice-filters.js';
import { sliceForTraining, type TrainingWeights } from '../weight-levels.js';
import { packWholeFilters } from '../whole-filters.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';

/** A layer's weights as they stand packed in the workspace. */
export interface PackedWeights {
  /** Significance of every slice, least first. */
  readonly coefficients: readonly number[];
  readonly sliceSum: number;
  /** w ~ unit * level; levels (outputs x rows) in the arrays' row order. */
  readonly unit: number;
  readonly levels: Int32Array;
  readonly perLevel: number;
  /** Where the layer standardises: what was quantised. */
  readonly standardised?: Standardised;
}

export const nothingPacked: PackedWeights = {
  coefficients: [],
  sliceSum: 1,
  unit: 1,
  levels: new Int32Array(0),
  perLevel: 1,
};

/**
 * Slices the weights and packs every chunk for both directions, unless they are packed already. The
 * backward pack holds the whole levels; times 1 / (unit_x sum c_t sum c_s), `perLevel`, they make an
 * activation's gradient.
 */
export function weightPacker(
  workspace: Workspace,
  { name, weight, mapping, standardise = false, steps, filters }: StochasticOptions,
  {
    rows,
    outputs,
    paddedOutputs,
    order,
    blocks,
    activationUnit,
    streamSum,
    fraction,
    pairField,
    bitKind,
    throughTiles,
    sumsThroughTiles,
  }: StochasticLayout,
): (pass: Pick<Pass, 'parameters' | 'chip'>) => PackedWeights {
  const known = new Float32Array(weight.length).fill(NaN);
  let packed = nothingPacked;
  let knownChip: number | undefined;
  let knownScale: number | 'max' | undefined;
  return ({ parameters, chip }) => {
    const natural = filters
      ? mergeFilters(filters, parameters, mapping)
      : parameters.subarray(weight.offset, weight.offset + weight.length);
    const scale = steps ? parameters[steps.weight.offset] : mapping.weightScale;
    const same = scale === knownScale && chip?.number === knownChip;
    if (same && sameValues(natural, known)) return packed;
    knownChip = chip?.number;
    knownScale = scale;
    known.set(natural);
    const standardised = standardise ? standardiseWeights(natural, outputs) : undefined;
    const nominal = sliceForTraining(standardised?.weights ?? natural, outputs, order, {
      ...mapping,
      weightScale: scale,
    });
    const { integers, slices, unit } = finer(nominal, 2 ** fraction, chip?.corrections.get(name));
    const sliceSum = slices.reduce((sum, { coefficient }) => sum + coefficient, 0);
    for (const { first, rows: inner, paddedRows, channels, forward, backward } of blocks) {
      const together = pairField > 0 ? 2 : 1;
      for (let s = 0; s < slices.length; s += together) {
        const { digits } = slices[s];
        const own = { digits, first, rows: inner, stride: rows, outputs };
        if (sumsThroughTiles) {
          const place = { output: s * outputs, all: slices.length * outputs };
          packWholeFilters(workspace.i16(forward), own, channels, place);
          continue;
        }
        const at = (s / together) * paddedOutputs * paddedRows * (bitKind ? lookUpsOf(bitKind) : 1);
        if (bitKind && digits instanceof Int8Array)
          packBitTables(workspace.i32(forward).subarray(at), bitKind, {
            digits,
            first,
            rows: inner,
            stride: rows,
            outputs,
          });
        else
          packPairs(
            workspace.i16(forward).subarray(at),
            { values: digits, start: first, outerStride: rows, innerStride: 1 },
            { outer: outputs, inner, paddedInner: paddedRows },
            together === 2 ? { values: slices[s + 1].digits, field: pairField } : undefined,
          );
      }
      if (throughTiles) continue;
      packPairs(
        workspace.i16(backward),
        { values: integers, start: first, outerStride: 1, innerStride: rows },
        { outer: inner, inner: outputs, paddedInner: paddedOutputs },
      );
    }
    packed = {
      coefficients: slices.map(({ coefficient }) => coefficient),
      sliceSum,
      unit,
      levels: nominal.integers,
      ...(standardised ? { standardised } : {}),
      perLevel: 2 ** -fraction / (activationUnit * streamSum * sliceSum),
    };
    return packed;
  };
}

/** Digits in parts of 1 / `parts`, with what a chip's cells and wires add to them. */
function finer(
  { slices, integers, unit }: TrainingWeights,
  parts: number,
  correction: Float32Array | undefined,
): Omit<TrainingWeights, 'slices'> & {
  readonly slices: readonly {
    readonly digits: Int8Array | Int32Array;
    readonly coefficient: number;
  }[];
} {
  if (parts === 1) return { slices, integers, unit };
  const real = slices.map(({ digits, coefficient }, s) => ({
    coefficient,
    digits: Int32Array.from(digits, (digit, i) =>
      Math.round(parts * (digit + (correction?.[s * digits.length + i] ?? 0))),
    ),
  }));
  const sums = Int32Array.from(integers, (_, i) =>
    real.reduce((sum, { digits, coefficient }) => sum + coefficient * digits[i], 0),
  );
  return { slices: real, integers: sums, unit };
}
