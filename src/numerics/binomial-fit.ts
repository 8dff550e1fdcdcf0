import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { logistic, softplus } from './special.js';

/** Counts at one abscissa; `trials` and `switched` may be fractional (weights). */
export interface BinomialCount {
  readonly x: number;
  readonly trials: number;
  readonly switched: number;
}

/** A regression in the logit: eta(x; parameters) = ln(p/(1 - p)) with its gradient by parameter. */
export type LogitModel = (
  x: number,
  parameters: readonly number[],
) => { readonly logit: number; readonly gradient: readonly number[] };

export interface BinomialFit {
  readonly parameters: readonly number[];
  /** Inverse of the Fisher information (pseudo-inverse where it is singular), row-major. */
  readonly covariance: readonly number[];
  /** sum k ln p + (n - k) ln(1 - p), without the binomial coefficients. */
  readonly logLikelihood: number;
  readonly converged: boolean;
  readonly iterations: number;
}

/**
 * Maximum-likelihood fit of binomial counts by Fisher scoring (McCullagh and Nelder, Generalized Linear
 * Models, 1989, section 2.5) with Levenberg's damping: with eta the logit, score = sum (k - n p) grad eta
 * and information = sum n p (1 - p) grad eta grad eta^T.
 */
export function fitBinomial(
  counts: readonly BinomialCount[],
  model: LogitModel,
  start: readonly number[],
  { maximumIterations = 200, tolerance = 1e-12 } = {},
): BinomialFit {
  let parameters = start;
  let state = accumulate(counts, model, parameters);
  let damping = 1e-3;
  let converged = false;
  let iterations = 0;
  while (iterations < maximumIterations && !converged) {
    iterations += 1;
    const step = dampedStep(state, damping);
    if (!step) {
      damping *= 10;
      if (damping > 1e12) break;
      continue;
    }
    const candidate = parameters.map((value, i) => value + step[i]);
    const next = accumulate(counts, model, candidate);
    // What the score promises of the step, against the likelihood's own rounding.
    const promised = step.reduce((sum, s, i) => sum + s * state.score[i], 0);
    if (next.logLikelihood >= state.logLikelihood) {
      parameters = candidate;
      state = next;
      damping = Math.max(damping / 10, 1e-15);
    } else {
      damping *= 10;
    }
    converged = promised <= tolerance * (1 + Math.abs(state.logLikelihood) * 1e-3);
    if (damping > 1e12) break;
  }
  return {
    parameters,
    covariance: inverseInformation(state.information),
    logLikelihood: state.logLikelihood,
    converged,
    iterations,
  };
}

interface ScoringState {
  readonly logLikelihood: number;
  readonly score: readonly number[];
  /** Row-major, square. */
  readonly information: readonly number[];
}

function accumulate(
  counts: readonly BinomialCount[],
  model: LogitModel,
  parameters: readonly number[],
): ScoringState {
  const size = parameters.length;
  const score = new Array<number>(size).fill(0);
  const information = new Array<number>(size * size).fill(0);
  let logLikelihood = 0;
  for (const { x, trials, switched } of counts) {
    const { logit, gradient } = model(x, parameters);
    const p = logistic(logit);
    const weight = trials * p * logistic(-logit);
    // k - n p without cancellation where p is next to 1.
    const residual = switched * logistic(-logit) - (trials - switched) * p;
    if (switched > 0) logLikelihood -= switched * softplus(-logit);
    if (trials > switched) logLikelihood -= (trials - switched) * softplus(logit);
    for (let i = 0; i < size; i += 1) {
      score[i] += residual * gradient[i];
      // Mirrored, so that rounding cannot break the symmetry.
      for (let j = 0; j <= i; j += 1) {
        information[i * size + j] += weight * gradient[i] * gradient[j];
        information[j * size + i] = information[i * size + j];
      }
    }
  }
  // A step into nonsense (overflow) must compare as worse than anything.
  return {
    logLikelihood: Number.isNaN(logLikelihood) ? -Infinity : logLikelihood,
    score,
    information,
  };
}

function dampedStep({ score, information }: ScoringState, damping: number): number[] | undefined {
  const size = score.length;
  const matrix = square(information, size);
  for (let i = 0; i < size; i += 1)
    matrix.set(i, i, matrix.get(i, i) * (1 + damping) + Number.MIN_VALUE);
  const cholesky = new CholeskyDecomposition(matrix);
  if (!cholesky.isPositiveDefinite()) return undefined;
  const step = cholesky.solve(Matrix.columnVector([...score])).to1DArray();
  return step.every(Number.isFinite) ? step : undefined;
}

/**
 * Inverse of the information; where it is singular (a parameter at its bound, that no count speaks of) the
 * pseudo-inverse, which leaves the directions without information out.
 */
function inverseInformation(information: readonly number[]): number[] {
  const size = Math.round(Math.sqrt(information.length));
  const matrix = square(information, size);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const floor = 1e-12 * Math.max(...realEigenvalues);
  const inverse = realEigenvalues.map((value) => (value > floor ? 1 / value : 0));
  return eigenvectorMatrix
    .mmul(Matrix.diag(inverse))
    .mmul(eigenvectorMatrix.transpose())
    .to1DArray();
}

const square = (values: readonly number[], size: number): Matrix =>
  Matrix.from1DArray(size, size, [...values]);
