import type { SourceLocation } from '../errors/index.js';

/** One file that took part in a netlist. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Offset in `text` at which each physical line starts. */
  readonly lineStarts: Int32Array;
  /** Place of the first line of this file; line k (0-based) has place firstPlace + k. */
  readonly firstPlace: number;
}

/**
 * A place is one integer: the physical line, counted over all files of a netlist one after
 * another. `locate` turns it into what an error message shows. `column` (1-based) and `length`
 * narrow it to a word.
 */
export function locate(
  sources: readonly SourceText[],
  place: number,
  column?: number,
  length?: number,
): SourceLocation {
  const source = sources.findLast(({ firstPlace }) => firstPlace <= place);
  if (!source || place < 0) return { file: sources[0]?.file ?? 'netlist' };
  const lineIndex = place - source.firstPlace;
  const start = source.lineStarts[lineIndex] ?? source.text.length;
  const end = source.text.indexOf('\n', start);
  const raw = source.text.slice(start, end < 0 ? undefined : end);
  const sourceLine = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  return {
    file: source.file,
    line: lineIndex + 1,
    ...(column === undefined ? {} : { column }),
    ...(length === undefined ? {} : { length }),
    sourceLine,
  };
}

/** Registers a text behind those already known. */
export function sourceText(file: string, text: string, firstPlace: number): SourceText {
  return { file, text, lineStarts: lineStartsOf(text), firstPlace };
}

function lineStartsOf(text: string): Int32Array {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  const starts = new Int32Array(count);
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    starts[line] = at + 1;
    line += 1;
  }
  return starts;
}
