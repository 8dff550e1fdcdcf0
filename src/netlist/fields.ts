import { BLANK, classOf, QUOTE, SEPARATOR } from './characters.js';
import { readExpression, type ExpressionReader } from './expression/parse-expression.js';
import { numberExpression, type Expression } from './expression/syntax.js';
import { placeOf, type LogicalLine } from './logical-line.js';
import { scanNumber } from './number.js';
import { netlistError } from './problem.js';
import type { SourceText } from './source-text.js';

/** One word, expression or quoted text of a line, with the key in front of its `=` if it has one. */
export interface Field {
  /** Lower case. */
  readonly key: string | undefined;
  readonly kind: 'word' | 'expression' | 'string';
  /** Without quotes or braces. */
  readonly text: string;
  /** Offsets of `text` in the line. */
  readonly start: number;
  readonly end: number;
  /** Where the key, quote or word begins: see `locate`. */
  readonly place: number;
  /** A comma stands before this field without blank between: `1,5`. */
  readonly gluedComma: boolean;
}

const OPEN = 40;
const COMMA = 44;
const EQUALS = 61;
const BRACE = 123;
const CLOSE = 41;
const CLOSING_BRACE = 125;

/**
 * Cuts line.text[at, end) into fields. Blanks, commas and parentheses separate; `key = value` is one
 * field; `{...}`, `'...'` and `"..."` hold together. Throws for an unclosed quote or brace.
 */
export function readFields(
  sources: readonly SourceText[],
  line: LogicalLine,
  at = line.start,
): Field[] {
  const { text, end } = line;
  const fields: Field[] = [];
  let next = at;
  let gluedComma = false;
  let assignTo: Field | undefined;
  while (next < end) {
    const code = text.charCodeAt(next);
    const kind = classOf(code);
    if (kind & (BLANK | SEPARATOR)) {
      if (code === EQUALS && fields.length > 0 && !assignTo) {
        const previous = fields[fields.length - 1];
        if (previous.kind === 'word' && previous.key === undefined) assignTo = fields.pop();
      }
      gluedComma = code === COMMA;
      next += 1;
      continue;
    }
    const field =
      kind & QUOTE
        ? readQuoted(sources, line, next, gluedComma, assignTo)
        : readWord(line, next, gluedComma, assignTo);
    next = kind & QUOTE ? field.end + 1 : field.end;
    fields.push(field);
    gluedComma = false;
    assignTo = undefined;
  }
  if (assignTo) {
    throw netlistError(sources, {
      code: 'missing-value',
      what: `"${assignTo.text}=" has no value`,
      place: assignTo.place,
      length: assignTo.text.length + 1,
    });
  }
  return fields;
}

function readWord(
  line: LogicalLine,
  start: number,
  gluedComma: boolean,
  assignTo: Field | undefined,
): Field {
  const { text, end: limit } = line;
  let end = start;
  let depth = 0;
  for (; end < limit; end += 1) {
    const code = text.charCodeAt(end);
    const kind = classOf(code);
    // The value of a key may hold a call: w=max(a,b).
    if (assignTo && code === OPEN && end > start) depth += 1;
    else if (depth > 0 && code === CLOSE) depth -= 1;
    else if (kind & QUOTE || (depth === 0 && kind & (BLANK | SEPARATOR))) break;
  }
  return {
    key: assignTo?.text.toLowerCase(),
    kind: 'word',
    text: text.slice(start, end),
    start,
    end,
    place: assignTo?.place ?? placeOf(line, start),
    gluedComma,
  };
}

function readQuoted(
  sources: readonly SourceText[],
  line: LogicalLine,
  start: number,
  gluedComma: boolean,
  assignTo: Field | undefined,
): Field {
  const { text, end: limit } = line;
  const open = text.charCodeAt(start);
  const end =
    open === BRACE ? closingBrace(text, start, limit) : text.indexOf(text[start], start + 1);
  if (end < 0 || end >= limit || open === CLOSING_BRACE) {
    const what =
      open === CLOSING_BRACE
        ? 'a closing } without an opening {'
        : `the closing ${open === BRACE ? '}' : text[start]} is missing`;
    throw netlistError(sources, { code: 'unclosed', what, place: placeOf(line, start) });
  }
  return {
    key: assignTo?.text.toLowerCase(),
    kind: open === 34 ? 'string' : 'expression',
    text: text.slice(start + 1, end),
    start: start + 1,
    end,
    place: assignTo?.place ?? placeOf(line, start),
    gluedComma,
  };
}

function closingBrace(text: string, start: number, limit: number): number {
  let depth = 0;
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BRACE) depth += 1;
    else if (code === CLOSING_BRACE) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** A reader over part of a line. */
export const expressionReader = (
  sources: readonly SourceText[],
  line: LogicalLine,
  at: number,
  end: number,
  output = false,
): ExpressionReader => ({ sources, line, at, end, output, depth: 0, operators: 0 });

/** The expression that a field holds: a number, a parameter name, or text in braces or quotes. */
export function fieldExpression(
  sources: readonly SourceText[],
  line: LogicalLine,
  field: Field,
  output = false,
): Expression {
  const { text } = line;
  if (field.kind === 'word') {
    const number = scanNumber(text, field.start, field.end);
    if (number?.end === field.end && number.mend === undefined)
      return numberExpression(number.value);
    const next = number ? text[number.end] : '';
    if (number && (number.mend !== undefined || !'+-*/^<>=!&|?'.includes(next))) {
      throw netlistError(sources, {
        code: 'number',
        what: `"${field.text}" is not a number`,
        place: placeOf(line, field.start),
        length: field.text.length,
        mend:
          number.mend ??
          (next === '%'
            ? `write ${number.value / 100}`
            : 'write digits, then one suffix (t g meg k m u n p f)'),
      });
    }
  }
  const reader = expressionReader(sources, line, field.start, field.end, output);
  const expression = readExpression(reader);
  while (reader.at < reader.end && classOf(text.charCodeAt(reader.at)) & BLANK) reader.at += 1;
  if (reader.at < reader.end) {
    throw netlistError(sources, {
      code: 'expression-syntax',
      what: `"${text[reader.at]}" does not belong here`,
      place: placeOf(line, reader.at),
      why: 'the expression is complete before it',
    });
  }
  return expression;
}
