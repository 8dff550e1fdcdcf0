import { invalidInput, numericalFailure } from '../errors/index.js';
import { linePcgScratch } from '../numerics/line-pcg.js';
import { crossbarGrid } from './grid.js';
import { solveVector } from './node-voltages.js';
import { readOutputs, readoutTerms } from './readout.js';
import type { Crossbar } from './spec.js';

export interface SolveOptions {
  /** Bound on the true relative residual (norm of the preconditioner). Default 1e-12. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Whether to return all node voltages. Default false. */
  readonly voltages?: boolean;
}

export interface CrossbarSolution {
  readonly status: 'converged';
  /** Number of input vectors, B. */
  readonly vectors: number;
  /** Column currents, B x N row-major (A), positive into the sense node. */
  readonly currents: Float64Array;
  /** What the readout makes of them, B x outputs (A); T v for linear cells. */
  readonly outputs: Float64Array;
  /** Word-line node voltages w(i, j), B x M x N (V), where asked for. */
  readonly wordLineVoltages?: Float64Array;
  /** Bit-line node voltages b(i, j), B x M x N (V), where asked for. */
  readonly bitLineVoltages?: Float64Array;
  readonly statistics: SolveStatistics;
}

export interface SolveStatistics {
  readonly method: 'line-pcg';
  /** Largest number of iterations over the input vectors. */
  readonly iterations: number;
  /** Largest true relative residual: recomputed from the solution, not carried by recursion. */
  readonly relativeResidual: number;
}

/**
 * Solves the crossbar for one input vector (M voltages) or many (B x M, row-major; volts at the sources).
 * Throws invalidInput for a wrong length or a voltage that is not finite, numericalFailure when the
 * residual cannot be brought below the tolerance.
 */
export function solveCrossbar(
  crossbar: Crossbar,
  inputs: ArrayLike<number>,
  { tolerance = 1e-12, maxIterations = 5000, voltages = false }: SolveOptions = {},
): CrossbarSolution {
  const { rows, columns } = crossbar;
  const vectors = countVectors(inputs, rows);
  const grid = crossbarGrid(crossbar);
  const scratch = linePcgScratch(grid);
  const size = rows * columns;
  const currents = new Float64Array(vectors * columns);
  const wordLineVoltages = new Float64Array(voltages ? vectors * size : 0);
  const bitLineVoltages = new Float64Array(voltages ? vectors * size : 0);
  let iterations = 0;
  let relativeResidual = 0;
  for (let vector = 0; vector < vectors; vector += 1) {
    const source = Float64Array.from({ length: rows }, (_, i) => inputs[vector * rows + i]);
    const options = { tolerance, maxIterations };
    const solved = solveVector(grid, source, options, undefined, scratch);
    iterations = Math.max(iterations, solved.iterations);
    relativeResidual = Math.max(relativeResidual, solved.relativeResidual);
    if (!solved.converged) throw notConverged(crossbar, iterations, relativeResidual, tolerance);
    currents.set(solved.currents, vector * columns);
    if (voltages) {
      wordLineVoltages.set(solved.wordLine, vector * size);
      bitLineVoltages.set(solved.bitLine, vector * size);
    }
  }
  return {
    status: 'converged',
    vectors,
    currents,
    outputs: readOutputs(readoutTerms(crossbar.readout, columns), currents, columns),
    ...(voltages ? { wordLineVoltages, bitLineVoltages } : {}),
    statistics: { method: 'line-pcg', iterations, relativeResidual },
  };
}

const notConverged = (
  { rows, columns }: Crossbar,
  iterations: number,
  residual: number,
  tolerance: number,
): Error =>
  numericalFailure({
    code: 'crossbar.not-converged',
    what: `crossbar ${rows} x ${columns}: relative residual ${residual.toExponential(2)} after ${iterations} iterations, want ${tolerance}`,
    why: 'Weak drivers or loads, or wires as resistive as the cells, make the iteration slow.',
    mend: 'Raise maxIterations or the tolerance.',
  });

/** B, after checking that the inputs are whole vectors of finite voltages. */
export function countVectors(inputs: ArrayLike<number>, rows: number): number {
  const vectors = inputs.length / rows;
  if (!Number.isInteger(vectors) || vectors === 0) {
    throw invalidInput({
      code: 'crossbar.input-length',
      what: `invalid inputs: ${inputs.length} voltages for ${rows} word lines`,
      mend: `Give ${rows} voltages, or a multiple of ${rows} for several input vectors.`,
    });
  }
  for (let k = 0; k < inputs.length; k += 1) {
    if (!Number.isFinite(inputs[k])) {
      throw invalidInput({
        code: 'crossbar.input-voltage',
        what: `invalid input voltage of word line ${k % rows}: ${inputs[k]}`,
        mend: 'Give finite voltages; to leave a word line undriven set its driver to Infinity.',
      });
    }
  }
  return vectors;
}
