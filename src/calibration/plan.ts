import { trialsForWidth, wilsonInterval } from '../numerics/wilson.js';
import { curveFunctions } from './evaluate-curve.js';
import { curveFigures, parametersOf, withParameters } from './fit-parameters.js';
import type { SwitchingFit } from './switching-curve.js';
import { probit } from './switching-models.js';

/** What a calibration is asked to reach; it stops as soon as it has. */
export interface CalibrationPrecision {
  /** Half width of every point's 95 % Wilson interval. */
  readonly halfWidth: number;
  /** Number of currents. */
  readonly points: number;
  /** Standard error of the slope at I50, relative to the slope. */
  readonly slope: number;
  /** Standard error of I50, relative to the curve's width 1/(sqrt(2 pi) slope). */
  readonly i50: number;
}

export const DEFAULT_PRECISION: CalibrationPrecision = {
  halfWidth: 0.01,
  points: 21,
  slope: 0.01,
  i50: 0.01,
};

export interface PlannedPoint {
  readonly currentAmpere: number;
  readonly currentIndex: number;
  readonly trials: number;
  readonly switched: number;
}

/** Kernels work on groups of trials: a multiple keeps them full. */
const GROUP = 64;
const roundUp = (trials: number): number => Math.ceil(trials / GROUP) * GROUP;

/**
 * Currents evenly spaced over -3 .. 3 standard deviations of a pilot probit, P from 0.0013 to 0.9987; with
 * fewer than seven points over a narrower span, so that neighbours stay within the transition.
 */
export function currentsAround(
  { centreAmpere, widthAmpere }: Pick<SwitchingFit, 'centreAmpere' | 'widthAmpere'>,
  points: number,
): number[] {
  const span = widthAmpere * Math.min(3, (points - 1) / 2);
  return Array.from(
    { length: points },
    (_, i) => centreAmpere - span + (2 * span * i) / (points - 1),
  );
}

/** First trials of a point whose probability the pilot fit predicts. */
export const firstTrials = (
  currentAmpere: number,
  { centreAmpere, widthAmpere }: Pick<SwitchingFit, 'centreAmpere' | 'widthAmpere'>,
  { halfWidth }: CalibrationPrecision,
): number =>
  roundUp(
    trialsForWidth(probit.probability((currentAmpere - centreAmpere) / widthAmpere), 2 * halfWidth),
  );

/** Trials still missing at each point until its Wilson interval is as narrow as asked; 0 where it is. */
export function missingTrials(
  points: readonly PlannedPoint[],
  { halfWidth }: CalibrationPrecision,
): number[] {
  return points.map(({ trials, switched }) => {
    const [low, high] = wilsonInterval(switched, trials);
    if (high - low <= 2 * halfWidth) return 0;
    return Math.max(GROUP, roundUp(trialsForWidth(switched / trials, 2 * halfWidth) - trials));
  });
}

/** Whether I50 and slope are as sure as asked. */
export function isPrecise(fit: SwitchingFit, { slope, i50 }: CalibrationPrecision): boolean {
  const errors = relativeErrors(fit);
  return errors.slope <= slope && errors.i50 <= i50;
}

/** Relative standard errors of the slope and, in curve widths, of I50. */
export function relativeErrors(fit: SwitchingFit): {
  readonly slope: number;
  readonly i50: number;
} {
  const figures = curveFigures(fit);
  return {
    slope: figures.slopeStandardError / figures.slopePerAmpere,
    i50: figures.i50StandardError * figures.slopePerAmpere * 2.5066282746310002,
  };
}

/**
 * Where `trials` further trials lower the variance of I50 and slope most: the c-optimal choice (Silvey,
 * Optimal Design, 1980). n trials at a point with logit gradient g and weight w = n p (1 - p) turn the
 * covariance C into C - C g g'C w/(1 + w g'C g); the point with the largest drop of the two variances,
 * each in units of its target, gets the next batch; repeated `batches` times. Gives trials per point.
 */
export function adaptiveTrials(
  points: readonly PlannedPoint[],
  fit: SwitchingFit,
  precision: CalibrationPrecision,
  { batches = 16, trials = 2048 } = {},
): number[] {
  const extra = points.map(() => 0);
  const start = fit.parameterCovariance;
  if (!start) return extra;
  const size = parametersOf(fit).length;
  const steps = Array.from({ length: size }, (_, i) => 0.01 * Math.sqrt(start[i * size + i]));
  const gradientOf = (figure: (of: SwitchingFit) => number): number[] =>
    steps.map((step, i) => {
      const at = (by: number): number =>
        figure(
          withParameters(
            fit,
            parametersOf(fit).map((v, j) => (j === i ? v + by : v)),
          ),
        );
      return (at(step) - at(-step)) / (2 * step);
    });
  const { slopePerAmpere } = curveFigures(fit);
  const targets = [
    gradientOf((of) => curveFigures(of).i50Ampere).map(
      (g) => (g * slopePerAmpere * 2.5) / precision.i50,
    ),
    gradientOf((of) => curveFigures(of).slopePerAmpere).map(
      (g) => g / slopePerAmpere / precision.slope,
    ),
  ];
  const { probability } = curveFunctions({ fit });
  const candidates = points.map(({ currentAmpere }) => {
    const p = probability(currentAmpere);
    const logit = (of: SwitchingFit): number => {
      const q = curveFunctions({ fit: of }).probability(currentAmpere);
      return Math.log(q) - Math.log1p(-q);
    };
    return {
      gradient: p > 1e-9 && p < 1 - 1e-9 ? gradientOf(logit) : undefined,
      weight: trials * p * (1 - p),
    };
  });
  let covariance = [...start];
  for (let batch = 0; batch < batches; batch += 1) {
    const gains = candidates.map(({ gradient, weight }) => {
      if (!gradient) return 0;
      const cg = times(covariance, gradient);
      const factor = weight / (1 + weight * inner(gradient, cg));
      return targets.reduce((sum, target) => sum + factor * inner(target, cg) ** 2, 0);
    });
    const best = gains.indexOf(Math.max(...gains));
    const candidate = candidates[best] as (typeof candidates)[number] | undefined;
    if (!candidate?.gradient || !(gains[best] > 0)) break;
    const { gradient, weight } = candidate;
    extra[best] += trials;
    const cg = times(covariance, gradient);
    const factor = weight / (1 + weight * inner(gradient, cg));
    covariance = covariance.map((c, k) => c - factor * cg[Math.floor(k / size)] * cg[k % size]);
  }
  return extra;
}

const inner = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

const times = (matrix: readonly number[], v: readonly number[]): number[] =>
  v.map((_, i) => inner(matrix.slice(i * v.length, (i + 1) * v.length), v));
