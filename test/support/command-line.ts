import { runCommandLine } from '../../src/cli/program.js';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `spinbar ...` in this process and captures both streams. */
export async function spinbar(
  argv: readonly string[],
  {
    signal,
    onStderr,
  }: { readonly signal?: AbortSignal; readonly onStderr?: (text: string) => void } = {},
): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCommandLine(
    argv,
    {
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
        onStderr?.(text);
      },
      isTerminal: false,
      columns: 80,
    },
    signal,
  );
  return { exitCode, stdout, stderr };
}
