import { invalidInput } from '../errors/index.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';
import type { TaskHandlers } from '../parallel/executor.js';

export interface StreamChecksumInput {
  readonly seed: number;
  /** First counter and number of counters of the stretch. */
  readonly start: number;
  readonly count: number;
}

/**
 * Sum of the words of a stretch of a keyed stream. `doctor` compares it between threads and the main
 * thread; stretches add up, so it also shows that results do not depend on how work is split.
 */
export function streamChecksum({ seed, start, count }: StreamChecksumInput): number {
  if (!(Number.isSafeInteger(count) && count >= 0)) {
    throw invalidInput({
      code: 'experiment.invalid-count',
      what: `invalid count: ${count}`,
      why: 'a stretch of a stream has zero or more words',
      mend: 'give a whole number of at least 0',
    });
  }
  const key = streamKey(seed, 'experiment.self-check');
  const words = new Uint32Array(4);
  let sum = 0;
  for (let index = start; index < start + count; index += 1) {
    philox4x32(key, index, 0, 0, 0, words);
    sum += words[0] + words[1] + words[2] + words[3];
  }
  return sum;
}

export const experimentTasks: TaskHandlers = { 'experiment.stream-checksum': streamChecksum };
