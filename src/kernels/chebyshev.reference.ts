/**
 * A sparse complex matrix by rows whose couplings are purely real or purely imaginary, acting on complex
 * vectors x[2 i], x[2 i + 1]. Row r: real couplings at entries start[r] .. middle[r] - 1, imaginary ones
 * (times i) at middle[r] .. start[r + 1] - 1. Ghost entries behind the rows mirror conj(x[source]) with a sign.
 */
export interface ComplexRows {
  readonly rows: number;
  readonly start: Int32Array;
  readonly middle: Int32Array;
  readonly column: Int32Array;
  readonly values: Float64Array;
  readonly ghostSource: Int32Array;
  readonly ghostSign: Float64Array;
}

/** A Chebyshev series in (A - shift)/focal; `beta` is -1 for real foci, +1 for imaginary ones. */
export interface ChebyshevSeries {
  readonly weights: Float64Array;
  readonly shift: number;
  readonly focal: number;
  readonly beta: number;
}

/** Length of a vector (in numbers) for a matrix, ghosts included. */
export const vectorLength = ({ rows, ghostSource }: ComplexRows): number =>
  2 * (rows + ghostSource.length);

/** Writes the ghost entries of x. */
export function fillGhosts({ rows, ghostSource, ghostSign }: ComplexRows, x: Float64Array): void {
  for (let k = 0; k < ghostSource.length; k += 1) {
    x[2 * (rows + k)] = ghostSign[k] * x[2 * ghostSource[k]];
    x[2 * (rows + k) + 1] = -ghostSign[k] * x[2 * ghostSource[k] + 1];
  }
}

/** out = scale (A - shift) x + beta out, then the ghosts of out. */
export function stepReference(
  matrix: ComplexRows,
  x: Float64Array,
  out: Float64Array,
  { shift = 0, scale = 1, beta = 0 } = {},
): void {
  const { rows, start, middle, column, values } = matrix;
  for (let r = 0; r < rows; r += 1) {
    let re = -shift * x[2 * r];
    let im = -shift * x[2 * r + 1];
    let turnedRe = 0;
    let turnedIm = 0;
    for (let k = start[r]; k < middle[r]; k += 1) {
      re += values[k] * x[2 * column[k]];
      im += values[k] * x[2 * column[k] + 1];
    }
    for (let k = middle[r]; k < start[r + 1]; k += 1) {
      turnedRe += values[k] * x[2 * column[k]];
      turnedIm += values[k] * x[2 * column[k] + 1];
    }
    out[2 * r] = scale * (re - turnedIm) + beta * out[2 * r];
    out[2 * r + 1] = scale * (im + turnedRe) + beta * out[2 * r + 1];
  }
  fillGhosts(matrix, out);
}

/** y <- sum_k w_k U_k y; returns the largest modulus of the last U_k y. */
export function chebyshevReference(
  matrix: ComplexRows,
  y: Float64Array,
  { weights, shift, focal, beta }: ChebyshevSeries,
): number {
  let previous = y.slice();
  let current = new Float64Array(y.length);
  stepReference(matrix, y, current, { shift, scale: 1 / focal });
  const sum = y.map((v, i) => weights[0] * v + weights[1] * current[i]);
  for (let k = 2; k < weights.length; k += 1) {
    stepReference(matrix, current, previous, { shift, scale: 2 / focal, beta });
    [previous, current] = [current, previous];
    for (let i = 0; i < sum.length; i += 1) sum[i] += weights[k] * current[i];
  }
  y.set(sum);
  let largest = 0;
  for (let i = 0; i < current.length; i += 2) {
    largest = Math.max(largest, current[i] * current[i] + current[i + 1] * current[i + 1]);
  }
  return Math.sqrt(largest);
}
