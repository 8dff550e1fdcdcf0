import { chebyshevApplier } from '../kernels/chebyshev.js';
import { vectorLength, type ComplexRows } from '../kernels/chebyshev.reference.js';
import { besselWeights } from './bessel.js';

/** A box that holds the numerical range of a matrix: real parts from `left` to `right`, imaginary up to `height`. */
export interface SpectralBox {
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

/**
 * Estimates the box from the symmetric and skew parts (Bendixson 1902) by power iterations, which approach from
 * below; `exponentialAction` widens its ellipse where that was too little. The symmetric part of a
 * drift-diffusion generator reaches far left and little right, so the right end is taken as 0.
 */
export const spectralBox = (matrix: ComplexRows, iterations = 12): SpectralBox => ({
  left: -1.1 * largestOfPart(matrix, 1, iterations),
  right: 0,
  height: 1.1 * largestOfPart(matrix, -1, iterations),
});

/** Norm of (A + sign A^H)/2 on the rows proper, by power iteration. */
function largestOfPart(matrix: ComplexRows, sign: 1 | -1, iterations: number): number {
  let x = Float64Array.from({ length: vectorLength(matrix) }, (_, i) =>
    i < 2 * matrix.rows ? 1 + ((i * 7919) % 101) / 101 : 0,
  );
  let y = new Float64Array(x.length);
  for (let k = 0; k < iterations; k += 1) {
    const length = euclidean(x);
    if (length === 0) return 0;
    for (let i = 0; i < x.length; i += 1) x[i] /= length;
    multiplyPart(matrix, x, y, sign);
    [x, y] = [y, x];
  }
  return euclidean(x);
}

const euclidean = (x: Float64Array): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

/** out = (A x + sign A^H x)/2, couplings to ghosts left out. */
function multiplyPart(
  { rows, start, middle, column, values }: ComplexRows,
  x: Float64Array,
  out: Float64Array,
  sign: 1 | -1,
): void {
  out.fill(0);
  for (let r = 0; r < rows; r += 1) {
    for (let k = start[r]; k < start[r + 1]; k += 1) {
      const c = column[k];
      if (c >= rows) continue;
      const v = values[k] / 2;
      if (k < middle[r]) {
        out[2 * r] += v * x[2 * c];
        out[2 * r + 1] += v * x[2 * c + 1];
        out[2 * c] += sign * v * x[2 * r];
        out[2 * c + 1] += sign * v * x[2 * r + 1];
      } else {
        out[2 * r] -= v * x[2 * c + 1];
        out[2 * r + 1] += v * x[2 * c];
        out[2 * c] += sign * v * x[2 * r + 1];
        out[2 * c + 1] -= sign * v * x[2 * r];
      }
    }
  }
}

/**
 * y <- exp(t A) y, by Chebyshev expansion on an ellipse around the spectral box (Tal-Ezer 1986; Druskin and
 * Knizhnerman 1989), in chunks of time short enough that the expansion loses no more than seven digits to
 * rounding. `accuracy` is the relative size at which the series is cut. `afterChunk` sees the state after each chunk and may stop the propagation by returning false;
 * the return value is the time reached.
 */
export function exponentialAction(
  matrix: ComplexRows,
  y: Float64Array,
  time: number,
  box: SpectralBox,
  afterChunk: (reached: number) => boolean = () => true,
  accuracy = 1e-11,
): number {
  const applySeries = chebyshevApplier(matrix);
  let spread = 1.05;
  let reached = 0;
  while (reached < time) {
    const plan = planSeries(box, spread, time - reached, accuracy);
    const before = y.slice();
    const last = applySeries(y, plan.series);
    const tail = last * Math.abs(plan.series.weights[plan.series.weights.length - 1]);
    const size = y.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    if (
      !(tail * plan.decay <= 1e4 * accuracy * Math.max(size * plan.decay, 1e-3)) ||
      !Number.isFinite(size)
    ) {
      // The numerical range leaves the ellipse: a wider one converges more slowly, but it does.
      if (spread > 4) throw new RangeError('the exponential series does not settle');
      y.set(before);
      spread *= 1.25;
      continue;
    }
    for (let i = 0; i < y.length; i += 1) y[i] *= plan.decay;
    reached += plan.step;
    if (time - reached < 1e-9 * time) reached = time;
    if (!afterChunk(reached)) return reached;
  }
  return time;
}

/** The series for one chunk of at most `time`, on the ellipse of semi-axes `spread` times the box's. */
function planSeries(box: SpectralBox, spread: number, time: number, accuracy: number) {
  const a = (spread * (box.right - box.left)) / 2;
  const b = spread * box.height;
  const centre = (box.right + box.left) / 2;
  // On a nearly circular ellipse the polynomials grow without bound (as (a + b) / focal to their degree) while
  // their weights vanish: the longer axis is stretched by at most 6 %.
  const focal = Math.max(Math.sqrt(Math.abs(a * a - b * b)) + 1e-3 * (a + b), (a + b) / 6);
  const imaginary = b > a;
  const short = Math.min(a, b);
  const axes = short + Math.max(Math.max(a, b), Math.hypot(short, focal));
  // Long enough to pay, short enough that `afterChunk` sees what happens.
  const chunks = Math.ceil(
    Math.max(1, (time * Math.min(a, b)) / 16, (time * Math.max(a, b)) / 200),
  );
  const step = time / chunks;
  const weights = besselWeights(step * focal, imaginary, axes / focal, accuracy);
  const decay = Math.exp(step * (imaginary ? centre : centre + focal));
  return { step, decay, series: { weights, shift: centre, focal, beta: imaginary ? 1 : -1 } };
}
