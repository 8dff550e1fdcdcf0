import {
  evaluateCubic,
  invertCubic,
  monotoneCubic,
  type MonotoneCubic,
} from '../numerics/monotone-cubic.js';
import {
  exp,
  expm1,
  log,
  logit as logitOf,
  log1p,
  logNormalCdf,
  logistic,
  normalCdf,
  normalDensity,
  normalQuantile,
  softplus,
} from '../numerics/special.js';
import type { SwitchingFit } from './switching-curve.js';

/** A cumulative distribution of z = (I - centre) / width, in the forms that draws and fits need. */
export interface SwitchingModel {
  readonly probability: (z: number) => number;
  /** dp/dz. */
  readonly density: (z: number) => number;
  /** z of a probability in (0, 1). */
  readonly quantile: (p: number) => number;
  /** ln(p/(1 - p)), accurate in both tails. */
  readonly logit: (z: number) => number;
  /** d logit/dz, accurate in both tails. */
  readonly logitSlope: (z: number) => number;
}

const LN_SQRT_TWO_PI = 0.9189385332046728;

/** The error function: a threshold blurred by Gaussian noise, as after a hard-axis preset. */
export const probit: SwitchingModel = {
  probability: normalCdf,
  density: normalDensity,
  quantile: normalQuantile,
  logit: (z) => logNormalCdf(z) - logNormalCdf(-z),
  logitSlope: (z) => exp(-0.5 * z * z - LN_SQRT_TWO_PI - logNormalCdf(z) - logNormalCdf(-z)),
};

/** 1/(1 + e^-z) = (1 + tanh(z/2))/2, so "tanh with offset and slope" is this model. */
export const logisticModel: SwitchingModel = {
  probability: logistic,
  density: (z) => logistic(z) * logistic(-z),
  quantile: logitOf,
  logit: (z) => z,
  logitSlope: () => 1,
};

/**
 * (1 + e^-z / exponent)^-exponent: the type I generalised logistic (Balakrishnan, 1992), centred so that a
 * growing exponent leads to the Gumbel distribution exp(-e^-z) with centre and width staying finite. Skewed
 * to the right above exponent 1, to the left below; 1 is the logistic.
 */
export function generalisedLogistic(exponent: number): SwitchingModel {
  const shift = log(exponent);
  const logProbability = (z: number): number => -exponent * softplus(-z - shift);
  return {
    probability: (z) => exp(logProbability(z)),
    density: (z) => exponent * exp(logProbability(z)) * logistic(-z - shift),
    quantile: (p) => -logOfExpm1(-log(p) / exponent) - shift,
    logit: (z) => logProbability(z) - log(-expm1(logProbability(z))),
    logitSlope: (z) => (-exponent * logistic(-z - shift)) / expm1(logProbability(z)),
  };
}

/** ln(e^x - 1) for x > 0. */
const logOfExpm1 = (x: number): number => (x > 30 ? x + log1p(-exp(-x)) : log(expm1(x)));

/** A monotone cubic through (z, logit p), straight in the logit beyond its knots. */
export function monotoneLogitSpline(cubic: MonotoneCubic): SwitchingModel {
  return {
    probability: (z) => logistic(evaluateCubic(cubic, z).value),
    density: (z) => {
      const { value, derivative } = evaluateCubic(cubic, z);
      return derivative * logistic(value) * logistic(-value);
    },
    quantile: (p) => invertCubic(cubic, logitOf(p)),
    logit: (z) => evaluateCubic(cubic, z).value,
    logitSlope: (z) => evaluateCubic(cubic, z).derivative,
  };
}

/** The model of a fit with its shape parameters. Throws `RangeError` where they are missing. */
export function modelOf({ model, shape }: Pick<SwitchingFit, 'model' | 'shape'>): SwitchingModel {
  switch (model) {
    case 'probit':
      return probit;
    case 'logistic':
      return logisticModel;
    case 'generalised-logistic':
      return generalisedLogistic(shapeOf(shape, 'exponent')[0]);
    case 'monotone-logit-spline':
      return monotoneLogitSpline(monotoneCubic(shapeOf(shape, 'knots'), shapeOf(shape, 'logits')));
  }
}

function shapeOf(shape: SwitchingFit['shape'], name: string): readonly number[] {
  const values = shape?.[name];
  if (!values || values.length === 0) throw new RangeError(`the fit has no shape.${name}`);
  return values;
}
