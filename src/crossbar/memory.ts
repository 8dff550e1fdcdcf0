import { invalidInput } from '../errors/index.js';
import { simdLineTransferBytes } from '../kernels/line-pcg.js';
import { simdLineSolverBytes } from '../kernels/line-vector.js';
import { MAX_KERNEL_BYTES } from './batch.js';

export interface MemoryEstimate {
  /** One input vector, with all node voltages (bytes). */
  readonly solveBytes: number;
  /** Transfer matrix (bytes). */
  readonly transferBytes: number;
}

/** Fields of doubles that a solve holds at once: grid, profiles, voltages, scratch, cells. */
const SOLVE_FIELDS = 16;

/** What a crossbar of this shape needs, from its shape alone. */
export function estimateMemory(rows: number, columns: number, outputs = columns): MemoryEstimate {
  const field = 8 * rows * columns;
  const kernel = (bytes: number): number => (bytes > MAX_KERNEL_BYTES ? 0 : bytes);
  const solveBytes = SOLVE_FIELDS * field + kernel(simdLineSolverBytes(rows, columns));
  const batch = kernel(simdLineTransferBytes(rows, columns));
  return { solveBytes, transferBytes: solveBytes + batch + 8 * outputs * rows };
}

/** Throws invalidInput with both numbers when `neededBytes` exceeds `limitBytes`. */
export function checkMemory(what: string, neededBytes: number, limitBytes: number): void {
  if (neededBytes <= limitBytes) return;
  const inGigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
  throw invalidInput({
    code: 'crossbar.memory',
    what: `${what} needs about ${inGigabytes(neededBytes)}, more than ${inGigabytes(limitBytes)}`,
    mend: 'Make the array smaller, cut it into tiles, or raise the limit (memoryBytes).',
  });
}
