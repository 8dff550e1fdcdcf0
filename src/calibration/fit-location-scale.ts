import { fitBinomial, type BinomialCount, type LogitModel } from '../numerics/binomial-fit.js';
import { exp, expm1, logistic, softplus } from '../numerics/special.js';
import { scaled, transformed, type BareFit } from './fit-scale.js';
import type { SwitchingFit } from './switching-curve.js';
import { generalisedLogistic, probit, type SwitchingModel } from './switching-models.js';

/** Beyond e^+-7 the exponent's limits (Gumbel, exponential tails) are reached for any count of trials. */
const LARGEST_LN_EXPONENT = 7;

/**
 * The logistic by maximum likelihood in (intercept, slope): a concave problem, so that the start does not
 * matter. Its slope may come out negative; the caller decides what that means.
 */
export function fitLogistic(counts: readonly BinomialCount[]): BareFit {
  const currents = counts.map(({ x }) => x);
  const low = Math.min(...currents);
  const high = Math.max(...currents);
  const scale = { origin: (low + high) / 2, unit: (high - low) / 2 };
  const line: LogitModel = (u, [a, b]) => ({ logit: a + b * u, gradient: [1, u] });
  const { parameters, covariance, logLikelihood } = fitBinomial(
    scaled(counts, scale),
    line,
    [0, 0],
  );
  const [a, b] = parameters;
  const width = scale.unit / b;
  // centre = origin - unit a/b, width = unit/b.
  const jacobian = [
    [-scale.unit / b, (scale.unit * a) / (b * b)],
    [0, -scale.unit / (b * b)],
  ];
  const c = transformed(covariance, jacobian);
  return {
    model: 'logistic',
    centreAmpere: scale.origin - (scale.unit * a) / b,
    widthAmpere: width,
    covariance: c,
    parameterCovariance: c,
    logLikelihood,
  };
}

/** The probit, started from the logistic of the same data (their widths differ by about 1.7). */
export function fitProbit(counts: readonly BinomialCount[], start: BareFit): BareFit {
  return fitLocationScale('probit', counts, start, () => probit, [0, Math.log(1.7)]);
}

/** The three-parameter generalised logistic, started from the logistic (exponent 1). */
export function fitGeneralisedLogistic(counts: readonly BinomialCount[], start: BareFit): BareFit {
  return fitLocationScale('generalised-logistic', counts, start, generalisedLogistic, [0, 0, 0]);
}

/** Parameters: (centre, ln width) in units of the starting fit, then ln exponent where there is one. */
function fitLocationScale(
  model: SwitchingFit['model'],
  counts: readonly BinomialCount[],
  { centreAmpere: origin, widthAmpere: unit }: BareFit,
  shaped: (exponent: number) => SwitchingModel,
  start: readonly number[],
): BareFit {
  const eta: LogitModel = (u, [centre, lnWidth, lnExponent]) => {
    const bounded = Math.min(LARGEST_LN_EXPONENT, Math.max(-LARGEST_LN_EXPONENT, lnExponent ?? 0));
    const exponent = exp(bounded);
    const { logit, logitSlope } = shaped(exponent);
    const z = (u - centre) * exp(-lnWidth);
    const slope = logitSlope(z);
    const gradient = [-slope * exp(-lnWidth), -slope * z];
    if (lnExponent !== undefined) {
      // d logit/d ln exponent = (d ln p/d ln exponent)/(1 - p), ln p = -exponent softplus(s).
      const s = -z - bounded;
      const failure = -expm1(-exponent * softplus(s));
      const inside = bounded === lnExponent;
      gradient.push(inside ? (exponent * (logistic(s) - softplus(s))) / failure : 0);
    }
    return { logit: logit(z), gradient };
  };
  const { parameters, covariance, logLikelihood } = fitBinomial(
    scaled(counts, { origin, unit }),
    eta,
    start,
  );
  const width = unit * exp(parameters[1]);
  const exponent =
    parameters.length > 2
      ? [exp(Math.min(LARGEST_LN_EXPONENT, Math.max(-LARGEST_LN_EXPONENT, parameters[2])))]
      : [];
  const scales = [unit, width, ...exponent];
  const full = transformed(
    covariance,
    scales.map((scale, i) => scales.map((_, j) => (i === j ? scale : 0))),
  );
  const n = scales.length;
  return {
    model,
    centreAmpere: origin + unit * parameters[0],
    widthAmpere: width,
    ...(exponent.length > 0 ? { shape: { exponent } } : {}),
    covariance: [full[0], full[1], full[n], full[n + 1]],
    parameterCovariance: full,
    logLikelihood,
  };
}
