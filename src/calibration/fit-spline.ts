import { fitBinomial, type BinomialCount, type LogitModel } from '../numerics/binomial-fit.js';
import { monotoneCubic } from '../numerics/monotone-cubic.js';
import { exp, log } from '../numerics/special.js';
import { scaled, transformed, type BareFit, type CurrentScale } from './fit-scale.js';
import { modelOf, monotoneLogitSpline, type SwitchingModel } from './switching-models.js';

/**
 * A monotone cubic in logit space through `knotCount` knots evenly over the data, its values by maximum likelihood. Free parameters: the first value and the logarithms of the rises.
 */
export function fitSpline(
  counts: readonly BinomialCount[],
  start: BareFit,
  knotCount: number,
): BareFit {
  const scale = { origin: start.centreAmpere, unit: start.widthAmpere };
  const data = scaled(counts, scale);
  const knots = knotsOver(data, knotCount);
  const guess = knots.map(modelOf(start).logit);
  const valuesOf = ([first, ...rises]: readonly number[]): number[] => {
    const values = [first];
    for (const rise of rises) values.push(values[values.length - 1] + exp(rise));
    return values;
  };
  const splineOf = (parameters: readonly number[]): SwitchingModel =>
    monotoneLogitSpline(monotoneCubic(knots, valuesOf(parameters)));
  const initial = [
    guess[0],
    ...guess.slice(1).map((value, i) => log(Math.max(1e-3, value - guess[i]))),
  ];
  const { parameters, covariance, logLikelihood } = fitBinomial(
    data,
    numericGradient(splineOf),
    initial,
    { maximumIterations: 60 },
  );
  const rises = parameters.slice(1).map((rise) => exp(rise));
  // logit_i = first + sum of the rises up to i: the Jacobian from (first, ln rises) to the logits.
  const jacobian = knots.map((_, i) => [1, ...rises.map((rise, j) => (j < i ? rise : 0))]);
  return normalisedSpline(knots, valuesOf(parameters), scale, {
    covariance: transformed(covariance, jacobian),
    logLikelihood,
  });
}

/** Puts the spline's z = 0 at I50 and its unit at 1/(4 dp/dI), as for a logistic. */
export function normalisedSpline(
  knots: readonly number[],
  logits: readonly number[],
  { origin, unit }: CurrentScale,
  { covariance, logLikelihood }: { covariance?: readonly number[]; logLikelihood: number },
): BareFit {
  const raw = monotoneLogitSpline(monotoneCubic(knots, logits));
  const half = raw.quantile(0.5);
  const stretch = 1 / (4 * raw.density(half));
  return {
    model: 'monotone-logit-spline',
    centreAmpere: origin + unit * half,
    widthAmpere: unit * stretch,
    shape: { knots: knots.map((u) => (u - half) / stretch), logits },
    covariance: [0, 0, 0, 0],
    ...(covariance ? { parameterCovariance: covariance } : {}),
    logLikelihood,
  };
}

/** Central differences in the parameters; the spline's slopes depend on them without a simple form. */
function numericGradient(modelOf: (parameters: readonly number[]) => SwitchingModel): LogitModel {
  const STEP = 1e-5;
  let last: readonly number[] | undefined;
  let centre: SwitchingModel;
  let shifted: readonly (readonly [SwitchingModel, SwitchingModel])[];
  return (u, parameters) => {
    if (parameters !== last) {
      last = parameters;
      centre = modelOf(parameters);
      const shift = (i: number, by: number): SwitchingModel =>
        modelOf(parameters.map((value, j) => (j === i ? value + by : value)));
      shifted = parameters.map((_, i) => [shift(i, STEP), shift(i, -STEP)]);
    }
    return {
      logit: centre.logit(u),
      gradient: shifted.map(([up, down]) => (up.logit(u) - down.logit(u)) / (2 * STEP)),
    };
  };
}

/** Knots evenly between the outermost points that saw both outcomes. */
function knotsOver(data: readonly BinomialCount[], count: number): number[] {
  const informative = data.filter(({ trials, switched }) => switched > 0 && switched < trials);
  const low = informative[0].x;
  const high = informative[informative.length - 1].x;
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}
