/** Pattern of a square sparse matrix by compressed columns; rows ascend within a column. */
export interface SparsePattern {
  readonly size: number;
  /** Length size + 1: entries of column j are columnStart[j] .. columnStart[j + 1] - 1. */
  readonly columnStart: Int32Array;
  readonly rowIndex: Int32Array;
}

export interface CompressedEntries {
  readonly pattern: SparsePattern;
  /** For each given entry the position of its value; entries of one place share a slot. */
  readonly slot: Int32Array;
}

/**
 * Compresses (row, column) entries, merging duplicates. Two counting sorts, O(entries + size).
 * Entries outside 0..size-1 (the ground node) get the slot `nnz`: a value array of length nnz + 1
 * lets every device write without a test.
 */
export function compressEntries(
  size: number,
  rows: Int32Array,
  columns: Int32Array,
): CompressedEntries {
  const count = rows.length;
  const inside = (k: number) =>
    rows[k] >= 0 && rows[k] < size && columns[k] >= 0 && columns[k] < size;
  const byRow = new Int32Array(count);
  const rowStart = new Int32Array(size + 1);
  for (let k = 0; k < count; k++) if (inside(k)) rowStart[rows[k] + 1]++;
  for (let i = 0; i < size; i++) rowStart[i + 1] += rowStart[i];
  const total = rowStart[size];
  const columnCount = new Int32Array(size + 1);
  for (let k = 0; k < count; k++) {
    if (!inside(k)) continue;
    byRow[rowStart[rows[k]]++] = k;
    columnCount[columns[k] + 1]++;
  }
  for (let j = 0; j < size; j++) columnCount[j + 1] += columnCount[j];
  const byColumn = new Int32Array(total);
  for (let p = 0; p < total; p++) byColumn[columnCount[columns[byRow[p]]]++] = byRow[p];

  const slot = new Int32Array(count).fill(-1);
  const columnStart = new Int32Array(size + 1);
  const merged = new Int32Array(total);
  let nnz = 0;
  let p = 0;
  for (let j = 0; j < size; j++) {
    columnStart[j] = nnz;
    for (; p < total && columns[byColumn[p]] === j; p++) {
      const k = byColumn[p];
      if (nnz === columnStart[j] || merged[nnz - 1] !== rows[k]) merged[nnz++] = rows[k];
      slot[k] = nnz - 1;
    }
  }
  columnStart[size] = nnz;
  for (let k = 0; k < count; k++) if (slot[k] < 0) slot[k] = nnz;
  return { pattern: { size, columnStart, rowIndex: merged.slice(0, nnz) }, slot };
}

/** y += A x. `x` and `y` hold at least `size` numbers. */
export function multiplyAdd(
  { size, columnStart, rowIndex }: SparsePattern,
  values: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void {
  for (let j = 0; j < size; j++) {
    const xj = x[j];
    if (xj === 0) continue;
    const end = columnStart[j + 1];
    for (let p = columnStart[j]; p < end; p++) y[rowIndex[p]] += values[p] * xj;
  }
}

/** A pattern by rows: for each entry of a row its column and the slot of its value. */
export interface RowView {
  readonly rowStart: Int32Array;
  readonly columnIndex: Int32Array;
  readonly slot: Int32Array;
}

export function rowView({ size, columnStart, rowIndex }: SparsePattern): RowView {
  const count = columnStart[size];
  const rowStart = new Int32Array(size + 1);
  for (let p = 0; p < count; p++) rowStart[rowIndex[p] + 1]++;
  for (let i = 0; i < size; i++) rowStart[i + 1] += rowStart[i];
  const next = rowStart.slice();
  const columnIndex = new Int32Array(count);
  const slot = new Int32Array(count);
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      const to = next[rowIndex[p]]++;
      columnIndex[to] = j;
      slot[to] = p;
    }
  }
  return { rowStart, columnIndex, slot };
}

/** f += G x, q += C x for two matrices of one pattern; by rows, so that each sum stays in a register. */
export function multiplyAddBoth(
  { rowStart, columnIndex, slot }: RowView,
  g: Float64Array,
  c: Float64Array,
  x: Float64Array,
  f: Float64Array,
  q: Float64Array,
): void {
  const size = rowStart.length - 1;
  let p = 0;
  for (let i = 0; i < size; i++) {
    const end = rowStart[i + 1];
    let fi = f[i];
    let qi = q[i];
    for (; p < end; p++) {
      const xj = x[columnIndex[p]];
      const s = slot[p];
      fi += g[s] * xj;
      qi += c[s] * xj;
    }
    f[i] = fi;
    q[i] = qi;
  }
}

/** y += A^T x. */
export function transposedMultiplyAdd(
  { size, columnStart, rowIndex }: SparsePattern,
  values: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void {
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) sum += values[p] * x[rowIndex[p]];
    y[j] += sum;
  }
}

/** Position of entry (row, column) in the value array, or -1. Binary search. */
export function slotOf(
  { columnStart, rowIndex }: SparsePattern,
  row: number,
  column: number,
): number {
  let low = columnStart[column];
  let high = columnStart[column + 1] - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (rowIndex[middle] === row) return middle;
    if (rowIndex[middle] < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The graph of a pattern that is symmetric already: what is left without the diagonal. */
export function withoutDiagonal({ size, columnStart, rowIndex }: SparsePattern): SparsePattern {
  const start = new Int32Array(size + 1);
  const rows = new Int32Array(columnStart[size]);
  let count = 0;
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      if (rowIndex[p] !== j) rows[count++] = rowIndex[p];
    }
    start[j + 1] = count;
  }
  return { size, columnStart: start, rowIndex: rows.slice(0, count) };
}

/**
 * Adjacency of the undirected graph of A + A^T without loops, each edge listed at both ends:
 * what the fill-reducing orderings work on.
 */
export function symmetricGraph({ size, columnStart, rowIndex }: SparsePattern): SparsePattern {
  const nnz = columnStart[size];
  const rows = new Int32Array(2 * nnz);
  const columns = new Int32Array(2 * nnz);
  let count = 0;
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      const i = rowIndex[p];
      if (i === j) continue;
      rows[count] = i;
      columns[count++] = j;
      rows[count] = j;
      columns[count++] = i;
    }
  }
  return compressEntries(size, rows.subarray(0, count), columns.subarray(0, count)).pattern;
}
