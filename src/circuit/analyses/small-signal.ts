import {
  analyseLu,
  compressEntries,
  factorLu,
  isSingular,
  refactorLu,
  solveLu,
  solveTransposedLu,
  type LuFactors,
} from '../../numerics/sparse/index.js';
import { singularFailure } from '../solve/failures.js';
import type { Solution } from '../solve/newton.js';

/**
 * (G + j w C) at the operating point, as the real system of twice the size whose 2 x 2 blocks are
 * [g, -w c; w c, g]: one sparse solver serves real and complex alike.
 */
export interface SmallSignalSystem {
  /** Factors for angular frequency w (rad/s). */
  readonly factor: (omega: number) => void;
  /** Solves in place; parts interleaved: real of unknown k at 2 k, imaginary at 2 k + 1. */
  readonly solve: (interleaved: Float64Array) => void;
  /** Solves with the transposed (not conjugated) matrix. */
  readonly solveTransposed: (interleaved: Float64Array) => void;
}

/** @throws SpinbarError (exit code 4) from `factor` when the matrix is singular. */
export function smallSignalSystem({ system, evaluation }: Solution): SmallSignalSystem {
  const { pattern, size, groups } = system;
  const { columnStart, rowIndex } = pattern;
  const { c } = evaluation;
  const g = withoutDcParts(evaluation.g, groups);
  const nnz = columnStart[size];
  const rows = new Int32Array(4 * nnz).fill(-1);
  const columns = new Int32Array(4 * nnz).fill(-1);
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      const i = rowIndex[p];
      rows.set([2 * i, 2 * i + 1, 2 * i, 2 * i + 1], 4 * p);
      columns.set([2 * j, 2 * j + 1, 2 * j + 1, 2 * j], 4 * p);
      if (c[p] === 0) rows.fill(-1, 4 * p + 2, 4 * p + 4);
    }
  }
  const { pattern: pairs, slot } = compressEntries(2 * size, rows, columns);
  const values = new Float64Array(pairs.columnStart[2 * size] + 1);
  const symbolic = analyseLu(pairs);
  let factors: LuFactors | undefined;
  const need = (): LuFactors => {
    if (!factors) throw new RangeError('solve before factor');
    return factors;
  };
  return {
    factor(omega) {
      values.fill(0);
      for (let p = 0; p < nnz; p++) {
        values[slot[4 * p]] += g[p];
        values[slot[4 * p + 1]] += g[p];
        values[slot[4 * p + 2]] -= omega * c[p];
        values[slot[4 * p + 3]] += omega * c[p];
      }
      if (factors && refactorLu(factors, values)) return;
      const fresh = factorLu(symbolic, values);
      if (isSingular(fresh)) throw singularFailure(system, fresh.singularColumn >> 1);
      factors = fresh;
    },
    solve: (b) => solveLu(need(), b, b),
    solveTransposed: (b) => solveTransposedLu(need(), b, b),
  };
}

/** What only the operating point has is taken out again. */
function withoutDcParts(g: Float64Array, groups: Solution['system']['groups']): Float64Array {
  const parts = new Float64Array(g.length);
  for (const group of groups) group.stampDc?.(parts);
  return g.map((value, p) => value - parts[p]);
}
