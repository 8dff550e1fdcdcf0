import { numericalFailure } from '../errors/index.js';
import { solveHorizontal, solveVertical, type LineGrid } from '../numerics/line-grid.js';
import { applySchur, linePcg, linePcgScratch } from '../numerics/line-pcg.js';
import { crossbarGrid } from './grid.js';
import type { Crossbar } from './spec.js';

/** For linear cells the column currents are exactly T v for every input v. */
export interface TransferMatrix {
  /** N, outputs (bit lines). */
  readonly outputs: number;
  /** M, inputs (word lines). */
  readonly inputs: number;
  /** T, N x M row-major (A/V): current into sense node j for 1 V at source i. */
  readonly values: Float64Array;
  /** Estimated largest error of an entry, relative to the largest entry. */
  readonly errorEstimate: number;
  readonly statistics: { readonly iterations: number; readonly relativeResidual: number };
}

export interface TransferOptions {
  /** Bound on the true relative residual of each of the N solves. Default 1e-11. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * The exact transfer matrix by N adjoint solves: 1 V at sense node j with all sources grounded; by
 * reciprocity the current into source i is T(j, i). Throws numericalFailure without convergence.
 */
export function transferMatrix(
  crossbar: Crossbar,
  { tolerance = 1e-11, maxIterations = 5000 }: TransferOptions = {},
): TransferMatrix {
  const { rows, columns } = crossbar;
  const grid = crossbarGrid(crossbar);
  const { links, horizontal, vertical } = grid;
  const scratch = linePcgScratch(grid);
  const size = rows * columns;
  const x = new Float64Array(size);
  const rhs = new Float64Array(size);
  const residual = new Float64Array(size);
  const values = new Float64Array(columns * rows);
  let iterations = 0;
  let worst = 0;
  for (let j = 0; j < columns; j += 1) {
    // Unknown: the departure of the bit-line voltages from the profile of the excited line alone.
    rhs.fill(0);
    for (let k = j; k < size; k += columns) rhs[k] = links[k] * vertical.profile[k];
    solveHorizontal(grid, rhs);
    for (let k = 0; k < size; k += 1) rhs[k] *= links[k];
    residual.set(rhs);
    x.fill(0);
    const result = linePcg(grid, x, residual, { tolerance, maxIterations }, scratch);
    iterations = Math.max(iterations, result.iterations);
    const relative = trueResidual(grid, x, rhs, scratch.product, scratch.preconditioned);
    if (!(relative <= Math.max(10 * tolerance, 1e-12))) throw notConverged(j, relative);
    worst = Math.max(worst, relative);
    for (let k = j; k < size; k += columns) x[k] += vertical.profile[k];
    for (let i = 0; i < rows; i += 1) {
      let current = 0;
      for (let k = i * columns; k < (i + 1) * columns; k += 1) {
        current += links[k] * horizontal.profile[k] * x[k];
      }
      values[j * rows + i] = current;
    }
  }
  return {
    outputs: columns,
    inputs: rows,
    values,
    errorEstimate: worst,
    statistics: { iterations, relativeResidual: worst },
  };
}

function trueResidual(
  grid: LineGrid,
  x: Float64Array,
  rhs: Float64Array,
  product: Float64Array,
  scratch: Float64Array,
): number {
  applySchur(grid, x, product);
  for (let k = 0; k < rhs.length; k += 1) product[k] = rhs[k] - product[k];
  const square = (r: Float64Array): number => {
    scratch.set(r);
    solveVertical(grid, scratch);
    let total = 0;
    for (let k = 0; k < r.length; k += 1) total += r[k] * scratch[k];
    return Math.max(0, total);
  };
  const reference = square(rhs);
  return reference > 0 ? Math.sqrt(square(product) / reference) : 0;
}

const notConverged = (column: number, relative: number): Error =>
  numericalFailure({
    code: 'crossbar.not-converged',
    what: `transfer matrix: bit line ${column} stopped at relative residual ${relative.toExponential(2)}`,
    why: 'Weak drivers or loads, or wires as resistive as the cells, make the iteration slow.',
    mend: 'Raise maxIterations or the tolerance.',
  });
