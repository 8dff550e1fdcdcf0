import type { Diagnostic, ExitCode } from '../../errors/index.js';

export interface TaskRequest {
  readonly task: string;
  readonly input: unknown;
  /** Of a map with fields common to its inputs: their number, and themselves where this worker has not had them. */
  readonly common?: { readonly number: number; readonly fields?: object };
}

/** An error as it crosses the thread boundary: ours with its diagnostics, any other with its stack. */
export type TaskFailure =
  | { readonly diagnostics: readonly Diagnostic[]; readonly exitCode: ExitCode }
  | { readonly message: string; readonly stack: string };

export type TaskReply = { readonly output: unknown } | { readonly failure: TaskFailure };
