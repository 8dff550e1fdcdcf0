import { invalidInput, numericalFailure } from '../errors/index.js';
import { solveHorizontal, type LineGrid } from '../numerics/line-grid.js';
import { solveSchur, type SchurOptions } from '../numerics/line-schur.js';
import { lineSolverFor } from './batch.js';
import { crossbarGrid } from './grid.js';
import { lineCurrents, lineRuns, type LineRun, type LineState } from './line-currents.js';
import { solveVector } from './node-voltages.js';
import { readoutTerms, type OutputTerms } from './readout.js';
import { countVectors } from './solve.js';
import type { Crossbar } from './spec.js';

/** Derivatives of one output (A) with respect to everything resistive in a crossbar of linear cells. */
export interface Sensitivity {
  /** M x N row-major (A/S = V). */
  readonly conductance: Float64Array;
  /** With respect to the resistance of every word-line or bit-line segment at once (A/ohm). */
  readonly wire: { readonly wordLine: number; readonly bitLine: number };
  /** With respect to each driver (M) and each load (N) resistance (A/ohm). */
  readonly driver: Float64Array;
  readonly load: Float64Array;
}

/**
 * Adjoint sensitivities of output `output` for one input vector (M volts): one forward and one adjoint
 * solve, whatever the number of parameters. For a resistor R carrying i in the network and j in the
 * adjoint network (the output's weights as voltages at the sense nodes, sources grounded) the derivative
 * is dI/dR = i j, for a conductance dI/dG = -v u with the voltages (Director, Rohrer, IEEE Trans. Circuit
 * Theory 16, 318, 1969; sign for currents into the sense node). Throws invalidInput for cells or
 * topologies that are not linear, and for ideal wires fed from both sides through ideal ends, where the
 * split of the current is not defined.
 */
export function sensitivity(
  crossbar: Crossbar,
  inputs: ArrayLike<number>,
  output: number,
  { tolerance = 1e-12, maxIterations = 5000 }: Partial<SchurOptions> = {},
): Sensitivity {
  const { rows, columns, cell, topology, endSegments } = crossbar;
  if (cell.kind !== 'linear' || topology.kind !== 'standard') {
    throw invalidInput({
      code: 'crossbar.not-linear',
      what: `no adjoint sensitivity for ${cell.kind} cells, ${topology.kind} rows`,
      mend: 'Use linear cells with inputs on the word lines.',
    });
  }
  if (countVectors(inputs, rows) !== 1) throw new RangeError('invalid inputs: want one vector');
  const terms = readoutTerms(crossbar.readout, columns).at(output);
  if (!terms || output < 0) throw new RangeError(`invalid output: ${output}`);
  const grid = crossbarGrid(crossbar);
  const options = { tolerance, maxIterations };
  const forward = solveVector(grid, inputs, options);
  const adjoint = adjointFields(grid, terms, options);
  const size = rows * columns;
  const v = Float64Array.from({ length: size }, (_, k) => forward.wordLine[k] - forward.bitLine[k]);
  const u = Float64Array.from({ length: size }, (_, k) => adjoint.wordLine[k] - adjoint.bitLine[k]);
  const excitation = new Float64Array(columns);
  for (const [column, weight] of terms) excitation[column] += weight;

  const { wordLines, bitLines } = lineRuns(crossbar);
  const leaving = grid.links.map((g, k) => g * v[k]);
  const adjointLeaving = grid.links.map((g, k) => g * u[k]);
  const negative = (field: Float64Array): Float64Array => field.map((value) => -value);
  const word = lineProducts(
    wordLines,
    { port: (i) => inputs[i], node: forward.wordLine, leaving },
    { port: () => 0, node: adjoint.wordLine, leaving: adjointLeaving },
  );
  const bit = lineProducts(
    bitLines,
    { port: () => 0, node: forward.bitLine, leaving: negative(leaving) },
    { port: (j) => excitation[j], node: adjoint.bitLine, leaving: negative(adjointLeaving) },
  );
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return {
    conductance: v.map((value, k) => -value * u[k]),
    wire: {
      wordLine: sum(word.segments) + (endSegments ? sum(word.ends) : 0),
      bitLine: sum(bit.segments) + (endSegments ? sum(bit.ends) : 0),
    },
    driver: word.ends,
    load: bit.ends,
  };
}

/** Node voltages with the output's weights at the sense nodes and all sources at 0 V. */
function adjointFields(
  grid: LineGrid,
  terms: OutputTerms,
  options: SchurOptions,
): { readonly wordLine: Float64Array; readonly bitLine: Float64Array } {
  const { rows, columns, links, vertical } = grid;
  const alone = new Float64Array(rows * columns);
  for (const [column, weight] of terms) {
    for (let k = column; k < alone.length; k += columns) alone[k] += weight * vertical.profile[k];
  }
  const rhs = alone.map((b, k) => links[k] * b);
  solveHorizontal(grid, rhs);
  for (let k = 0; k < rhs.length; k += 1) rhs[k] *= links[k];
  const bitLine = new Float64Array(alone.length);
  const solver = lineSolverFor(grid);
  const solved = solveSchur(grid, rhs, bitLine, new Float64Array(alone.length), options, solver);
  if (!(solved.relativeResidual < 1e-9)) {
    throw numericalFailure({
      code: 'crossbar.not-converged',
      what: `adjoint solve: relative residual ${solved.relativeResidual.toExponential(2)}`,
      mend: 'Raise maxIterations.',
    });
  }
  for (let k = 0; k < bitLine.length; k += 1) bitLine[k] += alone[k];
  const wordLine = bitLine.map((b, k) => links[k] * b);
  solveHorizontal(grid, wordLine);
  return { wordLine, bitLine };
}

/** Products of the currents of two states in each line: over its segments, and over its ends. */
function lineProducts(
  run: LineRun,
  a: LineState,
  b: LineState,
): { readonly segments: Float64Array; readonly ends: Float64Array } {
  const segments = new Float64Array(run.lines);
  const ends = new Float64Array(run.lines);
  for (let line = 0; line < run.lines; line += 1) {
    const [first, second] = [lineCurrents(run, line, a), lineCurrents(run, line, b)];
    for (let n = 1; n < run.nodes; n += 1) segments[line] += first.along[n] * second.along[n];
    ends[line] = first.near * second.near + first.far * second.far;
  }
  return { segments, ends };
}
