import { didYouMean } from '../../units/index.js';
import type { Block, ElementCard, ParameterAssignment } from '../deck.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { findFunction, findParameter, type Scope } from '../expression/scope.js';
import { childrenOf, type Expression } from '../expression/syntax.js';
import { pushPlainElement, type PlainElements } from '../plain-elements.js';
import { netlistError } from '../problem.js';
import { elaborateDevice } from './devices.js';
import { findBlock, flatDeviceName, nodeOf, searchFrames } from './names.js';
import {
  attempt,
  isActive,
  warn,
  type Elaboration,
  type Frame,
  type NamedElements,
} from './state.js';

const DEEPEST_HIERARCHY = 100;
const MOST_DEVICES = 20_000_000;

/** A frame with its parameters bound and its `.if` branches chosen. */
export function openFrame(
  elaboration: Elaboration,
  block: Block,
  scope: Scope,
  parts: Pick<Frame, 'path' | 'lexical' | 'caller' | 'multiplicity' | 'depth'>,
): Frame {
  const nodes = new Int32Array(block.nodes.names.length).fill(-1);
  nodes[0] = 0;
  bindDefinitions(block, scope, -1);
  const active: boolean[] = [];
  block.guards.forEach(({ enclosing, conditions }, guard) => {
    active[guard] = false;
    attempt(elaboration, () => {
      active[guard] =
        (enclosing < 0 || active[enclosing]) &&
        conditions.every(
          ({ expression, wanted }) =>
            (evaluateExpression(expression, scope, '.if') !== 0) === wanted,
        );
    });
    if (active[guard]) bindDefinitions(block, scope, guard);
  });
  return {
    elaboration,
    block,
    scope,
    nodes,
    active,
    models: new Map(),
    ...parts,
  };
}

function bindDefinitions(block: Block, scope: Scope, guard: number): void {
  for (const one of block.parameters) if (one.guard === guard) bind(scope, one, scope);
  for (const { name, formals, body, guard: own } of block.functions) {
    if (own === guard) scope.functions.set(name, { formals, body, scope });
  }
}

/** Binds a parameter in `scope` to an expression read in `readIn`. */
export function bind(
  scope: Scope,
  { name, expression, place }: ParameterAssignment,
  readIn: Scope,
): void {
  scope.parameters.set(name, {
    expression,
    scope: readIn,
    place,
    state: 'new',
    value: Number.NaN,
  });
}

/** Adds the devices of a block, and of the instances in it, to the circuit. */
export function expandFrame(frame: Frame): void {
  const { block, elaboration } = frame;
  expandPlain(frame, block.resistors, elaboration.resistors, 'r');
  expandPlain(frame, block.capacitors, elaboration.capacitors, 'c');
  const seen = block.guards.length > 0 ? new Set<string>() : undefined;
  for (const card of block.cards) {
    if (!isActive(frame, card.guard)) continue;
    attempt(elaboration, () => {
      if (seen?.has(card.name)) reportDuplicate(frame, card);
      seen?.add(card.name);
      if (card.kind === 'x') expandInstance(frame, card);
      else elaborateDevice(frame, card);
    });
  }
}

function reportDuplicate({ elaboration }: Frame, { name, place }: ElementCard): never {
  throw netlistError(elaboration.netlist.sources, {
    code: 'duplicate-device',
    what: `device "${name}" is defined twice`,
    place,
    length: name.length,
    mend: 'rename one of the two',
  });
}

function expandPlain(
  frame: Frame,
  from: PlainElements,
  { names, elements }: NamedElements,
  kind: 'r' | 'c',
): void {
  const { path, block, multiplicity } = frame;
  for (let k = 0; k < from.count; k += 1) {
    names.push(flatDeviceName(path, kind, block.deviceNames.names[from.device[k]]));
    pushPlainElement(
      elements,
      names.length - 1,
      nodeOf(frame, from.nodes[2 * k]),
      nodeOf(frame, from.nodes[2 * k + 1]),
      kind === 'r' ? from.values[k] / multiplicity : from.values[k] * multiplicity,
      from.places[k],
    );
  }
}

