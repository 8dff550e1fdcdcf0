import { simdLineTransfer, simdLineTransferBytes } from '../kernels/line-pcg.js';
import { simdLineSolver, simdLineSolverBytes } from '../kernels/line-vector.js';
import type { LineGrid } from '../numerics/line-grid.js';
import { plainLineSolver, type LineSolver } from '../numerics/line-solve.js';
import { plainLineTransfer } from '../numerics/line-transfer-plain.js';
import type { LineTransfer } from '../numerics/line-transfer.js';

/** WebAssembly memory ends at 4 GiB; larger grids are solved in plain TypeScript. */
export const MAX_KERNEL_BYTES = 2 ** 32 - 65536;

let kept:
  { readonly rows: number; readonly columns: number; readonly batch: LineTransfer } | undefined;

/**
 * A batch solver loaded with the grid: SIMD where all lines are distributed, plain otherwise. The last
 * SIMD batch is kept for the next tile of the same shape; it must not be held across calls.
 */
export function lineTransferFor(grid: LineGrid): LineTransfer {
  const { rows, columns } = grid;
  const fits = simdLineTransferBytes(rows, columns) <= MAX_KERNEL_BYTES;
  if (grid.horizontal.lumped || grid.vertical.lumped || !fits) {
    const batch = plainLineTransfer(rows, columns);
    batch.load(grid);
    return batch;
  }
  if (kept?.rows !== rows || kept.columns !== columns) {
    kept = { rows, columns, batch: simdLineTransfer(rows, columns) };
  }
  kept.batch.load(grid);
  return kept.batch;
}

let keptSolver:
  { readonly rows: number; readonly columns: number; readonly solver: LineSolver } | undefined;

/** A solver for one right-hand side after another: SIMD where all lines are distributed, else plain. */
export function lineSolverFor({ rows, columns, horizontal, vertical }: LineGrid): LineSolver {
  if (horizontal.lumped || vertical.lumped) return plainLineSolver(rows, columns);
  if (simdLineSolverBytes(rows, columns) > MAX_KERNEL_BYTES) return plainLineSolver(rows, columns);
  if (keptSolver?.rows !== rows || keptSolver.columns !== columns) {
    keptSolver = { rows, columns, solver: simdLineSolver(rows, columns) };
  }
  return keptSolver.solver;
}
