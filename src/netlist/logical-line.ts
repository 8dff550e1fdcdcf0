import { isBlank } from './characters.js';
import type { SourceText } from './source-text.js';

/**
 * One statement: text[start, end) without comment. A line without continuation is a window on its
 * file; continued lines are joined into one text, with `segments` leading back to the file.
 */
export interface LogicalLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** place = offset in `text` + shift, for a line without continuation. */
  readonly shift: number;
  /** For a continued line: parts of `text`, ascending, each with its own shift. */
  readonly segments?: readonly { readonly from: number; readonly shift: number }[];
}

/** The place (see `locate`) of text[offset] of a line. */
export function placeOf({ shift, segments }: LogicalLine, offset: number): number {
  const segment = segments?.findLast(({ from }) => from <= offset);
  return offset + (segment?.shift ?? shift);
}

const NEWLINE = 10;
const PLUS = 43;
const STAR = 42;
const SLASH = 47;
const SEMICOLON = 59;
const DOLLAR = 36;

/** End of the physical line that starts at `at`: index of its newline, or of the end of the text. */
export function physicalLineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

/**
 * Index of the first character of the next line at or behind `at` that is neither blank nor comment;
 * text.length when none is left. `at` must be the start of a physical line.
 */
export function nextStatement(text: string, at: number): number {
  let from = at;
  while (from < text.length) {
    const code = text.charCodeAt(from);
    if (code === NEWLINE || isBlank(code)) from += 1;
    else if (startsComment(text, from)) from = physicalLineEnd(text, from) + 1;
    else return from;
  }
  return text.length;
}

/** True when the statement at `first` (from `nextStatement`) continues the one before. */
export const isContinuation = (text: string, first: number): boolean =>
  text.charCodeAt(first) === PLUS;

function startsComment(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === STAR || code === SEMICOLON) return true;
  if (code === SLASH) return text.charCodeAt(at + 1) === SLASH;
  return code === DOLLAR && isCommentDollar(text, at, physicalLineEnd(text, at));
}

/** A `$` opens a comment only where a word could start and when a blank or nothing follows. */
const isCommentDollar = (text: string, at: number, end: number): boolean =>
  at + 1 >= end || isBlank(text.charCodeAt(at + 1));

/** Index behind the last character of text[start, end) that is neither comment nor blank. */
export function withoutComment(text: string, start: number, end: number): number {
  let quote = 0;
  let stop = end;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 39 || code === 34) quote = code;
    else if (
      code === SEMICOLON ||
      (code === SLASH && text.charCodeAt(at + 1) === SLASH && at + 1 < end) ||
      (code === DOLLAR && isBlank(text.charCodeAt(at - 1)) && isCommentDollar(text, at, end))
    ) {
      stop = at;
      break;
    }
  }
  while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop -= 1;
  return stop;
}

/**
 * The statement whose first character is `first`, with its continuation lines (`+`, also indented,
 * also behind comment and blank lines), and the index of the statement behind it.
 */
export function readStatement(
  { text, firstPlace }: SourceText,
  first: number,
): { readonly line: LogicalLine; readonly next: number } {
  const lineEnd = physicalLineEnd(text, first);
  const end = withoutComment(text, first, lineEnd);
  let next = nextStatement(text, lineEnd + 1);
  if (next >= text.length || !isContinuation(text, next)) {
    return { line: { text, start: first, end, shift: firstPlace }, next };
  }
  const parts = [text.slice(first, end)];
  const segments = [{ from: 0, shift: firstPlace + first }];
  let length = end - first;
  while (next < text.length && isContinuation(text, next)) {
    const partEnd = physicalLineEnd(text, next);
    const part = text.slice(next + 1, withoutComment(text, next + 1, partEnd));
    segments.push({ from: length + 1, shift: firstPlace + next + 1 - (length + 1) });
    parts.push(part);
    length += 1 + part.length;
    next = nextStatement(text, partEnd + 1);
  }
  return {
    line: { text: parts.join(' '), start: 0, end: length, shift: segments[0].shift, segments },
    next,
  };
}
