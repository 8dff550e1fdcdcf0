import { isDigit, isLetter } from './characters.js';

/** A number read from text, or why it is none. `end` is the index behind the number. */
export interface ScannedNumber {
  readonly value: number;
  readonly end: number;
  /** Set when the text would be read wrongly in silence elsewhere: what to write instead. */
  readonly mend: string | undefined;
  /** The suffix is a lone upper-case `M`, which means milli. */
  readonly upperCaseMilli: boolean;
  /** The suffix is a lone `A`, read as ampere. */
  readonly ampere: boolean;
}

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const MIL_METRE = 25.4e-6;

/** Decimal exponent of a one-letter suffix by lower-case code; t g k m u n p f a, x is mega. */
const SUFFIX_EXPONENT = new Map<number, number>(
  (
    [
      ['t', 12],
      ['g', 9],
      ['x', 6],
      ['k', 3],
      ['m', -3],
      ['u', -6],
      ['µ', -6],
      ['μ', -6],
      ['n', -9],
      ['p', -12],
      ['f', -15],
      ['a', -18],
    ] as const
  ).map(([letter, exponent]) => [letter.charCodeAt(0), exponent]),
);

const lowerCode = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code);

/**
 * Reads a SPICE number at text[start, end): digits, a decimal point, an exponent `e` or `d`, a
 * suffix and unit letters (`1.5MEGohm`). The decimal is converted with one rounding wherever the
 * mantissa has at most 15 digits. `undefined` when no number starts here.
 *
 * What other simulators misread in silence (`4k7`, `1_000`, `10%`, `0x10`, `1e+`) carries a `mend`.
 */
export function scanNumber(text: string, start: number, end: number): ScannedNumber | undefined {
  let at = start;
  let mantissa = 0;
  let digits = 0;
  let fraction = 0;
  let negative = false;
  const sign = text.charCodeAt(at);
  if (at < end && (sign === 43 || sign === 45)) {
    negative = sign === 45;
    at += 1;
  }
  const firstDigit = at;
  for (let seenPoint = false; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      mantissa = mantissa * 10 + (code - 48);
      digits += 1;
      if (seenPoint) fraction += 1;
    } else if (code === 46 && !seenPoint) seenPoint = true;
    else break;
  }
  if (digits === 0) return undefined;
  let exponent = 0;
  let problem: string | undefined;
  const mantissaEnd = at;
  const exponentLetter = at < end ? lowerCode(text.charCodeAt(at)) : 0;
  if (exponentLetter === 101 || exponentLetter === 100) {
    let next = at + 1;
    const exponentSign = next < end ? text.charCodeAt(next) : 0;
    if (exponentSign === 43 || exponentSign === 45) next += 1;
    if (next < end && isDigit(text.charCodeAt(next))) {
      while (next < end && isDigit(text.charCodeAt(next))) {
        exponent = Math.min(exponent * 10 + text.charCodeAt(next) - 48, 9999);
        next += 1;
      }
      if (exponentSign === 45) exponent = -exponent;
      at = next;
    } else if (next > at + 1) {
      problem = `give the exponent its digits, such as ${text.slice(start, at)}e3`;
      at = next;
    }
  }
  const suffixStart = at;
  while (at < end && isUnitLetter(text.charCodeAt(at))) at += 1;
  const suffix = at === suffixStart ? 0 : suffixOf(text, suffixStart, at);
  let tail = at;
  while (tail < end && isNumberTail(text.charCodeAt(tail))) tail += 1;
  if (problem === undefined && tail > at) {
    problem = mendFor(text, start, firstDigit, suffixStart, tail);
  }
  const decimal = suffix === MIL || suffix === AMPERE ? exponent : exponent + suffix;
  const scale = decimal - fraction;
  let magnitude: number;
  if (digits <= 15 && scale >= -22 && scale <= 22) {
    magnitude = scale < 0 ? mantissa / POWERS_OF_TEN[-scale] : mantissa * POWERS_OF_TEN[scale];
  } else magnitude = Number(`${text.slice(firstDigit, mantissaEnd)}e${decimal}`);
  if (suffix === MIL) magnitude *= MIL_METRE;
  return {
    value: negative ? -magnitude : magnitude,
    end: tail,
    mend: problem,
    upperCaseMilli: suffix === -3 && text.charCodeAt(suffixStart) === 77,
    ampere: suffix === AMPERE && at === suffixStart + 1,
  };
}

/** Codes of suffixes that are no power of ten. */
const MIL = 1000;
const AMPERE = 2000;

/** Decimal exponent of the letters text[start, end) behind a number, or one of the codes above. */
function suffixOf(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (end - start >= 3) {
    const three = text.slice(start, start + 3).toLowerCase();
    if (three === 'meg') return 6;
    if (three === 'mil') return MIL;
    if (three === 'amp') return AMPERE;
  }
  // `1A` is an ampere: nobody writes an attovolt in upper case, while Xyce and HSPICE users do write 5A.
  if (first === 65) return AMPERE;
  return SUFFIX_EXPONENT.get(lowerCode(first)) ?? 0;
}

const isUnitLetter = (code: number): boolean =>
  isLetter(code) || code === 0xb5 || code === 0x3bc || code === 0x3a9 || code === 0x2126;

/** Characters that glue themselves to a number and change what was meant. */
const isNumberTail = (code: number): boolean =>
  isDigit(code) || code === 46 || code === 95 || isUnitLetter(code);

function mendFor(
  text: string,
  start: number,
  firstDigit: number,
  suffixStart: number,
  end: number,
): string {
  const written = text.slice(start, end);
  if (/^[+-]?0x[\da-f]+$/i.test(written)) return `write it in decimal: ${Number(written)}`;
  const infix = /^([+-]?\d+)(meg|[tgkxmunpfar])(\d+)$/i.exec(written);
  if (infix) {
    const [, whole, letter, fraction] = infix;
    return `write ${whole}.${fraction}${letter.toLowerCase() === 'r' ? '' : letter}`;
  }
  if (written.includes('_')) return `write ${written.replaceAll('_', '')}`;
  if (text.charCodeAt(suffixStart) === 46) return 'a number has one decimal point';
  return `write digits, then one suffix (t g meg k m u n p f), such as ${text.slice(firstDigit, suffixStart)}k`;
}
