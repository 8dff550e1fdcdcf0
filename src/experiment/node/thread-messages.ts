import type { Diagnostic, ExitCode } from '../../errors/index.js';

export interface TaskRequest {
  readonly task: string;
  readonly input: unknown;
  /** Fields common to the inputs of its map; `known` where they are those that this worker was sent last. */
  readonly common?: object | 'known' | undefined;
}

/** An error as it crosses the thread boundary: ours with its diagnostics, any other with its stack. */
export type TaskFailure =
  | { readonly diagnostics: readonly Diagnostic[]; readonly exitCode: ExitCode }
  | { readonly message: string; readonly stack: string };

export type TaskReply = { readonly output: unknown } | { readonly failure: TaskFailure };
