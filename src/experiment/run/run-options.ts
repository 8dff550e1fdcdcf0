import type { Diagnostic } from '../../errors/index.js';
import type { Executor } from '../../parallel/executor.js';
import type { Override } from '../overrides.js';
import type { Progress } from '../progress.js';

/** What the command line gives to a long job. */
export interface RunOptions {
  readonly executor: Executor;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Where warnings and notes go. */
  readonly report: (diagnostic: Diagnostic) => void;
  readonly out: string;
  readonly seed?: number | undefined;
  readonly overrides: readonly Override[];
  readonly resume: boolean;
  readonly force: boolean;
  /** `i/n`: score the i-th of n stretches of the images. */
  readonly shard?: string | undefined;
}

/** The command that does a job again, or goes on with it. */
export function commandLine(
  verb: 'run' | 'train',
  path: string,
  { out, seed, overrides, shard }: Pick<RunOptions, 'out' | 'seed' | 'overrides' | 'shard'>,
): string {
  const quoted = (text: string): string => (/[^\w@%+=:,./-]/.test(text) ? `'${text}'` : text);
  const parts = ['spinbar', verb, path, '--out', out];
  if (seed !== undefined) parts.push('--seed', String(seed));
  if (shard !== undefined) parts.push('--shard', shard);
  for (const { text } of overrides) parts.push('--set', text);
  return parts.map(quoted).join(' ');
}
