import { solveHorizontal, type LineGrid } from './line-grid.js';
import { linePcg, linePcgScratch } from './line-pcg.js';
import { addDirectCurrents, LANES, type LineTransfer } from './line-transfer.js';

/** Plain TypeScript twin of the SIMD batch: lane after lane, any grid, lumped lines included. */
export function plainLineTransfer(rows: number, columns: number): LineTransfer {
  const size = rows * columns;
  const residual = new Float64Array(size);
  const x = new Float64Array(size);
  let grid: LineGrid | undefined;
  return {
    load(next) {
      if (next.rows !== rows || next.columns !== columns)
        throw new RangeError('grid of other shape');
      grid = next;
    },
    solve(excitations, { target, maxIterations }) {
      if (!grid) throw new RangeError('load a grid first');
      const { links, horizontal, vertical } = grid;
      const scratch = linePcgScratch(grid);
      const currents = new Float64Array(rows * LANES);
      let iterations = 0;
      let residualNorm = 0;
      for (const [lane, terms] of excitations.entries()) {
        residual.fill(0);
        for (const [column, weight] of terms) {
          for (let k = column; k < size; k += columns) {
            residual[k] += weight * links[k] * vertical.profile[k];
          }
        }
        solveHorizontal(grid, residual);
        for (let k = 0; k < size; k += 1) residual[k] *= links[k];
        x.fill(0);
        const solved = linePcg(grid, x, residual, { tolerance: target, maxIterations }, scratch, 1);
        iterations = Math.max(iterations, solved.iterations);
        residualNorm = Math.max(residualNorm, solved.relativeResidual);
        for (let k = 0; k < size; k += 1) {
          currents[Math.floor(k / columns) * LANES + lane] +=
            links[k] * horizontal.profile[k] * x[k];
        }
      }
      addDirectCurrents(grid, excitations, currents);
      return { currents, iterations, residualNorm };
    },
  };
}
