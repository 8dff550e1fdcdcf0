import type { SourceLocation } from '../errors/index.js';

/** One file that took part in a netlist. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Place of the first character of this file; the character at offset k has place firstPlace + k. */
  readonly firstPlace: number;
}

/**
 * A place is one integer: the character offset, counted over all files of a netlist one after
 * another. `locate` turns it into what an error message shows: file, line, column and the line
 * itself. `length` is the number of characters to underline.
 */
export function locate(
  sources: readonly SourceText[],
  place: number,
  length?: number,
): SourceLocation {
  const source = sources.findLast(({ firstPlace }) => firstPlace <= place);
  if (!source) return { file: sources[0]?.file ?? 'netlist' };
  const { file, text } = source;
  const offset = Math.min(place - source.firstPlace, text.length);
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', start);
  const sourceLine = text.slice(start, newline < 0 ? undefined : newline).replace(/\r$/, '');
  return {
    file,
    line: countNewlines(text, start) + 1,
    column: offset - start + 1,
    ...(length === undefined
      ? {}
      : { length: Math.max(1, Math.min(length, sourceLine.length - (offset - start))) }),
    sourceLine,
  };
}

function countNewlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
