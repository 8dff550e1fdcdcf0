import { skipBlanks } from '../characters.js';
import type { FunctionDefinition, ModelDefinition, ParameterAssignment } from '../deck.js';
import { readExpression } from '../expression/parse-expression.js';
import type { Expression } from '../expression/syntax.js';
import { expressionReader, fieldExpression, readFields } from '../fields.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { netlistError } from '../problem.js';
import type { ParseState } from './state.js';

const NAME = /[A-Za-z_\u0080-\uffff][\w.#$\u0080-\uffff]*/y;

interface Cursor {
  readonly state: ParseState;
  readonly line: LogicalLine;
  at: number;
}

/** `.param a=1 b={a*2} f(x)={x*a}`: assignments and functions, with or without commas between. */
export function parseParameters(state: ParseState, line: LogicalLine, at: number): void {
  const cursor: Cursor = { state, line, at };
  for (;;) {
    skipSeparators(cursor);
    if (cursor.at >= line.end) break;
    const start = cursor.at;
    const name = readIdentifier(cursor, 'write .param name=value');
    const formals = readFormals(cursor);
    skipTo(cursor, '=', `"${name}" needs a value`, 'write .param name=value');
    const expression = readValueExpression(cursor);
    const place = placeOf(line, start);
    if (formals) {
      state.block.functions.push({ name, formals, body: expression, place, guard: state.guard });
    } else state.block.parameters.push({ name, expression, place, guard: state.guard });
  }
}

/** `.func f(x,y) {body}`, also with `=` before the body and without braces. */
export function parseFunction(state: ParseState, line: LogicalLine, at: number): void {
  const usage = 'write .func name(x) {expression}';
  const cursor: Cursor = { state, line, at };
  skipSeparators(cursor);
  const start = cursor.at;
  const name = readIdentifier(cursor, usage);
  const formals = readFormals(cursor);
  if (!formals) return expected(cursor, `function "${name}" needs its arguments`, usage);
  cursor.at = skipBlanks(line.text, cursor.at, line.end);
  if (line.text[cursor.at] === '=' && cursor.at < line.end) cursor.at += 1;
  const body = readValueExpression(cursor);
  cursor.at = skipBlanks(line.text, cursor.at, line.end);
  if (cursor.at < line.end) expected(cursor, 'one expression makes a function', usage);
  const definition: FunctionDefinition = {
    name,
    formals,
    body,
    place: placeOf(line, start),
    guard: state.guard,
  };
  state.block.functions.push(definition);
}

function readValueExpression(cursor: Cursor): Expression {
  const { state, line } = cursor;
  if (skipBlanks(line.text, cursor.at, line.end) >= line.end) {
    expected(cursor, 'a value is missing', 'write name=value');
  }
  const reader = expressionReader(state.sources, line, cursor.at, line.end);
  const expression = readExpression(reader);
  cursor.at = reader.at;
  return expression;
}

function readIdentifier(cursor: Cursor, usage: string): string {
  NAME.lastIndex = cursor.at;
  const match = NAME.exec(cursor.line.text);
  if (!match || cursor.at + match[0].length > cursor.line.end) {
    return expected(cursor, 'a name is expected here', usage);
  }
  cursor.at += match[0].length;
  return match[0].toLowerCase();
}

/** `(x, y)` behind a name; `undefined` when no parenthesis follows. */
function readFormals(cursor: Cursor): string[] | undefined {
  const { line } = cursor;
  const open = skipBlanks(line.text, cursor.at, line.end);
  if (open >= line.end || line.text[open] !== '(') return undefined;
  const close = line.text.indexOf(')', open);
  if (close < 0 || close >= line.end) {
    cursor.at = open;
    expected(cursor, 'the closing parenthesis is missing', 'write name(x,y)');
  }
  cursor.at = close + 1;
  const formals = line.text
    .slice(open + 1, close)
    .split(/[\s,]+/)
    .filter((formal) => formal !== '');
  return formals.map((formal) => formal.toLowerCase());
}

function skipSeparators(cursor: Cursor): void {
  const { text, end } = cursor.line;
  cursor.at = skipBlanks(text, cursor.at, end);
  while (cursor.at < end && text[cursor.at] === ',')
    cursor.at = skipBlanks(text, cursor.at + 1, end);
}

function skipTo(cursor: Cursor, char: string, what: string, mend: string): void {
  const { line } = cursor;
  cursor.at = skipBlanks(line.text, cursor.at, line.end);
  if (cursor.at >= line.end || line.text[cursor.at] !== char) expected(cursor, what, mend);
  cursor.at += 1;
}

function expected({ state, line, at }: Cursor, what: string, mend: string): never {
  const place = placeOf(line, Math.max(line.start, Math.min(at, line.end - 1)));
  throw netlistError(state.sources, {
    code: 'syntax',
    what,
    place: place + (at >= line.end ? 1 : 0),
    mend,
  });
}

/** `.model name type(p=value ...)`, parentheses optional. */
export function parseModel(state: ParseState, line: LogicalLine, at: number): ModelDefinition {
  const fields = readFields(state.sources, line, at);
  const [name, type] = fields;
  if (name?.key !== undefined || type?.key !== undefined || !name || !type) {
    throw netlistError(state.sources, {
      code: 'syntax',
      what: 'a model needs a name and a type',
      place: name?.place ?? placeOf(line, line.start),
      length: name?.text.length ?? 6,
      mend: 'write .model name type(parameter=value ...)',
    });
  }
  const parameters: ParameterAssignment[] = [];
  const texts: Record<string, string> = {};
  for (const field of fields.slice(2)) {
    if (field.key === undefined) {
      throw netlistError(state.sources, {
        code: 'unexpected-word',
        what: `"${field.text}" has no meaning here`,
        place: field.place,
        length: field.text.length,
        mend: 'write parameter=value',
      });
    }
    if (field.kind === 'string') texts[field.key] = field.text;
    else {
      const expression = fieldExpression(state.sources, line, field);
      parameters.push({ name: field.key, expression, place: field.place, guard: -1 });
    }
  }
  return {
    name: name.text.toLowerCase(),
    type: type.text.toLowerCase(),
    parameters,
    texts,
    place: name.place,
    guard: state.guard,
  };
}
