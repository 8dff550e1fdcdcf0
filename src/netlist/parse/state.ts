import { SpinbarError } from '../../errors/index.js';
import type { Diagnostic } from '../../errors/index.js';
import type { Block, DataTable } from '../deck.js';
import { createNameTable, internName } from '../name-table.js';
import { createPlainElements } from '../plain-elements.js';
import { finding, type Problem } from '../problem.js';
import type { SourceText } from '../source-text.js';

/** Text of a file named in `.include` or `.lib`, relative to the file that names it. */
export type ResolveFile = (
  path: string,
  fromFile: string,
) => { readonly file: string; readonly text: string } | string | undefined;

/** What parsing carries from statement to statement. */
export interface ParseState {
  readonly sources: SourceText[];
  readonly diagnostics: Diagnostic[];
  readonly resolve: ResolveFile | undefined;
  readonly globals: Set<string>;
  readonly dataTables: Map<string, DataTable>;
  /** Files being read, outermost first, each as `file` or `file section`. */
  readonly reading: string[];
  readonly top: Block;
  /** The block that statements go to. */
  block: Block;
  /** Guard of the innermost open `.if`, -1 outside. */
  guard: number;
  /** Errors found; after too many the rest is not reported. */
  errors: number;
  title: string;
}

const MOST_ERRORS = 100;

export function createBlock(
  name: string,
  place: number,
  guard: number,
  enclosing: Block | undefined,
): Block & { ports: number[]; defaults: Block['defaults'][number][] } {
  const nodes = createNameTable();
  internName(nodes, '0');
  return {
    name,
    place,
    guard,
    enclosing,
    ports: [],
    defaults: [],
    nodes,
    deviceNames: createNameTable(),
    resistors: createPlainElements(),
    capacitors: createPlainElements(),
    cards: [],
    parameters: [],
    functions: [],
    models: [],
    subcircuits: [],
    directives: [],
    guards: [],
  };
}

/** Runs the reading of one statement; its error is noted and parsing goes on. */
export function attempt(state: ParseState, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof SpinbarError)) throw error;
    for (const diagnostic of error.diagnostics) {
      state.errors += 1;
      if (state.errors <= MOST_ERRORS) state.diagnostics.push(diagnostic);
    }
  }
}

export function warn(state: ParseState, problem: Problem): void {
  state.diagnostics.push({ severity: 'warning', ...finding(state.sources, problem) });
}
