import { invalidInput, numericalFailure } from '../errors/index.js';
import { couplingBound, portNorms } from '../numerics/line-bounds.js';
import type { LineGrid } from '../numerics/line-grid.js';
import {
  directBytes,
  directFactorSeconds,
  directSolveSeconds,
  batchIterationSeconds,
} from '../numerics/line-cost.js';
import { directOf, MAX_DIRECT_BYTES, type SchurMethod } from '../numerics/line-schur.js';
import { directLineTransfer } from '../numerics/line-transfer-direct.js';
import { LANES, type LineTransfer, type PortExcitation } from '../numerics/line-transfer.js';
import { transposeGrid } from '../numerics/line-transpose.js';
import { lineTransferFor } from './batch.js';
import { crossbarGrid } from './grid.js';
import { probeTransfer } from './probe.js';
import { readoutTerms, type OutputTerms } from './readout.js';
import type { Crossbar } from './spec.js';

/** For linear cells the outputs are exactly T v for every input v. */
export interface TransferMatrix {
  /** N, outputs: bit lines, or what the crossbar's readout makes of them. */
  readonly outputs: number;
  /** M, inputs (word lines). */
  readonly inputs: number;
  /** T, N x M row-major (A/V): output j for 1 V at source i. */
  readonly values: Float64Array;
  /**
   * Measured error: T times a random vector of +-1 against an independent solve for that input, largest
   * output difference relative to the largest entry of T.
   */
  readonly errorEstimate: number;
  /** Proven bound on the error of every entry relative to the largest; loose for weak drivers. */
  readonly errorBound: number;
  readonly statistics: { readonly iterations: number };
}

export interface TransferOptions {
  /** Largest error of an entry relative to the largest entry. Default 1e-11. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Default `auto`: iterate, and factor the grid where that is cheaper for all outputs. */
  readonly method?: SchurMethod;
}

/**
 * The exact transfer matrix, eight solves at a time. By one adjoint solve an output: the output's weights
 * are applied as voltages at the sense nodes with all sources grounded; by reciprocity the current into
 * source i is T(output, i). Or, where inputs are fewer than outputs, by one forward solve an input.
 * Throws numericalFailure when the independent check fails.
 */
export function transferMatrix(
  crossbar: Crossbar,
  { tolerance = 1e-11, maxIterations = 5000, method = 'auto' }: TransferOptions = {},
): TransferMatrix {
  checkLinear(crossbar);
  const { rows, columns } = crossbar;
  const terms = readoutTerms(crossbar.readout, columns);
  const forwardGrid = crossbarGrid(crossbar);
  const forward = rows < terms.length;
  const grid = forward ? transposeGrid(forwardGrid) : forwardGrid;
  const excitations: readonly PortExcitation[] = forward
    ? Array.from({ length: rows }, (_, i) => [[i, 1]])
    : terms;
  const scale = largestDirect(forwardGrid, terms);
  const gap = 1 - couplingBound(grid);
  // Forward solves give column currents: an output's error is theirs times its weights.
  const weight = forward ? largestWeight(terms) : 1;
  const norm = weight * portNorms(grid).reduce((a, b) => Math.max(a, b), 0);
  // The bound holds for gap > 0 only; where drivers are weak it is replaced by a guess and the probe.
  const target = norm > 0 ? (tolerance * scale * Math.max(gap, 1e-3)) / norm : Infinity;
  let batch = method === 'direct' ? undefined : lineTransferFor(grid);
  const limit =
    method === 'auto' ? Math.min(maxIterations, patience(grid, excitations.length)) : maxIterations;
  const values = new Float64Array(terms.length * rows);
  let iterations = 0;
  let residualNorm = 0;
  for (let first = 0; first < excitations.length; first += LANES) {
    const group = excitations.slice(first, first + LANES);
    let solved = batch?.solve(group, { target, maxIterations: limit });
    if (!solved || (method === 'auto' && solved.residualNorm > target)) {
      batch = factoredTransfer(grid) ?? lineTransferFor(grid);
      solved = batch.solve(group, { target, maxIterations });
    }
    iterations = Math.max(iterations, solved.iterations);
    residualNorm = Math.max(residualNorm, solved.residualNorm);
    for (let l = 0; l < group.length; l += 1) {
      if (forward) readColumn(values, terms, solved.currents, l, first + l, rows);
      else
        for (let i = 0; i < rows; i += 1)
          values[(first + l) * rows + i] = solved.currents[i * LANES + l];
    }
  }
  const errorEstimate = probeTransfer(forwardGrid, terms, values, maxIterations);
  const allowed = 1e3 * tolerance + 1e-10;
  if (!(errorEstimate <= allowed)) throw notConverged(crossbar, errorEstimate, allowed);
  return {
    outputs: terms.length,
    inputs: rows,
    values,
    errorEstimate,
    errorBound: gap > 0 ? (residualNorm * norm) / (gap * scale) : Infinity,
    statistics: { iterations },
  };
}

