import { entryOf, type ParameterEntry, type ParameterTable } from './parameters.js';

/**
 * The bias row of an array: whole digits that take every column's mean partial sum off, so that its converter
 * works where its curve is steep, and, where offsets are learned, move the column's threshold away from the
 * mean to where the loss wants it (as the learned thresholds of binary networks do: Liu et al., ECCV 2020,
 * "ReActNet", RSign). Both are statistics or parameters (chunks x outputs) beside the weights.
 */

/** Name of the statistic that a mapped layer's bias row takes off: mean partial sums, in digits. */
export const meanName = (layer: string): string => `${layer}.partialSumMean`;

/**
 * Name of the learned offsets that a bias row adds, in root mean squares of the layer's partial sums: so that
 * they move like the shifts of a batch normalisation, whatever a digit is worth.
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
  const moved = offset ? parameters[offset.offset + i] * Math.sqrt(meanSquare) : 0;
  const digits = Math.round(parameters[mean.offset + i] - moved);
  return Math.max(-largest, Math.min(largest, -digits)) + 0;
}
