import { solveVertical, type LineGrid } from './line-grid.js';
import { applySchur, linePcg, linePcgScratch } from './line-pcg.js';

/** The recomputed residual may exceed the one carried by recursion by this factor. */
export const RESIDUAL_SLACK = 2;
/** Restarts from the recomputed residual before giving up. */
const MAX_RESTARTS = 4;

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
 * Solves S x = rhs from the guess in `x` and judges it by the residual recomputed from x; restarts from
 * there while it misses the tolerance. `residual` is overwritten with the last true residual.
 */
export function solveToTrueResidual(
  grid: LineGrid,
  rhs: Float64Array,
  x: Float64Array,
  residual: Float64Array,
  { tolerance, maxIterations }: LineSolveOptions,
  scratch = linePcgScratch(grid),
): LineSolveResult {
  const reference = preconditionedSquare(grid, rhs, scratch.preconditioned);
  let iterations = 0;
  let relativeResidual = Infinity;
  const guess = x.some((value) => value !== 0);
  if (guess) trueResidual(grid, rhs, x, residual);
  else residual.set(rhs);
  for (let restart = 0; restart < MAX_RESTARTS; restart += 1) {
    const budget = { tolerance, maxIterations: maxIterations - iterations };
    iterations += linePcg(grid, x, residual, budget, scratch, reference).iterations;
    trueResidual(grid, rhs, x, residual);
    const square = preconditionedSquare(grid, residual, scratch.preconditioned);
    const before = relativeResidual;
    relativeResidual = reference > 0 ? Math.sqrt(square / reference) : 0;
    const done = relativeResidual <= RESIDUAL_SLACK * tolerance;
    if (done || iterations >= maxIterations || relativeResidual > before / 2) break;
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
