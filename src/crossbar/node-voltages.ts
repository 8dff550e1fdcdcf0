import type { LineGrid } from '../numerics/line-grid.js';
import { solveSchur, type SchurOptions, type SchurResult } from '../numerics/line-schur.js';
import { lineSolverFor } from './batch.js';

export interface VectorSolution extends SchurResult {
  /** w(i, j) and b(i, j), M x N (V). */
  readonly wordLine: Float64Array;
  readonly bitLine: Float64Array;
  /** N column currents (A). */
  readonly currents: Float64Array;
}

/**
 * All node voltages for source voltages `source` (M), sense nodes at 0 V. `guess` (bit lines, M x N) is
 * where the iteration starts.
 */
export function solveVector(
  grid: LineGrid,
  source: ArrayLike<number>,
  options: SchurOptions,
  guess?: Float64Array,
): VectorSolution {
  const { rows, columns, links, horizontal } = grid;
  const size = rows * columns;
  const wordLine = new Float64Array(size);
  const bitLine = guess ? guess.slice() : new Float64Array(size);
  const fed = new Float64Array(size);
  for (let i = 0; i < rows; i += 1) {
    const volt = source[i];
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      fed[k] = links[k] * horizontal.profile[k] * volt;
    }
  }
  const result = solveSchur(grid, fed, bitLine, wordLine, options, lineSolverFor(grid));
  for (let i = 0; i < rows; i += 1) {
    const volt = source[i];
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      wordLine[k] += horizontal.profile[k] * volt;
      fed[k] = links[k] * wordLine[k];
    }
  }
  return { ...result, wordLine, bitLine, currents: senseCurrents(grid, fed) };
}

/**
 * Current into each sense node: by reciprocity the share of a current fed to node (i, j) that leaves
 * through the port of bit line j is the port's voltage profile there. `fed` is what the word lines feed
 * with the bit lines at 0 V (links times w, and sources beside the links). Free of cancellation, and
 * valid for ideal, resistive and two-sided loads alike.
 */
export function senseCurrents({ columns, vertical }: LineGrid, fed: Float64Array): Float64Array {
  const currents = new Float64Array(columns);
  for (let start = 0; start < fed.length; start += columns) {
    for (let j = 0; j < columns; j += 1) {
      currents[j] += vertical.profile[start + j] * fed[start + j];
    }
  }
  return currents;
}
