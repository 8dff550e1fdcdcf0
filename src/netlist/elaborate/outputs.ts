import type { AnalysisKind, OutputRequest, OutputVariable } from '../analysis-description.js';
import { isBlank } from '../characters.js';
import type { Directive } from '../deck.js';
import { buildBehaviour } from '../expression/build-behaviour.js';
import { readExpression } from '../expression/parse-expression.js';
import type { Expression } from '../expression/syntax.js';
import { expressionReader } from '../fields.js';
import { findFunction, findParameter } from '../expression/scope.js';
import { placeOf } from '../logical-line.js';
import { resolveProbe } from './probes.js';
import { attempt, warn, type Frame } from './state.js';

const ANALYSIS_WORDS: ReadonlyMap<string, AnalysisKind> = new Map([
  ['op', 'op'],
  ['dc', 'dc'],
  ['ac', 'ac'],
  ['tran', 'tran'],
  ['tr', 'tran'],
  ['noise', 'noise'],
  ['sens', 'sens'],
  ['tf', 'tf'],
]);

export const analysisWord = (word: string): AnalysisKind | undefined =>
  ANALYSIS_WORDS.get(word.toLowerCase());

/** Reads one output variable at an offset of the line; `end` is the offset behind it. */
export function outputVariable(
  frame: Frame,
  directive: Directive,
  at: number,
): { readonly variable: OutputVariable; readonly end: number } {
  const { elaboration, scope } = frame;
  const { line } = directive;
  const reader = expressionReader(elaboration.netlist.sources, line, at, line.end, true);
  const expression = readExpression(reader);
  const text = line.text.slice(at, reader.at).trim();
  const behaviour = buildBehaviour(expression, scope, {
    resolve: resolveProbe(frame, directive.keyword),
    owner: directive.keyword,
    text,
  });
  return { variable: { label: labelOf(expression, text), behaviour }, end: reader.at };
}

/** ngspice's vector name of a probe, else the text as written, lower case without blanks. */
function labelOf(expression: Expression, text: string): string {
  if (expression.type === 'probe') {
    const names = expression.names.map((name) => name.replaceAll(':', '.')).join(',');
    return `${text.slice(0, text.indexOf('(')).trim().toLowerCase()}(${names})`;
  }
  if (expression.type === 'device-quantity')
    return `@${expression.device}[${expression.parameter}]`;
  return text.toLowerCase().replaceAll(/\s+/g, '');
}

/** `.save`, `.print`, `.plot`, `.probe`: an analysis, settings (ignored) and variables. */
export function readOutputRequest(frame: Frame, directive: Directive): OutputRequest {
  const { line, keyword, place } = directive;
  const { text, end } = line;
  const variables: OutputVariable[] = [];
  let analysis: AnalysisKind | undefined;
  let all = false;
  let at = directive.at;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isBlank(code) || code === 44) {
      at += 1;
      continue;
    }
    const word = /^[\w:.@#[\]]+/.exec(text.slice(at, Math.min(end, at + 200)))?.[0] ?? '';
    const setting = /^\w+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s,]+)/.exec(text.slice(at, end));
    const isCall = /^\s*\(/.test(text.slice(at + word.length, end));
    if (setting) at += setting[0].length;
    else if (analysis === undefined && variables.length === 0 && !isCall && analysisWord(word)) {
      analysis = analysisWord(word);
      at += word.length;
    } else if (/^(all|alli|allv)$/i.test(word) && !isCall) {
      all = true;
      at += word.length;
    } else {
      const start = at;
      attempt(frame.elaboration, () => {
        at = readVariable(frame, directive, start, word, isCall, variables);
      });
      if (at === start) at = skipVariable(text, start, end);
    }
  }
  const directiveName = keyword.slice(1) as OutputRequest['directive'];
  return {
    directive: directiveName,
    ...(analysis ? { analysis } : {}),
    all: all || variables.length === 0,
    variables,
    place,
  };
}

/** A probe or expression; bare words are nodes, device currents or measures, as simulators allow. */
function readVariable(
  frame: Frame,
  directive: Directive,
  at: number,
  word: string,
  isCall: boolean,
  variables: OutputVariable[],
): number {
  const { line } = directive;
  const isBare = word !== '' && !isCall && !word.startsWith('@') && !/^[\d.]/.test(word);
  const known = findParameter(frame.scope, word.toLowerCase()) ?? findFunction(frame.scope, word);
  if (isBare && !known && !word.includes(':')) {
    warn(frame.elaboration, {
      code: 'ignored-output',
      what: `"${word}" is not a voltage, current or expression: it is left out`,
      place: placeOf(line, at),
      length: word.length,
      mend: `write v(${word}) or i(${word})`,
    });
    return at + word.length;
  }
  const { variable, end } = outputVariable(frame, directive, at);
  variables.push(variable);
  return end;
}

/** Offset behind something that could not be read: the next blank outside parentheses. */
function skipVariable(text: string, start: number, end: number): number {
  let depth = 0;
  let at = start;
  for (; at < end; at += 1) {
    const char = text[at];
    if (char === '(' || char === '{') depth += 1;
    else if (char === ')' || char === '}') depth -= 1;
    else if (depth <= 0 && isBlank(text.charCodeAt(at))) break;
  }
  return Math.max(at, start + 1);
}
