import type { Directive } from '../deck.js';
import { evaluateExpression } from '../expression/evaluate.js';
import type { Expression } from '../expression/syntax.js';
import { fieldExpression, readFields, type Field } from '../fields.js';
import { placeOf } from '../logical-line.js';
import { netlistError, type Problem } from '../problem.js';
import type { Frame } from './state.js';

/** A dot command being read at elaboration. */
export interface DirectiveLine {
  readonly frame: Frame;
  readonly directive: Directive;
  readonly fields: readonly Field[];
  /** Index of the next field. */
  next: number;
  /** How the command is written, for messages. */
  readonly usage: string;
}

export function directiveLine(frame: Frame, directive: Directive, usage: string): DirectiveLine {
  const { sources } = frame.elaboration.netlist;
  const fields = readFields(sources, directive.line, directive.at);
  return { frame, directive, fields, next: 0, usage };
}

export function directiveError(
  { frame, directive, usage }: Pick<DirectiveLine, 'frame' | 'directive' | 'usage'>,
  problem: Omit<Problem, 'place' | 'code'> & { readonly place?: number; readonly code?: string },
): never {
  throw netlistError(frame.elaboration.netlist.sources, {
    code: 'directive',
    place: directive.place,
    length: directive.keyword.length,
    mend: `write ${usage}`,
    ...problem,
  });
}

export const peek = (line: DirectiveLine): Field | undefined => line.fields[line.next];

/** Lower-case text of the next field when it is a bare word. */
export function peekWord(line: DirectiveLine): string | undefined {
  const field = line.fields[line.next];
  return field?.key === undefined && field?.kind === 'word' ? field.text.toLowerCase() : undefined;
}

export function readField(line: DirectiveLine, what: string): Field {
  const field = line.fields[line.next];
  if (!field) {
    const { start, end } = line.directive.line;
    directiveError(line, {
      code: 'missing-value',
      what: `${line.directive.keyword} lacks ${what}`,
      place: placeOf(line.directive.line, Math.max(start, end - 1)) + 1,
      length: 1,
    });
  }
  line.next += 1;
  return field;
}

export const readWord = (line: DirectiveLine, what: string): string =>
  readField(line, what).text.toLowerCase();

export function numberOf(line: DirectiveLine, field: Field): number {
  const { frame, directive } = line;
  const expression = fieldExpression(frame.elaboration.netlist.sources, directive.line, field);
  return evaluateOn(line, expression);
}

export const evaluateOn = ({ frame, directive }: DirectiveLine, expression: Expression): number =>
  evaluateExpression(expression, frame.scope, directive.keyword);

export const readNumber = (line: DirectiveLine, what: string): number =>
  numberOf(line, readField(line, what));

/** A number if the next field is one (or an expression); leaves other words alone. */
export function readOptionalNumber(line: DirectiveLine): number | undefined {
  const field = peek(line);
  if (!field || field.key !== undefined || !looksNumeric(field)) return undefined;
  line.next += 1;
  return numberOf(line, field);
}

export const looksNumeric = ({ kind, text }: Field): boolean =>
  kind === 'expression' || /^[-+]?\.?\d/.test(text);

export function refuseRest(line: DirectiveLine): void {
  const field = peek(line);
  if (!field) return;
  directiveError(line, {
    code: 'unexpected-word',
    what: `${line.directive.keyword}: "${field.key ?? field.text}" has no meaning here`,
    place: field.place,
    length: (field.key ?? field.text).length,
  });
}
