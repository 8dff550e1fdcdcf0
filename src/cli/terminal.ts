import { formatDiagnostic, type Diagnostic } from '../errors/index.js';

/** The two streams a command speaks through, and what the second can show. */
export interface Terminal {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether stderr is an interactive terminal. */
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** The process's own streams. A reader that closes early (`| head`) ends the program quietly. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    isTerminal: stderr.isTTY && process.env.TERM !== 'dumb',
    columns: stderr.columns || 80,
  };
}

const COLOUR = { error: 31, warning: 33, note: 36 } as const;

/** A diagnostic with its first word in colour and its headline in bold. */
export function colouredDiagnostic(diagnostic: Diagnostic): string {
  const [headline, ...rest] = formatDiagnostic(diagnostic).split('\n');
  const colon = headline.indexOf(': ');
  const coloured =
    `\x1b[1;${COLOUR[diagnostic.severity]}m${headline.slice(0, colon)}\x1b[0m` +
    `\x1b[1m${headline.slice(colon)}\x1b[0m`;
  return [coloured, ...rest].join('\n');
}
