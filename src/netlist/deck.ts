import type { Diagnostic } from '../errors/index.js';
import type { Expression } from './expression/syntax.js';
import type { LogicalLine } from './logical-line.js';
import type { NameTable } from './name-table.js';
import type { PlainElements } from './plain-elements.js';
import type { SourceText } from './source-text.js';

/**
 * A netlist after parsing and before elaboration: every statement read once, nothing evaluated.
 * `elaborate` turns it into a `Circuit` for one set of parameters, as often as asked.
 */
export interface Netlist {
  readonly title: string;
  readonly sources: readonly SourceText[];
  readonly top: Block;
  /** Names of `.global`, lower case. */
  readonly globals: ReadonlySet<string>;
  readonly dataTables: ReadonlyMap<string, DataTable>;
  /** Errors, warnings and notes of parsing; `elaborate` throws when there are errors. */
  readonly diagnostics: readonly Diagnostic[];
  /** Seed of the random functions. */
  readonly seed: number;
  /** Overrides of top-level parameters given by the caller. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** The top level, or the body of a subcircuit. Node numbers are local to the block. */
export interface Block {
  readonly name: string;
  readonly place: number;
  readonly guard: number;
  readonly enclosing: Block | undefined;
  /** Local node numbers of the pins, in order. */
  readonly ports: readonly number[];
  /** Defaults on the `.subckt` line. */
  readonly defaults: readonly ParameterAssignment[];
  readonly nodes: NameTable;
  readonly deviceNames: NameTable;
  readonly resistors: PlainElements;
  readonly capacitors: PlainElements;
  readonly cards: ElementCard[];
  readonly parameters: ParameterAssignment[];
  readonly functions: FunctionDefinition[];
  readonly models: ModelDefinition[];
  readonly subcircuits: Block[];
  readonly directives: Directive[];
  /** Conditions of `.if` branches; a statement's `guard` indexes here, -1 is unconditional. */
  readonly guards: Guard[];
}

/** A branch of `.if`: active when its enclosing guard is and every condition comes out as wanted. */
export interface Guard {
  readonly enclosing: number;
  readonly conditions: readonly { readonly expression: Expression; readonly wanted: boolean }[];
}

export interface ParameterAssignment {
  readonly name: string;
  readonly expression: Expression;
  readonly place: number;
  readonly guard: number;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly formals: readonly string[];
  readonly body: Expression;
  readonly place: number;
  readonly guard: number;
}

export interface ModelDefinition {
  readonly name: string;
  readonly type: string;
  readonly parameters: readonly ParameterAssignment[];
  readonly texts: Readonly<Record<string, string>>;
  readonly place: number;
  readonly guard: number;
}

/** A dot command whose arguments are read at elaboration. */
export interface Directive {
  /** Lower case, with its dot. */
  readonly keyword: string;
  readonly line: LogicalLine;
  /** Offset in the line behind the keyword. */
  readonly at: number;
  readonly place: number;
  readonly guard: number;
}

/** `.data`: columns of values for sweeps. */
export interface DataTable {
  readonly names: readonly string[];
  /** Row by row, one expression per name. */
  readonly values: readonly Expression[];
  readonly place: number;
}

export interface NameReference {
  readonly name: string;
  readonly place: number;
}

/** One element line, parsed. Which fields are used depends on `kind`. */
export interface ElementCard {
  /** First letter, lower case. */
  readonly kind: string;
  /** Local lower-case name. */
  readonly name: string;
  readonly place: number;
  readonly guard: number;
  /** Local node numbers. */
  readonly nodes: readonly number[];
  /** Positional values (R, C, L, gains, area, coupling). */
  readonly values: readonly Expression[];
  /** `name=value` in lower case. */
  readonly parameters: readonly ParameterAssignment[];
  readonly model?: NameReference;
  /** Controlling sources, coupled inductors. */
  readonly controls: readonly NameReference[];
  readonly behaviour?: BehaviourCard;
  readonly source?: SourceCard;
  /** `on`, `off`. */
  readonly flags: readonly string[];
}

export interface BehaviourCard {
  readonly output: 'voltage' | 'current';
  readonly expression: Expression;
  readonly text: string;
}

export interface SourceCard {
  readonly dc?: Expression;
  readonly acMagnitude?: Expression;
  readonly acPhase?: Expression;
  readonly waveform?: WaveformCard;
}

export interface WaveformCard {
  readonly kind: 'pulse' | 'sin' | 'exp' | 'pwl' | 'sffm' | 'am';
  readonly values: readonly Expression[];
  readonly settings: readonly ParameterAssignment[];
  readonly place: number;
}
