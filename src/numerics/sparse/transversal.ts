import type { SparsePattern } from './compressed-columns.js';

/**
 * Maximum matching of columns to rows so that the permuted diagonal is structurally non-zero:
 * depth-first augmenting paths with a look-ahead (Duff 1981). Returns for each column its row, -1
 * where none is left: the matrix is then structurally singular.
 */
export function maximumTransversal({ size, columnStart, rowIndex }: SparsePattern): Int32Array {
  const columnOfRow = new Int32Array(size).fill(-1);
  const rowOfColumn = new Int32Array(size).fill(-1);
  // The diagonal first: it keeps the symmetry that the ordering profits from.
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      if (rowIndex[p] !== j) continue;
      rowOfColumn[j] = j;
      columnOfRow[j] = j;
    }
  }
  const ahead = columnStart.slice(0, size);
  const visited = new Int32Array(size).fill(-1);
  const columnStack = new Int32Array(size);
  const position = new Int32Array(size);
  const rowStack = new Int32Array(size);
  for (let start = 0; start < size; start++) {
    if (rowOfColumn[start] !== -1) continue;
    let top = 0;
    columnStack[0] = start;
    position[0] = columnStart[start];
    visited[start] = start;
    let found = false;
    while (top >= 0 && !found) {
      const j = columnStack[top];
      while (ahead[j] < columnStart[j + 1]) {
        const i = rowIndex[ahead[j]++];
        if (columnOfRow[i] !== -1) continue;
        rowStack[top] = i;
        found = true;
        break;
      }
      if (found) break;
      let descended = false;
      while (position[top] < columnStart[j + 1]) {
        const i = rowIndex[position[top]++];
        const next = columnOfRow[i];
        if (visited[next] === start) continue;
        visited[next] = start;
        rowStack[top] = i;
        top++;
        columnStack[top] = next;
        position[top] = columnStart[next];
        descended = true;
        break;
      }
      if (!descended) top--;
    }
    for (; found && top >= 0; top--) {
      rowOfColumn[columnStack[top]] = rowStack[top];
      columnOfRow[rowStack[top]] = columnStack[top];
    }
  }
  return rowOfColumn;
}
