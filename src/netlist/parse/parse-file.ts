import { isLetter } from '../characters.js';
import { fieldExpression, readFields } from '../fields.js';
import {
  nextStatement,
  physicalLineEnd,
  placeOf,
  readStatement,
  withoutComment,
  type LogicalLine,
} from '../logical-line.js';
import { netlistError } from '../problem.js';
import type { SourceText } from '../source-text.js';
import { includeFile, includeLibrary, isSectionStart, withDeviceFile } from './include.js';
import { parseFunction, parseModel, parseParameters } from './parse-definition.js';
import { parseElement } from './parse-element.js';
import { parsePlainElement } from './parse-plain-element.js';
import {
  closeSubcircuit,
  openSubcircuit,
  parseConditional,
  reportUnclosed,
  type OpenStructure,
} from './parse-structure.js';
import { attempt, warn, type ParseState } from './state.js';

/** One file being read. */
export interface FileReading {
  readonly state: ParseState;
  readonly source: SourceText;
  readonly open: OpenStructure[];
  /** Section of a library to read; the rest of the file is skipped. */
  readonly section: string | undefined;
  /** Offset of the next statement. */
  next: number;
  ended: boolean;
}

const LOWER_C = 99;
const LOWER_R = 114;
const DOT = 46;

/** Reads the statements of a file from offset `from` on into the current block. */
export function parseFile(
  state: ParseState,
  source: SourceText,
  from: number,
  section?: string,
): void {
  const reading: FileReading = { state, source, open: [], section, next: from, ended: false };
  const { text } = source;
  reading.next = nextStatement(text, from);
  if (section !== undefined && !seekSection(reading, section)) return;
  while (reading.next < text.length && !reading.ended) {
    const first = reading.next;
    const letter = text.charCodeAt(first) | 32;
    if ((letter === LOWER_R || letter === LOWER_C) && state.guard < 0) {
      const behind = parsePlainElement(state.block, source, first);
      if (behind >= 0) {
        const code = behind < text.length ? text.charCodeAt(behind) : 0;
        reading.next = isLetter(code) ? behind : nextStatement(text, behind);
        continue;
      }
    }
    const { line, next } = readStatement(source, first);
    reading.next = next;
    attempt(state, () => {
      if (line.text.charCodeAt(line.start) === DOT) parseDotStatement(reading, line);
      else parseElement(state, line);
    });
  }
  for (const structure of reading.open.reverse()) {
    reportUnclosed(state, structure);
    if (structure.kind === 'subckt') state.block = state.block.enclosing ?? state.top;
    state.guard = structure.kind === 'subckt' ? structure.guard : structure.enclosing;
  }
}

/** Moves to the statement behind `.lib section`; false when the file has no such section. */
function seekSection(reading: FileReading, section: string): boolean {
  const { text } = reading.source;
  while (reading.next < text.length) {
    const { line, next } = readStatement(reading.source, reading.next);
    reading.next = next;
    const match = /^\.lib\s+['"]?([^\s'"]+)['"]?\s*$/i.exec(line.text.slice(line.start, line.end));
    if (match?.[1].toLowerCase() === section) return true;
  }
  return false;
}

function parseDotStatement(reading: FileReading, line: LogicalLine): void {
  const { state, open } = reading;
  const { text, start, end } = line;
  const word = /^\.\w*/.exec(text.slice(start, Math.min(end, start + 40)))?.[0] ?? '.';
  const keyword = word.toLowerCase();
  const at = start + word.length;
  const place = placeOf(line, start);
  switch (keyword) {
    case '.param':
    case '.params':
    case '.parameter':
    case '.global_param':
      return parseParameters(state, line, at);
    case '.func':
      return parseFunction(state, line, at);
    case '.model':
      state.block.models.push(withDeviceFile(reading, parseModel(state, line, at)));
      return;
    case '.subckt':
    case '.macro':
      return openSubcircuit(state, open, line, at);
    case '.ends':
    case '.eom':
      return closeSubcircuit(state, open, line, at);
    case '.if':
    case '.elseif':
    case '.else':
    case '.endif':
      return parseConditional(state, open, keyword, line, at);
    case '.include':
    case '.inc':
    case '.incl':
      return includeFile(reading, line, at, word);
    case '.lib':
      if (isSectionStart(reading, line, at)) return skipSection(reading, line);
      return includeLibrary(reading, line, at);
    case '.endl':
      reading.ended = reading.section !== undefined;
      return;
    case '.global':
      for (const { text: name } of readFields(state.sources, line, at)) {
        state.globals.add(name.toLowerCase());
      }
      return;
    case '.data':
      return parseData(reading, line, at);
    case '.control':
      return skipControl(reading, line);
    case '.title':
      state.title = text.slice(at, end).trim();
      return;
    case '.end':
      return endOfNetlist(reading, line);
    default:
      state.block.directives.push({ keyword, line, at, place, guard: state.guard });
  }
}

