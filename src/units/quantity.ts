import { ZERO_CELSIUS } from './constants.js';
import { DIMENSIONS, nameOfDimension, sameDimension, type DimensionName } from './dimension.js';
import { parseUnit } from './unit.js';

/** Why a text is not a quantity of the wanted dimension, and how to mend it. */
export interface QuantityProblem {
  readonly why: string;
  readonly mend: string;
}

const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$/;

/**
 * Reads `"20 nm"`, `"5e11 A/m^2"`, `"27 degC"` as a number in SI units of `dimension`; `example`
 * (such as `"20 nm"`) is what the mend suggests. A bare number is accepted only for plain numbers and for 0:
 * a unit left out is an error, never a guess. M is mega here (in netlists it is milli).
 */
export function readQuantity(
  input: string | number,
  dimension: DimensionName,
  example?: string,
): number | QuantityProblem {
  const wanted = DIMENSIONS[dimension];
  const mend =
    example === undefined
      ? `write a ${nameOfDimension(wanted)} with its unit`
      : `write for example ${example}`;
  const match = NUMBER.exec(String(input));
  if (!match) return { why: `${JSON.stringify(input)} does not start with a number`, mend };
  const value = Number(match[1]);
  const unitText = match[2];
  if (!Number.isFinite(value)) return { why: `${JSON.stringify(input)} is not finite`, mend };
  if (unitText === '') {
    if (value === 0 || dimension === 'none') return value;
    return {
      why: `${JSON.stringify(input)} has no unit, a ${nameOfDimension(wanted)} needs one`,
      mend,
    };
  }
  if (unitText === 'degC' && dimension === 'temperature') return value + ZERO_CELSIUS;
  const unit = parseUnit(unitText);
  if (typeof unit === 'string')
    return { why: `unknown unit ${JSON.stringify(unit)} in ${JSON.stringify(input)}`, mend };
  if (!sameDimension(unit.dimension, wanted)) {
    const got = nameOfDimension(unit.dimension);
    return { why: `${JSON.stringify(input)} is a ${got}, want a ${nameOfDimension(wanted)}`, mend };
  }
  return scaleDecimal(match[1], unit.factor);
}

/** `text` times `factor`, correctly rounded where the factor is a power of ten: "1.1 nm" is 1.1e-9, not one ulp off. */
function scaleDecimal(text: string, factor: number): number {
  const power = Math.round(Math.log10(factor));
  if (Math.abs(factor / 10 ** power - 1) > 1e-12) return Number(text) * factor;
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  return Number(`${mantissa}e${Number(exponent) + power}`);
}

/** As `readQuantity`, for programmers: throws a RangeError where the text is wrong. */
export function parseQuantity(input: string | number, dimension: DimensionName): number {
  const result = readQuantity(input, dimension);
  if (typeof result === 'number') return result;
  throw new RangeError(`invalid quantity: ${result.why}`);
}

const ENGINEERING = ['a', 'f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G', 'T'];

/** Formats an SI value with an engineering prefix: `formatQuantity(2.5e-5, 'A')` is `25 uA`. */
export function formatQuantity(value: number, unit: string, digits = 4): string {
  if (value === 0 || !Number.isFinite(value)) return `${value} ${unit}`.trim();
  const decade = Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-12);
  const index = Math.min(ENGINEERING.length - 1, Math.max(0, decade + 6));
  const scaled = value / 10 ** (3 * (index - 6));
  return `${Number(scaled.toPrecision(digits))} ${ENGINEERING[index]}${unit}`.trim();
}
