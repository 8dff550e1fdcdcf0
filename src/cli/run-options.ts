import type { RunOptions } from '../experiment/run/run-options.js';
import type { CommandContext } from './context.js';

/** Which images a run scores. */
export interface StretchOptions {
  readonly images?: string;
  readonly shard?: string;
}

/** The options of a long job on `file`: the output folder is `<file>.out` unless --out names one. */
export const runOptions = (
  { options, executor, progress, signal, report }: CommandContext,
  file: string,
  { images, shard }: StretchOptions = {},
): RunOptions => ({
  executor: executor(),
  progress,
  signal,
  report,
  out: options.out ?? `${file.replace(/\/+$/, '')}.out`,
  seed: options.seed,
  overrides:
    images === undefined
      ? options.set
      : [
          ...options.set,
          { path: ['data', 'images'], value: images, text: `data.images=${images}` },
        ],
  shard,
  resume: options.resume,
  force: options.force,
});
