/**
 * Rough cost of the ways to solve a line grid, to choose between them; measured on one thread of a
 * server core with Node 20 (bench/crossbar), off by a factor of two elsewhere without harm.
 */
interface Shape {
  readonly rows: number;
  readonly columns: number;
}

const PLAIN_ITERATION = 38e-9;
const SIMD_ITERATION = 7e-9;
const PER_FILL = 12.5e-9;

/** Seconds of one iteration for one right-hand side. */
export const plainIterationSeconds = ({ rows, columns }: Shape): number =>
  PLAIN_ITERATION * rows * columns;
export const simdIterationSeconds = ({ rows, columns }: Shape): number =>
  SIMD_ITERATION * rows * columns;

/** Entries of L after nested dissection: fitted to N = 64 .. 256, n log n as theory has it. */
export function directFill({ rows, columns }: Shape): number {
  const size = rows * columns;
  return size * Math.max(6, 3.5 * Math.log2(size) - 17);
}

export const directFactorSeconds = (shape: Shape): number => {
  const size = shape.rows * shape.columns;
  return size * (8e-6 + 30e-9 * Math.sqrt(size));
};

export const directSolveSeconds = (shape: Shape): number => PER_FILL * directFill(shape);

/** Bytes at the peak of a factorisation: L with its indices, and the entries while they are sorted. */
export const directBytes = (shape: Shape): number =>
  12 * directFill(shape) + 500 * shape.rows * shape.columns;
