/** A sampled curve y(x), straight between samples; x ascends or descends. */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The samples with ascending x. */
export function ascending({ x, y }: Curve): Curve {
  return x.length > 1 && x[x.length - 1] < x[0]
    ? { x: x.slice().reverse(), y: y.slice().reverse() }
    : { x, y };
}

/** y at `at` by linear interpolation; undefined outside the samples. */
export function interpolate({ x, y }: Curve, at: number): number | undefined {
  const last = x.length - 1;
  if (last < 0) return undefined;
  const slack = 1e-12 * (Math.abs(x[last] - x[0]) + Math.abs(at));
  if (at < x[0] - slack || at > x[last] + slack) return undefined;
  const k = segment(x, at);
  const fraction = x[k + 1] === x[k] ? 0 : (at - x[k]) / (x[k + 1] - x[k]);
  return last === 0 ? y[0] : y[k] + fraction * (y[k + 1] - y[k]);
}

/** dy/dx at `at`: the slope of the segment, or the mean of two slopes on a sample. */
export function slopeAt({ x, y }: Curve, at: number): number | undefined {
  const last = x.length - 1;
  if (last < 1 || at < x[0] || at > x[last]) return undefined;
  const k = segment(x, at);
  const slope = (i: number) => (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
  if (at === x[k] && k > 0) return 0.5 * (slope(k - 1) + slope(k));
  return slope(k);
}

/** Index k with x[k] <= at <= x[k + 1], kept inside. */
function segment(x: Float64Array, at: number): number {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return Math.max(0, Math.min(low, x.length - 2));
}

/** The samples of a curve within [from, to], a rounding of the ends let pass. */
export function samplesWithin({ x, y }: Curve, from: number, to: number): Curve {
  const slack = (at: number) => (Number.isFinite(at) ? 1e-12 * Math.abs(at) : 0);
  const inside = (_: number, k: number) => x[k] >= from - slack(from) && x[k] <= to + slack(to);
  return { x: x.filter(inside), y: y.filter(inside) };
}

/** The part of a curve within [from, to], its ends interpolated. */
export function windowOf(curve: Curve, from: number, to: number): Curve {
  const x: number[] = [];
  const y: number[] = [];
  const push = (at: number, value: number | undefined) => {
    if (value === undefined) return;
    x.push(at);
    y.push(value);
  };
  if (Number.isFinite(from)) push(from, interpolate(curve, from));
  for (let k = 0; k < curve.x.length; k++) {
    if (curve.x[k] > from && curve.x[k] < to) push(curve.x[k], curve.y[k]);
  }
  if (Number.isFinite(to) && to > from) push(to, interpolate(curve, to));
  return { x: Float64Array.from(x), y: Float64Array.from(y) };
}

/** Integral of g(y) dx by the trapezoidal rule; exact for the straight segments when g is y. */
export function integral({ x, y }: Curve): number {
  let sum = 0;
  for (let k = 1; k < x.length; k++) sum += 0.5 * (y[k] + y[k - 1]) * (x[k] - x[k - 1]);
  return sum;
}

/** Integral of y^2 dx, exact for straight segments (Simpson). */
export function squaredIntegral({ x, y }: Curve): number {
  let sum = 0;
  for (let k = 1; k < x.length; k++) {
    const [a, b] = [y[k - 1], y[k]];
    sum += ((a * a + a * b + b * b) / 3) * (x[k] - x[k - 1]);
  }
  return sum;
}

/** Abscissas at which y crosses zero, in order of x, with the direction. */
export function crossings({ x, y }: Curve, edge: 'rise' | 'fall' | 'cross'): number[] {
  const found: number[] = [];
  for (let k = 1; k < x.length; k++) {
    const [a, b] = [y[k - 1], y[k]];
    const rises = a < 0 && b >= 0;
    const falls = a > 0 && b <= 0;
    const startsOnZero = k === 1 && a === 0 && b !== 0;
    if (startsOnZero && (edge === 'cross' || (edge === 'rise') === b > 0)) found.push(x[0]);
    if (!((rises && edge !== 'fall') || (falls && edge !== 'rise'))) continue;
    found.push(x[k - 1] + ((0 - a) / (b - a)) * (x[k] - x[k - 1]));
  }
  return found;
}