/** A section that nobody asked for is passed over. */
function skipSection(reading: FileReading, line: LogicalLine): void {
  const { source, state } = reading;
  while (reading.next < source.text.length) {
    const statement = readStatement(source, reading.next);
    reading.next = statement.next;
    if (/^\.endl\b/i.test(statement.line.text.slice(statement.line.start, statement.line.end)))
      return;
  }
  throw netlistError(state.sources, {
    code: 'missing-endl',
    what: 'this .lib section has no .endl',
    place: placeOf(line, line.start),
    length: 4,
  });
}

/** `.data name p1 p2` and rows of values, on lines of their own or continued, until `.enddata`. */
function parseData(reading: FileReading, line: LogicalLine, at: number): void {
  const { state, source } = reading;
  const [name, ...first] = readFields(state.sources, line, at);
  const names: string[] = [];
  const values = [];
  let entries = first.map((field) => ({ field, line }));
  for (;;) {
    for (const entry of entries) {
      const isName =
        values.length === 0 && entry.field.kind === 'word' && !/^[-+.\d]/.test(entry.field.text);
      if (isName) names.push(entry.field.text.toLowerCase());
      else values.push(fieldExpression(state.sources, entry.line, entry.field));
    }
    if (reading.next >= source.text.length) break;
    const statement = readStatement(source, reading.next);
    reading.next = statement.next;
    const body = statement.line.text.slice(statement.line.start, statement.line.end);
    if (/^\.enddata\b/i.test(body)) break;
    entries = readFields(state.sources, statement.line).map((field) => ({
      field,
      line: statement.line,
    }));
  }
  if (!name || names.length === 0 || values.length === 0 || values.length % names.length !== 0) {
    throw netlistError(state.sources, {
      code: 'data',
      what: `.data has ${values.length} values for ${names.length} names`,
      place: placeOf(line, line.start),
      length: 5,
      mend: 'give every row one value for every name',
    });
  }
  state.dataTables.set(name.text.toLowerCase(), {
    names,
    values,
    place: placeOf(line, line.start),
  });
}

function skipControl(reading: FileReading, line: LogicalLine): void {
  const { source, state } = reading;
  const { text } = source;
  const commands = new Set<string>();
  let at = reading.next;
  let closed = false;
  while (at < text.length && !closed) {
    const end = physicalLineEnd(text, at);
    const command = text
      .slice(at, withoutComment(text, at, end))
      .trim()
      .split(/\s/)[0]
      .toLowerCase();
    closed = command === '.endc';
    if (!closed && command !== '' && !command.startsWith('*')) commands.add(command);
    at = end + 1;
  }
  reading.next = nextStatement(text, at);
  const list = [...commands].slice(0, 8).join(', ') + (commands.size > 8 ? ', ...' : '');
  warn(state, {
    code: 'ignored-control',
    what: `the .control block is ignored${list === '' ? '' : `: ${list}`}`,
    place: placeOf(line, line.start),
    length: 8,
    mend: 'write analyses as .op, .dc, .ac, .tran and results as .measure, or use the library',
  });
}

function endOfNetlist(reading: FileReading, line: LogicalLine): void {
  reading.ended = true;
  if (reading.next >= reading.source.text.length) return;
  warn(reading.state, {
    code: 'text-after-end',
    what: 'text behind .end is ignored',
    place: reading.source.firstPlace + reading.next,
    mend: `remove it, or move .end (line ${String(lineOf(reading.source, line))}) to the end`,
  });
}

const lineOf = ({ text, firstPlace }: SourceText, line: LogicalLine): number =>
  text.slice(0, placeOf(line, line.start) - firstPlace).split('\n').length;
