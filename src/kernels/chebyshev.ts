import { arenaOver, instantiateKernel, type KernelInstance } from './instantiate.js';
import { vectorLength, type ChebyshevSeries, type ComplexRows } from './chebyshev.reference.js';
import { wasmBase64 } from './chebyshev.generated.js';

interface ChebyshevExports {
  readonly chebyshevSeries: (
    rows: number,
    start: number,
    middle: number,
    column: number,
    values: number,
    ghosts: number,
    source: number,
    sign: number,
    y: number,
    first: number,
    second: number,
    sum: number,
    weights: number,
    count: number,
    shift: number,
    focal: number,
    beta: number,
  ) => number;
}

let instance: KernelInstance<ChebyshevExports> | undefined;

/** As `chebyshevReference`, in SIMD; the matrix is loaded once for many applications. */
export function chebyshevApplier(
  matrix: ComplexRows,
): (y: Float64Array, series: ChebyshevSeries) => number {
  const kernel = (instance ??= instantiateKernel<ChebyshevExports>(wasmBase64, 1 << 20));
  return (y, { weights, shift, focal, beta }) => {
    const arena = arenaOver(kernel.memory);
    const length = vectorLength(matrix);
    // Offsets at once: a later allocation may grow the memory and detach earlier views.
    const reserve = (bytes: number): number => arena.u8(bytes).byteOffset;
    const start = reserve(4 * matrix.start.length);
    const middle = reserve(4 * matrix.middle.length);
    const column = reserve(4 * matrix.column.length);
    const values = reserve(8 * matrix.values.length);
    const source = reserve(4 * matrix.ghostSource.length);
    const sign = reserve(8 * matrix.ghostSign.length);
    const [state, first, second, sum] = [0, 1, 2, 3].map(() => reserve(8 * length));
    const table = reserve(8 * weights.length);
    const { buffer } = kernel.memory;
    new Int32Array(buffer, start, matrix.start.length).set(matrix.start);
    new Int32Array(buffer, middle, matrix.middle.length).set(matrix.middle);
    new Int32Array(buffer, column, matrix.column.length).set(matrix.column);
    new Float64Array(buffer, values, matrix.values.length).set(matrix.values);
    new Int32Array(buffer, source, matrix.ghostSource.length).set(matrix.ghostSource);
    new Float64Array(buffer, sign, matrix.ghostSign.length).set(matrix.ghostSign);
    new Float64Array(buffer, table, weights.length).set(weights);
    const vector = new Float64Array(buffer, state, length);
    vector.set(y);
    const largest = kernel.exports.chebyshevSeries(
      matrix.rows,
      start,
      middle,
      column,
      values,
      matrix.ghostSource.length,
      source,
      sign,
      state,
      first,
      second,
      sum,
      table,
      weights.length,
      shift,
      focal,
      beta,
    );
    y.set(vector);
    return Math.sqrt(largest);
  };
}
