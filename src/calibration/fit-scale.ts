import type { BinomialCount } from '../numerics/binomial-fit.js';
import type { SwitchingFit } from './switching-curve.js';

/** What a fit found, before its goodness is known. */
export type BareFit = Omit<SwitchingFit, 'goodness'>;

/** Currents are fitted as u = (I - origin)/unit, so that every parameter is of order one. */
export interface CurrentScale {
  readonly origin: number;
  readonly unit: number;
}

export const scaled = (
  counts: readonly BinomialCount[],
  { origin, unit }: CurrentScale,
): BinomialCount[] => counts.map((count) => ({ ...count, x: (count.x - origin) / unit }));

/** J C J^T, row-major. */
export function transformed(
  covariance: readonly number[],
  jacobian: readonly (readonly number[])[],
): number[] {
  const n = jacobian.length;
  const half = jacobian.map((row) =>
    Array.from({ length: n }, (_, j) =>
      row.reduce((sum, r, k) => sum + r * covariance[k * n + j], 0),
    ),
  );
  return half.flatMap((row) =>
    jacobian.map((other) => row.reduce((sum, value, k) => sum + value * other[k], 0)),
  );
}
