import { isBlank, isDigit, isLetter, skipBlanks } from '../characters.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { scanNumber } from '../number.js';
import { netlistError } from '../problem.js';
import type { SourceText } from '../source-text.js';
import { AC_PROBES, readDeviceQuantity, readProbe } from './parse-probe.js';
import { numberExpression, type BinaryOperator, type Expression } from './syntax.js';

/** Where an expression is read: a window on a line, and what the words in it may mean. */
export interface ExpressionReader {
  readonly sources: readonly SourceText[];
  readonly line: LogicalLine;
  readonly end: number;
  /** Output statements know `vm(a)`, `r1:r` and bare device currents. */
  readonly output: boolean;
  at: number;
  depth: number;
  /** Operators read so far: bounds the depth of the tree. */
  operators: number;
}

const DEEPEST_NESTING = 150;
const MOST_OPERATORS = 2500;

/** A binary operator: how tightly it binds, what it means and how many characters it has. */
interface OperatorSymbol {
  readonly level: number;
  readonly operator: BinaryOperator;
  readonly width: number;
}

/** By first character, longest symbol first; `^` is `**`, `<>` is `!=`, `&` is `&&`. */
const OPERATORS: ReadonlyMap<number, readonly (OperatorSymbol & { readonly symbol: string })[]> =
  operatorsByFirstCharacter([
    ['||', '||', 1],
    ['|', '||', 1],
    ['&&', '&&', 2],
    ['&', '&&', 2],
    ['==', '==', 3],
    ['!=', '!=', 3],
    ['<>', '!=', 3],
    ['<=', '<=', 4],
    ['<', '<', 4],
    ['>=', '>=', 4],
    ['>', '>', 4],
    ['+', '+', 5],
    ['-', '-', 5],
    ['**', '**', 7],
    ['*', '*', 6],
    ['/', '/', 6],
    ['%', '%', 6],
    ['^', '**', 7],
  ]);

function operatorsByFirstCharacter(
  symbols: readonly (readonly [string, BinaryOperator, number])[],
): Map<number, (OperatorSymbol & { readonly symbol: string })[]> {
  const byCode = new Map<number, (OperatorSymbol & { readonly symbol: string })[]>();
  for (const [symbol, operator, level] of symbols) {
    const code = symbol.charCodeAt(0);
    const known = byCode.get(code) ?? [];
    byCode.set(code, [...known, { symbol, operator, level, width: symbol.length }]);
  }
  return byCode;
}

const POWER_LEVEL = 7;

/**
 * Reads the longest expression at reader.at and leaves `at` behind it. Power binds tighter than the
 * sign (-2**2 = -4) and goes from left to right (2**3**2 = 64), as in ngspice.
 * Throws a SpinbarError with the place of the first character that does not fit.
 */
export function readExpression(reader: ExpressionReader): Expression {
  reader.depth += 1;
  if (reader.depth > DEEPEST_NESTING) {
    fail(reader, reader.at, 1, 'expression-too-deep', 'the expression is nested too deeply', {
      mend: 'split it over several .param lines',
    });
  }
  const condition = readBinary(reader, 1);
  skip(reader);
  let result = condition;
  if (reader.line.text.charCodeAt(reader.at) === 63 && reader.at < reader.end) {
    reader.at += 1;
    const whenTrue = readExpression(reader);
    expect(reader, ':', 'the ternary `? :` needs its second branch');
    const whenFalse = readExpression(reader);
    result = { type: 'conditional', condition, whenTrue, whenFalse };
  }
  reader.depth -= 1;
  return result;
}

/** Precedence climbing: reads operators that bind at least as tightly as `weakest`. */
function readBinary(reader: ExpressionReader, weakest: number): Expression {
  let left = readUnary(reader);
  for (;;) {
    skip(reader);
    const found = operatorAt(reader);
    if (!found || found.level < weakest || found.level === POWER_LEVEL) return left;
    countOperator(reader);
    const place = placeOf(reader.line, reader.at);
    reader.at += found.width;
    const right = readBinary(reader, found.level + 1);
    left = { type: 'binary', operator: found.operator, left, right, place };
  }
}

function countOperator(reader: ExpressionReader): void {
  reader.operators += 1;
  if (reader.operators > MOST_OPERATORS) {
    fail(reader, reader.at, 1, 'expression-too-long', 'the expression has too many terms', {
      mend: 'split it over several .param lines',
    });
  }
}

function operatorAt({ line, at, end }: ExpressionReader): OperatorSymbol | undefined {
  if (at >= end) return undefined;
  const candidates = OPERATORS.get(line.text.charCodeAt(at));
  return candidates?.find(
    ({ symbol, width }) => at + width <= end && line.text.startsWith(symbol, at),
  );
}

function readUnary(reader: ExpressionReader): Expression {
  skip(reader);
  const signs: string[] = [];
  for (;;) {
    const char = reader.at < reader.end ? reader.line.text[reader.at] : '';
    if (char !== '-' && char !== '+' && char !== '!' && char !== '~') break;
    if (signs.length > DEEPEST_NESTING) {
      fail(reader, reader.at, 1, 'expression-too-deep', 'too many signs in a row', {});
    }
    signs.push(char);
    reader.at += 1;
    skip(reader);
  }
  return signs.reduceRight<Expression>((operand, sign) => {
    if (sign === '+') return operand;
    if (sign === '-' && operand.type === 'number') return numberExpression(-operand.value);
    return { type: 'unary', operator: sign === '-' ? '-' : '!', operand };
  }, readPower(reader));
}

