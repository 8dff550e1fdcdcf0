import { SpinbarError, type Diagnostic } from '../../errors/index.js';
import type { CircuitDevice, ModelCard } from '../circuit-description.js';
import type { Block, Netlist } from '../deck.js';
import type { EvaluationContext, Scope } from '../expression/scope.js';
import { createPlainElements, type PlainElements } from '../plain-elements.js';
import { finding, type Problem } from '../problem.js';

/** Plain elements with their flat names. */
export interface NamedElements {
  readonly names: string[];
  readonly elements: PlainElements;
}

/** The circuit under construction. */
export interface Elaboration {
  readonly netlist: Netlist;
  readonly context: EvaluationContext;
  readonly nodeNames: string[];
  /** Nodes of `.global` and of the top level, by name. */
  readonly globalNodes: Map<string, number>;
  readonly resistors: NamedElements;
  readonly capacitors: NamedElements;
  readonly devices: (CircuitDevice | undefined)[];
  readonly models: Map<string, ModelCard>;
  /** Work that needs all nodes and devices: behaviours, output probes. */
  readonly deferred: (() => void)[];
  /** Names of controlling devices, checked at the end. */
  readonly references: {
    readonly name: string;
    readonly place: number;
    readonly by: string;
  }[];
  readonly diagnostics: Diagnostic[];
  /** Errors and warnings already noted: one in a subcircuit is not repeated for each instance. */
  readonly noted: Set<string>;
  errors: number;
  /** Number of devices in one instance of a block, as far as counted. */
  readonly deviceCounts: Map<Block, number>;
  /** Instances whose blocks hold dot commands. */
  readonly instances: Frame[];
  /** Flat node name -> index, made when a hierarchical name is first looked up. */
  nodeIndex: Map<string, number> | undefined;
}

/** One block being expanded: the top level or a subcircuit instance. */
export interface Frame {
  readonly elaboration: Elaboration;
  readonly block: Block;
  readonly scope: Scope;
  /** Instance path such as `x1.x2`; empty at the top. */
  readonly path: string;
  /** Frame of the block in which this block is defined. */
  readonly lexical: Frame | undefined;
  /** Frame of the instantiating block. */
  readonly caller: Frame | undefined;
  /** Local node number -> circuit node, -1 while unused. */
  readonly nodes: Int32Array;
  /** Which guards of the block are active. */
  readonly active: readonly boolean[];
  /** Product of `m=` over the hierarchy. */
  readonly multiplicity: number;
  readonly models: Map<string, ModelCard>;
  readonly depth: number;
}

const MOST_ERRORS = 100;

export const createNamedElements = (): NamedElements => ({
  names: [],
  elements: createPlainElements(),
});

/** Runs one piece of elaboration; its error is noted once and the rest goes on. */
export function attempt(elaboration: Elaboration, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SpinbarError)) throw error;
    for (const diagnostic of error.diagnostics) note(elaboration, diagnostic);
  }
}

export function warn(elaboration: Elaboration, problem: Problem): void {
  note(elaboration, {
    severity: 'warning',
    ...finding(elaboration.netlist.sources, problem),
  });
}

function note(elaboration: Elaboration, diagnostic: Diagnostic): void {
  const { file, line, column } = diagnostic.where ?? {};
  const key = `${diagnostic.code} ${file} ${line} ${column}`;
  if (elaboration.noted.has(key)) return;
  elaboration.noted.add(key);
  if (diagnostic.severity === 'error') elaboration.errors += 1;
  if (elaboration.noted.size <= MOST_ERRORS || elaboration.errors === 1) {
    elaboration.diagnostics.push(diagnostic);
  }
}

export const isActive = (frame: Frame, guard: number): boolean => guard < 0 || frame.active[guard];
