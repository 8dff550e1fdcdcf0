import type { ModelDefinition } from '../deck.js';
import { readFields, type Field } from '../fields.js';
import { placeOf, type LogicalLine } from '../logical-line.js';
import { netlistError } from '../problem.js';
import type { SourceText } from '../source-text.js';
import { parseFile, type FileReading } from './parse-file.js';

const DEEPEST_INCLUDE = 40;

/** `.include "file"`: its statements are read in place. */
export function includeFile(
  reading: FileReading,
  line: LogicalLine,
  at: number,
  word: string,
): void {
  const path = readPath(reading, line, at, `write ${word} "file"`);
  enter(reading, path, undefined);
}

/** `.lib 'file' section`: the statements between `.lib section` and `.endl` of that file. */
export function includeLibrary(reading: FileReading, line: LogicalLine, at: number): void {
  const path = readPath(reading, line, at, "write .lib 'file' section");
  const section = readFields(reading.state.sources, line, at)[1];
  enter(reading, path, section);
}

/** `.lib name` without file opens a section when an `.endl` follows in the same file. */
export function isSectionStart(
  { state, source, next }: FileReading,
  line: LogicalLine,
  at: number,
): boolean {
  const fields = readFields(state.sources, line, at);
  return fields.length === 1 && /^[ \t]*\.endl\b/im.test(source.text.slice(next));
}

function readPath({ state }: FileReading, line: LogicalLine, at: number, mend: string): Field {
  const { text, end } = line;
  const fields = readFields(state.sources, line, at);
  const path = fields[0];
  if (!path) {
    throw netlistError(state.sources, {
      code: 'missing-value',
      what: 'the file name is missing',
      place: placeOf(line, line.start),
      length: at - line.start,
      mend,
    });
  }
  // An unquoted path may hold = ( ) and the like: it goes up to the next blank.
  if (path.kind !== 'word') return path;
  const unquoted = /\S+/.exec(text.slice(path.start, end))?.[0] ?? path.text;
  return { ...path, text: unquoted };
}

function enter(reading: FileReading, path: Field, section: Field | undefined): void {
  const { state, source } = reading;
  const problem = { place: path.place, length: path.text.length };
  const found = state.resolve?.(path.text, source.file);
  if (found === undefined) {
    throw netlistError(state.sources, {
      ...problem,
      code: 'file-not-found',
      what: `the file "${path.text}" was not found`,
      why: `it is looked for relative to ${source.file}`,
      mend: 'give the path relative to the file that includes it',
    });
  }
  const file = typeof found === 'string' ? joinPath(source.file, path.text) : found.file;
  const text = typeof found === 'string' ? found : found.text;
  const sectionName = section?.text.toLowerCase();
  const key = sectionName === undefined ? file : `${file} ${sectionName}`;
  if (state.reading.includes(key) || state.reading.length > DEEPEST_INCLUDE) {
    throw netlistError(state.sources, {
      ...problem,
      code: 'include-cycle',
      what: `include cycle: ${[...state.reading.slice(state.reading.indexOf(key)), key].join(' -> ')}`,
      mend: 'remove one of these .include lines',
    });
  }
  const included = register(reading, file, text);
  if (sectionName !== undefined && !hasSection(text, sectionName)) {
    throw netlistError(state.sources, {
      code: 'unknown-section',
      what: `"${path.text}" has no section "${section?.text ?? ''}"`,
      place: section?.place ?? path.place,
      length: section?.text.length ?? 1,
      mend: `its sections are: ${sectionsOf(text).join(', ') || 'none'}`,
    });
  }
  state.reading.push(key);
  parseFile(state, included, 0, sectionName);
  state.reading.pop();
}

/** A magnetic tunnel junction's card names its device file: the text comes with it. */
export function withDeviceFile(
  { state, source }: FileReading,
  model: ModelDefinition,
): ModelDefinition {
  const path = model.texts.file;
  if (model.type !== 'mtj' || path === undefined) return model;
  const found = state.resolve?.(path, source.file);
  if (found === undefined) {
    throw netlistError(state.sources, {
      code: 'file-not-found',
      what: `the device file "${path}" of model ${model.name} was not found`,
      place: model.place,
      length: model.name.length,
      why: `it is looked for relative to ${source.file}`,
      mend: 'give the path relative to the file that holds the model',
    });
  }
  const read =
    typeof found === 'string' ? { file: joinPath(source.file, path), text: found } : found;
  return { ...model, texts: { ...model.texts, file: read.file, content: read.text } };
}

/** A file included twice is kept once. */
function register({ state }: FileReading, file: string, text: string): SourceText {
  const known = state.sources.find((source) => source.file === file && source.text === text);
  if (known) return known;
  const last = state.sources[state.sources.length - 1];
  const added: SourceText = { file, text, firstPlace: last.firstPlace + last.text.length + 2 };
  state.sources.push(added);
  return added;
}

const sectionsOf = (text: string): string[] =>
  [...text.matchAll(/^[ \t]*\.lib[ \t]+['"]?([^\s'"]+)['"]?[ \t\r]*$/gim)].map(([, name]) => name);

const hasSection = (text: string, section: string): boolean =>
  sectionsOf(text).some((name) => name.toLowerCase() === section);

/** `path` as seen from the folder of `fromFile`, with forward slashes. */
export function joinPath(fromFile: string, path: string): string {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return path;
  const slash = Math.max(fromFile.lastIndexOf('/'), fromFile.lastIndexOf('\\'));
  const parts = `${fromFile.slice(0, slash + 1)}${path}`.split(/[\\/]/);
  const joined: string[] = [];
  for (const part of parts) {
    const above = joined.at(-1);
    if (part === '..' && above !== undefined && above !== '..' && above !== '') joined.pop();
    else if (part !== '.') joined.push(part);
  }
  return joined.join('/');
}
