import { compressEntries, type SparsePattern } from './compressed-columns.js';

/** Upper triangle of a symmetrically permuted matrix, with the place each value comes from. */
export interface PermutedUpper {
  readonly pattern: SparsePattern;
  /** source[p]: position in the original value array of upper entry p. */
  readonly source: Int32Array;
}

/** Upper triangle of P A P^T by columns; `order[k]` is the original index of pivot k. */
export function permuteUpper(symmetric: SparsePattern, order: Int32Array): PermutedUpper {
  const { size, columnStart, rowIndex } = symmetric;
  const position = new Int32Array(size);
  for (let k = 0; k < size; k++) position[order[k]] = k;
  let count = 0;
  const bound = columnStart[size];
  const rows = new Int32Array(bound);
  const columns = new Int32Array(bound);
  const origin = new Int32Array(bound);
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      const i = position[rowIndex[p]];
      if (i > position[j]) continue;
      rows[count] = i;
      columns[count] = position[j];
      origin[count++] = p;
    }
  }
  const { pattern, slot } = compressEntries(
    size,
    rows.subarray(0, count),
    columns.subarray(0, count),
  );
  const source = new Int32Array(pattern.columnStart[size]);
  for (let k = 0; k < count; k++) source[slot[k]] = origin[k];
  return { pattern, source };
}

/**
 * Elimination tree of a symmetric matrix given by its upper triangle: parent[j], or -1 for a root
 * (Liu 1990, algorithm 4.2, with path compression).
 */
export function eliminationTree({ size, columnStart, rowIndex }: SparsePattern): Int32Array {
  const parent = new Int32Array(size).fill(-1);
  const ancestor = new Int32Array(size).fill(-1);
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      for (let i = rowIndex[p]; i !== -1 && i < j;) {
        const up = ancestor[i];
        ancestor[i] = j;
        if (up === -1) parent[i] = j;
        i = up;
      }
    }
  }
  return parent;
}

/** Post-order of a forest: children before parents, subtrees contiguous. */
export function postOrder(parent: Int32Array): Int32Array {
  const size = parent.length;
  const firstChild = new Int32Array(size).fill(-1);
  const sibling = new Int32Array(size).fill(-1);
  for (let j = size - 1; j >= 0; j--) {
    if (parent[j] === -1) continue;
    sibling[j] = firstChild[parent[j]];
    firstChild[parent[j]] = j;
  }
  const order = new Int32Array(size);
  const stack = new Int32Array(size);
  let count = 0;
  for (let root = 0; root < size; root++) {
    if (parent[root] !== -1) continue;
    let top = 0;
    stack[0] = root;
    while (top >= 0) {
      const j = stack[top];
      const child = firstChild[j];
      if (child === -1) {
        order[count++] = j;
        top--;
      } else {
        firstChild[j] = sibling[child];
        stack[++top] = child;
      }
    }
  }
  return order;
}

/** Entries below the diagonal in each column of the factor L, by walking the row subtrees. */
export function factorColumnCounts(
  { size, columnStart, rowIndex }: SparsePattern,
  parent: Int32Array,
): Int32Array {
  const counts = new Int32Array(size);
  const seen = new Int32Array(size).fill(-1);
  for (let k = 0; k < size; k++) {
    seen[k] = k;
    for (let p = columnStart[k]; p < columnStart[k + 1]; p++) {
      for (let i = rowIndex[p]; seen[i] !== k; i = parent[i]) {
        counts[i]++;
        seen[i] = k;
      }
    }
  }
  return counts;
}
