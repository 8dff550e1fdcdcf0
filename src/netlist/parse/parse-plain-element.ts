import { classOf, DIGIT, isBlank, LETTER } from '../characters.js';
import { isContinuation, nextStatement } from '../logical-line.js';
import { internSlice } from '../name-table.js';
import { scanNumber } from '../number.js';
import { pushPlainElement } from '../plain-elements.js';
import type { SourceText } from '../source-text.js';
import type { Block } from '../deck.js';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * The fast path of large netlists: `Rname node node number` or `Cname ...` alone on its line enters
 * the arrays of the block without making a string or an object. Returns the offset behind the line,
 * or -1 when the line is anything else, or wrong: the general parser then reads it and says why.
 */
export function parsePlainElement(block: Block, source: SourceText, first: number): number {
  const { text } = source;
  const nameEnd = plainWordEnd(text, first);
  const firstNode = wordStart(text, nameEnd);
  const firstNodeEnd = plainWordEnd(text, firstNode);
  const secondNode = wordStart(text, firstNodeEnd);
  const secondNodeEnd = plainWordEnd(text, secondNode);
  const valueStart = wordStart(text, secondNodeEnd);
  if (firstNodeEnd === firstNode || secondNodeEnd === secondNode) return -1;
  if (valueStart === secondNodeEnd) return -1;
  const valueEnd = lineWordEnd(text, valueStart);
  const number = scanNumber(text, valueStart, valueEnd);
  if (number?.end !== valueEnd || number.mend !== undefined) return -1;
  if (number.value === 0 || number.upperCaseMilli || number.ampere) return -1;
  let at = valueEnd;
  while (at < text.length && text.charCodeAt(at) !== NEWLINE) {
    if (!isBlank(text.charCodeAt(at))) return -1;
    at += 1;
  }
  if (at + 1 < text.length && isContinuedBehind(text, at + 1)) return -1;
  const known = block.deviceNames.names.length;
  const device = internSlice(block.deviceNames, text, first, nameEnd);
  if (device !== known) return -1;
  const isResistor = (text.charCodeAt(first) | 32) === 114;
  pushPlainElement(
    isResistor ? block.resistors : block.capacitors,
    device,
    internSlice(block.nodes, text, firstNode, firstNodeEnd),
    internSlice(block.nodes, text, secondNode, secondNodeEnd),
    number.value,
    source.firstPlace + first,
  );
  return at + 1;
}

/** End of a word of letters, digits and signs that cannot mean anything but a name. */
function plainWordEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isPlain =
      (classOf(code) & (LETTER | DIGIT)) !== 0 ||
      code === 95 ||
      code === 46 ||
      code === 45 ||
      code === 43 ||
      code === 58 ||
      code === 91 ||
      code === 93;
    if (!isPlain) break;
  }
  return at;
}

function lineWordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === NEWLINE || code === CARRIAGE_RETURN) break;
    at += 1;
  }
  return at;
}

function wordStart(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 9) break;
    at += 1;
  }
  return at;
}

/** Letters and dots begin a new statement; anything else needs a closer look. */
function isContinuedBehind(text: string, lineStart: number): boolean {
  const code = text.charCodeAt(lineStart);
  if (classOf(code) & LETTER || code === 46) return false;
  const next = nextStatement(text, lineStart);
  return next < text.length && isContinuation(text, next);
}
