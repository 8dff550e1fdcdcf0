import { formatDiagnostic, type Diagnostic } from '../errors/index.js';
import { threadExecutor } from '../experiment/node/thread-executor.js';
import { silentProgress, type Progress } from '../experiment/progress.js';
import type { Executor } from '../parallel/executor.js';
import { lineProgress } from './progress.js';
import type { GlobalOptions } from './options.js';
import { colouredDiagnostic, type Terminal } from './terminal.js';

/** What every command gets: its global options, a way to speak, and workers when it needs them. */
export interface CommandContext {
  readonly options: GlobalOptions;
  /** Prints to stdout: the result and nothing else. */
  readonly print: (text: string) => void;
  /** Prints a value as one JSON document to stdout. */
  readonly printJson: (value: unknown) => void;
  /** A remark on stderr; silent with --quiet. */
  readonly note: (text: string) => void;
  /** A warning or note on stderr, also with --quiet. */
  readonly report: (diagnostic: Diagnostic) => void;
  readonly progress: Progress;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** The thread pool, started when first asked for and closed with the command. */
  readonly executor: () => Executor;
  readonly close: () => Promise<void>;
}

export function commandContext(
  terminal: Terminal,
  options: GlobalOptions,
  signal: AbortSignal,
): CommandContext {
  let executor: Executor | undefined;
  const { stderr, isTerminal, columns } = terminal;
  return {
    options,
    print: (text) => terminal.stdout(`${text}\n`),
    printJson: (value) => terminal.stdout(`${JSON.stringify(value)}\n`),
    note: (text) => {
      if (!options.quiet) stderr(`${text}\n`);
    },
    report: (diagnostic) =>
      stderr(`${isTerminal ? colouredDiagnostic(diagnostic) : formatDiagnostic(diagnostic)}\n`),
    progress: options.quiet ? silentProgress : lineProgress({ write: stderr, isTerminal, columns }),
    signal,
    executor: () =>
      (executor ??= threadExecutor(
        options.threads === undefined ? {} : { threads: options.threads },
      )),
    close: async () => {
      await executor?.close();
    },
  };
}
