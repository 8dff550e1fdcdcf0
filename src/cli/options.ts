import type { Command } from 'commander';
import { usageError } from '../errors/index.js';
import type { Override } from '../experiment/overrides.js';

/** Options every command understands. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly out?: string;
  readonly seed?: number;
  readonly threads?: number;
  readonly set: readonly Override[];
  readonly resume: boolean;
  readonly force: boolean;
}

/** The options as commander gives them: overrides still as text. */
type RawOptions = Omit<GlobalOptions, 'set'> & { readonly set?: readonly string[] };

/** The global options of a command, with its overrides read. */
export async function globalOptions(command: Command): Promise<GlobalOptions> {
  const { set = [], ...options } = command.optsWithGlobals<RawOptions>();
  if (set.length === 0) return { ...options, set: [] };
  const { parseOverride } = await import('../experiment/overrides.js');
  return { ...options, set: set.map(parseOverride) };
}

/** Declares the global options on the program; they are understood before and after the command. */
export function addGlobalOptions(program: Command): Command {
  return program
    .option('--json', 'print the result as one JSON document on stdout', false)
    .option('--out <dir>', 'output folder (default: <input>.out/)')
    .option('--seed <integer>', 'seed of every random stream', wholeNumber('--seed', 0))
    .option('--threads <n>', 'worker threads (default: all)', wholeNumber('--threads', 1))
    .option(
      '--set <key=value>',
      'override a value of the input; may be repeated',
      (text: string, previous: readonly string[] = []) => [...previous, text],
    )
    .option('--resume', 'continue an interrupted run in its output folder', false)
    .option('--force', 'replace earlier results in the output folder', false)
    .option('--quiet', 'no progress and remarks on stderr', false);
}

/** Parser of a whole-number option of at least `least`. */
export const wholeNumber =
  (name: string, least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(value) && value >= least)
      return value;
    throw usageError({
      code: 'cli.invalid-option',
      what: `invalid ${name}: ${text}`,
      why: `it is a whole number of at least ${least}`,
      mend: `for example ${name} ${Math.max(least, 2)}`,
    });
  };
