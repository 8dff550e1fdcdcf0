import { defineCrossbar, solveCrossbar, transferMatrix } from '../crossbar/index.js';
import { simdLineSolver } from '../kernels/line-vector.js';
import { advanceLlg } from '../kernels/llg.js';
import { advanceReference, type LlgRun } from '../kernels/llg.reference.js';
import {
  compileNetwork,
  defaultMapping,
  sliceWeights,
  streamActivations,
  type Graph,
  type Mapping,
  type Weights,
} from '../network/index.js';
import { factorLineGrid } from '../numerics/line-grid.js';
import { plainLineSolver, type LineSolver } from '../numerics/line-solve.js';
import { streamKey } from '../numerics/stream.js';

/** A WebAssembly kernel beside plain TypeScript on a tiny case. */
export interface KernelCheck {
  readonly name: string;
  /** Largest deviation between the two, relative to the largest value. */
  readonly run: () => number;
}

/** One check for every kernel that a run uses. */
export const kernelChecks = (): readonly KernelCheck[] => [
  { name: 'llg', run: llgDeviation },
  { name: 'line-pcg', run: crossbarDeviation },
  { name: 'line-vector', run: lineSolverDeviation },
  { name: 'gemm', run: floatLayerDeviation },
  { name: 'partial-sum', run: partialSumDeviation },
];

function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return Number.isNaN(worst) ? Infinity : worst / largest;
}

function llgDeviation(): number {
  const constants = Float64Array.of(6e-3, 0.02, 4e-4, 2e-3, 4e-3, -2e-3, 1e-3, 6e-3, 8e-3, -4e-3);
  const run: LlgRun = { steps: 40, constants: Float64Array.of(...constants, 0.01, 7e-4) };
  const stream = {
    key: streamKey(1, 'experiment.self-check'),
    noise: 'gaussian' as const,
    firstTrial: 0,
    currentIndex: 0,
  };
  const expected = Float64Array.from({ length: 24 }, (_, i) => [0.6, 0, 0.8][i % 3]);
  const actual = expected.slice();
  advanceReference(expected, [run], stream);
  advanceLlg(actual, [run], stream);
  return deviation(actual, expected);
}

/** The transfer matrix by SIMD batches against one plain solve for each unit vector. */
function crossbarDeviation(): number {
  const rows = 6;
  const columns = 8;
  const crossbar = defineCrossbar({
    conductance: {
      data: Float64Array.from({ length: rows * columns }, (_, k) => 1e-4 / (1 + ((7 * k) % 5))),
      shape: [rows, columns],
    },
    wire: { wordLine: 2, bitLine: 3 },
  });
  const units = Float64Array.from({ length: rows * rows }, (_, k) =>
    k % (rows + 1) === 0 ? 1 : 0,
  );
  const { currents } = solveCrossbar(crossbar, units);
  const { values } = transferMatrix(crossbar);
  const expected = values.map((_, k) => currents[(k % rows) * columns + Math.floor(k / rows)]);
  return deviation(values, expected);
}

/** One crossbar by the SIMD solver against its plain twin. */
function lineSolverDeviation(): number {
  const [rows, columns] = [11, 7];
  const field = (value: (k: number) => number): Float64Array =>
    Float64Array.from({ length: rows * columns }, (_, k) => value(k));
  const ends = (lines: number): Float64Array => new Float64Array(lines).fill(0.5);
  const grid = factorLineGrid({
    rows,
    columns,
    links: field((k) => 1e-2 / (1 + ((5 * k) % 7))),
    horizontal: { segment: 0.5, near: ends(rows), far: new Float64Array(rows) },
    vertical: { segment: 0.3, near: new Float64Array(columns), far: ends(columns) },
  });
  const [actual, expected] = [simdLineSolver, plainLineSolver].map((make) => {
    const solver: LineSolver = make(rows, columns);
    const [x, horizontal] = [field(() => 0), field(() => 0)];
    solver.load(grid);
    const options = { tolerance: 1e-14, maxIterations: 200 };
    solver.solve(
      field((k) => 1 + (k % 3)),
      x,
      horizontal,
      options,
    );
    return x;
  });
  return deviation(actual, expected);
}

const INPUTS = 200;
const OUTPUTS = 12;
const graph: Graph = {
  name: 'self-check',
  inputShape: [INPUTS],
  nodes: [
    { name: 'fc', op: 'linear', inputs: ['input'], attributes: {}, weights: { weight: 'w' } },
  ],
  output: 'fc',
};
const weight = Float32Array.from({ length: INPUTS * OUTPUTS }, (_, k) => Math.sin(k * k + 1));
const weights: Weights = new Map([['w', { shape: [OUTPUTS, INPUTS], data: weight }]]);
const image = Float32Array.from({ length: INPUTS }, (_, k) => Math.cos(3 * k));

const products = (x: ArrayLike<number>, w: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: OUTPUTS }, (_, o) => {
    let sum = 0;
    for (let k = 0; k < INPUTS; k += 1) sum += x[k] * w[o * INPUTS + k];
    return sum;
  });

const floatLayerDeviation = (): number =>
  deviation(compileNetwork({ graph, weights }).forward(image, 0), products(image, weight));

/** Exact partial sums, merged, against the plain product of the quantised numbers. */
function partialSumDeviation(): number {
  const mapping: Mapping = { ...defaultMapping, policy: { first: 'mapped', last: 'mapped' } };
  const sliced = sliceWeights(weight, OUTPUTS, mapping);
  const { streams, unit } = streamActivations(image, mapping);
  const quantised = (parts: readonly { digits: Int8Array; coefficient: number }[], count: number) =>
    Float64Array.from({ length: count }, (_, k) =>
      parts.reduce((sum, { digits, coefficient }) => sum + coefficient * digits[k], 0),
    );
  const x = quantised(streams, INPUTS).map((value) => value * unit);
  const w = quantised(sliced.slices, INPUTS * OUTPUTS).map((value) => value * sliced.unit[0]);
  const network = compileNetwork({ graph, weights, mapping, converter: { kind: 'ideal' } });
  return deviation(network.forward(image, 0), products(x, w));
}
