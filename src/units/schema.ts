import * as z from 'zod';
import type { DimensionName } from './dimension.js';
import { readQuantity } from './quantity.js';

/**
 * What a schema says about a field, once: the same declaration validates the file, documents it
 * (`spinbar explain`), labels axes and builds forms.
 */
export interface FieldMeta {
  /** Readable name, such as `Gilbert damping`. */
  readonly name: string;
  /** The field's usual symbol, such as `alpha`. */
  readonly symbol?: string;
  /** Unit in which the field is usually written and shown; empty for plain numbers. */
  readonly unit?: string;
  readonly description: string;
  /** Where a default or range comes from (author, year). */
  readonly source?: string;
  /** Filled in by the helpers below, for `describeSchema`. */
  readonly range?: string;
  readonly default?: string;
}

export interface QuantityOptions extends Omit<FieldMeta, 'range' | 'default'> {
  readonly dimension: DimensionName;
  /** Bounds as the user would write them, such as `"0.1 nm"`; the value may equal them. */
  readonly min?: string | number;
  readonly max?: string | number;
  /** Refuse the bound itself (for a quantity that must be positive, `min: 0, exclusiveMin: true`). */
  readonly exclusiveMin?: boolean;
  readonly default?: string | number;
}

/** A schema for a physical quantity: takes `"20 nm"` or a plain number, gives the SI number. */
export function quantity(options: QuantityOptions) {
  const { dimension, min, max, exclusiveMin = false, default: fallback, ...meta } = options;
  const low = bound(min, dimension);
  const high = bound(max, dimension);
  const example = fallback === undefined ? exampleOf(meta.unit) : JSON.stringify(fallback);
  const read = z
    .union([z.string(), z.number()], { error: `want a quantity such as ${example}` })
    .transform((input, context) => {
      const value = readQuantity(input, dimension, example);
      if (typeof value !== 'number') {
        context.addIssue({ code: 'custom', message: value.why, params: { mend: value.mend } });
        return z.NEVER;
      }
      const inside =
        (low === undefined || (exclusiveMin ? value > low : value >= low)) &&
        (high === undefined || value <= high);
      if (!inside) {
        const range = rangeText(options);
        context.addIssue({
          code: 'custom',
          message: `${JSON.stringify(input)} is outside ${range}`,
          params: { mend: `choose a value ${range}` },
        });
        return z.NEVER;
      }
      return value;
    });
  const described = {
    ...meta,
    range: rangeText(options),
    ...(fallback === undefined ? {} : { default: String(fallback) }),
  };
  return fallback === undefined ? read.meta(described) : read.prefault(fallback).meta(described);
}

/** As `quantity`, for a field that may be left out without a default. */
export const optionalQuantity = (options: Omit<QuantityOptions, 'default'>) => {
  const { dimension, min, max, exclusiveMin, ...meta } = options;
  return quantity(options)
    .optional()
    .meta({ ...meta, range: rangeText(options) });
};

/** Adds name, unit and description to any schema: `described(z.int().min(1), { name, description })`. */
export const described = <Schema extends z.ZodType>(schema: Schema, meta: FieldMeta): Schema =>
  schema.meta({ ...meta });

const bound = (
  value: string | number | undefined,
  dimension: DimensionName,
): number | undefined => {
  if (value === undefined) return undefined;
  const number = readQuantity(value, dimension);
  if (typeof number !== 'number') throw new RangeError(`invalid bound: ${number.why}`);
  return number;
};

const exampleOf = (unit: string | undefined): string => (unit ? JSON.stringify(`1 ${unit}`) : '1');

function rangeText({
  min,
  max,
  exclusiveMin = false,
}: Pick<QuantityOptions, 'min' | 'max' | 'exclusiveMin'>): string {
  const low = min === undefined ? '' : `${exclusiveMin ? 'greater than' : 'at least'} ${min}`;
  const high = max === undefined ? '' : `at most ${max}`;
  return [low, high].filter(Boolean).join(' and ') || 'any';
}
