import { invalidInput, numericalFailure } from '../errors/index.js';
import type { BinomialCount } from '../numerics/binomial-fit.js';
import { chiSquareTail, pearsonChiSquare } from '../numerics/chi-square.js';
import { curveFunctions } from './evaluate-curve.js';
import { fitGeneralisedLogistic, fitLogistic, fitProbit } from './fit-location-scale.js';
import type { BareFit } from './fit-scale.js';
import { fitSpline } from './fit-spline.js';
import type { FitAlternative, SwitchingFit, SwitchingPoint } from './switching-curve.js';

export type ModelChoice = SwitchingFit['model'] | 'auto';

export interface FitOptions {
  /** Default `auto`: the simplest model that the counts do not speak against. */
  readonly model?: ModelChoice;
  /** Level of the likelihood-ratio tests that admit a further parameter; default 0.01. */
  readonly significance?: number;
}

export interface ChosenFit {
  readonly fit: SwitchingFit;
  readonly alternatives: readonly FitAlternative[];
}

const PARAMETERS = { probit: 2, logistic: 2, 'generalised-logistic': 3 } as const;
const LARGEST_KNOT_COUNT = 10;

/**
 * Fits p(I) to counts by maximum likelihood, and chooses the model by likelihood ratio. Probit and logistic
 * have two parameters each: the likelier one stands. The generalised logistic, then the monotone spline,
 * replace it only where 2 ln(likelihood ratio) exceeds the chi-square point of their further parameters
 * (Wilks, Ann. Math. Stat. 9, 60, 1938; exact for logistic inside generalised logistic, a guide otherwise).
 * Throws `SpinbarError` where counts cannot carry a fit: too few points, a falling or a step-like response.
 */
export function fitSwitchingCurve(
  points: readonly Pick<SwitchingPoint, 'currentAmpere' | 'trials' | 'switched'>[],
  { model = 'auto', significance = 0.01 }: FitOptions = {},
): ChosenFit {
  const counts = points
    .map(({ currentAmpere, trials, switched }) => ({ x: currentAmpere, trials, switched }))
    .sort((a, b) => a.x - b.x);
  const logistic = checkedLogistic(counts);
  const candidates = candidatesFor(counts, logistic, model).map((bare) => judged(bare, counts));
  const ranked = [...candidates].sort((a, b) => a.akaike - b.akaike);
  const chosen =
    model === 'auto' ? chooseByLikelihoodRatio(candidates, significance) : candidates[0];
  return {
    fit: chosen.fit,
    alternatives: ranked.map(({ fit, parameters, akaike, largestResidual }) => ({
      model: fit.model,
      parameters,
      logLikelihood: fit.logLikelihood,
      akaike,
      pValue: fit.goodness.pValue,
      largestResidual,
    })),
  };
}

interface JudgedFit {
  readonly fit: SwitchingFit;
  readonly parameters: number;
  readonly akaike: number;
  readonly largestResidual: number;
}

function candidatesFor(
  counts: readonly BinomialCount[],
  logistic: BareFit,
  model: ModelChoice,
): BareFit[] {
  const wanted = (name: SwitchingFit['model']): boolean => model === 'auto' || model === name;
  const probit = fitProbit(counts, logistic);
  const candidates: BareFit[] = [];
  if (wanted('probit')) candidates.push(probit);
  if (wanted('logistic')) candidates.push(logistic);
  if (wanted('generalised-logistic')) candidates.push(fitGeneralisedLogistic(counts, logistic));
  if (wanted('monotone-logit-spline')) {
    const informative = counts.filter(isInformative).length;
    const knots = Math.min(LARGEST_KNOT_COUNT, Math.floor(informative / 2));
    if (knots >= 3) candidates.push(fitSpline(counts, probit, knots));
    else if (model !== 'auto')
      throw invalidInput({
        code: 'calibration.too-few-points-for-spline',
        what: `${informative} points with both outcomes are too few for a monotone spline`,
        why: 'it needs two points a knot and three knots',
        mend: 'measure at more currents, or choose probit, logistic or generalised-logistic',
      });
  }
  return candidates;
}

