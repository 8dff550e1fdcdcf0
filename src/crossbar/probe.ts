import type { LineGrid } from '../numerics/line-grid.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';
import { solveVector } from './node-voltages.js';
import { readOutputs, type OutputTerms } from './readout.js';

const PROBE = streamKey(0, 'crossbar.transfer-probe');

/**
 * Checks a transfer matrix by another path: the outputs for an input of random signs, solved forward to
 * a true residual of 1e-12, against T v. Returns the largest difference relative to the largest entry of
 * T. Every entry of T takes part, so that no lane can be wrong in silence.
 */
export function probeTransfer(
  grid: LineGrid,
  terms: readonly OutputTerms[],
  transfer: Float64Array,
  maxIterations: number,
): number {
  const { rows, columns } = grid;
  const source = randomSigns(rows);
  const { currents, relativeResidual } = solveVector(grid, source, {
    tolerance: 1e-12,
    maxIterations,
  });
  const outputs = readOutputs(terms, currents, columns);
  let worst = 0;
  let largest = 0;
  for (let o = 0; o < terms.length; o += 1) {
    let product = 0;
    for (let i = 0; i < rows; i += 1) {
      product += transfer[o * rows + i] * source[i];
      largest = Math.max(largest, Math.abs(transfer[o * rows + i]));
    }
    worst = Math.max(worst, Math.abs(product - outputs[o]));
  }
  if (!(relativeResidual < 1e-9)) return NaN;
  return largest > 0 ? worst / largest : worst;
}

function randomSigns(length: number): Float64Array {
  const words = new Uint32Array(4);
  return Float64Array.from({ length }, (_, i) => {
    philox4x32(PROBE, i, 0, 0, 0, words);
    return words[0] & 1 ? 1 : -1;
  });
}
