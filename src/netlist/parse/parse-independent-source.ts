import { isBlank } from '../characters.js';
import type { ElementCard, ParameterAssignment, SourceCard, WaveformCard } from '../deck.js';
import { numberExpression, type Expression } from '../expression/syntax.js';
import type { Field } from '../fields.js';
import { scanNumber } from '../number.js';
import {
  assignmentOf,
  cardOf,
  elementError,
  expressionOf,
  peekWord,
  readNode,
  unexpected,
  type ElementLine,
} from './element-line.js';

const WAVEFORMS: Readonly<
  Record<string, { kind: WaveformCard['kind']; fewest: number; most: number }>
> = {
  pulse: { kind: 'pulse', fewest: 2, most: 8 },
  sin: { kind: 'sin', fewest: 2, most: 6 },
  sine: { kind: 'sin', fewest: 2, most: 6 },
  exp: { kind: 'exp', fewest: 2, most: 6 },
  pwl: { kind: 'pwl', fewest: 2, most: Infinity },
  sffm: { kind: 'sffm', fewest: 2, most: 5 },
  am: { kind: 'am', fewest: 3, most: 5 },
};
const KEYWORDS = new Set(['dc', 'ac', 'distof1', 'distof2', ...Object.keys(WAVEFORMS)]);
const isKeyword = ({ text, kind }: Field): boolean =>
  kind === 'word' && KEYWORDS.has(text.toLowerCase());
const PWL_SETTINGS = new Set(['r', 'td', 'file']);

/** V and I: nodes, then a value, DC, AC and a waveform in any order. */
export function readIndependentSource(element: ElementLine): ElementCard {
  const usage = `${element.kind.toUpperCase()}name n+ n- [DC] value [AC magnitude [phase]] [PULSE(...)]`;
  const nodes = [readNode(element, usage), readNode(element, usage)];
  let source: SourceCard = {};
  const parameters: ParameterAssignment[] = [];
  while (element.next < element.fields.length) {
    const field = element.fields[element.next];
    const word = (field.key ?? (field.kind === 'word' ? field.text : '')).toLowerCase();
    element.next += 1;
    if (field.key === 'dc') source = { ...source, dc: expressionOf(element, field) };
    else if (field.key === 'ac') {
      source = { ...source, acMagnitude: expressionOf(element, field), ...readPhase(element) };
    } else if (field.key !== undefined) {
      // `pulse = (...)` is not SPICE; `m=` and `temp=` are.
      if (!['m', 'temp'].includes(word)) unexpected(element, { ...field, text: field.key }, usage);
      parameters.push(assignmentOf(element, field));
    } else if (word === 'dc') source = { ...source, dc: readSourceValue(element, usage) };
    else if (word === 'ac') source = { ...source, ...readSmallSignal(element) };
    else if (word === 'distof1' || word === 'distof2') skipValues(element);
    else if (word in WAVEFORMS) {
      source = { ...source, waveform: readWaveform(element, word, field) };
    } else if (source.dc === undefined) source = { ...source, dc: expressionOf(element, field) };
    else unexpected(element, field, usage);
  }
  return cardOf(element, { nodes, source, parameters });
}

function readSourceValue(element: ElementLine, usage: string): Expression {
  const field = peekWord(element);
  if (!field || isKeyword(field)) {
    return elementError(element, {
      code: 'missing-value',
      what: `${element.written}: DC has no value`,
      mend: `write ${usage}`,
    });
  }
  element.next += 1;
  return expressionOf(element, field);
}

function readSmallSignal(element: ElementLine): Pick<SourceCard, 'acMagnitude' | 'acPhase'> {
  const field = peekWord(element);
  if (!field || isKeyword(field)) return { acMagnitude: numberExpression(1) };
  element.next += 1;
  return { acMagnitude: expressionOf(element, field), ...readPhase(element) };
}

function readPhase(element: ElementLine): Pick<SourceCard, 'acPhase'> {
  const field = peekWord(element);
  if (!field || isKeyword(field)) return {};
  element.next += 1;
  return { acPhase: expressionOf(element, field) };
}

function skipValues(element: ElementLine): void {
  for (let field = peekWord(element); field && !isKeyword(field); field = peekWord(element)) {
    element.next += 1;
  }
}

function readWaveform(element: ElementLine, word: string, keyword: Field): WaveformCard {
  const { kind, fewest, most } = WAVEFORMS[word];
  let values: Expression[] = [];
  const settings: ParameterAssignment[] = [];
  for (; element.next < element.fields.length; element.next += 1) {
    const field = element.fields[element.next];
    if (kind === 'pwl' && field.key === 'file') values = readPointFile(element, field);
    else if (kind === 'pwl' && field.key === undefined && field.text.toLowerCase() === 'file') {
      element.next += 1;
      const path = peekWord(element);
      values = readPointFile(element, path ?? field);
    } else if (field.key !== undefined) {
      if (kind !== 'pwl' || !PWL_SETTINGS.has(field.key)) break;
      settings.push(assignmentOf(element, field));
    } else if (isKeyword(field)) break;
    else values.push(expressionOf(element, field));
  }
  const wrongPairs = kind === 'pwl' && values.length % 2 === 1;
  if (values.length < fewest || values.length > most || wrongPairs) {
    elementError(element, {
      code: 'waveform-arguments',
      what: wrongPairs
        ? `${element.written}: PWL needs pairs of time and value, ${values.length} numbers given`
        : `${element.written}: ${word.toUpperCase()} takes ${fewest} to ${most} values, ${values.length} given`,
      place: keyword.place,
      length: keyword.text.length,
    });
  }
  return { kind, values, settings, place: keyword.place };
}

/** Points of `PWL FILE "name"`: pairs of numbers separated by blanks or commas. */
function readPointFile(element: ElementLine, field: Field): Expression[] {
  const { state, line } = element;
  const from = state.sources.findLast(({ firstPlace }) => firstPlace <= element.place);
  const found = state.resolve?.(field.text, from?.file ?? '');
  if (found === undefined) {
    return elementError(element, {
      code: 'file-not-found',
      what: `the file "${field.text}" was not found`,
      place: field.place,
      length: Math.min(field.text.length, line.end),
    });
  }
  const text = typeof found === 'string' ? found : found.text;
  const values: Expression[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (isBlank(code) || code === 10 || code === 44) {
      at += 1;
      continue;
    }
    const number = scanNumber(text, at, text.length);
    if (!number || number.mend !== undefined) {
      const lineNumber = text.slice(0, at).split('\n').length;
      return elementError(element, {
        code: 'point-file',
        what: `"${field.text}" line ${lineNumber} holds something other than numbers`,
        place: field.place,
        length: field.text.length,
        mend: 'write one pair of time and value a line',
      });
    }
    values.push(numberExpression(number.value));
    at = number.end;
  }
  return values;
}
