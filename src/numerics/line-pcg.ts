import { solveHorizontal, solveVertical, type LineGrid } from './line-grid.js';

/**
 * Conjugate gradients on a line grid: the horizontal lines are eliminated exactly, the Schur complement
 * S = V - G H^-1 G of the vertical nodes is solved, preconditioned by the exact vertical lines V. The
 * spectrum of V^-1 S lies in (0, 1], most of it close to 1 while segments conduct better than links.
 * (Concus, Golub, O'Leary 1976, block preconditioning; Hestenes, Stiefel 1952.)
 */
export interface LinePcgOptions {
  /** Stop at ||r|| <= tolerance ||r_reference||, norms in V^-1. Default 1e-12. */
  readonly tolerance?: number;
  /** Default 2000. */
  readonly maxIterations?: number;
}

export interface LinePcgResult {
  readonly iterations: number;
  /** By recursion, in the V^-1 norm, relative to the reference; the caller checks the true one. */
  readonly relativeResidual: number;
  readonly converged: boolean;
}

/** Scratch of rows x columns doubles each, reusable over solves of the same shape. */
export interface LinePcgScratch {
  readonly preconditioned: Float64Array;
  readonly direction: Float64Array;
  readonly product: Float64Array;
}

export const linePcgScratch = ({ rows, columns }: LineGrid): LinePcgScratch => ({
  preconditioned: new Float64Array(rows * columns),
  direction: new Float64Array(rows * columns),
  product: new Float64Array(rows * columns),
});

/**
 * Improves `x` until S x = rhs, given `residual` = rhs - S x on entry (both rows x columns, changed in
 * place). `referenceSquared` is the squared V^-1 norm against which the residual is judged; by default
 * that of the residual on entry. Entries at pinned nodes are left alone.
 */
export function linePcg(
  grid: LineGrid,
  x: Float64Array,
  residual: Float64Array,
  { tolerance = 1e-12, maxIterations = 2000 }: LinePcgOptions = {},
  scratch: LinePcgScratch = linePcgScratch(grid),
  referenceSquared?: number,
): LinePcgResult {
  const { preconditioned, direction, product } = scratch;
  const size = x.length;
  preconditioned.set(residual);
  solveVertical(grid, preconditioned);
  let energy = dot(residual, preconditioned);
  const reference = referenceSquared ?? energy;
  const target = tolerance * tolerance * reference;
  const state = (iterations: number): LinePcgResult => ({
    iterations,
    relativeResidual: reference > 0 ? Math.sqrt(Math.max(0, energy) / reference) : 0,
    converged: energy <= target,
  });
  direction.set(preconditioned);
  for (let iteration = 0; iteration < maxIterations; iteration += 1) {
    if (!(energy > target)) return state(iteration);
    const curvature = applySchur(grid, direction, product);
    if (!(curvature > 0)) return state(iteration);
    const step = energy / curvature;
    for (let k = 0; k < size; k += 1) {
      x[k] += step * direction[k];
      const r = residual[k] - step * product[k];
      residual[k] = r;
      preconditioned[k] = r;
    }
    solveVertical(grid, preconditioned);
    const next = dot(residual, preconditioned);
    const ratio = next / energy;
    energy = next;
    for (let k = 0; k < size; k += 1) direction[k] = preconditioned[k] + ratio * direction[k];
  }
  return state(maxIterations);
}

/**
 * out <- S p (entries at pinned vertical nodes are meaningless) and returns p . S p. Written in
 * differences of neighbours, so that stiff segments do not swamp weak links.
 */
export function applySchur(grid: LineGrid, p: Float64Array, out: Float64Array): number {
  const { rows, columns, links, vertical } = grid;
  const { segment, near, far } = vertical;
  for (let k = 0; k < p.length; k += 1) out[k] = links[k] * p[k];
  solveHorizontal(grid, out);
  let curvature = 0;
  for (let i = 0; i < rows; i += 1) {
    const start = i * columns;
    const up = i > 0 ? columns : 0;
    const down = i < rows - 1 ? columns : 0;
    for (let k = start; k < start + columns; k += 1) {
      const own = p[k];
      const current = links[k] * (own - out[k]) + segment * (own - p[k - up] + (own - p[k + down]));
      out[k] = current;
      curvature += own * current;
    }
  }
  const last = (rows - 1) * columns;
  for (let j = 0; j < columns; j += 1) {
    out[j] += near[j] * p[j];
    out[last + j] += far[j] * p[last + j];
    curvature += near[j] * p[j] * p[j] + far[j] * p[last + j] * p[last + j];
  }
  return curvature;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k += 1) total += a[k] * b[k];
  return total;
}
