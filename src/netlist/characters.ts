/** Character classes of the SPICE language, by code unit; codes above 127 belong to names. */

export const BLANK = 1;
/** Separates words besides blanks: `( ) , =`. */
export const SEPARATOR = 2;
/** Starts quoted text or an expression: `' " {`, or ends one: `}`. */
export const QUOTE = 4;
export const DIGIT = 8;
export const LETTER = 16;

const CLASSES = new Uint8Array(128);
for (const char of ' \t\r\n\f\v\0') CLASSES[char.charCodeAt(0)] |= BLANK;
for (const char of '(),=') CLASSES[char.charCodeAt(0)] |= SEPARATOR;
for (const char of '\'"{}') CLASSES[char.charCodeAt(0)] |= QUOTE;
for (const char of '0123456789') CLASSES[char.charCodeAt(0)] |= DIGIT;
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ') {
  CLASSES[char.charCodeAt(0)] |= LETTER;
}

export const classOf = (code: number): number =>
  code < 128 ? CLASSES[code] : code === 0xa0 || code === 0xfeff ? BLANK : 0;

export const isBlank = (code: number): boolean => (classOf(code) & BLANK) !== 0;
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
export const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

/** Index of the first character of text[from, to) that is not blank, or `to`. */
export function skipBlanks(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}
