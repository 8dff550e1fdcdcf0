import {
  analyseLu,
  factorLu,
  isSingular,
  refactorLu,
  solveLu,
  solveTransposedLu,
  type LuFactors,
  type SparsePattern,
} from '../../numerics/sparse/index.js';
import type { EquationSystem } from '../system/build-system.js';
import { reducedLdlSolver } from './reduced-ldl.js';

/** Factors J once, solves many times. */
export interface LinearSolver {
  /** Factors new values on the system's pattern; the unknown without a pivot, or -1. */
  readonly factor: (values: Float64Array) => number;
  /** Solves J x = b; `x` may be `b`. */
  readonly solve: (b: Float64Array, x: Float64Array) => void;
  /** Solves J^T x = b. */
  readonly solveTransposed: (b: Float64Array, x: Float64Array) => void;
  /** How the last factorisation was done. */
  readonly method: () => 'ldl' | 'lu';
}

/**
 * Symmetric circuits (R, C, V, I, diodes, cells) go through L D L^T of the nodes left after the
 * ideal voltage sources are eliminated; all others, and those where it fails, through LU.
 */
export function linearSolver(system: EquationSystem): LinearSolver {
  const general = luSolver(system.pattern);
  const symmetric = system.symmetric ? reducedLdlSolver(system) : undefined;
  if (!symmetric) return general;
  let active: LinearSolver = symmetric;
  return {
    factor(values) {
      if (active === general) return general.factor(values);
      if (symmetric.factor(values) < 0) return -1;
      active = general;
      return general.factor(values);
    },
    solve: (b, x) => active.solve(b, x),
    solveTransposed: (b, x) => active.solveTransposed(b, x),
    method: () => active.method(),
  };
}

/** LU with the analysis done once and the pivots kept as long as they stay good. */
export function luSolver(pattern: SparsePattern): LinearSolver {
  let symbolic: ReturnType<typeof analyseLu> | undefined;
  let factors: LuFactors | undefined;
  const need = (): LuFactors => {
    if (!factors) throw new RangeError('solve before factor');
    return factors;
  };
  return {
    factor(values) {
      if (factors && refactorLu(factors, values)) return -1;
      symbolic ??= analyseLu(pattern);
      factors = undefined;
      const result = factorLu(symbolic, values);
      if (isSingular(result)) return result.singularColumn;
      factors = result;
      return -1;
    },
    solve: (b, x) => solveLu(need(), b, x),
    solveTransposed: (b, x) => solveTransposedLu(need(), b, x),
    method: () => 'lu',
  };
}
