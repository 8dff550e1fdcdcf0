import type { RunOptions } from '../experiment/run/run-options.js';
import type { CommandContext } from './context.js';

/** The options of a long job on `file`: the output folder is `<file>.out` unless --out names one. */
export const runOptions = (
  { options, executor, progress, signal, report }: CommandContext,
  file: string,
): RunOptions => ({
  executor: executor(),
  progress,
  signal,
  report,
  out: options.out ?? `${file.replace(/\/+$/, '')}.out`,
  seed: options.seed,
  overrides: options.set,
  resume: options.resume,
  force: options.force,
});
