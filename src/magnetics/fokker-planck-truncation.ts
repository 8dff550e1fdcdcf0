import { momentIndex } from './fokker-planck-generator.js';
import type { SphereDensity } from './sphere-density.js';

/** Truncations in use: a ladder, so that generators can be kept from one solve to the next. */
const LADDER = [
  8, 10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 57, 68, 81, 97, 115, 137, 163, 194, 231, 275, 327, 389,
  460, 547,
] as const;

/** The rung at or above `size`, moved by `by` rungs. */
export function rung(size: number, by = 0): number {
  const at = LADDER.findIndex((value) => value >= size);
  const index = (at < 0 ? LADDER.length - 1 : at) + by;
  return LADDER[Math.min(LADDER.length - 1, Math.max(0, index))];
}

export interface Truncation {
  readonly degree: number;
  readonly order: number;
}

/** The truncation by so many rungs larger, in the direction that overflows. */
export const larger = (
  { degree, order }: Truncation,
  direction: 'degree' | 'order',
  rungs: number,
): Truncation => {
  const grown = direction === 'degree' ? rung(degree, rungs) : degree;
  return {
    degree: grown,
    order: direction === 'order' ? Math.min(grown, rung(order, rungs)) : order,
  };
};

const modulus = (moments: Float64Array, k: number): number =>
  Math.hypot(moments[2 * k], moments[2 * k + 1]);

/** Whether the moments at the truncation exceed the tolerance, and in which direction. */
export function overflow(
  { degree, order, moments }: SphereDensity,
  tolerance: number,
): 'degree' | 'order' | undefined {
  for (let k = momentIndex(order, degree - 1, 0); k < momentIndex(order, degree + 1, 0); k += 1) {
    if (modulus(moments, k) > tolerance) return 'degree';
  }
  if (order === 0 || order >= degree) return undefined;
  for (let l = order; l <= degree; l += 1) {
    if (modulus(moments, momentIndex(order, l, order)) > tolerance) return 'order';
  }
  return undefined;
}

/** The smallest rungs that leave out nothing above `tolerance`: at most one below the present truncation. */
export function smaller({ degree, order, moments }: SphereDensity, tolerance: number): Truncation {
  const lowDegree = rung(degree, -1);
  const lowOrder = order === 0 ? 0 : Math.min(rung(order, -1), lowDegree);
  let needsDegree = lowDegree < 12;
  let needsOrder = order === 0 || lowOrder < 8;
  for (let l = 0; l <= degree && !(needsDegree && needsOrder); l += 1) {
    for (let m = 0; m <= Math.min(l, order); m += 1) {
      const inside = l <= lowDegree - 4 && m <= lowOrder - 3;
      if (inside || modulus(moments, momentIndex(order, l, m)) <= tolerance) continue;
      if (l > lowDegree - 4) needsDegree = true;
      if (m > lowOrder - 3) needsOrder = true;
    }
  }
  const kept = needsDegree ? degree : lowDegree;
  return { degree: kept, order: Math.min(kept, needsOrder ? order : lowOrder) };
}
