import { normalCdf, normalQuantile } from '../numerics/special.js';

/** P at the asked currents, and how: how many solves, and by how much interpolation may be off (0: none). */
export interface SolvedResponse {
  readonly probabilities: readonly number[];
  readonly solves: number;
  readonly interpolationError: number;
}

/** Solves P at a list of currents (A), in their order. */
export type Solve = (currents: readonly number[]) => Promise<number[]>;

const FIRST = 9;
const SECOND = 17;

/**
 * P at each of `currents` (ascending) from fewer solves. A response to thermal noise is an analytic function of the
 * current and near a probit, so the normal quantile of P has a Chebyshev series that converges geometrically
 * (Trefethen, Approximation Theory and Approximation Practice, 2013, theorem 8.2). Nine solves at the Chebyshev points
 * of the second kind, then seventeen, are enough where the last three terms of the series are worth less than
 * `tolerance` in P; else every current is solved.
 */
export async function interpolateResponse(
  solve: Solve,
  currents: readonly number[],
  tolerance: number,
): Promise<SolvedResponse> {
  const [from, to] = [currents[0], currents[currents.length - 1]];
  const nodes = (count: number): number[] =>
    Array.from(
      { length: count },
      (_, k) => (from + to) / 2 - ((to - from) / 2) * Math.cos((Math.PI * k) / (count - 1)),
    );
  let solves = 0;
  let values: number[] = [];
  for (const count of [FIRST, SECOND]) {
    if (currents.length <= count) break;
    const first = values.length === 0;
    const asked = nodes(count).filter((_, k) => first || k % 2 === 1);
    const found = (await solve(asked)).map(quantile);
    values = first
      ? found
      : Array.from({ length: count }, (_, k) => (k % 2 ? found[(k - 1) / 2] : values[k / 2]));
    solves = count;
    const series = chebyshevCoefficients(values);
    const error = 0.4 * series.slice(-3).reduce((sum, c) => sum + Math.abs(c), 0);
    if (error > tolerance) continue;
    const probabilities = currents.map((current) =>
      normalCdf(chebyshevSum(series, (2 * current - from - to) / (to - from))),
    );
    return { probabilities, solves, interpolationError: error };
  }
  return {
    probabilities: await solve(currents),
    solves: solves + currents.length,
    interpolationError: 0,
  };
}

const quantile = (p: number): number => normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, p)));

/** Coefficients of the polynomial through `values` at the points -cos(pi k/n), k = 0 .. n. */
function chebyshevCoefficients(values: readonly number[]): number[] {
  const n = values.length - 1;
  return values.map((_, j) => {
    const sum = values.reduce((s, value, k) => {
      const end = k === 0 || k === n ? 0.5 : 1;
      return s + end * value * Math.cos((Math.PI * j * (n - k)) / n);
    }, 0);
    return ((j === 0 || j === n ? 1 : 2) * sum) / n;
  });
}

/** The series at x in [-1, 1], by Clenshaw's recurrence. */
function chebyshevSum(series: readonly number[], x: number): number {
  let [first, second] = [0, 0];
  for (let j = series.length - 1; j > 0; j -= 1)
    [first, second] = [2 * x * first - second + series[j], first];
  return x * first - second + series[0];
}
