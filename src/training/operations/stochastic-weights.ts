import type { LayerMapping } from '../../network/index.js';
import { sameValues } from '../columns.js';
import { lookUpsOf, packBitTables, type BitKind } from '../bit-tables.js';
import { packPairs } from '../digit-rows.js';
import type { Pass } from '../tape.js';
import { mergeFilters } from '../slice-filters.js';
import {
  hasOddLevels,
  oddWeights,
  scaleOf,
  sliceForTraining,
  type TrainingWeights,
} from '../weight-levels.js';
import { packWholeFilters } from '../whole-filters.js';
import type { Slot, Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';

/** A layer's weights as they stand packed in the workspace. */
export interface PackedWeights {
  /** Significance of every slice, least first. */
  readonly coefficients: readonly number[];
  readonly sliceSum: number;
  /** w ~ unit * level; levels (outputs x rows; i32) in the arrays' row order. */
  readonly unit: number;
  readonly levels: Slot;
  readonly perLevel: number;
  /** What was quantised: (outputs x rows) in natural order. */
  readonly values: Slot;
  /** Where that is standardised: 1 by each output's deviation. */
  readonly inverses?: Slot;
}

const nothing: Slot = { offset: 0, length: 0 };

export const nothingPacked: PackedWeights = {
  coefficients: [],
  sliceSum: 1,
  unit: 1,
  levels: nothing,
  perLevel: 1,
  values: nothing,
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
    orderTable,
    blocks,
    activationUnit,
    streamSum,
    fraction,
    pairField,
    bitKind,
    throughTiles,
    sumsThroughTiles,
    slices,
  }: StochasticLayout,
): (pass: Pick<Pass, 'parameters' | 'chip'>) => PackedWeights {
  const { kernels } = workspace;
  const latent = workspace.reserve(weight.length);
  const levels = workspace.reserve(weight.length);
  const values = standardise ? workspace.reserve(weight.length) : latent;
  const inverses = workspace.reserve(standardise ? outputs : 0);
  const sliceDigits = workspace.scratch(
    'slice digits',
    sumsThroughTiles && slices > 1 ? weight.length : 0,
  );
  workspace.f32(latent).fill(NaN);
  let packed = nothingPacked;
  let knownChip: number | undefined;
  let knownScale: number | 'max' | undefined;
  return ({ parameters, chip }) => {
    const natural = filters
      ? mergeFilters(filters, parameters, mapping)
      : parameters.subarray(weight.offset, weight.offset + weight.length);
    const scale = steps ? parameters[steps.weight.offset] : mapping.weightScale;
    const same = scale === knownScale && chip?.number === knownChip;
    if (same && sameValues(natural, workspace.f32(latent))) return packed;
    knownChip = chip?.number;
    knownScale = scale;
    workspace.f32(latent).set(natural);
    if (standardise)
      kernels.weights.standardise(latent.offset, outputs, rows, values.offset, inverses.offset);
    const nominal = quantise({ ...mapping, weightScale: scale });
    const weights = finer(nominal, 2 ** fraction, chip?.corrections.get(name));
    const { coefficients, integers, unit } = weights;
    const sliceSum = coefficients.reduce((sum, coefficient) => sum + coefficient, 0);
    if (bitKind) packBits(nominal, bitKind);
    else if (sumsThroughTiles) packFilters(weights);
    else packDigits(weights);
    if (!throughTiles)
      for (const { first, rows: inner, backward } of blocks)
        packPairs(
          workspace.i16(backward),
          { values: integers, start: first, outerStride: 1, innerStride: rows },
          { outer: inner, inner: outputs, paddedInner: paddedOutputs },
        );
    packed = {
      coefficients,
      sliceSum,
      unit,
      levels,
      values,
      ...(standardise ? { inverses } : {}),
      perLevel: 2 ** -fraction / (activationUnit * streamSum * sliceSum),
    };
    return packed;
  };

  /** The weights' levels, in their slot, and what they are made of. */
  function quantise(own: LayerMapping): TrainingWeights {
    const natural = workspace.f32(values);
    const integers = workspace.i32(levels);
    if (!hasOddLevels(own)) {
      const sliced = sliceForTraining(natural, outputs, order, own);
      integers.set(sliced.integers);
      return sliced;
    }
    const scale = scaleOf(natural, own);
    const top = 2 ** own.weightBits - 1;
    kernels.weights.oddLevels(values.offset, outputs, rows, orderTable, scale, top, levels.offset);
    return oddWeights(integers, own, scale);
  }

  function packBits({ coefficients, words }: TrainingWeights, kind: BitKind): void {
    for (let s = 0; s < coefficients.length; s += 4) {
      const shared = { words: words(s), slices: Math.min(4, coefficients.length - s) };
      for (const { first, rows: inner, paddedRows, forward } of blocks) {
        const sliceLength = paddedOutputs * paddedRows * lookUpsOf(kind);
        packBitTables(
          workspace.i32(forward).subarray(s * sliceLength),
          kind,
          { ...shared, first, rows: inner, stride: rows, outputs },
          sliceLength,
        );
      }
    }
  }

  function packFilters({ coefficients, digits }: FinerWeights): void {
    for (let s = 0; s < coefficients.length; s += 1) {
      const ofSlice = coefficients.length > 1 ? sliceDigits : levels;
      if (ofSlice !== levels) workspace.i32(ofSlice).set(digits(s));
      const place = { output: s * outputs, all: coefficients.length * outputs };
      for (const { first, rows: inner, channels, forward } of blocks) {
        const own = { digits: ofSlice, first, rows: inner, stride: rows, outputs };
        packWholeFilters(workspace, forward, own, channels, place);
      }
    }
  }

  function packDigits({ coefficients, digits }: FinerWeights): void {
    const together = pairField > 0 ? 2 : 1;
    for (let s = 0; s < coefficients.length; s += together) {
      const values = digits(s);
      const above = together === 2 ? { values: digits(s + 1), field: pairField } : undefined;
      for (const { first, rows: inner, paddedRows, forward } of blocks)
        packPairs(
          workspace.i16(forward).subarray((s * paddedOutputs * paddedRows) / together),
          { values, start: first, outerStride: rows, innerStride: 1 },
          { outer: outputs, inner, paddedInner: paddedRows },
          above,
        );
    }
  }
}

type FinerWeights = Pick<TrainingWeights, 'coefficients' | 'integers' | 'unit'> & {
  readonly digits: (slice: number) => Int8Array | Int32Array;
};

/** Digits in parts of 1 / `parts`, with what a chip's cells and wires add to them. */
function finer(
  nominal: TrainingWeights,
  parts: number,
  correction: Float32Array | undefined,
): FinerWeights {
  if (parts === 1) return nominal;
  const { coefficients, unit } = nominal;
  const real = coefficients.map((_, s) =>
    Int32Array.from(nominal.digits(s), (digit, i) =>
      Math.round(parts * (digit + (correction?.[s * nominal.integers.length + i] ?? 0))),
    ),
  );
  const integers = nominal.integers.map((_, i) =>
    real.reduce((sum, digits, s) => sum + coefficients[s] * digits[i], 0),
  );
  return { coefficients, digits: (slice) => real[slice], integers, unit };
}
