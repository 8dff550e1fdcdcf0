import { upperGammaFraction } from './special.js';

/** Upper tail of the chi-square distribution: P(X >= value) with `degreesOfFreedom` degrees. */
export function chiSquareTail(value: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom <= 0) return 1;
  return upperGammaFraction(degreesOfFreedom / 2, Math.max(0, value) / 2);
}

export interface GoodnessOfFit {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Pearson's chi-square of binomial counts against fitted probabilities, `parameters` of them estimated from
 * the same data. Neighbouring points are pooled until each pool expects at least five of either outcome,
 * so that the chi-square distribution applies in the tails (Cochran, Ann. Math. Stat. 23, 315, 1952).
 */
export function pearsonChiSquare(
  counts: readonly { readonly trials: number; readonly switched: number }[],
  probabilities: readonly number[],
  parameters: number,
): GoodnessOfFit {
  const pools = poolCounts(counts, probabilities);
  let chiSquare = 0;
  for (const { observed, expected, variance } of pools) {
    if (variance > 0) chiSquare += (observed - expected) ** 2 / variance;
  }
  const degreesOfFreedom = Math.max(0, pools.length - parameters);
  return { chiSquare, degreesOfFreedom, pValue: chiSquareTail(chiSquare, degreesOfFreedom) };
}

interface Pool {
  readonly observed: number;
  readonly expected: number;
  readonly variance: number;
  readonly trials: number;
}

const EMPTY: Pool = { observed: 0, expected: 0, variance: 0, trials: 0 };
const merge = (a: Pool, b: Pool): Pool => ({
  observed: a.observed + b.observed,
  expected: a.expected + b.expected,
  variance: a.variance + b.variance,
  trials: a.trials + b.trials,
});
const isFull = ({ expected, trials }: Pool): boolean => expected >= 5 && trials - expected >= 5;

function poolCounts(
  counts: readonly { readonly trials: number; readonly switched: number }[],
  probabilities: readonly number[],
): Pool[] {
  const pools: Pool[] = [];
  let open = EMPTY;
  for (const [i, { trials, switched }] of counts.entries()) {
    const p = probabilities[i];
    open = merge(open, {
      observed: switched,
      expected: trials * p,
      variance: trials * p * (1 - p),
      trials,
    });
    if (isFull(open)) {
      pools.push(open);
      open = EMPTY;
    }
  }
  if (open.trials > 0) pools.push(merge(pools.pop() ?? EMPTY, open));
  return pools;
}
