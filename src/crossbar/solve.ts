import { invalidInput, numericalFailure } from '../errors/index.js';
import { solveHorizontal, solveVertical, type LineGrid } from '../numerics/line-grid.js';
import { applySchur, linePcg, linePcgScratch, type LinePcgScratch } from '../numerics/line-pcg.js';
import { crossbarGrid } from './grid.js';
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
  const wordLineVoltages = new Float64Array(voltages ? vectors * size : size);
  const bitLineVoltages = new Float64Array(voltages ? vectors * size : size);
  let iterations = 0;
  let relativeResidual = 0;
  for (let vector = 0; vector < vectors; vector += 1) {
    const field = voltages ? vector * size : 0;
    const w = wordLineVoltages.subarray(field, field + size);
    const b = bitLineVoltages.subarray(field, field + size);
    b.fill(0);
    const source = Float64Array.from({ length: rows }, (_, i) => inputs[vector * rows + i]);
    const result = solveVector(grid, source, w, b, { tolerance, maxIterations }, scratch);
    iterations = Math.max(iterations, result.iterations);
    relativeResidual = Math.max(relativeResidual, result.relativeResidual);
    senseCurrents(grid, w, currents.subarray(vector * columns, (vector + 1) * columns));
  }
  return {
    status: 'converged',
    vectors,
    currents,
    ...(voltages ? { wordLineVoltages, bitLineVoltages } : {}),
    statistics: { method: 'line-pcg', iterations, relativeResidual },
  };
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

interface VectorResult {
  readonly iterations: number;
  readonly relativeResidual: number;
}

const RESTARTS = 4;

/**
 * Solves for source voltages `source`; `b` holds the starting guess and receives the bit-line voltages,
 * `w` the word-line voltages. After conjugate gradients the residual is recomputed from the solution
 * itself; if it misses the tolerance the iteration restarts from there.
 */
function solveVector(
  grid: LineGrid,
  source: Float64Array,
  w: Float64Array,
  b: Float64Array,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
  scratch: LinePcgScratch,
): VectorResult {
  const { rows, columns, links, horizontal } = grid;
  const injected = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      injected[k] = links[k] * horizontal.profile[k] * source[i];
    }
  }
  const reference = preconditionedSquare(grid, injected, scratch.preconditioned);
  const residual = injected.slice();
  let iterations = 0;
  let relativeResidual = 0;
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const budget = { tolerance, maxIterations: maxIterations - iterations };
    iterations += linePcg(grid, b, residual, budget, scratch, reference).iterations;
    applySchur(grid, b, scratch.product);
    for (let k = 0; k < residual.length; k += 1) residual[k] = injected[k] - scratch.product[k];
    const square = preconditionedSquare(grid, residual, scratch.preconditioned);
    relativeResidual = reference > 0 ? Math.sqrt(square / reference) : 0;
    if (relativeResidual <= 2 * tolerance) break;
  }
  if (!(relativeResidual <= 2 * tolerance)) {
    throw numericalFailure({
      code: 'crossbar.not-converged',
      what: `crossbar ${rows} x ${columns}: relative residual ${relativeResidual.toExponential(2)} after ${iterations} iterations, want ${tolerance}`,
      why: 'Weak drivers or loads, or wires as resistive as the cells, make the iteration slow.',
      mend: 'Raise maxIterations or the tolerance.',
    });
  }
  for (let k = 0; k < w.length; k += 1) w[k] = links[k] * b[k];
  solveHorizontal(grid, w);
  for (let i = 0; i < rows; i += 1) {
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      w[k] += horizontal.profile[k] * source[i];
    }
  }
  return { iterations, relativeResidual };
}

/** r . V^-1 r: pinned nodes drop out. */
function preconditionedSquare(grid: LineGrid, r: Float64Array, scratch: Float64Array): number {
  scratch.set(r);
  solveVertical(grid, scratch);
  let total = 0;
  for (let k = 0; k < r.length; k += 1) total += r[k] * scratch[k];
  return Math.max(0, total);
}

/**
 * Current into each sense node: by reciprocity the share of a current injected at node (i, j) that
 * leaves through the port of bit line j is the port's voltage profile there. A sum of injected cell
 * currents, free of cancellation, and valid for ideal, resistive and two-sided loads alike.
 */
export function senseCurrents(grid: LineGrid, w: Float64Array, currents: Float64Array): void {
  const { columns, links, vertical } = grid;
  currents.fill(0);
  for (let start = 0; start < w.length; start += columns) {
    for (let j = 0; j < columns; j += 1) {
      const k = start + j;
      currents[j] += vertical.profile[k] * links[k] * w[k];
    }
  }
}
