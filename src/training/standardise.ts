/**
 * Weights standardised per output (Qiao et al., arXiv:1903.10520; Qin et al., CVPR 2020, equation 4): each
 * output's weights less their mean, by their standard deviation. Every column of an array then uses its
 * converter alike with one gain for the whole layer, which a current mirror realises; the scale that is
 * lost belongs to the batch normalisation behind it.
 */
export interface Standardised {
  /** (outputs x rows): zero mean and unit variance for every output. */
  readonly weights: Float32Array;
  /** 1 / standard deviation of every output; 0 where all its weights are equal. */
  readonly inverses: Float32Array;
}

/** Of weights (outputs x rows). */
export function standardiseWeights(natural: Float32Array, outputs: number): Standardised {
  const rows = natural.length / outputs;
  const weights = new Float32Array(natural.length);
  const inverses = new Float32Array(outputs);
  for (let m = 0; m < outputs; m += 1) {
    const own = natural.subarray(m * rows, (m + 1) * rows);
    let sum = 0;
    for (let k = 0; k < rows; k += 1) sum += own[k];
    const mean = sum / rows;
    let squares = 0;
    for (let k = 0; k < rows; k += 1) squares += (own[k] - mean) ** 2;
    const inverse = squares > 0 ? Math.sqrt(rows / squares) : 0;
    inverses[m] = inverse;
    for (let k = 0; k < rows; k += 1) weights[m * rows + k] = (own[k] - mean) * inverse;
  }
  return { weights, inverses };
}

/**
 * Adds to `gradient` (outputs x rows) that of the natural weights, given that of the standardised ones, s:
 * inverse (g - mean(g) - s mean(g s)) for each output.
 */
export function addStandardisedGradient(
  { weights, inverses }: Standardised,
  ofStandardised: Float32Array,
  gradient: Float32Array,
): void {
  const outputs = inverses.length;
  const rows = weights.length / outputs;
  for (let m = 0; m < outputs; m += 1) {
    const first = m * rows;
    let sum = 0;
    let along = 0;
    for (let k = first; k < first + rows; k += 1) {
      sum += ofStandardised[k];
      along += ofStandardised[k] * weights[k];
    }
    const mean = sum / rows;
    const share = along / rows;
    for (let k = first; k < first + rows; k += 1)
      gradient[k] += inverses[m] * (ofStandardised[k] - mean - weights[k] * share);
  }
}
