import {
  addDirectCurrents,
  LANES,
  portWeights,
  type LineTransfer,
  type LineTransferOptions,
  type LineTransferResult,
  type PortExcitation,
} from '../numerics/line-transfer.js';
import type { LineGrid } from '../numerics/line-grid.js';
import { arenaOver, instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './line-pcg.generated.js';

/** Byte offsets and sizes in the order of line-pcg.as.ts. */
interface LinePcgExports {
  direct(...places: number[]): void;
  precondition(...places: number[]): void;
  couple(...places: number[]): void;
}

/** Columns of a strip of the vertical solves: three fields of it should stay in a core's cache. */
const STRIP_BYTES = 192 * 1024;
const NODE_BYTES = LANES * 8;

/** Row pitch in nodes: rows an odd multiple of 1 KiB apart do not compete for the same cache sets. */
const pitchNodes = (columns: number): number => {
  const blocks = Math.ceil(columns / 16);
  return (blocks % 2 === 0 ? blocks + 1 : blocks) * 16;
};

/** Bytes of memory a batch of this shape reserves. */
export const simdLineTransferBytes = (rows: number, columns: number): number =>
  rows * pitchNodes(columns) * 4 * NODE_BYTES +
  (rows * columns * 3 + 2 * columns * (LANES + 1) + rows * (LANES + 6) + 4 * LANES) * 8 +
  4096;

/**
 * Eight line-preconditioned conjugate gradients in SIMD, for grids whose lines are all distributed
 * (finite segment conductance). Its oracle is `plainLineTransfer`.
 */
export function simdLineTransfer(rows: number, columns: number): LineTransfer {
  const size = rows * columns;
  const pitch = pitchNodes(columns) * NODE_BYTES;
  const strip = Math.max(1, Math.floor(STRIP_BYTES / (rows * 3 * NODE_BYTES)));
  const bytes = simdLineTransferBytes(rows, columns);
  const { memory, exports: kernel } = instantiateKernel<LinePcgExports>(wasmBase64, bytes);
  const arena = arenaOver(memory);
  const field = (): Float64Array => arena.f64(rows * pitchNodes(columns) * LANES);
  const [p, q, r, z] = [field(), field(), field(), field()];
  const [links, across, down] = [arena.f64(size), arena.f64(size), arena.f64(size)];
  const [near, far] = [arena.f64(columns), arena.f64(columns)];
  const [t, ports, sent] = [
    arena.f64(2 * columns * LANES),
    arena.f64(rows * 6),
    arena.f64(rows * LANES),
  ];
  const [alpha, beta, sums] = [arena.f64(LANES), arena.f64(LANES), arena.f64(LANES)];
  const at = (view: Float64Array): number => view.byteOffset;
  let grid: LineGrid | undefined;

  return {
    load(next) {
      if (next.rows !== rows || next.columns !== columns)
        throw new RangeError('grid of other shape');
      if (next.horizontal.lumped || next.vertical.lumped) throw new RangeError('lumped lines');
      links.set(next.links);
      across.set(next.horizontal.pivot);
      down.set(next.vertical.pivot);
      near.set(next.vertical.near);
      far.set(next.vertical.far);
      ports.set(portWeights(next));
      grid = next;
    },
    solve(excitations, options) {
      if (!grid) throw new RangeError('load a grid first');
      return solve(grid, excitations, options);
    },
  };

  function solve(
    loaded: LineGrid,
    excitations: readonly PortExcitation[],
    { target, maxIterations }: LineTransferOptions,
  ): LineTransferResult {
    const horizontal = loaded.horizontal.segment;
    const vertical = loaded.vertical.segment;
    const currents = new Float64Array(rows * LANES);
    excite(loaded, excitations);
    kernel.couple(rows, columns, pitch, at(links), at(across), horizontal, at(p), at(r));
    const precondition = (): Float64Array => {
      const places = [at(r), at(q), at(z), at(alpha), at(sums)];
      kernel.precondition(rows, columns, pitch, strip, at(down), vertical, ...places);
      return sums.slice();
    };
    const direct = (): void => {
      const grids = [at(links), at(across), horizontal, vertical, at(near), at(far), at(ports)];
      const places = [at(z), at(p), at(q), at(t), at(beta), at(sums), at(sent)];
      kernel.direct(rows, columns, pitch, ...grids, ...places);
    };
    alpha.fill(0);
    beta.fill(0);
    let energy = precondition();
    let iterations = 0;
    while (iterations < maxIterations && energy.some((square) => square > target * target)) {
      direct();
      for (let l = 0; l < LANES; l += 1) {
        alpha[l] = sums[l] > 0 && energy[l] > 0 ? energy[l] / sums[l] : 0;
      }
      for (let k = 0; k < currents.length; k += 1) currents[k] += alpha[k % LANES] * sent[k];
      const next = precondition();
      for (let l = 0; l < LANES; l += 1) beta[l] = energy[l] > 0 ? next[l] / energy[l] : 0;
      energy = next;
      iterations += 1;
    }
    addDirectCurrents(loaded, excitations, currents);
    const residualNorm = Math.sqrt(Math.max(0, ...energy));
    return { currents, iterations, residualNorm };
  }

  /** p <- the profiles of the excited vertical lines; q and z must only be finite. */
  function excite({ vertical }: LineGrid, excitations: readonly PortExcitation[]): void {
    p.fill(0);
    const perRow = pitchNodes(columns);
    excitations.forEach((terms, lane) => {
      for (const [column, weight] of terms) {
        for (let i = 0; i < rows; i += 1) {
          p[(i * perRow + column) * LANES + lane] +=
            weight * vertical.profile[i * columns + column];
        }
      }
    });
  }
}
