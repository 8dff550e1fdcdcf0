import { invalidInput } from '../errors/index.js';
import { simdLineTransferBytes } from '../kernels/line-pcg.js';

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
  return {
    solveBytes: SOLVE_FIELDS * field,
    transferBytes: SOLVE_FIELDS * field + simdLineTransferBytes(rows, columns) + 8 * outputs * rows,
  };
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
