import { invalidInput, numericalFailure } from '../errors/index.js';
import type { SchurMethod, SchurOptions } from '../numerics/line-schur.js';
import { crossbarGrid } from './grid.js';
import { solveNonlinear, type NewtonSolution } from './newton.js';
import { solveVector } from './node-voltages.js';
import { readOutputs, readoutTerms } from './readout.js';
import type { Crossbar } from './spec.js';

export interface SolveOptions {
  /** Bound on the true relative residual (norm of the preconditioner). Default 1e-12. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Default `auto`: iterate, and factor the grid when that takes longer than a factorisation would. */
  readonly method?: SchurMethod;
  /** Whether to return all node voltages. Default false. */
  readonly voltages?: boolean;
}

export interface CrossbarSolution {
  /**
   * `rounding-limited`: the residual stopped above the tolerance, yet below 1e-9, where double precision
   * ends for this grid; `statistics.relativeResidual` says where.
   */
  readonly status: 'converged' | 'rounding-limited';
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
  readonly method: 'line-pcg' | 'direct';
  /** Largest number of iterations over the input vectors. */
  readonly iterations: number;
  /** Largest number of Newton steps; 0 for linear cells. */
  readonly newtonIterations: number;
  /** Largest true relative residual: recomputed from the solution, not carried by recursion. */
  readonly relativeResidual: number;
}

/**
 * Solves the crossbar for one input vector (M) or many (B x M, row-major): volts at the sources, or
 * for gated rows the gate drives in [0, 1].
 * Throws invalidInput for a wrong length or a voltage that is not finite, numericalFailure when the
 * residual cannot be brought below the tolerance.
 */
export function solveCrossbar(
  crossbar: Crossbar,
  inputs: ArrayLike<number>,
  { tolerance = 1e-12, maxIterations = 5000, method = 'auto', voltages = false }: SolveOptions = {},
): CrossbarSolution {
  const { rows, columns } = crossbar;
  const vectors = countVectors(inputs, rows);
  checkGates(crossbar, inputs);
  const solve = vectorSolver(crossbar, { tolerance, maxIterations, method });
  const size = rows * columns;
  const currents = new Float64Array(vectors * columns);
  const wordLineVoltages = new Float64Array(voltages ? vectors * size : 0);
  const bitLineVoltages = new Float64Array(voltages ? vectors * size : 0);
  let used: 'line-pcg' | 'direct' = 'line-pcg';
  let status: CrossbarSolution['status'] = 'converged';
  const statistics = { iterations: 0, newtonIterations: 0, relativeResidual: 0 };
  for (let vector = 0; vector < vectors; vector += 1) {
    const input = Float64Array.from({ length: rows }, (_, i) => inputs[vector * rows + i]);
    const solved = solve(input);
    for (const key of ['iterations', 'newtonIterations', 'relativeResidual'] as const) {
      statistics[key] = Math.max(statistics[key], solved[key]);
    }
    if (solved.method === 'direct') used = 'direct';
    if (!solved.converged) {
      const limited = method === 'auto' && solved.relativeResidual < ROUNDING_LIMIT;
      if (!limited) throw notConverged(crossbar, solved, tolerance);
      status = 'rounding-limited';
    }
    currents.set(solved.currents, vector * columns);
    if (voltages) {
      wordLineVoltages.set(solved.wordLine, vector * size);
      bitLineVoltages.set(solved.bitLine, vector * size);
    }
  }
  return {
    status,
    vectors,
    currents,
    outputs: readOutputs(readoutTerms(crossbar.readout, columns), currents, columns),
    ...(voltages ? { wordLineVoltages, bitLineVoltages } : {}),
    statistics: { method: used, ...statistics },
  };
}

/** Residuals that double precision cannot lower are accepted up to here, and reported. */
const ROUNDING_LIMIT = 1e-9;

/** One input vector after the other; non-linear cells start from the solution before. */
function vectorSolver(
  crossbar: Crossbar,
  options: SchurOptions,
): (input: Float64Array) => NewtonSolution {
  const { rows, cell, topology } = crossbar;
  const gated = topology.kind === 'gated';
  const sources = gated ? new Float64Array(rows).fill(topology.readVolt) : undefined;
  if (cell.kind === 'linear' && !gated) {
    const grid = crossbarGrid(crossbar);
    return (input) => ({ ...solveVector(grid, input, options), newtonIterations: 0 });
  }
  let last: NewtonSolution | undefined;
  return (input) => {
    const gate = gated ? input : undefined;
    last = solveNonlinear(crossbar, sources ?? input, gate, options, last);
    return last;
  };
}

function notConverged(
  { rows, columns, cell }: Crossbar,
  { iterations, newtonIterations, relativeResidual }: NewtonSolution,
  tolerance: number,
): Error {
  const effort = newtonIterations > 0 ? `, ${newtonIterations} Newton steps` : '';
  return numericalFailure({
    code: 'crossbar.not-converged',
    what: `crossbar ${rows} x ${columns}: relative residual ${relativeResidual.toExponential(2)} after ${iterations} iterations${effort}, want ${tolerance}`,
    why:
      cell.kind === 'linear'
        ? 'Weak drivers or loads, or wires as resistive as the cells, make the iteration slow.'
        : `The ${cell.kind} cells are driven far beyond their linear range, or the wires dominate.`,
    mend: 'Raise maxIterations or the tolerance; check the scale of the input voltages.',
  });
}

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

function checkGates({ rows, topology }: Crossbar, inputs: ArrayLike<number>): void {
  if (topology.kind !== 'gated') return;
  for (let k = 0; k < inputs.length; k += 1) {
    if (inputs[k] >= 0 && inputs[k] <= 1) continue;
    throw invalidInput({
      code: 'crossbar.gate-drive',
      what: `invalid gate drive of word line ${k % rows}: ${inputs[k]}`,
      mend: 'Gate drives lie between 0 (off) and 1 (fully on).',
    });
  }
}
