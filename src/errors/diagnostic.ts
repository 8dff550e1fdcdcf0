/** Where a diagnostic points: a place in a text, or the path of a key in a structured file. */
export interface SourceLocation {
  readonly file: string;
  /** 1-based line; absent when the whole file is meant. */
  readonly line?: number;
  /** 1-based column of the first offending character. */
  readonly column?: number;
  /** Length of the offending text in characters, for the caret; default 1. */
  readonly length?: number;
  /** The offending line itself, shown above the caret. */
  readonly sourceLine?: string;
  /** Path of a key in a YAML or JSON file, such as `mtj.alpha`. */
  readonly keyPath?: string;
}

/** One finding for the user: what, where, why, how to mend; `code` is stable across releases. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note';
  /** `room.kebab-case-name`, such as `netlist.missing-value`. */
  readonly code: string;
  readonly what: string;
  readonly where?: SourceLocation;
  readonly why?: string;
  readonly mend?: string;
}

/** Formats one diagnostic for a terminal, with the source line and a caret where known. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, what, where, why, mend } = diagnostic;
  const lines = [`${severity}[${code}]: ${what}`];
  if (where) lines.push(`  at ${formatLocation(where)}`);
  if (where?.sourceLine !== undefined && where.line !== undefined) {
    const gutter = `  ${where.line} | `;
    lines.push(gutter + where.sourceLine.replaceAll('\t', ' '));
    if (where.column !== undefined) {
      const caret = '^'.repeat(Math.max(1, where.length ?? 1));
      lines.push(' '.repeat(gutter.length + where.column - 1) + caret);
    }
  }
  if (why) lines.push(`  why: ${why}`);
  if (mend) lines.push(`  mend: ${mend}`);
  return lines.join('\n');
}

/** `file:line:column` or `file: key.path`, as far as each is known. */
export function formatLocation({ file, line, column, keyPath }: SourceLocation): string {
  const place = [file, line, line === undefined ? undefined : column].filter(
    (part) => part !== undefined,
  );
  return keyPath === undefined ? place.join(':') : `${place.join(':')}: ${keyPath}`;
}
