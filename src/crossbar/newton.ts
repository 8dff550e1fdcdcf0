import { solveHorizontal, type LineGrid } from '../numerics/line-grid.js';
import { solveSchur, type SchurMethod, type SchurOptions } from '../numerics/line-schur.js';
import { lineSolverFor } from './batch.js';
import { evaluateCells, limitVoltage } from './cells/model.js';
import { crossbarGrid } from './grid.js';
import { senseCurrents, type VectorSolution } from './node-voltages.js';
import type { Crossbar } from './spec.js';

export interface NewtonOptions {
  /** Bound on the current mismatch of all cells together, relative to their current. */
  readonly tolerance: number;
  /** Budget of conjugate-gradient iterations for each linearisation. */
  readonly maxIterations: number;
  readonly method?: SchurMethod;
}

export interface NewtonSolution extends VectorSolution {
  readonly newtonIterations: number;
}

/** Node voltages from which a solve may start: word and bit lines, M x N (V). */
export type NodeGuess = Pick<VectorSolution, 'wordLine' | 'bitLine'>;

const MAX_NEWTON = 200;

/**
 * Newton for non-linear cells: each cell is replaced by its tangent (a conductance and a current source
 * beside it) and the linear crossbar is solved around them, starting from the last bit-line voltages.
 * Kirchhoff's law then holds exactly for the tangents; what is judged is the mismatch between tangent and
 * cell. Steps are halved while the mismatch grows. Networks of increasing two-terminal elements have one
 * solution (Duffin, Bull. AMS 53, 963, 1947).
 */
export function solveNonlinear(
  crossbar: Crossbar,
  source: ArrayLike<number>,
  gate: Float64Array | undefined,
  { tolerance, maxIterations, method = 'auto' }: NewtonOptions,
  guess?: NodeGuess,
): NewtonSolution {
  const { rows, columns, conductance, cell } = crossbar;
  const size = rows * columns;
  const voltage = new Float64Array(size);
  const [current, slope] = [new Float64Array(size), new Float64Array(size)];
  const tangent = (v: Float64Array): void =>
    evaluateCells(cell, conductance, gate, columns, v, current, slope);
  if (guess) for (let k = 0; k < size; k += 1) voltage[k] = guess.wordLine[k] - guess.bitLine[k];
  tangent(voltage);
  let bitLine: Float64Array = guess?.bitLine.slice() ?? new Float64Array(size);
  let best = Infinity;
  let damping = 1;
  let iterations = 0;
  for (let newton = 1; ; newton += 1) {
    const grid = crossbarGrid(crossbar, slope);
    const beside = current.map((i, k) => i - slope[k] * voltage[k]);
    const budget = { tolerance: Math.min(tolerance, 1e-10), maxIterations, method };
    const solved = solveTangent(grid, source, beside, bitLine, budget);
    iterations += solved.iterations;
    bitLine = solved.bitLine;
    // What the tangents carry at the new voltages, then what the cells carry there.
    const asked = solved.wordLine.map((w, k) => w - solved.bitLine[k]);
    const promised = asked.map((v, k) => beside[k] + slope[k] * v);
    const [oldVoltage, oldCurrent, oldSlope] = [voltage.slice(), current.slice(), slope.slice()];
    tangent(asked);
    const mismatch = relativeMismatch(current, promised);
    const done = mismatch <= tolerance;
    if (done || newton === MAX_NEWTON || !Number.isFinite(mismatch + solved.relativeResidual)) {
      return {
        ...solved,
        iterations,
        newtonIterations: newton,
        relativeResidual: Math.max(solved.relativeResidual, mismatch),
        converged: done && solved.converged,
        currents: senseCurrents(grid, solved.fed),
      };
    }
    damping = mismatch < best ? Math.min(1, 2 * damping) : Math.max(1 / 64, damping / 2);
    best = mismatch;
    for (let k = 0; k < size; k += 1) {
      const wanted = oldVoltage[k] + damping * (asked[k] - oldVoltage[k]);
      const g = conductance[k] * (gate ? gate[Math.floor(k / columns)] : 1);
      const args = [g, oldVoltage[k], oldCurrent[k], oldSlope[k], wanted] as const;
      voltage[k] = limitVoltage(cell, ...args);
    }
    tangent(voltage);
  }
}

/** Sum of |actual - promised| over the sum of |actual|. */
function relativeMismatch(actual: Float64Array, promised: Float64Array): number {
  let difference = 0;
  let total = 0;
  for (let k = 0; k < actual.length; k += 1) {
    difference += Math.abs(actual[k] - promised[k]);
    total += Math.abs(actual[k]);
  }
  return difference === 0 ? 0 : difference / total;
}

/** The linear crossbar with a current source `beside` each link, from word line to bit line (A). */
function solveTangent(
  grid: LineGrid,
  source: ArrayLike<number>,
  beside: Float64Array,
  guess: Float64Array,
  options: SchurOptions,
): VectorSolution & { readonly fed: Float64Array } {
  const { columns, links, horizontal } = grid;
  // Word lines for bit lines at 0 V, then the current this sends into the bit lines.
  const alone = beside.map((i) => -i);
  solveHorizontal(grid, alone);
  for (let k = 0; k < alone.length; k += 1) {
    alone[k] += horizontal.profile[k] * source[Math.floor(k / columns)];
  }
  const injected = alone.map((w, k) => links[k] * w + beside[k]);
  const bitLine = guess.slice();
  const wordLine = new Float64Array(alone.length);
  const solver = lineSolverFor(grid);
  const solved = solveSchur(grid, injected, bitLine, wordLine, options, solver);
  for (let k = 0; k < wordLine.length; k += 1) wordLine[k] += alone[k];
  const fed = wordLine.map((w, k) => links[k] * w + beside[k]);
  return { ...solved, wordLine, bitLine, fed, currents: new Float64Array(columns) };
}
