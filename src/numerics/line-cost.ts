import type { LineGrid } from './line-grid.js';

/**
 * Rough cost of the ways to solve a line grid, to choose between them; measured on one thread of a
 * server core with Node 20 (bench/crossbar), off by a factor of two elsewhere without harm.
 */

type Shape = Pick<LineGrid, 'rows' | 'columns'>;

const VECTOR_ITERATION = 6e-9;
const LUMPED_ITERATION = 38e-9;
const BATCH_ITERATION = 7e-9;
const PER_FILL = 12.5e-9;

/** Seconds of one iteration for one right-hand side; lumped lines have no kernel. */
export const vectorIterationSeconds = ({ rows, columns, horizontal, vertical }: LineGrid): number =>
  (horizontal.lumped || vertical.lumped ? LUMPED_ITERATION : VECTOR_ITERATION) * rows * columns;
/** The same for each of a batch of right-hand sides. */
export const batchIterationSeconds = ({ rows, columns }: Shape): number =>
  BATCH_ITERATION * rows * columns;

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
