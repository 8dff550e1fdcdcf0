import type { LuFactors, LuSymbolic, SingularColumn } from './lu.js';

/**
 * Left-looking LU by columns (Gilbert, Peierls 1988): the pattern of each column is found by a
 * depth-first search in the graph of L, so that the work is proportional to the arithmetic. The
 * search is shortened by symmetric pruning (Eisenstat, Liu 1992).
 */
export function factorFresh(
  symbolic: LuSymbolic,
  values: Float64Array,
  pivotThreshold: number,
): LuFactors | SingularColumn {
  const { pattern, columnOrder, preferredRow } = symbolic;
  const { size, columnStart, rowIndex } = pattern;
  const guess = 4 * columnStart[size] + size;
  const lower = growing(guess);
  const upper = growing(guess);
  const lowerStart = new Int32Array(size + 1);
  const upperStart = new Int32Array(size + 1);
  const diagonal = new Float64Array(size);
  const rowOrder = new Int32Array(size);
  const rowPosition = new Int32Array(size).fill(-1);
  const prunedEnd = new Int32Array(size).fill(-1);
  const work = new Float64Array(size);
  const seen = new Int32Array(size).fill(-1);
  const reach = new Int32Array(size);
  const stack = new Int32Array(size);
  const resume = new Int32Array(size);

  for (let k = 0; k < size; k++) {
    const column = columnOrder[k];
    lowerStart[k] = lower.count;
    upperStart[k] = upper.count;

    // Rows reached from the column through L, in topological order: reach[top..].
    let top = size;
    for (let p = columnStart[column]; p < columnStart[column + 1]; p++) {
      if (seen[rowIndex[p]] === k) continue;
      let depth = 0;
      stack[0] = rowIndex[p];
      seen[rowIndex[p]] = k;
      resume[0] = rowPosition[stack[0]] >= 0 ? lowerStart[rowPosition[stack[0]]] : 0;
      while (depth >= 0) {
        const i = stack[depth];
        const j = rowPosition[i];
        let descended = false;
        if (j >= 0) {
          const end = prunedEnd[j] >= 0 ? prunedEnd[j] : lowerStart[j + 1];
          let q = resume[depth];
          for (; q < end; q++) {
            const child = lower.index[q];
            if (seen[child] === k) continue;
            seen[child] = k;
            resume[depth] = q + 1;
            depth++;
            stack[depth] = child;
            resume[depth] = rowPosition[child] >= 0 ? lowerStart[rowPosition[child]] : 0;
            descended = true;
            break;
          }
        }
        if (!descended) {
          depth--;
          reach[--top] = i;
        }
      }
    }

    for (let p = columnStart[column]; p < columnStart[column + 1]; p++) {
      work[rowIndex[p]] = values[p];
    }
    upper.reserve(size - top);
    lower.reserve(size - top);
    const lowerIndex = lower.index;
    const lowerValues = lower.values;
    const upperIndex = upper.index;
    const upperValues = upper.values;
    let upperCount = upper.count;
    let pivotRow = -1;
    let largest = 0;
    const preferred = preferredRow[column];
    let lowerCount = lower.count;
    for (let p = top; p < size; p++) {
      const i = reach[p];
      const j = rowPosition[i];
      const value = work[i];
      if (j >= 0) {
        upperIndex[upperCount] = j;
        upperValues[upperCount++] = value;
        work[i] = 0;
        for (let q = lowerStart[j]; q < lowerStart[j + 1]; q++) {
          work[lowerIndex[q]] -= lowerValues[q] * value;
        }
      } else {
        lowerIndex[lowerCount++] = i;
      }
    }
    for (let q = lower.count; q < lowerCount; q++) {
      const magnitude = Math.abs(work[lowerIndex[q]]);
      if (magnitude > largest) {
        largest = magnitude;
        pivotRow = lowerIndex[q];
      }
    }
    if (pivotRow < 0 || !Number.isFinite(largest)) return { singularColumn: column };
    if (
      preferred >= 0 &&
      seen[preferred] === k &&
      rowPosition[preferred] < 0 &&
      Math.abs(work[preferred]) >= pivotThreshold * largest
    ) {
      pivotRow = preferred;
    }
    const pivot = work[pivotRow];
    work[pivotRow] = 0;
    let write = lower.count;
    for (let q = lower.count; q < lowerCount; q++) {
      const i = lowerIndex[q];
      if (i === pivotRow) continue;
      lowerIndex[write] = i;
      lowerValues[write++] = work[i] / pivot;
      work[i] = 0;
    }
    lower.count = write;
    upper.count = upperCount;
    lowerStart[k + 1] = write;
    upperStart[k + 1] = upperCount;
    diagonal[k] = pivot;
    rowOrder[k] = pivotRow;
    rowPosition[pivotRow] = k;

    // Prune: where u(j,k) and l(pivotRow,j) are both present, later searches of column j need
    // only the rows already pivotal.
    for (let p = upperStart[k]; p < upperCount; p++) {
      const j = upperIndex[p];
      if (prunedEnd[j] >= 0) continue;
      let found = false;
      for (let q = lowerStart[j]; q < lowerStart[j + 1]; q++) {
        if (lowerIndex[q] === pivotRow) {
          found = true;
          break;
        }
      }
      if (!found) continue;
      let low = lowerStart[j];
      let high = lowerStart[j + 1];
      while (low < high) {
        if (rowPosition[lowerIndex[low]] >= 0) low++;
        else {
          high--;
          const index = lowerIndex[low];
          lowerIndex[low] = lowerIndex[high];
          lowerIndex[high] = index;
          const value = lowerValues[low];
          lowerValues[low] = lowerValues[high];
          lowerValues[high] = value;
        }
      }
      prunedEnd[j] = low;
    }
  }
  const lowerIndex = lower.index.slice(0, lower.count);
  for (let p = 0; p < lowerIndex.length; p++) lowerIndex[p] = rowPosition[lowerIndex[p]];
  return {
    symbolic,
    rowOrder,
    rowPosition,
    lowerStart,
    lowerIndex,
    lowerValues: lower.values.slice(0, lower.count),
    upperStart,
    upperIndex: upper.index.slice(0, upper.count),
    upperValues: upper.values.slice(0, upper.count),
    diagonal,
    work,
  };
}

/** Index and value lists that double when full. */
function growing(capacity: number) {
  const list = {
    index: new Int32Array(capacity),
    values: new Float64Array(capacity),
    count: 0,
    reserve(extra: number) {
      if (list.count + extra <= list.index.length) return;
      const bigger = Math.max(2 * list.index.length, list.count + extra);
      const index = new Int32Array(bigger);
      index.set(list.index.subarray(0, list.count));
      const values = new Float64Array(bigger);
      values.set(list.values.subarray(0, list.count));
      list.index = index;
      list.values = values;
    },
  };
  return list;
}
