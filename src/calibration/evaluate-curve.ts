import type { SwitchingCurve } from './switching-curve.js';
import { modelOf } from './switching-models.js';

/** p(I), dp/dI and I(p) of a curve, prepared once for many calls. Same bits in every engine. */
export interface CurveFunctions {
  /** Probability of the switched state, in [0, 1]. */
  readonly probability: (currentAmpere: number) => number;
  /** dp/dI (1/A). */
  readonly slope: (currentAmpere: number) => number;
  /** The current (A) at which the probability is p, 0 < p < 1. Throws `RangeError` elsewhere. */
  readonly inverse: (p: number) => number;
}

/** Prepares a curve for evaluation (any current; beyond `currentRangeAmpere` it extrapolates). */
export function curveFunctions({ fit }: Pick<SwitchingCurve, 'fit'>): CurveFunctions {
  const { centreAmpere, widthAmpere } = fit;
  const model = modelOf(fit);
  const z = (current: number): number => (current - centreAmpere) / widthAmpere;
  return {
    probability: (current) => model.probability(z(current)),
    slope: (current) => model.density(z(current)) / widthAmpere,
    inverse: (p) => {
      if (!(p > 0 && p < 1)) throw new RangeError(`invalid probability: ${p}, want 0 < p < 1`);
      return centreAmpere + widthAmpere * model.quantile(p);
    },
  };
}

/** p(I): probability of the switched state at a current (A). */
export const probability = (curve: Pick<SwitchingCurve, 'fit'>, currentAmpere: number): number =>
  curveFunctions(curve).probability(currentAmpere);

/** dp/dI (1/A) at a current (A). */
export const slope = (curve: Pick<SwitchingCurve, 'fit'>, currentAmpere: number): number =>
  curveFunctions(curve).slope(currentAmpere);

/** I(p): the current (A) that switches with probability p, 0 < p < 1. */
export const inverse = (curve: Pick<SwitchingCurve, 'fit'>, p: number): number =>
  curveFunctions(curve).inverse(p);

/** Whether a current lies within the points that back the fit. */
export const isBacked = (
  { currentRangeAmpere: [low, high] }: SwitchingCurve,
  currentAmpere: number,
): boolean => currentAmpere >= low && currentAmpere <= high;
