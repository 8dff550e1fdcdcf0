import type { LineGrid } from './line-grid.js';

/** Right-hand sides a batch solves together. */
export const LANES = 8;

/** Voltages at the ports of vertical lines: (column, weight in V) pairs; other ports at 0 V. */
export type PortExcitation = readonly (readonly [column: number, weight: number])[];

/**
 * Currents into the ports of the horizontal lines for up to eight port excitations of the vertical
 * lines, all other ports at 0 V. Two implementations, interchangeable: `simdLineTransfer` in kernels for
 * grids of distributed lines, `plainLineTransfer` for all.
 */
export interface LineTransfer {
  /** Takes over the numbers of a grid of the batch's shape. */
  load(grid: LineGrid): void;
  solve(excitations: readonly PortExcitation[], options: LineTransferOptions): LineTransferResult;
}

export interface LineTransferOptions {
  /** Stop when every lane's residual is below this in the V^-1 norm (A V)^(1/2). */
  readonly target: number;
  readonly maxIterations: number;
}

export interface LineTransferResult {
  /** rows x 8 (A). */
  readonly currents: Float64Array;
  readonly iterations: number;
  /** Largest residual norm over the lanes at the end, by recursion. */
  readonly residualNorm: number;
}

/**
 * Six weights a horizontal line by which the current into its port follows from the line's own node
 * voltages t (first, second, last but one, last) and the vertical nodes p (first, last) that link to it:
 * an end conductance times the end node, or for a pinned end the link and segment that meet there.
 */
export function portWeights({ rows, columns, links, horizontal }: LineGrid): Float64Array {
  const { near, far, pivot, segment } = horizontal;
  const weights = new Float64Array(rows * 6);
  const last = columns - 1;
  for (let i = 0; i < rows; i += 1) {
    const at = i * 6;
    const [first, end] = [i * columns, i * columns + last];
    weights[at] = near[i];
    weights[at + 3] = far[i];
    if (pivot[first] === 0) {
      weights[at + 4] = links[first];
      if (columns > 1) weights[at + 1] = segment;
    }
    if (pivot[end] === 0 && columns > 1) {
      weights[at + 5] = links[end];
      weights[at + 2] = segment;
    }
  }
  return weights;
}

/** The part of the currents that passes each excited line alone, added to `currents` (rows x 8). */
export function addDirectCurrents(
  { rows, columns, links, horizontal, vertical }: LineGrid,
  excitations: readonly PortExcitation[],
  currents: Float64Array,
): void {
  excitations.forEach((terms, lane) => {
    for (const [column, weight] of terms) {
      for (let i = 0; i < rows; i += 1) {
        const k = i * columns + column;
        currents[i * LANES + lane] +=
          weight * links[k] * horizontal.profile[k] * vertical.profile[k];
      }
    }
  });
}
