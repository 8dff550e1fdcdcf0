import { entryOf, type ParameterEntry, type ParameterTable } from './parameters.js';

/**
 * The bias row of an array: whole digits that take every column's mean partial sum off, so that its converter
 * works where its curve is steep, and, where offsets are learned, move the column's threshold away from the
 * mean to where the loss wants it (as the learned thresholds of binary networks do: Liu et al., ECCV 2020,
 * "ReActNet", RSign). One row serves all slices and streams of an array.
 */

/** Name of the statistic (chunks x outputs) that bias rows take off: mean partial sums, in digits. */
export const meanName = (layer: string): string => `${layer}.partialSumMean`;

/** Digits that a learned offset of 1 stands for, given the mean square of the layer's partial sums. */
export const offsetDigits = (meanSquare: number): number => 2 * Math.sqrt(meanSquare);

/**
 * Name of the learned offsets (chunks x outputs) that bias rows add, in twice the root mean square of the
 * layer's partial sums: whatever a digit is worth, they learn somewhat faster than a batch norm's shifts.
 */
export const offsetName = (layer: string): string => `${layer}.partialSumOffset`;

/** Where a layer's bias rows come from. */
export interface BiasRows {
  readonly mean: ParameterEntry;
  readonly offset?: ParameterEntry;
}

export const biasRowsOf = (table: ParameterTable, layer: string, offsets: boolean): BiasRows => ({
  mean: entryOf(table, meanName(layer)),
  ...(offsets ? { offset: entryOf(table, offsetName(layer)) } : {}),
});

/** Whole digits of the bias row of column i (chunk major), no more than `largest` either way. */
export function biasDigits(
  { mean, offset }: BiasRows,
  parameters: Float32Array,
  i: number,
  { meanSquare, largest }: { readonly meanSquare: number; readonly largest: number },
): number {
  const moved = offset ? parameters[offset.offset + i] * offsetDigits(meanSquare) : 0;
  const digits = Math.round(parameters[mean.offset + i] - moved);
  return Math.max(-largest, Math.min(largest, -digits)) + 0;
}
