/**
 * Integration formulas as dQ/dt = weight Q + history at the new time point. All are implicit and
 * A-stable. Order 1: backward Euler. Order 2: trapezoidal, or the variable-step second-order
 * backward difference ("Gear-2", Gear 1971; coefficients by divided differences).
 */
export interface Formula {
  /** Coefficient of Q at the new point, 1/s. */
  readonly weight: number;
  /** Coefficients of Q at the last and last but one accepted points, 1/s. */
  readonly last: number;
  readonly beforeLast: number;
  /** Coefficient of dQ/dt at the last accepted point. */
  readonly lastRate: number;
  readonly order: 1 | 2;
}

export type Method = 'trapezoidal' | 'gear';

/** Formula for step h (s) after a step `previous` (s); order 1 right after a discontinuity. */
export function formula(method: Method, order: 1 | 2, h: number, previous: number): Formula {
  if (order === 1) return { weight: 1 / h, last: -1 / h, beforeLast: 0, lastRate: 0, order };
  if (method === 'trapezoidal') {
    return { weight: 2 / h, last: -2 / h, beforeLast: 0, lastRate: -1, order };
  }
  const sum = h + previous;
  return {
    weight: (2 * h + previous) / (h * sum),
    last: -sum / (h * previous),
    beforeLast: h / (previous * sum),
    lastRate: 0,
    order,
  };
}

/**
 * Constant of the local truncation error of a formula: |error| = constant * |x^(order+1)|, with the
 * derivative of order + 1. Backward Euler h^2/2, trapezoidal h^3/12, Gear-2 h^2 (h + h1)/6 times
 * h (h + h1) / ((2 h + h1) h), from its residual on t^3 over its leading coefficient.
 */
export function truncationConstant(
  method: Method,
  order: 1 | 2,
  h: number,
  previous: number,
): number {
  if (order === 1) return (h * h) / 2;
  if (method === 'trapezoidal') return (h * h * h) / 12;
  const sum = h + previous;
  return (h * h * sum * sum) / (6 * (2 * h + previous));
}
