import { skipBlanks } from '../characters.js';
import { placeOf } from '../logical-line.js';
import type { ComplexPart } from './behaviour.js';
import { fail, type ExpressionReader } from './parse-expression.js';
import type { Expression } from './syntax.js';

const PARTS: readonly (readonly [string, ComplexPart])[] = [
  ['m', 'magnitude'],
  ['p', 'phase'],
  ['db', 'decibel'],
  ['r', 'real'],
  ['i', 'imaginary'],
];

/** `vm`, `vp`, `vdb`, `vr`, `vi` and the same of `i`: one part of a phasor, in output statements. */
export const AC_PROBES: ReadonlyMap<
  string,
  { readonly quantity: 'v' | 'i'; readonly part: ComplexPart }
> = new Map(
  (['v', 'i'] as const).flatMap((quantity) =>
    PARTS.map(([suffix, part]) => [`${quantity}${suffix}`, { quantity, part }] as const),
  ),
);

/** Reads the names of `v(a,b)` or `i(v1)`; reader.at is behind the opening parenthesis. */
export function readProbe(
  reader: ExpressionReader,
  quantity: 'v' | 'i',
  part: ComplexPart | undefined,
  place: number,
): Expression {
  const { line, at, end } = reader;
  const close = line.text.indexOf(')', at);
  if (close < 0 || close >= end) {
    return fail(
      reader,
      at,
      1,
      'expression-syntax',
      `the closing parenthesis of ${quantity}(...) is missing`,
      {},
    );
  }
  const names = line.text
    .slice(at, close)
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map((name) => name.toLowerCase());
  const most = quantity === 'v' ? 2 : 1;
  if (names.length === 0 || names.length > most) {
    fail(
      reader,
      at,
      close - at,
      'probe',
      `${quantity}(...) takes ${quantity === 'v' ? 'one node or two' : 'one device'}`,
      {
        mend: quantity === 'v' ? 'write v(node) or v(node1,node2)' : 'write i(v1)',
      },
    );
  }
  reader.at = close + 1;
  return { type: 'probe', quantity, ...(part ? { part } : {}), names, place };
}

/** Reads `@m1[gm]` at reader.at. */
export function readDeviceQuantity(reader: ExpressionReader): Expression {
  const { line, at, end } = reader;
  const match = /^@([^\s[\],(){}]+)\s*\[\s*(\w+)\s*\]/.exec(line.text.slice(at, end));
  if (!match) {
    return fail(reader, at, 1, 'probe', 'a device quantity is written @device[parameter]', {});
  }
  reader.at = skipBlanks(line.text, at + match[0].length, at + match[0].length);
  return {
    type: 'device-quantity',
    device: match[1].toLowerCase(),
    parameter: match[2].toLowerCase(),
    place: placeOf(line, at),
  };
}
