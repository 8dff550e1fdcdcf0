import { formatDiagnostic, type Diagnostic } from './diagnostic.js';

/** Process exit codes of the `spinbar` command. */
export const EXIT = {
  ok: 0,
  internalBug: 1,
  usage: 2,
  invalidInput: 3,
  numericalFailure: 4,
  failedParts: 5,
  checkpointed: 75,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The only error Spinbar throws at its users: one or more diagnostics and the exit code they lead to. */
export class SpinbarError extends Error {
  override readonly name = 'SpinbarError';
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: ExitCode;

  constructor(diagnostics: readonly Diagnostic[], exitCode: ExitCode) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
  }
}

type Finding = Omit<Diagnostic, 'severity'>;

const asErrors = (findings: Finding | readonly Finding[]): Diagnostic[] =>
  (Array.isArray(findings) ? (findings as readonly Finding[]) : [findings as Finding]).map(
    (finding) => ({
      severity: 'error',
      ...finding,
    }),
  );

/** Bad input: a file, key, shape or value the user must mend. Exit code 3. */
export const invalidInput = (findings: Finding | readonly Finding[]): SpinbarError =>
  new SpinbarError(asErrors(findings), EXIT.invalidInput);

/** The input is valid but the numbers did not come out: names the physical cause. Exit code 4. */
export const numericalFailure = (findings: Finding | readonly Finding[]): SpinbarError =>
  new SpinbarError(asErrors(findings), EXIT.numericalFailure);

/** The command line itself is wrong. Exit code 2. */
export const usageError = (findings: Finding | readonly Finding[]): SpinbarError =>
  new SpinbarError(asErrors(findings), EXIT.usage);