function judged(bare: BareFit, counts: readonly BinomialCount[]): JudgedFit {
  const parameters =
    bare.model === 'monotone-logit-spline'
      ? (bare.shape?.logits.length ?? 0)
      : PARAMETERS[bare.model];
  const blank = { chiSquare: 0, degreesOfFreedom: 0, pValue: 1 };
  const { probability } = curveFunctions({ fit: { ...bare, goodness: blank } });
  const fitted = counts.map(({ x }) => probability(x));
  return {
    fit: { ...bare, goodness: pearsonChiSquare(counts, fitted, parameters) },
    parameters,
    akaike: 2 * parameters - 2 * bare.logLikelihood,
    largestResidual: Math.max(
      ...counts.map(({ trials, switched }, i) => Math.abs(switched / trials - fitted[i])),
    ),
  };
}

function chooseByLikelihoodRatio(
  candidates: readonly JudgedFit[],
  significance: number,
): JudgedFit {
  const byParameters = [...candidates].sort(
    (a, b) => a.parameters - b.parameters || b.fit.logLikelihood - a.fit.logLikelihood,
  );
  return byParameters.reduce((chosen, candidate) => {
    const further = candidate.parameters - chosen.parameters;
    if (further === 0) return chosen;
    const ratio = 2 * (candidate.fit.logLikelihood - chosen.fit.logLikelihood);
    return chiSquareTail(ratio, further) < significance ? candidate : chosen;
  });
}

const isInformative = ({ trials, switched }: BinomialCount): boolean =>
  switched > 0 && switched < trials;

function checkedLogistic(counts: readonly BinomialCount[]): BareFit {
  if (new Set(counts.map(({ x }) => x)).size < 3)
    throw invalidInput({
      code: 'calibration.too-few-points',
      what: `a switching curve cannot be fitted to ${counts.length} point(s)`,
      why: 'two parameters and a check of them need counts at three currents or more',
      mend: 'measure at more currents',
    });
  const total = counts.reduce((sum, { trials }) => sum + trials, 0);
  const switched = counts.reduce((sum, count) => sum + count.switched, 0);
  if (switched === 0 || switched === total)
    throw numericalFailure({
      code: 'calibration.one-outcome',
      what: `all of ${total} trials ${switched === 0 ? 'kept' : 'left'} the initial state`,
      why: 'the currents do not reach the transition between the two outcomes',
      mend: 'widen the range of currents, or lengthen the pulse',
    });
  if (isSeparated(counts))
    throw numericalFailure({
      code: 'calibration.step-like',
      what: 'the response jumps from never to always between two neighbouring currents',
      why: 'without a point that saw both outcomes in the transition its width has no upper likelihood',
      mend: 'add currents between the last that never switched and the first that always did',
    });
  const logistic = fitLogistic(counts);
  if (!(logistic.widthAmpere > 0 && Number.isFinite(logistic.widthAmpere)))
    throw numericalFailure({
      code: 'calibration.falling-response',
      what: 'the switching probability falls with the current',
      why: 'the outcome is counted against the direction that the current favours, or the magnet back-switches over the whole range',
      mend: 'check the sign of the read direction and of the current, or lower the range of currents',
    });
  return logistic;
}

/** Whether all failures lie at lower currents than all successes: the likelihood has no maximum then. */
function isSeparated(counts: readonly BinomialCount[]): boolean {
  const lowestSuccess = Math.min(...counts.filter((c) => c.switched > 0).map(({ x }) => x));
  const highestFailure = Math.max(...counts.filter((c) => c.switched < c.trials).map(({ x }) => x));
  return lowestSuccess >= highestFailure && counts.filter(isInformative).length < 2;
}
