/**
 * Plain twins of the training kernels in double precision: the oracle of their tests. Column matrix
 * entry (k, p) is x[rowOffsets[k] + pixelOffsets[p]], offsets in elements.
 */
export interface ColumnTables {
  readonly rowOffsets: ArrayLike<number>;
  readonly pixelOffsets: ArrayLike<number>;
}

/** y (outputs x pixels) = w (outputs x rows) X (rows x pixels). */
export function columnsForwardReference(
  x: ArrayLike<number>,
  { rowOffsets, pixelOffsets }: ColumnTables,
  weights: ArrayLike<number>,
  outputs: number,
): Float64Array {
  const rows = rowOffsets.length;
  const pixels = pixelOffsets.length;
  const y = new Float64Array(outputs * pixels);
  for (let m = 0; m < outputs; m += 1)
    for (let p = 0; p < pixels; p += 1) {
      let sum = 0;
      for (let k = 0; k < rows; k += 1)
        sum += weights[m * rows + k] * x[rowOffsets[k] + pixelOffsets[p]];
      y[m * pixels + p] = sum;
    }
  return y;
}

/** dx (like x) = transpose of the forward product, scattered to where X is gathered from. */
export function columnsInputGradientReference(
  length: number,
  { rowOffsets, pixelOffsets }: ColumnTables,
  weights: ArrayLike<number>,
  outputs: number,
  dy: ArrayLike<number>,
): Float64Array {
  const rows = rowOffsets.length;
  const pixels = pixelOffsets.length;
  const dx = new Float64Array(length);
  for (let m = 0; m < outputs; m += 1)
    for (let p = 0; p < pixels; p += 1)
      for (let k = 0; k < rows; k += 1)
        dx[rowOffsets[k] + pixelOffsets[p]] += weights[m * rows + k] * dy[m * pixels + p];
  return dx;
}

/** dw (outputs x rows) = dy (outputs x pixels) X^T. */
export function columnsWeightGradientReference(
  x: ArrayLike<number>,
  { rowOffsets, pixelOffsets }: ColumnTables,
  outputs: number,
  dy: ArrayLike<number>,
): Float64Array {
  const rows = rowOffsets.length;
  const pixels = pixelOffsets.length;
  const gradient = new Float64Array(outputs * rows);
  for (let m = 0; m < outputs; m += 1)
    for (let k = 0; k < rows; k += 1) {
      let sum = 0;
      for (let p = 0; p < pixels; p += 1)
        sum += dy[m * pixels + p] * x[rowOffsets[k] + pixelOffsets[p]];
      gradient[m * rows + k] = sum;
    }
  return gradient;
}

/** Batch normalisation of one channel: mean and biased variance of x. */
export function channelMomentsReference(x: ArrayLike<number>): readonly [number, number] {
  const values = Array.from(x);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, variance];
}
