import type {
  AnalysisKind,
  CrossingEvent,
  MeasureDescription,
  MeasureEvent,
  MeasureTask,
} from '../analysis-description.js';
import { isBlank, skipBlanks } from '../characters.js';
import type { Directive } from '../deck.js';
import type { Behaviour } from '../expression/behaviour.js';
import { buildBehaviour } from '../expression/build-behaviour.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { readExpression } from '../expression/parse-expression.js';
import { childrenOf, numberExpression, type Expression } from '../expression/syntax.js';
import { expressionReader } from '../fields.js';
import { placeOf } from '../logical-line.js';
import { netlistError } from '../problem.js';
import { analysisWord } from './outputs.js';
import { resolveProbe } from './probes.js';
import type { Frame } from './state.js';

/** Reading position on a `.measure` line. */
interface Cursor {
  readonly frame: Frame;
  readonly directive: Directive;
  /** Names of earlier measures, usable in `param=`. */
  readonly earlier: ReadonlySet<string>;
  at: number;
}

const STATISTICS: Readonly<
  Record<string, Extract<MeasureTask, { kind: 'statistic' }>['statistic']>
> = {
  avg: 'avg',
  mean: 'avg',
  rms: 'rms',
  min: 'min',
  max: 'max',
  pp: 'pp',
  integ: 'integ',
  integral: 'integ',
  min_at: 'min-at',
  max_at: 'max-at',
};
const USAGE =
  '.measure tran name avg|rms|min|max|pp|integ v(node) [from=t to=t], or find/when/trig ... targ ...';

interface Window {
  from?: number;
  to?: number;
  settings: Record<string, string>;
}

/** `.measure analysis name task`; LTspice's form without analysis takes the netlist's only one. */
export function readMeasure(
  frame: Frame,
  directive: Directive,
  onlyAnalysis: AnalysisKind | undefined,
  earlier: ReadonlySet<string>,
): MeasureDescription {
  const cursor: Cursor = { frame, directive, earlier, at: directive.at };
  let analysis = analysisWord(peekWord(cursor));
  if (analysis) takeWord(cursor);
  analysis ??= onlyAnalysis;
  const name = takeName(cursor);
  if (!analysis) {
    return fail(cursor, `.measure "${name}" does not say for which analysis`, directive.place);
  }
  const window: Window = { settings: {} };
  const task = readTask(cursor, window);
  readWindow(cursor, window);
  if (skip(cursor) < directive.line.end) fail(cursor, 'this has no meaning here');
  const { settings, ...range } = window;
  return { name, analysis, task, ...range, settings, place: directive.place };
}

function readTask(cursor: Cursor, window: Window): MeasureTask {
  const word = takeWord(cursor);
  const statistic = STATISTICS[word];
  if (statistic) return { kind: 'statistic', statistic, expression: readBehaviour(cursor) };
  switch (word) {
    case 'param':
    case 'equation':
    case 'expr':
      accept(cursor, '=');
      return { kind: 'parameter', expression: readBehaviour(cursor) };
    case 'trig': {
      const trigger = readEvent(cursor, window);
      if (takeWord(cursor) !== 'targ') fail(cursor, 'TRIG needs TARG');
      return { kind: 'trigger-target', trigger, target: readEvent(cursor, window) };
    }
    case 'when':
      return { kind: 'when', event: readEvent(cursor, window) };
    case 'find':
    case 'deriv':
    case 'derivative': {
      const expression = readBehaviour(cursor);
      readWindow(cursor, window);
      const next = peekWord(cursor);
      if (next !== 'at' && next !== 'when') fail(cursor, `${word.toUpperCase()} needs AT= or WHEN`);
      if (next === 'when') takeWord(cursor);
      const event = readEvent(cursor, window);
      return { kind: word === 'find' ? 'find' : 'derivative', expression, event };
    }
    default:
      return fail(
        cursor,
        word === '' ? 'the measurement is missing' : `"${word}" is not a measurement`,
      );
  }
}

/** `at=1n`, or `v(a)=0.5`, `v(a) val=0.5`, `v(a)=v(b)` with rise, fall, cross, td. */
function readEvent(cursor: Cursor, window: Window): MeasureEvent {
  if (peekWord(cursor) === 'at') {
    takeWord(cursor);
    accept(cursor, '=');
    return { kind: 'at', at: readNumber(cursor) };
  }
  const left = readBehaviour(cursor);
  const event = {
    kind: 'when' as const,
    left,
    right: behaviourOf(cursor, numberExpression(0), '0'),
    edge: 'cross' as CrossingEvent['edge'],
    count: 1 as CrossingEvent['count'],
    delay: 0,
  };
  if (accept(cursor, '=')) event.right = readBehaviour(cursor);
  for (;;) {
    const start = cursor.at;
    const word = peekWord(cursor);
    if (word === 'val') {
      takeWord(cursor);
      accept(cursor, '=');
      event.right = readBehaviour(cursor);
    } else if (word === 'rise' || word === 'fall' || word === 'cross') {
      takeWord(cursor);
      accept(cursor, '=');
      event.edge = word;
      event.count = readCount(cursor);
    } else if (word === 'td') {
      takeWord(cursor);
      accept(cursor, '=');
      event.delay = readNumber(cursor);
    } else readWindow(cursor, window, 1);
    if (cursor.at === start) return event;
  }
}

