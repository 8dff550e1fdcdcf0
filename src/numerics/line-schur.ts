import {
  directBytes,
  directFactorSeconds,
  directSolveSeconds,
  vectorIterationSeconds,
} from './line-cost.js';
import { factorLineDirect, type LineDirect } from './line-direct.js';
import type { LineGrid } from './line-grid.js';
import {
  horizontalOf,
  plainLineSolver,
  residualOf,
  type LineSolveOptions,
  type LineSolver,
} from './line-solve.js';

export type SchurMethod = 'auto' | 'line-pcg' | 'direct';

export interface SchurOptions extends LineSolveOptions {
  /** Default `auto`: iterate as long as a factorisation would take, then factor. */
  readonly method?: SchurMethod;
}

export interface SchurResult {
  readonly method: 'line-pcg' | 'direct';
  readonly iterations: number;
  /** Recomputed from the solution. */
  readonly relativeResidual: number;
  readonly converged: boolean;
}

/** Factorisations larger than this are not tried (bytes). */
export const MAX_DIRECT_BYTES = 2 ** 31;

const factored = new WeakMap<LineGrid, LineDirect | undefined>();

/** The grid's factors, kept as long as the grid is; undefined when a pivot vanishes. */
export function directOf(grid: LineGrid): LineDirect | undefined {
  if (!factored.has(grid)) factored.set(grid, factorLineDirect(grid));
  return factored.get(grid);
}

/**
 * Solves S x = rhs from the guess in `x` by the cheaper way: conjugate gradients by `solver` for at most
 * the time a factorisation would take, then sparse L D L^T with iterative refinement. So the total is at
 * most twice that of the better choice. `horizontal` receives H^-1 G x.
 */
export function solveSchur(
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  horizontal: Float64Array,
  { tolerance, maxIterations, method = 'auto' }: SchurOptions,
  solver: LineSolver = plainLineSolver(grid.rows, grid.columns),
): SchurResult {
  const affordable = directBytes(grid) <= MAX_DIRECT_BYTES;
  const known = method === 'auto' && factored.get(grid) !== undefined;
  let iterations = 0;
  if (method !== 'direct' && !known) {
    const patience =
      (directFactorSeconds(grid) + directSolveSeconds(grid)) / vectorIterationSeconds(grid);
    const limit =
      method === 'auto' && affordable
        ? Math.min(maxIterations, Math.ceil(patience))
        : maxIterations;
    solver.load(grid);
    const solved = solver.solve(rhs, x, horizontal, { tolerance, maxIterations: limit });
    if (solved.converged || method === 'line-pcg' || !affordable) {
      return { method: 'line-pcg', ...solved };
    }
    iterations = solved.iterations;
  }
  const direct = directOf(grid);
  if (!direct) return { method: 'direct', iterations, relativeResidual: NaN, converged: false };
  const refined = refine(direct, grid, rhs, x, tolerance);
  horizontalOf(grid, x, horizontal);
  return { iterations, ...refined };
}

const MAX_REFINEMENTS = 4;

/** Iterative refinement from zero; keeps the best solution. */
function refine(
  direct: LineDirect,
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  tolerance: number,
): Omit<SchurResult, 'iterations'> {
  const [correction, best, scratch] = [x.slice(), x.slice(), x.slice()];
  const residual = rhs.slice();
  let relativeResidual = Infinity;
  x.fill(0);
  for (let step = 0; step < MAX_REFINEMENTS; step += 1) {
    best.set(x);
    direct.solve(residual, correction);
    for (let k = 0; k < x.length; k += 1) x[k] += correction[k];
    const next = residualOf(grid, rhs, x, residual, scratch);
    if (!(next < relativeResidual)) {
      x.set(best);
      break;
    }
    relativeResidual = next;
    if (relativeResidual <= tolerance) break;
  }
  return { method: 'direct', relativeResidual, converged: relativeResidual <= 2 * tolerance };
}
