import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';
import { exp, normalQuantile } from '../numerics/special.js';
import { curveFigures } from './fit-parameters.js';
import { curveFunctions, type CurveFunctions } from './evaluate-curve.js';
import type { SwitchingCurve } from './switching-curve.js';

/** Device-to-device spread of switching curves. */
export interface PopulationSpread {
  /** Standard deviation of I50 (A), Gaussian. */
  readonly i50Ampere: number;
  /** Standard deviation of ln(slope at I50), Gaussian: about the relative spread. */
  readonly logSlope: number;
  /** Correlation of the two; default 0. */
  readonly correlation?: number;
}

/** Magnets around one calibrated curve, as many as asked: magnet k is a function of (seed, k) alone. */
export interface CurvePopulation {
  readonly curve: SwitchingCurve;
  readonly spread: PopulationSpread;
  readonly seed: number;
}

/**
 * The curve of magnet `index`: the nominal one, moved by its own I50 shift and stretched about I50 by its
 * own slope factor. Use one index per column; the same index is the same magnet in every run.
 */
export function magnetCurve(
  { curve, spread, seed }: CurvePopulation,
  index: number,
): SwitchingCurve {
  const { i50Ampere: sigma, logSlope, correlation = 0 } = spread;
  if (!(sigma >= 0 && logSlope >= 0 && Math.abs(correlation) <= 1))
    throw new RangeError(`invalid spread: ${JSON.stringify(spread)}`);
  const [a, b] = normalPair(seed, index);
  const shift = sigma * a;
  const stretch = exp(-logSlope * (correlation * a + Math.sqrt(1 - correlation ** 2) * b));
  const { centreAmpere, widthAmpere } = curve.fit;
  const half = curveFunctions(curve).inverse(0.5);
  const moved = (current: number): number => half + shift + stretch * (current - half);
  const [low, high] = curve.currentRangeAmpere;
  return {
    ...curve,
    name: `${curve.name}#${index}`,
    points: [],
    fit: { ...curve.fit, centreAmpere: moved(centreAmpere), widthAmpere: stretch * widthAmpere },
    currentRangeAmpere: [moved(low), moved(high)],
  };
}

/** p(I) of the first `count` magnets, one per column of an array. */
export const magnetFunctions = (population: CurvePopulation, count: number): CurveFunctions[] =>
  Array.from({ length: count }, (_, index) => curveFunctions(magnetCurve(population, index)));

/**
 * The spread of a set of curves, each calibrated or measured on a device of its own: sample standard
 * deviations of I50 and ln slope and their correlation, with the estimation variance of each curve taken
 * off (method of moments). Throws `RangeError` with fewer than two curves.
 */
export function spreadOf(curves: readonly SwitchingCurve[]): Required<PopulationSpread> {
  const n = curves.length;
  if (n < 2) throw new RangeError(`invalid population: ${n} curve(s), want two or more`);
  const figures = curves.map(({ fit }) => curveFigures(fit));
  const centres = figures.map(({ i50Ampere }) => i50Ampere);
  const slopes = figures.map(({ slopePerAmpere }) => Math.log(slopePerAmpere));
  const noise = (values: readonly number[]): number => mean(values.map((value) => value ** 2));
  const i50Variance =
    covariance(centres, centres) - noise(figures.map(({ i50StandardError }) => i50StandardError));
  const slopeVariance =
    covariance(slopes, slopes) -
    noise(figures.map((figure) => figure.slopeStandardError / figure.slopePerAmpere));
  const product = Math.sqrt(Math.max(0, i50Variance) * Math.max(0, slopeVariance));
  const correlation = product > 0 ? covariance(centres, slopes) / product : 0;
  return {
    i50Ampere: Math.sqrt(Math.max(0, i50Variance)),
    logSlope: Math.sqrt(Math.max(0, slopeVariance)),
    correlation: Math.max(-1, Math.min(1, correlation)),
  };
}

/** Two independent standard normals of magnet `index`, by inversion (no rejection, exact tails). */
function normalPair(seed: number, index: number): readonly [number, number] {
  const words = new Uint32Array(4);
  philox4x32(streamKey(seed, 'calibration.population'), index, 0, 0, 0, words);
  return [
    normalQuantile(uniform53FromWords(words[0], words[1])),
    normalQuantile(uniform53FromWords(words[2], words[3])),
  ];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / (a.length - 1);
}
