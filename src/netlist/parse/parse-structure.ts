import { skipBlanks } from '../characters.js';
import type { Guard } from '../deck.js';
import { readExpression } from '../expression/parse-expression.js';
import type { Expression } from '../expression/syntax.js';
import { expressionReader, fieldExpression, readFields } from '../fields.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { internName } from '../name-table.js';
import { netlistError } from '../problem.js';
import { createBlock, type ParseState } from './state.js';

/** What a file under reading has opened and must close: `.subckt` and `.if`. */
export type OpenStructure =
  | {
      readonly kind: 'subckt';
      readonly name: string;
      readonly place: number;
      readonly guard: number;
    }
  | {
      readonly kind: 'if';
      readonly place: number;
      readonly enclosing: number;
      readonly tried: Expression[];
      closedByElse: boolean;
    };

/** `.subckt name pin ... [params:] [parameter=default]`: statements go to its body until `.ends`. */
export function openSubcircuit(
  state: ParseState,
  open: OpenStructure[],
  line: LogicalLine,
  at: number,
): void {
  const fields = readFields(state.sources, line, at);
  const name = fields[0];
  const place = name?.place ?? placeOf(line, line.start);
  const block = createBlock(name?.text.toLowerCase() ?? '', place, state.guard, state.block);
  // The body is entered even when the line is wrong: its statements must not leak outside.
  open.push({ kind: 'subckt', name: block.name, place, guard: state.guard });
  const enclosing = state.block;
  state.block = block;
  state.guard = -1;
  if (!name || name.key !== undefined) {
    throw netlistError(state.sources, {
      code: 'syntax',
      what: 'a subcircuit needs a name',
      place,
      length: 7,
      mend: 'write .subckt name pin1 pin2',
    });
  }
  enclosing.subcircuits.push(block);
  for (const field of fields.slice(1)) {
    if (field.key !== undefined) {
      const expression = fieldExpression(state.sources, line, field);
      block.defaults.push({ name: field.key, expression, place: field.place, guard: -1 });
    } else if (!/^params:?$/i.test(field.text)) {
      const pin = internName(block.nodes, field.text);
      if (block.ports.includes(pin) || pin === 0) {
        throw netlistError(state.sources, {
          code: 'pin',
          what: pin === 0 ? 'ground cannot be a pin' : `pin "${field.text}" is named twice`,
          place: field.place,
          length: field.text.length,
          mend:
            pin === 0
              ? 'leave it out: node 0 is known inside every subcircuit'
              : 'rename one of the two',
        });
      }
      block.ports.push(pin);
    }
  }
}

/** `.ends [name]`. */
export function closeSubcircuit(
  state: ParseState,
  open: OpenStructure[],
  line: LogicalLine,
  at: number,
): void {
  const name = readFields(state.sources, line, at)[0]?.text.toLowerCase();
  const innermost = open.findLast(({ kind }) => kind === 'subckt');
  if (innermost?.kind !== 'subckt') {
    throw netlistError(state.sources, {
      code: 'unmatched-ends',
      what: '.ends without .subckt',
      place: placeOf(line, line.start),
      length: 5,
    });
  }
  while (open.length > 0) {
    const closed = open.pop();
    if (closed === innermost) break;
    if (closed) reportUnclosed(state, closed);
  }
  state.block = state.block.enclosing ?? state.top;
  state.guard = innermost.guard;
  if (name !== undefined && name !== innermost.name) {
    throw netlistError(state.sources, {
      code: 'unmatched-ends',
      what: `.ends ${name} closes subcircuit "${innermost.name}"`,
      place: placeOf(line, line.start),
      length: 5,
      mend: `write .ends ${innermost.name}, or look for a missing .ends above`,
    });
  }
}

/** `.if (condition)`, `.elseif`, `.else`, `.endif`. */
export function parseConditional(
  state: ParseState,
  open: OpenStructure[],
  keyword: string,
  line: LogicalLine,
  at: number,
): void {
  if (keyword === '.if') {
    open.push({
      kind: 'if',
      place: placeOf(line, line.start),
      enclosing: state.guard,
      tried: [],
      closedByElse: false,
    });
  }
  const current = open.at(-1);
  if (current?.kind !== 'if') {
    throw netlistError(state.sources, {
      code: 'unmatched-if',
      what: `${keyword} without .if`,
      place: placeOf(line, line.start),
      length: keyword.length,
    });
  }
  if (keyword === '.endif') {
    open.pop();
    state.guard = current.enclosing;
    return;
  }
  if (current.closedByElse) {
    throw netlistError(state.sources, {
      code: 'unmatched-if',
      what: `${keyword} behind .else`,
      place: placeOf(line, line.start),
      length: keyword.length,
    });
  }
  const failed = current.tried.map((expression) => ({ expression, wanted: false }));
  if (keyword === '.else') {
    current.closedByElse = true;
    enterGuard(state, { enclosing: current.enclosing, conditions: failed });
    return;
  }
  // Guarded by a false condition until it is read, so that an error in it hides the branch.
  enterGuard(state, {
    enclosing: current.enclosing,
    conditions: [{ expression: { type: 'number', value: 0 }, wanted: true }],
  });
  const condition = readCondition(state, line, at);
  current.tried.push(condition);
  enterGuard(state, {
    enclosing: current.enclosing,
    conditions: [...failed, { expression: condition, wanted: true }],
  });
}

function enterGuard(state: ParseState, guard: Guard): void {
  state.guard = state.block.guards.length;
  state.block.guards.push(guard);
}

function readCondition(state: ParseState, line: LogicalLine, at: number): Expression {
  const reader = expressionReader(state.sources, line, at, line.end);
  const expression = readExpression(reader);
  const rest = skipBlanks(line.text, reader.at, line.end);
  if (rest < line.end) {
    throw netlistError(state.sources, {
      code: 'expression-syntax',
      what: `"${line.text[rest]}" does not belong here`,
      place: placeOf(line, rest),
      mend: 'write .if (condition)',
    });
  }
  return expression;
}

/** Notes the error of a structure left open at the end of its file. */
export function reportUnclosed(state: ParseState, structure: OpenStructure): void {
  const isSubcircuit = structure.kind === 'subckt';
  const error = netlistError(state.sources, {
    code: isSubcircuit ? 'missing-ends' : 'missing-endif',
    what: isSubcircuit ? `subcircuit "${structure.name}" has no .ends` : '.if has no .endif',
    place: structure.place,
    length: isSubcircuit ? Math.max(1, structure.name.length) : 3,
    mend: isSubcircuit ? `add .ends ${structure.name}` : 'add .endif',
  });
  state.errors += 1;
  state.diagnostics.push(...error.diagnostics);
}