function readPower(reader: ExpressionReader): Expression {
  let left = readOperand(reader);
  for (;;) {
    skip(reader);
    const found = operatorAt(reader);
    if (found?.level !== POWER_LEVEL) return left;
    countOperator(reader);
    const place = placeOf(reader.line, reader.at);
    reader.at += found.width;
    skip(reader);
    const negative = reader.line.text.charCodeAt(reader.at) === 45 && reader.at < reader.end;
    if (negative) reader.at += 1;
    const operand = readOperand(reader);
    const right: Expression = negative ? { type: 'unary', operator: '-', operand } : operand;
    left = { type: 'binary', operator: '**', left, right, place };
  }
}

function readOperand(reader: ExpressionReader): Expression {
  skip(reader);
  const { line, at, end } = reader;
  if (at >= end) fail(reader, at, 1, 'expression-incomplete', 'an operand is missing', {});
  const code = line.text.charCodeAt(at);
  if (code === 40) return readGroup(reader, ')');
  if (code === 123) return readGroup(reader, '}');
  if (code === 39) return readGroup(reader, "'");
  if (code === 64) return readDeviceQuantity(reader);
  if (isDigit(code) || code === 46) return readNumber(reader);
  if (isLetter(code) || code === 95 || code > 127) return readNameOrCall(reader);
  return fail(reader, at, 1, 'expression-syntax', `"${line.text[at]}" does not belong here`, {
    why: 'a number, a name, a function or an opening parenthesis was expected',
  });
}

function readGroup(reader: ExpressionReader, closing: string): Expression {
  reader.at += 1;
  const inner = readExpression(reader);
  expect(reader, closing, `the closing ${closing} is missing`);
  return inner;
}

function readNumber(reader: ExpressionReader): Expression {
  const { line, at, end } = reader;
  const number = scanNumber(line.text, at, end);
  if (!number) return fail(reader, at, 1, 'number', 'a decimal point needs digits', {});
  if (number.mend !== undefined) {
    const written = line.text.slice(at, number.end);
    fail(reader, at, written.length, 'number', `"${written}" is not a number`, {
      mend: number.mend,
    });
  }
  reader.at = number.end;
  return numberExpression(number.value);
}

function readNameOrCall(reader: ExpressionReader): Expression {
  const { line, at } = reader;
  const end = nameEnd(line.text, at, reader.end, reader.output);
  const name = line.text.slice(at, end).toLowerCase();
  reader.at = end;
  const open = skipBlanks(line.text, end, reader.end);
  const place = placeOf(line, at);
  if (open < reader.end && line.text.charCodeAt(open) === 40) {
    reader.at = open + 1;
    if (name === 'v' || name === 'i') return readProbe(reader, name, undefined, place);
    const probe = reader.output ? AC_PROBES.get(name) : undefined;
    if (probe) return readProbe(reader, probe.quantity, probe.part, place);
    return readArguments(reader, name, place);
  }
  const colon = name.lastIndexOf(':');
  if (colon > 0) {
    const device = name.slice(0, colon);
    return { type: 'device-quantity', device, parameter: name.slice(colon + 1), place };
  }
  return { type: 'name', name, place };
}

/** Names hold letters, digits, `_ . # $`; in output statements also `:` (Xyce's `x1:r1:r`). */
function nameEnd(text: string, start: number, limit: number, output: boolean): number {
  let end = start;
  for (; end < limit; end += 1) {
    const code = text.charCodeAt(end);
    const fits =
      isLetter(code) || isDigit(code) || code === 95 || code === 46 || code === 35 || code === 36;
    if (!fits && code <= 127 && !(output && code === 58)) break;
  }
  return end;
}

function readArguments(reader: ExpressionReader, name: string, place: number): Expression {
  const { text } = reader.line;
  const values: Expression[] = [];
  skip(reader);
  if (text.charCodeAt(reader.at) === 41 && reader.at < reader.end) {
    reader.at += 1;
    return { type: 'call', name, arguments: values, place };
  }
  for (;;) {
    values.push(readExpression(reader));
    skip(reader);
    if (text.charCodeAt(reader.at) !== 44 || reader.at >= reader.end) break;
    reader.at += 1;
  }
  expect(reader, ')', `the closing parenthesis of ${name}(...) is missing`);
  if ((name === 'table' || name === 'pwl') && values.length >= 3) {
    const extrapolate = name === 'pwl';
    return { type: 'table', input: values[0], points: values.slice(1), extrapolate, place };
  }
  return { type: 'call', name, arguments: values, place };
}

function skip(reader: ExpressionReader): void {
  const { line, end } = reader;
  while (reader.at < end && isBlank(line.text.charCodeAt(reader.at))) reader.at += 1;
}

function expect(reader: ExpressionReader, char: string, what: string): void {
  skip(reader);
  if (reader.at >= reader.end || reader.line.text[reader.at] !== char) {
    fail(reader, reader.at, 1, 'expression-syntax', what, {});
  }
  reader.at += 1;
}

/** Throws the error of an expression at an offset of its line. */
export function fail(
  { sources, line }: ExpressionReader,
  offset: number,
  length: number,
  code: string,
  what: string,
  { why, mend }: { why?: string; mend?: string },
): never {
  throw netlistError(sources, {
    code,
    what,
    place: placeOf(line, Math.min(offset, line.end)),
    length,
    ...(why === undefined ? {} : { why }),
    ...(mend === undefined ? {} : { mend }),
  });
}
