import type { LineDirect } from './line-direct.js';
import { solveHorizontal, type LineGrid } from './line-grid.js';
import { residualOf } from './line-solve.js';
import { addDirectCurrents, LANES, type LineTransfer } from './line-transfer.js';

/** Port currents by a factored grid: for grids on which the iteration is slow. Refined once. */
export function directLineTransfer(grid: LineGrid, direct: LineDirect): LineTransfer {
  const { rows, columns, links, horizontal, vertical } = grid;
  const size = rows * columns;
  const field = (): Float64Array => new Float64Array(size);
  const [rhs, x, residual, correction, scratch] = [field(), field(), field(), field(), field()];
  return {
    load() {
      throw new RangeError('a factored grid cannot be exchanged');
    },
    solve(excitations) {
      const currents = new Float64Array(rows * LANES);
      let residualNorm = 0;
      for (const [lane, terms] of excitations.entries()) {
        rhs.fill(0);
        for (const [column, weight] of terms) {
          for (let k = column; k < size; k += columns) {
            rhs[k] += weight * links[k] * vertical.profile[k];
          }
        }
        solveHorizontal(grid, rhs);
        for (let k = 0; k < size; k += 1) rhs[k] *= links[k];
        direct.solve(rhs, x);
        residualOf(grid, rhs, x, residual, scratch);
        direct.solve(residual, correction);
        for (let k = 0; k < size; k += 1) x[k] += correction[k];
        const relative = residualOf(grid, rhs, x, residual, scratch);
        residualNorm = Math.max(residualNorm, relative * normOf(rhs, scratch));
        for (let k = 0; k < size; k += 1) {
          const i = Math.floor(k / columns);
          currents[i * LANES + lane] += links[k] * horizontal.profile[k] * x[k];
        }
      }
      addDirectCurrents(grid, excitations, currents);
      return { currents, iterations: 0, residualNorm };
    },
  };
}

/** V^-1 norm, given V^-1 r. */
function normOf(r: Float64Array, solved: Float64Array): number {
  let total = 0;
  for (let k = 0; k < r.length; k += 1) total += r[k] * solved[k];
  return Math.sqrt(Math.max(0, total));
}
