import { DIMENSIONS, multiply, type Dimension, type DimensionName } from './dimension.js';

/** A unit as a factor to SI and a dimension. */
export interface Unit {
  readonly factor: number;
  readonly dimension: Dimension;
}

const unit = (factor: number, name: DimensionName): Unit => ({
  factor,
  dimension: DIMENSIONS[name],
});

/** Units that take SI prefixes. */
const PREFIXABLE: Readonly<Record<string, Unit>> = {
  m: unit(1, 'length'),
  g: { factor: 1e-3, dimension: [0, 1, 0, 0, 0] },
  s: unit(1, 'time'),
  A: unit(1, 'current'),
  K: unit(1, 'temperature'),
  V: unit(1, 'voltage'),
  ohm: unit(1, 'resistance'),
  Ohm: unit(1, 'resistance'),
  Ω: unit(1, 'resistance'),
  S: unit(1, 'conductance'),
  F: unit(1, 'capacitance'),
  H: unit(1, 'inductance'),
  T: unit(1, 'fluxDensity'),
  J: unit(1, 'energy'),
  W: unit(1, 'power'),
  Hz: unit(1, 'frequency'),
  C: unit(1, 'charge'),
  eV: unit(1.602176634e-19, 'energy'),
};

/** Units that stand alone. */
const PLAIN: Readonly<Record<string, Unit>> = {
  '1': unit(1, 'none'),
  '%': unit(0.01, 'none'),
  rad: unit(1, 'none'),
  deg: unit(Math.PI / 180, 'none'),
  angstrom: unit(1e-10, 'length'),
};

const PREFIX: Readonly<Record<string, number>> = {
  a: 1e-18,
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  m: 1e-3,
  c: 1e-2,
  d: 1e-1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Looks up one symbol such as `nm`, `kohm`, `T`; undefined where there is none. */
function unitOfSymbol(symbol: string): Unit | undefined {
  const own = (table: Readonly<Record<string, Unit>>, key: string) =>
    Object.hasOwn(table, key) ? table[key] : undefined;
  const exact = own(PLAIN, symbol) ?? own(PREFIXABLE, symbol);
  if (exact) return exact;
  const stem = own(PREFIXABLE, symbol.slice(1));
  const scale = Object.hasOwn(PREFIX, symbol[0]) ? PREFIX[symbol[0]] : undefined;
  return stem && scale !== undefined
    ? { factor: scale * stem.factor, dimension: stem.dimension }
    : undefined;
}

/**
 * Parses a unit expression such as `A/m^2`, `uohm cm`, `fJ/(V m)`, `ohm um2`.
 * Products are blanks, `*` or `·`; `/` divides by the next factor or parenthesis only.
 * Returns the offending symbol as a string where it does not understand one.
 */
export function parseUnit(text: string): Unit | string {
  const tokens = text.match(/[A-Za-zµμΩ%]+|1(?![0-9])|\^?-?[0-9]+|[²³]|[/*·()]/g) ?? [];
  if (tokens.join('') !== text.replace(/\s+/g, '')) return text;
  let position = 0;

  const product = (): Unit | string => {
    let result: Unit = { factor: 1, dimension: DIMENSIONS.none };
    let sign = 1;
    while (position < tokens.length && tokens[position] !== ')') {
      const token = tokens[position];
      if (token === '*' || token === '·' || token === '/') {
        sign = token === '/' ? -1 : 1;
        position += 1;
        continue;
      }
      const factor = atom();
      if (typeof factor === 'string') return factor;
      const power = sign * exponent();
      result = {
        factor: result.factor * factor.factor ** power,
        dimension: multiply(result.dimension, factor.dimension, power),
      };
      sign = 1;
    }
    return result;
  };

  const atom = (): Unit | string => {
    const token = tokens[position];
    position += 1;
    if (token !== '(') return unitOfSymbol(token) ?? token;
    const inner = product();
    if (tokens[position] !== ')') return text;
    position += 1;
    return inner;
  };

  const exponent = (): number => {
    const token = tokens[position];
    if (token === undefined || !/^(\^?-?[0-9]+|[²³])$/.test(token)) return 1;
    position += 1;
    return token === '²' ? 2 : token === '³' ? 3 : Number(token.replace('^', ''));
  };

  const parsed = product();
  return position === tokens.length ? parsed : text;
}
