import { simdLineTransfer } from '../kernels/line-pcg.js';
import type { LineGrid } from '../numerics/line-grid.js';
import { plainLineTransfer } from '../numerics/line-transfer-plain.js';
import type { LineTransfer } from '../numerics/line-transfer.js';

let kept:
  { readonly rows: number; readonly columns: number; readonly batch: LineTransfer } | undefined;

/**
 * A batch solver loaded with the grid: SIMD where all lines are distributed, plain otherwise. The last
 * SIMD batch is kept for the next tile of the same shape; it must not be held across calls.
 */
export function lineTransferFor(grid: LineGrid): LineTransfer {
  const { rows, columns } = grid;
  if (grid.horizontal.lumped || grid.vertical.lumped) {
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
