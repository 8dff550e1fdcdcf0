import { sameValues } from '../columns.js';
import { lookUpsOf, packBitTables, type BitKind } from '../bit-tables.js';
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
  const levels = new Int32Array(weight.length);
  const ofUnitVariance = standardise && {
    weights: new Float32Array(weight.length),
    inverses: new Float32Array(outputs),
  };
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
    const standardised = ofUnitVariance
      ? standardiseWeights(natural, outputs, ofUnitVariance)
      : undefined;
    const own = { ...mapping, weightScale: scale };
    const nominal = sliceForTraining(standardised?.weights ?? natural, outputs, order, own, levels);
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
      levels: nominal.integers,
      ...(standardised ? { standardised } : {}),
      perLevel: 2 ** -fraction / (activationUnit * streamSum * sliceSum),
    };
    return packed;
  };

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
      const values = digits(s);
      const place = { output: s * outputs, all: coefficients.length * outputs };
      for (const { first, rows: inner, channels, forward } of blocks) {
        const own = { digits: values, first, rows: inner, stride: rows, outputs };
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
