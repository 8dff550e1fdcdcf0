import { solveHorizontal, type LineGrid } from '../numerics/line-grid.js';
import { linePcgScratch, type LinePcgScratch } from '../numerics/line-pcg.js';
import { solveSchur, type SchurOptions, type SchurResult } from '../numerics/line-schur.js';

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
  scratch: LinePcgScratch = linePcgScratch(grid),
): VectorSolution {
  const { rows, columns, links, horizontal } = grid;
  const size = rows * columns;
  const wordLine = new Float64Array(size);
  const bitLine = guess ? guess.slice() : new Float64Array(size);
  const injected = new Float64Array(size);
  for (let i = 0; i < rows; i += 1) {
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      injected[k] = links[k] * horizontal.profile[k] * source[i];
    }
  }
  const result = solveSchur(grid, injected, bitLine, wordLine, options, scratch);
  for (let k = 0; k < size; k += 1) wordLine[k] = links[k] * bitLine[k];
  solveHorizontal(grid, wordLine);
  for (let i = 0; i < rows; i += 1) {
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      wordLine[k] += horizontal.profile[k] * source[i];
    }
  }
  const fed = wordLine.map((w, k) => links[k] * w);
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
