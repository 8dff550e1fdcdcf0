import type { SwitchingFit } from './switching-curve.js';
import { curveFunctions } from './evaluate-curve.js';
import { logistic, logit } from '../numerics/special.js';
import { Z_95 } from '../numerics/wilson.js';

/** The free parameters of a fit in the order of `parameterCovariance`. */
export function parametersOf({
  model,
  centreAmpere,
  widthAmpere,
  shape,
}: SwitchingFit): readonly number[] {
  if (model === 'monotone-logit-spline') return shape?.logits ?? [];
  return [centreAmpere, widthAmpere, ...(shape?.exponent ?? [])];
}

/** The same fit with other free parameters. */
export function withParameters(fit: SwitchingFit, values: readonly number[]): SwitchingFit {
  if (fit.model === 'monotone-logit-spline')
    return { ...fit, shape: { ...fit.shape, logits: values } };
  const [centreAmpere, widthAmpere, ...exponent] = values;
  return {
    ...fit,
    centreAmpere,
    widthAmpere,
    ...(exponent.length > 0 ? { shape: { exponent } } : {}),
  };
}

/**
 * Standard error of any figure of a fit by the delta method, with central differences a hundredth of each
 * parameter's own standard error wide. 0 where the fit is exact and has no covariance.
 */
export function standardError(fit: SwitchingFit, figure: (fit: SwitchingFit) => number): number {
  return Math.sqrt(Math.max(0, quadraticForm(fit, gradientOf(fit, figure))));
}

function gradientOf(fit: SwitchingFit, figure: (fit: SwitchingFit) => number): number[] {
  const covariance = fit.parameterCovariance;
  const values = parametersOf(fit);
  if (!covariance) return values.map(() => 0);
  return values.map((value, i) => {
    const step = 0.01 * Math.sqrt(covariance[i * values.length + i]);
    const at = (shift: number): number =>
      figure(
        withParameters(
          fit,
          values.map((other, j) => (j === i ? value + shift : other)),
        ),
      );
    return step > 0 ? (at(step) - at(-step)) / (2 * step) : 0;
  });
}

function quadraticForm({ parameterCovariance }: SwitchingFit, g: readonly number[]): number {
  if (!parameterCovariance) return 0;
  return g.reduce(
    (sum, a, i) =>
      sum + g.reduce((s, b, j) => s + a * b * parameterCovariance[i * g.length + j], 0),
    0,
  );
}

/** I50 (A) and the slope there (1/A), each with its standard error. */
export interface CurveFigures {
  readonly i50Ampere: number;
  readonly i50StandardError: number;
  /** dp/dI at p = 1/2 (1/A). */
  readonly slopePerAmpere: number;
  readonly slopeStandardError: number;
}

export function curveFigures(fit: SwitchingFit): CurveFigures {
  const i50 = (of: SwitchingFit): number => curveFunctions({ fit: of }).inverse(0.5);
  const slopeAtI50 = (of: SwitchingFit): number => {
    const { slope, inverse } = curveFunctions({ fit: of });
    return slope(inverse(0.5));
  };
  return {
    i50Ampere: i50(fit),
    i50StandardError: standardError(fit, i50),
    slopePerAmpere: slopeAtI50(fit),
    slopeStandardError: standardError(fit, slopeAtI50),
  };
}

/** 95 % confidence band of p at a current (A), symmetric in the logit. */
export function confidenceBand(
  fit: SwitchingFit,
  currentAmpere: number,
): readonly [number, number] {
  const logitAt = (of: SwitchingFit): number =>
    logit(curveFunctions({ fit: of }).probability(currentAmpere));
  const centre = logitAt(fit);
  const half = Z_95 * standardError(fit, logitAt);
  return [logistic(centre - half), logistic(centre + half)];
}
