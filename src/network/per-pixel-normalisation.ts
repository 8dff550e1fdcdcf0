import type { PartialSumNormalisation } from './mapping.js';

/**
 * Replaces the partial sums (pixels x columns) by z_o = (t_o - mean)/sqrt(variance + epsilon), where
 * t_o = unitWeight[o] * unitInput * PS and the statistics run over the columns of one pixel (unbiased).
 * The authors' 2023 StoX-Net code; no chip realises it as a static gain. Does nothing for `none`.
 */
export function normalisePerPixel(
  partialSums: Float64Array,
  unitWeight: Float64Array,
  unitInput: number,
  normalisation: PartialSumNormalisation,
): void {
  if (normalisation.kind === 'none') return;
  const columns = unitWeight.length;
  for (let base = 0; base < partialSums.length; base += columns) {
    let total = 0;
    for (let o = 0; o < columns; o += 1) {
      partialSums[base + o] *= unitWeight[o] * unitInput;
      total += partialSums[base + o];
    }
    const mean = total / columns;
    let squares = 0;
    for (let o = 0; o < columns; o += 1) squares += (partialSums[base + o] - mean) ** 2;
    const deviation = Math.sqrt(squares / Math.max(1, columns - 1) + normalisation.epsilon);
    for (let o = 0; o < columns; o += 1)
      partialSums[base + o] = (partialSums[base + o] - mean) / deviation;
  }
}
