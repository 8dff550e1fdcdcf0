import { compressEntries, symmetricGraph, type SparsePattern } from './compressed-columns.js';
import { factorFresh } from './lu-factor.js';
import { minimumDegreeOrder } from './minimum-degree.js';
import { maximumTransversal } from './transversal.js';

/** What does not depend on the values: the order of the columns and the preferred pivot rows. */
export interface LuSymbolic {
  readonly pattern: SparsePattern;
  /** columnOrder[k]: column eliminated at step k. */
  readonly columnOrder: Int32Array;
  /** preferredRow[j]: row matched to column j, taken as pivot where it is large enough. */
  readonly preferredRow: Int32Array;
}

/**
 * P A Q = L U by columns, in pivot order: L with unit diagonal not stored, U strictly above the
 * diagonal in an order valid for elimination, `diagonal` apart.
 */
export interface LuFactors {
  readonly symbolic: LuSymbolic;
  /** rowOrder[k]: row that is pivot k; rowPosition is its inverse. */
  readonly rowOrder: Int32Array;
  readonly rowPosition: Int32Array;
  readonly lowerStart: Int32Array;
  readonly lowerIndex: Int32Array;
  readonly lowerValues: Float64Array;
  readonly upperStart: Int32Array;
  readonly upperIndex: Int32Array;
  readonly upperValues: Float64Array;
  readonly diagonal: Float64Array;
  readonly work: Float64Array;
}

/** A column without an acceptable pivot: the matrix is singular, structurally or in its values. */
export interface SingularColumn {
  readonly singularColumn: number;
}

export const isSingular = (result: LuFactors | SingularColumn): result is SingularColumn =>
  'singularColumn' in result;

/**
 * Analysis of an unsymmetric pattern: a transversal gives a zero-free diagonal (ideal sources have
 * none), then minimum degree on the pattern of B + B^T of the row-permuted matrix B.
 */
export function analyseLu(pattern: SparsePattern): LuSymbolic {
  const { size, columnStart, rowIndex } = pattern;
  const preferredRow = maximumTransversal(pattern);
  const columnOfRow = new Int32Array(size).fill(-1);
  for (let j = 0; j < size; j++) if (preferredRow[j] >= 0) columnOfRow[preferredRow[j]] = j;
  const columns = new Int32Array(columnStart[size]);
  for (let j = 0; j < size; j++) columns.fill(j, columnStart[j], columnStart[j + 1]);
  const rows = rowIndex.map((i) => columnOfRow[i]);
  const permuted = compressEntries(size, rows, columns).pattern;
  return { pattern, columnOrder: minimumDegreeOrder(symmetricGraph(permuted)), preferredRow };
}

/**
 * Factorisation with threshold pivoting: the preferred row is the pivot unless it is smaller than
 * `pivotThreshold` times the largest candidate.
 */
export function factorLu(
  symbolic: LuSymbolic,
  values: Float64Array,
  { pivotThreshold = 1e-3 }: { pivotThreshold?: number } = {},
): LuFactors | SingularColumn {
  return factorFresh(symbolic, values, pivotThreshold);
}

/**
 * Factors new values on the pattern and pivots of `factors`, in place, without allocation. Returns
 * false when a pivot has become too small against its column (`growthLimit`): factor afresh then.
 */
export function refactorLu(
  factors: LuFactors,
  values: Float64Array,
  { growthLimit = 1e-8 }: { growthLimit?: number } = {},
): boolean {
  const { symbolic, rowPosition, lowerStart, lowerIndex, lowerValues } = factors;
  const { upperStart, upperIndex, upperValues, diagonal, work } = factors;
  const { pattern, columnOrder } = symbolic;
  const { size, columnStart, rowIndex } = pattern;
  for (let k = 0; k < size; k++) {
    const column = columnOrder[k];
    const columnEnd = columnStart[column + 1];
    for (let p = columnStart[column]; p < columnEnd; p++) {
      work[rowPosition[rowIndex[p]]] = values[p];
    }
    const upperEnd = upperStart[k + 1];
    for (let p = upperStart[k]; p < upperEnd; p++) {
      const j = upperIndex[p];
      const ujk = work[j];
      work[j] = 0;
      upperValues[p] = ujk;
      if (ujk === 0) continue;
      const end = lowerStart[j + 1];
      for (let q = lowerStart[j]; q < end; q++) work[lowerIndex[q]] -= lowerValues[q] * ujk;
    }
    const pivot = work[k];
    work[k] = 0;
    const inverse = 1 / pivot;
    const end = lowerStart[k + 1];
    let largest = 0;
    for (let q = lowerStart[k]; q < end; q++) {
      const i = lowerIndex[q];
      const value = work[i];
      work[i] = 0;
      const magnitude = Math.abs(value);
      if (magnitude > largest) largest = magnitude;
      lowerValues[q] = value * inverse;
    }
    if (!(Math.abs(pivot) > growthLimit * largest) || !Number.isFinite(pivot)) return false;
    diagonal[k] = pivot;
  }
  return true;
}

/** Solves A x = b; `x` may be `b`. No allocation. */
export function solveLu(factors: LuFactors, b: Float64Array, x: Float64Array): void {
  const { symbolic, rowOrder, lowerStart, lowerIndex, lowerValues } = factors;
  const { upperStart, upperIndex, upperValues, diagonal, work } = factors;
  const { columnOrder } = symbolic;
  const size = columnOrder.length;
  for (let k = 0; k < size; k++) work[k] = b[rowOrder[k]];
  for (let k = 0; k < size; k++) {
    const value = work[k];
    if (value === 0) continue;
    const end = lowerStart[k + 1];
    for (let p = lowerStart[k]; p < end; p++) work[lowerIndex[p]] -= lowerValues[p] * value;
  }
  for (let k = size - 1; k >= 0; k--) {
    const value = work[k] / diagonal[k];
    work[k] = value;
    if (value === 0) continue;
    const end = upperStart[k + 1];
    for (let p = upperStart[k]; p < end; p++) work[upperIndex[p]] -= upperValues[p] * value;
  }
  for (let k = 0; k < size; k++) x[columnOrder[k]] = work[k];
  work.fill(0);
}

/** Solves A^T x = b; `x` may be `b`. Gives all sensitivities of one output by one solve. */
export function solveTransposedLu(factors: LuFactors, b: Float64Array, x: Float64Array): void {
  const { symbolic, rowOrder, lowerStart, lowerIndex, lowerValues } = factors;
  const { upperStart, upperIndex, upperValues, diagonal, work } = factors;
  const { columnOrder } = symbolic;
  const size = columnOrder.length;
  for (let k = 0; k < size; k++) work[k] = b[columnOrder[k]];
  for (let k = 0; k < size; k++) {
    let value = work[k];
    for (let p = upperStart[k]; p < upperStart[k + 1]; p++) {
      value -= upperValues[p] * work[upperIndex[p]];
    }
    work[k] = value / diagonal[k];
  }
  for (let k = size - 1; k >= 0; k--) {
    let value = work[k];
    for (let p = lowerStart[k]; p < lowerStart[k + 1]; p++) {
      value -= lowerValues[p] * work[lowerIndex[p]];
    }
    work[k] = value;
  }
  for (let k = 0; k < size; k++) x[rowOrder[k]] = work[k];
  work.fill(0);
}
