import { solveHorizontal, solveVertical, type LineGrid } from './line-grid.js';
import { applySchur, linePcg, linePcgScratch } from './line-pcg.js';

/** The recomputed residual may exceed the one carried by recursion by this factor. */
export const RESIDUAL_SLACK = 2;
/** Restarts from the recomputed residual before giving up. */
export const MAX_RESTARTS = 4;

export interface LineSolveOptions {
  /** Bound on the true residual in the V^-1 norm, relative to the right-hand side. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface LineSolveResult {
  readonly iterations: number;
  /** Recomputed from the solution, not carried by recursion. */
  readonly relativeResidual: number;
  readonly converged: boolean;
}

/**
 * Conjugate gradients on S x = rhs for one right-hand side after another. Two implementations,
 * interchangeable: `simdLineSolver` in kernels for grids of distributed lines, `plainLineSolver` for all.
 */
export interface LineSolver {
  /** Takes over the numbers of a grid of the solver's shape, unless it has them already. */
  load(grid: LineGrid): void;
  /**
   * Solves from the guess in `x` and judges x by the residual recomputed from it; restarts from there
   * while it misses the tolerance. `horizontal` receives H^-1 G x. All arrays rows x columns.
   */
  solve(
    rhs: Float64Array,
    x: Float64Array,
    horizontal: Float64Array,
    options: LineSolveOptions,
  ): LineSolveResult;
}

/** Plain TypeScript twin of the SIMD solver: any grid, lumped lines included. */
export function plainLineSolver(rows: number, columns: number): LineSolver {
  let grid: LineGrid | undefined;
  return {
    load(next) {
      if (next.rows !== rows || next.columns !== columns)
        throw new RangeError('grid of other shape');
      grid = next;
    },
    solve(rhs, x, horizontal, options) {
      if (!grid) throw new RangeError('load a grid first');
      const result = solveToTrueResidual(grid, rhs, x, options);
      horizontalOf(grid, x, horizontal);
      return result;
    },
  };
}

/** horizontal <- H^-1 G x: what vertical node voltages x make of the horizontal lines. */
export function horizontalOf(grid: LineGrid, x: Float64Array, horizontal: Float64Array): void {
  for (let k = 0; k < x.length; k += 1) horizontal[k] = grid.links[k] * x[k];
  solveHorizontal(grid, horizontal);
}

function solveToTrueResidual(
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  { tolerance, maxIterations }: LineSolveOptions,
): LineSolveResult {
  const scratch = linePcgScratch(grid);
  const residual = rhs.slice();
  const reference = preconditionedSquare(grid, rhs, scratch.preconditioned);
  let iterations = 0;
  let relativeResidual = Infinity;
  if (x.some((value) => value !== 0)) trueResidual(grid, rhs, x, residual);
  for (let restart = 0; restart < MAX_RESTARTS; restart += 1) {
    const budget = { tolerance, maxIterations: maxIterations - iterations };
    iterations += linePcg(grid, x, residual, budget, scratch, reference).iterations;
    trueResidual(grid, rhs, x, residual);
    const square = preconditionedSquare(grid, residual, scratch.preconditioned);
    const before = relativeResidual;
    relativeResidual = reference > 0 ? Math.sqrt(square / reference) : 0;
    const done = relativeResidual <= RESIDUAL_SLACK * tolerance;
    if (done || iterations >= maxIterations || !(relativeResidual <= before / 2)) break;
  }
  const converged = relativeResidual <= RESIDUAL_SLACK * tolerance;
  return { iterations, relativeResidual, converged };
}

/**
 * residual <- rhs - S x; returns its V^-1 norm relative to that of rhs. `scratch` is left holding
 * V^-1 rhs.
 */
export function residualOf(
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  residual: Float64Array,
  scratch: Float64Array,
): number {
  trueResidual(grid, rhs, x, residual);
  const square = preconditionedSquare(grid, residual, scratch);
  const reference = preconditionedSquare(grid, rhs, scratch);
  return reference > 0 ? Math.sqrt(square / reference) : 0;
}

function trueResidual(
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  residual: Float64Array,
): void {
  applySchur(grid, x, residual);
  for (let k = 0; k < rhs.length; k += 1) residual[k] = rhs[k] - residual[k];
}

/** r . V^-1 r: pinned nodes drop out. */
function preconditionedSquare(grid: LineGrid, r: Float64Array, scratch: Float64Array): number {
  scratch.set(r);
  solveVertical(grid, scratch);
  let total = 0;
  for (let k = 0; k < r.length; k += 1) total += r[k] * scratch[k];
  return Math.max(0, total);
}
