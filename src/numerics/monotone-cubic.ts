/**
 * Monotone piecewise-cubic interpolation, C1 and free of overshoot (Fritsch and Carlson, SIAM J. Numer.
 * Anal. 17, 238, 1980; slopes by the weighted harmonic mean of Fritsch and Butland, 1984). Beyond the
 * knots it goes on straight with the end slope.
 */
export interface MonotoneCubic {
  /** Strictly increasing abscissae. */
  readonly x: readonly number[];
  /** Non-decreasing ordinates. */
  readonly y: readonly number[];
  /** Slope at each knot. */
  readonly slopes: readonly number[];
}

/** Throws `RangeError` unless x increases strictly, y does not decrease, and there are two knots or more. */
export function monotoneCubic(x: readonly number[], y: readonly number[]): MonotoneCubic {
  const n = x.length;
  const valid =
    n >= 2 &&
    y.length === n &&
    x.every((value, i) => i === 0 || (value > x[i - 1] && y[i] >= y[i - 1]));
  if (!valid) throw new RangeError('invalid knots: want increasing x and non-decreasing y');
  const secants = x.slice(1).map((value, i) => (y[i + 1] - y[i]) / (value - x[i]));
  if (n === 2) return { x, y, slopes: [secants[0], secants[0]] };
  const inner = secants.slice(1).map((right, i) => {
    const left = secants[i];
    if (left * right === 0) return 0;
    const leftWidth = x[i + 1] - x[i];
    const rightWidth = x[i + 2] - x[i + 1];
    const w1 = 2 * rightWidth + leftWidth;
    const w2 = rightWidth + 2 * leftWidth;
    return (w1 + w2) / (w1 / left + w2 / right);
  });
  const first = endSlope(x[1] - x[0], x[2] - x[1], secants[0], secants[1]);
  const last = endSlope(x[n - 1] - x[n - 2], x[n - 2] - x[n - 3], secants[n - 2], secants[n - 3]);
  return { x, y, slopes: [first, ...inner, last] };
}

/** Three-point end slope, limited to keep the end interval monotone. */
function endSlope(h0: number, h1: number, s0: number, s1: number): number {
  const slope = ((2 * h0 + h1) * s0 - h0 * s1) / (h0 + h1);
  return Math.min(Math.max(slope, 0), 3 * s0);
}

/** Value and derivative at `at`. */
export function evaluateCubic(
  { x, y, slopes }: MonotoneCubic,
  at: number,
): { readonly value: number; readonly derivative: number } {
  const last = x.length - 1;
  if (!(at > x[0])) return { value: y[0] + slopes[0] * (at - x[0]), derivative: slopes[0] };
  if (at >= x[last])
    return { value: y[last] + slopes[last] * (at - x[last]), derivative: slopes[last] };
  const i = intervalOf(x, at);
  const h = x[i + 1] - x[i];
  const t = (at - x[i]) / h;
  const secant = (y[i + 1] - y[i]) / h;
  const c2 = 3 * secant - 2 * slopes[i] - slopes[i + 1];
  const c3 = slopes[i] + slopes[i + 1] - 2 * secant;
  return {
    value: y[i] + h * t * (slopes[i] + t * (c2 + t * c3)),
    derivative: slopes[i] + t * (2 * c2 + 3 * t * c3),
  };
}

/** The abscissa of `value`, by bisection down to the last bit. NaN where a flat end never reaches it. */
export function invertCubic(cubic: MonotoneCubic, value: number): number {
  const { x, y, slopes } = cubic;
  const last = x.length - 1;
  if (value <= y[0]) return slopes[0] > 0 || value === y[0] ? back(x[0], y[0], slopes[0]) : NaN;
  if (value >= y[last])
    return slopes[last] > 0 || value === y[last] ? back(x[last], y[last], slopes[last]) : NaN;
  let low = x[0];
  let high = x[last];
  for (let step = 0; step < 200; step += 1) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (evaluateCubic(cubic, middle).value < value) low = middle;
    else high = middle;
  }
  return high;

  function back(x0: number, y0: number, slope: number): number {
    return value === y0 ? x0 : x0 + (value - y0) / slope;
  }
}

function intervalOf(x: readonly number[], at: number): number {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}
