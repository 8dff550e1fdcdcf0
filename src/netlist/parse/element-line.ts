import type { ElementCard, NameReference, ParameterAssignment } from '../deck.js';
import type { Expression } from '../expression/syntax.js';
import { fieldExpression, type Field } from '../fields.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { internName } from '../name-table.js';
import { netlistError, type Problem } from '../problem.js';
import type { ParseState } from './state.js';

/** An element line being read: its fields behind the name, consumed one by one. */
export interface ElementLine {
  readonly state: ParseState;
  readonly line: LogicalLine;
  readonly kind: string;
  /** Lower-case device name. */
  readonly name: string;
  /** Name as written. */
  readonly written: string;
  readonly place: number;
  readonly fields: readonly Field[];
  /** Index of the next field. */
  next: number;
}

/** Throws an error at the name of the element, unless the problem has its own place. */
export function elementError(
  element: ElementLine,
  problem: Omit<Problem, 'place'> & { readonly place?: number },
): never {
  throw netlistError(element.state.sources, {
    place: element.place,
    length: element.written.length,
    ...problem,
  });
}

/** The next positional field, if there is one. */
export const peekWord = (element: ElementLine): Field | undefined => {
  const field = element.fields[element.next];
  return field?.key === undefined ? field : undefined;
};

export function readNode(element: ElementLine, usage: string): number {
  const field = peekWord(element);
  if (field?.kind !== 'word') {
    return elementError(element, {
      code: 'missing-node',
      what: `${element.written} lacks a node`,
      place: endPlace(element),
      length: 1,
      mend: `write ${usage}`,
    });
  }
  element.next += 1;
  return internName(element.state.block.nodes, field.text);
}

/** Place just behind the line: where something missing should stand. */
export function endPlace({ line }: ElementLine): number {
  return placeOf(line, Math.max(line.end - 1, line.start)) + 1;
}

export function readName(element: ElementLine, what: string, usage: string): NameReference {
  const field = peekWord(element);
  if (field?.kind !== 'word') {
    return elementError(element, {
      code: 'missing-name',
      what: `${element.written} lacks ${what}`,
      place: endPlace(element),
      length: 1,
      mend: `write ${usage}`,
    });
  }
  element.next += 1;
  return { name: field.text.toLowerCase(), place: field.place };
}

export function readValue(element: ElementLine, usage: string): Expression {
  const field = peekWord(element);
  if (!field) {
    return elementError(element, {
      code: 'missing-value',
      what: `${element.written} has no value`,
      place: endPlace(element),
      length: 1,
      mend: `write ${usage}`,
    });
  }
  element.next += 1;
  return expressionOf(element, field);
}

export const expressionOf = ({ state, line }: ElementLine, field: Field): Expression =>
  fieldExpression(state.sources, line, field);

export const assignmentOf = (element: ElementLine, field: Field): ParameterAssignment => ({
  name: field.key ?? field.text.toLowerCase(),
  expression: expressionOf(element, field),
  place: field.place,
  guard: -1,
});

/** Reads every remaining field as `name=value` or as one of the flags; anything else is an error. */
export function readTail(
  element: ElementLine,
  usage: string,
  flags: readonly string[] = [],
): { readonly parameters: readonly ParameterAssignment[]; readonly flags: readonly string[] } {
  const parameters: ParameterAssignment[] = [];
  const found: string[] = [];
  for (; element.next < element.fields.length; element.next += 1) {
    const field = element.fields[element.next];
    if (field.key !== undefined) parameters.push(assignmentOf(element, field));
    else if (flags.includes(field.text.toLowerCase())) found.push(field.text.toLowerCase());
    else unexpected(element, field, usage);
  }
  return { parameters, flags: found };
}

/** Throws for a field that has no meaning where it stands. */
export function unexpected(element: ElementLine, field: Field, usage: string): never {
  const before = element.line.text.charCodeAt(field.start - 2);
  const decimalComma = field.gluedComma && before >= 48 && before <= 57 && /^\d/.test(field.text);
  return elementError(element, {
    code: decimalComma ? 'decimal-comma' : 'unexpected-word',
    what: decimalComma
      ? `a comma separates values: "${field.text}" would be ignored`
      : `${element.written}: "${field.text}" has no meaning here`,
    place: field.place,
    length: field.text.length,
    mend: decimalComma ? 'write a decimal point' : `write ${usage}`,
  });
}

/** A card with everything empty that the caller does not give. */
export function cardOf(
  { state, kind, name, place }: ElementLine,
  parts: Partial<ElementCard> & Pick<ElementCard, 'nodes'>,
): ElementCard {
  return {
    kind,
    name,
    place,
    guard: state.guard,
    values: [],
    parameters: [],
    controls: [],
    flags: [],
    ...parts,
  };
}