function readCount(cursor: Cursor): number | 'last' {
  if (peekWord(cursor) === 'last') {
    takeWord(cursor);
    return 'last';
  }
  const count = readNumber(cursor);
  if (!Number.isInteger(count) || count === 0)
    fail(cursor, `a crossing is counted 1, 2, ... or LAST, not ${count}`);
  return count < 0 ? 'last' : count;
}

/** `from=`, `to=` and other settings, which are kept as text. */
function readWindow(cursor: Cursor, window: Window, most = Infinity): void {
  const { line } = cursor.directive;
  for (let count = 0; count < most; count += 1) {
    const from = skip(cursor);
    const match = /^(\w+)\s*(=?)\s*/.exec(line.text.slice(from, line.end));
    const key = match?.[1].toLowerCase() ?? '';
    if (key === 'from' || key === 'to') {
      cursor.at = from + (match?.[0].length ?? 0);
      window[key] = readNumber(cursor);
    } else if (match?.[2] === '=' && !['at', 'td', 'val', 'rise', 'fall', 'cross'].includes(key)) {
      const value = /^(?:"[^"]*"|'[^']*'|\{[^}]*\}|\S+)/.exec(
        line.text.slice(from + match[0].length, line.end),
      );
      window.settings[key] = (value?.[0] ?? '').toLowerCase();
      cursor.at = from + match[0].length + (value?.[0].length ?? 0);
    } else return;
  }
}

function readSyntax(cursor: Cursor): { expression: Expression; text: string } {
  const { frame, directive } = cursor;
  const { line } = directive;
  const start = skip(cursor);
  const reader = expressionReader(frame.elaboration.netlist.sources, line, start, line.end, true);
  const expression = readExpression(reader);
  cursor.at = reader.at;
  return { expression, text: line.text.slice(start, reader.at).trim() };
}

function readBehaviour(cursor: Cursor): Behaviour {
  const { expression, text } = readSyntax(cursor);
  return behaviourOf(cursor, expression, text);
}

function behaviourOf(cursor: Cursor, expression: Expression, text: string): Behaviour {
  const { frame, directive, earlier } = cursor;
  const resolve = resolveProbe(frame, directive.keyword);
  return buildBehaviour(measuresAsQuantities(expression, earlier), frame.scope, {
    resolve: (probe, scope) =>
      probe.type === 'device-quantity' && probe.device === MEASURE
        ? { kind: 'measure', name: probe.parameter }
        : resolve(probe, scope),
    owner: directive.keyword,
    text,
  });
}

/** No device can have this name. */
const MEASURE = '.measure';

/** Names of earlier measures become quantities that the resolver recognises. */
function measuresAsQuantities(expression: Expression, earlier: ReadonlySet<string>): Expression {
  const map = (one: Expression): Expression => measuresAsQuantities(one, earlier);
  switch (expression.type) {
    case 'name':
      return earlier.has(expression.name)
        ? {
            type: 'device-quantity',
            device: MEASURE,
            parameter: expression.name,
            place: expression.place,
          }
        : expression;
    case 'unary':
      return { ...expression, operand: map(expression.operand) };
    case 'binary':
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case 'conditional': {
      const [condition, whenTrue, whenFalse] = childrenOf(expression).map(map);
      return { ...expression, condition, whenTrue, whenFalse };
    }
    case 'call':
      return { ...expression, arguments: expression.arguments.map(map) };
    default:
      return expression;
  }
}

function readNumber(cursor: Cursor): number {
  const { expression } = readSyntax(cursor);
  return evaluateExpression(expression, cursor.frame.scope, cursor.directive.keyword);
}

function skip(cursor: Cursor): number {
  const { text, end } = cursor.directive.line;
  cursor.at = skipBlanks(text, cursor.at, end);
  while (cursor.at < end && text[cursor.at] === ',')
    cursor.at = skipBlanks(text, cursor.at + 1, end);
  return cursor.at;
}

function accept(cursor: Cursor, char: string): boolean {
  const at = skip(cursor);
  const { text, end } = cursor.directive.line;
  if (at >= end || text[at] !== char || text[at + 1] === char) return false;
  cursor.at = at + 1;
  return true;
}

function wordAt(cursor: Cursor): string {
  const { text, end } = cursor.directive.line;
  return /^\w+/.exec(text.slice(skip(cursor), Math.min(end, cursor.at + 64)))?.[0] ?? '';
}

const peekWord = (cursor: Cursor): string => wordAt(cursor).toLowerCase();

function takeWord(cursor: Cursor): string {
  const word = wordAt(cursor);
  cursor.at += word.length;
  return word.toLowerCase();
}

/** Names of measures may hold anything but blanks and `=`. */
function takeName(cursor: Cursor): string {
  const { text, end } = cursor.directive.line;
  const start = skip(cursor);
  let at = start;
  while (at < end && !isBlank(text.charCodeAt(at)) && text[at] !== '=') at += 1;
  if (at === start) fail(cursor, '.measure needs a name');
  cursor.at = at;
  return text.slice(start, at).toLowerCase().replaceAll(/["']/g, '');
}

function fail(cursor: Cursor, what: string, place?: number): never {
  const { frame, directive } = cursor;
  const { line } = directive;
  const at = Math.max(line.start, Math.min(cursor.at, line.end - 1));
  throw netlistError(frame.elaboration.netlist.sources, {
    code: 'measure',
    what,
    place: place ?? placeOf(line, at),
    length: place === undefined ? 1 : directive.keyword.length,
    mend: `write ${USAGE}`,
  });
}