function expandInstance(frame: Frame, card: ElementCard): void {
  const { elaboration, path: outer } = frame;
  const definition = findSubcircuit(frame, card);
  const { block, home } = definition;
  checkInstance(frame, card, block);
  const path = outer === '' ? card.name : `${outer}.${card.name}`;
  const scope: Scope = {
    path,
    parent: frame.scope,
    parameters: new Map(),
    functions: new Map(),
    context: elaboration.context,
  };
  for (const one of block.defaults) bind(scope, one, scope);
  let { multiplicity } = frame;
  const declares = (name: string): boolean =>
    block.defaults.some((one) => one.name === name) ||
    block.parameters.some((one) => one.name === name);
  for (const one of card.parameters) {
    if (one.name === 'm' && !declares('m')) {
      multiplicity *= evaluateExpression(one.expression, frame.scope, `${path}.m`);
      continue;
    }
    if (!declares(one.name)) warnUnknownParameter(frame, block, one);
    bind(scope, one, isReadable(one.expression, frame.scope) ? frame.scope : scope);
  }
  const inner = openFrame(elaboration, block, scope, {
    path,
    lexical: home,
    caller: frame,
    multiplicity,
    depth: frame.depth + 1,
  });
  block.ports.forEach((pin, k) => {
    inner.nodes[pin] = nodeOf(frame, card.nodes[k]);
  });
  if (block.directives.length > 0) elaboration.instances.push(inner);
  expandFrame(inner);
}

/** The definition that a name means: nested ones first, then those of the enclosing blocks. */
function findSubcircuit(frame: Frame, card: ElementCard): { block: Block; home: Frame } {
  const name = card.model?.name ?? '';
  const found = searchFrames(frame, (home) => {
    const block = home.block.subcircuits.findLast(
      (one) => one.name === name && isActive(home, one.guard),
    );
    return block && { block, home };
  });
  if (found) return found;
  const names: string[] = [];
  searchFrames(frame, ({ block }) => {
    names.push(...block.subcircuits.map((one) => one.name));
    return undefined;
  });
  const near = didYouMean(name, names);
  throw netlistError(frame.elaboration.netlist.sources, {
    code: 'unknown-subcircuit',
    what: `subcircuit "${name}" is not defined`,
    place: card.model?.place ?? card.place,
    length: name.length,
    mend:
      near === undefined
        ? `add .subckt ${name} ... .ends, or .include its file`
        : `did you mean "${near}"?`,
  });
}

function checkInstance(frame: Frame, card: ElementCard, block: Block): void {
  const { elaboration } = frame;
  const { sources } = elaboration.netlist;
  const at = { place: card.place, length: card.name.length };
  if (card.nodes.length !== block.ports.length) {
    const pins = block.ports.map((pin) => block.nodes.names[pin]).join(' ');
    throw netlistError(sources, {
      ...at,
      code: 'pin-count',
      what: `${card.name} gives ${card.nodes.length} node${card.nodes.length === 1 ? '' : 's'}, subcircuit "${block.name}" has ${block.ports.length}`,
      mend: `its pins are: ${pins || '(none)'}`,
    });
  }
  for (let outer: Frame | undefined = frame; outer; outer = outer.caller) {
    if (outer.block !== block) continue;
    throw netlistError(sources, {
      ...at,
      code: 'recursive-subcircuit',
      what: `subcircuit "${block.name}" instantiates itself`,
      why: `the chain is ${frame.path}.${card.name}`,
      mend: 'break the circle: a subcircuit cannot contain itself',
    });
  }
  if (frame.depth > DEEPEST_HIERARCHY || countDevices(elaboration, block) > MOST_DEVICES) {
    throw netlistError(sources, {
      ...at,
      code: 'too-large',
      what: `${card.name} holds more than ${MOST_DEVICES} devices or ${DEEPEST_HIERARCHY} levels`,
    });
  }
}

/** Devices in one instance of a block, all levels, before anything is expanded. */
function countDevices(elaboration: Elaboration, block: Block): number {
  const known = elaboration.deviceCounts.get(block);
  if (known !== undefined) return known;
  // Stands while the block is counted, so that a recursive definition ends here.
  elaboration.deviceCounts.set(block, 0);
  let count = block.resistors.count + block.capacitors.count;
  for (const { kind, model } of block.cards) {
    const inner = kind === 'x' && model ? findBlock(block, model.name) : undefined;
    count += inner ? countDevices(elaboration, inner) : 1;
  }
  elaboration.deviceCounts.set(block, count);
  return count;
}

function warnUnknownParameter(
  frame: Frame,
  block: Block,
  { name, place }: ParameterAssignment,
): void {
  const near = didYouMean(
    name,
    block.defaults.map((one) => one.name),
  );
  warn(frame.elaboration, {
    code: 'undeclared-parameter',
    what: `subcircuit "${block.name}" declares no parameter "${name}"`,
    place,
    length: name.length,
    mend:
      near === undefined ? `add ${name}=default to its .subckt line` : `did you mean "${near}"?`,
  });
}

/** True when every name of an expression is known to the instantiating circuit. */
function isReadable(expression: Expression, scope: Scope): boolean {
  if (expression.type === 'number') return true;
  if (expression.type === 'name') return findParameter(scope, expression.name) !== undefined;
  if (expression.type === 'call' && findFunction(scope, expression.name) === undefined) {
    return expression.arguments.every((argument) => isReadable(argument, scope));
  }
  return childrenOf(expression).every((child) => isReadable(child, scope));
}
