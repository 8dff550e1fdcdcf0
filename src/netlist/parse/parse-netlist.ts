import type { Netlist } from '../deck.js';
import { physicalLineEnd } from '../logical-line.js';
import { finding } from '../problem.js';
import type { SourceText } from '../source-text.js';
import { parseFile } from './parse-file.js';
import { createBlock, type ParseState, type ResolveFile } from './state.js';

export interface ParseOptions {
  /** Name of the file, for messages and relative includes; default `netlist`. */
  readonly file?: string;
  /** Gives the text of included files; without it every include is an error. */
  readonly resolve?: ResolveFile;
  /** Top-level parameters that replace those of the netlist (lower-case names). */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Seed of gauss(), unif() ...; a safe integer, default 1. */
  readonly seed?: number;
}

/**
 * Reads a SPICE netlist. Never throws for bad input: all errors, warnings and notes are in
 * `diagnostics`, and `elaborate` throws the errors together with its own.
 */
export function parseNetlist(text: string, options: ParseOptions = {}): Netlist {
  const { file = 'netlist', resolve, parameters = {}, seed = 1 } = options;
  const source: SourceText = { file, text, firstPlace: 0 };
  const top = createBlock('', 0, -1, undefined);
  const titleEnd = physicalLineEnd(text, 0);
  const state: ParseState = {
    sources: [source],
    diagnostics: [],
    resolve,
    globals: new Set(),
    dataTables: new Map(),
    reading: [file],
    top,
    block: top,
    guard: -1,
    errors: 0,
    title: text.slice(0, titleEnd).trim(),
  };
  parseFile(state, source, Math.min(titleEnd + 1, text.length));
  if (text.trim() === '') {
    const problem = { code: 'empty', what: 'the netlist is empty', place: 0 };
    state.diagnostics.push({ severity: 'error', ...finding(state.sources, problem) });
  }
  const { sources, globals, dataTables, diagnostics, title } = state;
  return { title, sources, top, globals, dataTables, diagnostics, seed, parameters };
}