/** Column `input` of T from the column currents of lane `lane`. */
function readColumn(
  values: Float64Array,
  terms: readonly OutputTerms[],
  currents: Float64Array,
  lane: number,
  input: number,
  inputs: number,
): void {
  terms.forEach((output, o) => {
    let total = 0;
    for (const [column, weight] of output) total += weight * currents[column * LANES + lane];
    values[o * inputs + input] = total;
  });
}

const largestWeight = (terms: readonly OutputTerms[]): number =>
  terms.reduce(
    (most, output) =>
      Math.max(
        most,
        output.reduce((sum, [, w]) => sum + Math.abs(w), 0),
      ),
    0,
  );

/** Iterations a solve may take before factoring the grid for all of them is cheaper. */
function patience(grid: LineGrid, solves: number): number {
  if (directBytes(grid) > MAX_DIRECT_BYTES) return Infinity;
  const direct = directFactorSeconds(grid) / solves + 3 * directSolveSeconds(grid);
  return Math.ceil(direct / batchIterationSeconds(grid));
}

function factoredTransfer(grid: LineGrid): LineTransfer | undefined {
  const direct = directBytes(grid) <= MAX_DIRECT_BYTES ? directOf(grid) : undefined;
  return direct && directLineTransfer(grid, direct);
}

function checkLinear({ cell, topology }: Crossbar): void {
  if (cell.kind === 'linear' && topology.kind === 'standard') return;
  throw invalidInput({
    code: 'crossbar.not-linear',
    what: `no transfer matrix for ${topology.kind === 'gated' ? 'gated rows' : `${cell.kind} cells`}`,
    why: 'Their outputs are not linear in the inputs.',
    mend: 'Use solveCrossbar for each input, or linear cells with inputs on the word lines.',
  });
}

/** Largest current that passes one column alone, before any wire couples columns (A/V). */
function largestDirect(
  { columns, links, horizontal, vertical }: LineGrid,
  terms: readonly OutputTerms[],
): number {
  const weight = new Float64Array(columns);
  for (const [column, w] of terms.flat()) weight[column] = Math.max(weight[column], Math.abs(w));
  let largest = 0;
  for (let k = 0; k < links.length; k += 1) {
    const current = links[k] * horizontal.profile[k] * vertical.profile[k] * weight[k % columns];
    largest = Math.max(largest, current);
  }
  return largest;
}

const notConverged = ({ rows, columns }: Crossbar, error: number, allowed: number): Error =>
  numericalFailure({
    code: 'crossbar.not-converged',
    what: `transfer matrix of ${rows} x ${columns}: error ${error.toExponential(2)}, want ${allowed.toExponential(1)}`,
    why: 'Weak drivers or loads, or wires as resistive as the cells, make the iteration slow.',
    mend: 'Raise maxIterations or the tolerance.',
  });
