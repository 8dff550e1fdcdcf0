import type { SparsePattern } from './compressed-columns.js';
import {
  eliminationTree,
  factorColumnCounts,
  permuteUpper,
  postOrder,
  type PermutedUpper,
} from './elimination-tree.js';
import { minimumDegreeOrder } from './minimum-degree.js';
import { gridDissection } from './nested-dissection.js';
import { withoutDiagonal } from './compressed-columns.js';

/** L D L^T of a symmetric matrix on a fixed pattern: factors and scratch, reused by `factorLdl`. */
export interface LdlFactors {
  readonly size: number;
  /** order[k]: original index of pivot k. */
  readonly order: Int32Array;
  readonly upper: PermutedUpper;
  readonly parent: Int32Array;
  /** Columns of L below the unit diagonal. */
  readonly columnStart: Int32Array;
  readonly rowIndex: Int32Array;
  readonly values: Float64Array;
  readonly diagonal: Float64Array;
  readonly scratch: {
    readonly filled: Int32Array;
    readonly seen: Int32Array;
    readonly path: Int32Array;
    readonly row: Float64Array;
  };
}

/**
 * Symbolic analysis: ordering (nested dissection for grids, else minimum degree, unless `order` is given), elimination tree in
 * post-order, room for L. `symmetric` holds both triangles.
 */
export function analyseLdl(
  symmetric: SparsePattern,
  { order = fillReducingOrder(symmetric) }: { order?: Int32Array } = {},
): LdlFactors {
  const { size } = symmetric;
  const post = postOrder(eliminationTree(permuteUpper(symmetric, order).pattern));
  const finalOrder = post.map((k) => order[k]);
  const upper = permuteUpper(symmetric, finalOrder);
  const parent = eliminationTree(upper.pattern);
  const counts = factorColumnCounts(upper.pattern, parent);
  const columnStart = new Int32Array(size + 1);
  for (let j = 0; j < size; j++) columnStart[j + 1] = columnStart[j] + counts[j];
  const nnz = columnStart[size];
  return {
    size,
    order: finalOrder,
    upper,
    parent,
    columnStart,
    rowIndex: new Int32Array(nnz),
    values: new Float64Array(nnz),
    diagonal: new Float64Array(size),
    scratch: {
      filled: new Int32Array(size),
      seen: new Int32Array(size),
      path: new Int32Array(size),
      row: new Float64Array(size),
    },
  };
}

/** Nested dissection where the graph lies like a grid, else minimum degree. */
function fillReducingOrder(symmetric: SparsePattern): Int32Array {
  const graph = withoutDiagonal(symmetric);
  return (graph.size > 500 ? gridDissection(graph) : undefined) ?? minimumDegreeOrder(graph);
}

/**
 * Numeric factorisation, row by row of L (up-looking; Davis 2005). Works for positive definite and
 * quasi-definite matrices; allocates nothing. Returns -1, or the original index of the first pivot
 * that is zero, not finite, or smaller than `pivotTolerance` times the largest entry of its row.
 */
export function factorLdl(
  factors: LdlFactors,
  values: Float64Array,
  { pivotTolerance = 1e-13 }: { pivotTolerance?: number } = {},
): number {
  const { size, order, upper, parent, columnStart, rowIndex, values: lower, diagonal } = factors;
  const { filled, seen, path, row } = factors.scratch;
  const { columnStart: upperStart, rowIndex: upperRow } = upper.pattern;
  const { source } = upper;
  seen.fill(-1);
  for (let k = 0; k < size; k++) {
    let top = size;
    seen[k] = k;
    filled[k] = columnStart[k];
    let pivot = 0;
    let largest = 0;
    for (let p = upperStart[k]; p < upperStart[k + 1]; p++) {
      const value = values[source[p]];
      const magnitude = Math.abs(value);
      if (magnitude > largest) largest = magnitude;
      let i = upperRow[p];
      if (i === k) {
        pivot = value;
        continue;
      }
      row[i] = value;
      let length = 0;
      for (; seen[i] !== k; i = parent[i]) {
        path[length++] = i;
        seen[i] = k;
      }
      while (length > 0) path[--top] = path[--length];
    }
    for (; top < size; top++) {
      const i = path[top];
      const yi = row[i];
      row[i] = 0;
      const end = filled[i];
      for (let p = columnStart[i]; p < end; p++) row[rowIndex[p]] -= lower[p] * yi;
      const lki = yi / diagonal[i];
      pivot -= lki * yi;
      rowIndex[end] = k;
      lower[end] = lki;
      filled[i] = end + 1;
    }
    if (!(Math.abs(pivot) > pivotTolerance * largest) || !Number.isFinite(pivot)) {
      row.fill(0);
      return order[k];
    }
    diagonal[k] = pivot;
  }
  return -1;
}

/** Solves A x = b in place: `b` becomes x. `work` holds at least `size` numbers. */
export function solveLdl(factors: LdlFactors, b: Float64Array, work: Float64Array): void {
  const { size, order, columnStart, rowIndex, values, diagonal } = factors;
  for (let k = 0; k < size; k++) work[k] = b[order[k]];
  for (let j = 0; j < size; j++) {
    const xj = work[j];
    if (xj === 0) continue;
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) work[rowIndex[p]] -= values[p] * xj;
  }
  for (let j = size - 1; j >= 0; j--) {
    let xj = work[j] / diagonal[j];
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) xj -= values[p] * work[rowIndex[p]];
    work[j] = xj;
  }
  for (let k = 0; k < size; k++) b[order[k]] = work[k];
}
