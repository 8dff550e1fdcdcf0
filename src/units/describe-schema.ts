import * as z from 'zod';
import type { FieldMeta } from './schema.js';

/** One documented field of a schema, for `spinbar explain` and the workbench form. */
export interface FieldDescription extends Partial<FieldMeta> {
  /** Dotted path; `[]` stands for any array element, `*` for any key of a record. */
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
}

/** Lists every field of a schema with what is known of it, depth first, in the order of declaration. */
export function describeSchema(schema: z.ZodType, path = ''): FieldDescription[] {
  const { inner, optional, fallback } = unwrap(schema);
  const meta = { ...numericRange(inner), ...fallback, ...(metaOf(schema) ?? metaOf(inner)) };
  const own: FieldDescription[] =
    path === '' ? [] : [{ ...meta, path, type: typeName(inner), optional }];
  return [...own, ...childrenOf(inner, path)];
}

function childrenOf(schema: z.ZodType, path: string): FieldDescription[] {
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, child]) =>
      describeSchema(child, join(key)),
    );
  }
  if (schema instanceof z.ZodArray) {
    return childrenOf(unwrap(schema.element as z.ZodType).inner, `${path}[]`);
  }
  if (schema instanceof z.ZodRecord) {
    return childrenOf(unwrap(schema.valueType as z.ZodType).inner, join('*'));
  }
  if (schema instanceof z.ZodUnion) {
    const seen = new Set<string>();
    return (schema.options as readonly z.ZodType[])
      .flatMap((option) => childrenOf(unwrap(option).inner, path))
      .filter((field) => !seen.has(field.path) && seen.add(field.path));
  }
  return [];
}

/** The keys a file may use at `path`; for a union, those of the branch whose literals fit `data`. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[], data: unknown): string[] {
  let candidates = [unwrap(schema).inner].flatMap(branches);
  let value = data;
  for (const part of path) {
    candidates = candidates.flatMap((candidate) => step(candidate, part)).flatMap(branches);
    value =
      value !== null && typeof value === 'object'
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined;
  }
  const objects = candidates.filter((candidate) => candidate instanceof z.ZodObject);
  const fitting = objects.filter((object) => literalsFit(object, value));
  const shapes = (fitting.length > 0 ? fitting : objects).map((object) =>
    Object.keys(object.shape as object),
  );
  return [...new Set(shapes.flat())];
}

function step(schema: z.ZodType, part: PropertyKey): z.ZodType[] {
  if (schema instanceof z.ZodObject) {
    const child = (schema.shape as Record<PropertyKey, z.ZodType | undefined>)[part];
    return child ? [unwrap(child).inner] : [];
  }
  if (schema instanceof z.ZodArray) return [unwrap(schema.element as z.ZodType).inner];
  if (schema instanceof z.ZodRecord) return [unwrap(schema.valueType as z.ZodType).inner];
  return [];
}

const branches = (schema: z.ZodType): z.ZodType[] =>
  schema instanceof z.ZodUnion
    ? (schema.options as readonly z.ZodType[]).flatMap((option) => branches(unwrap(option).inner))
    : [schema];

function literalsFit(object: z.ZodObject, value: unknown): boolean {
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(object.shape as Record<string, z.ZodType>).every(
    ([key, child]) =>
      !(child instanceof z.ZodLiteral) || child.values.has((value as Record<string, never>)[key]),
  );
}

/** Peels optional, default, pipe (transform) and lazy wrappers off a schema. */
function unwrap(schema: z.ZodType): {
  readonly inner: z.ZodType;
  readonly optional: boolean;
  readonly fallback: Pick<FieldMeta, 'default'>;
} {
  let inner = schema;
  let optional = false;
  let fallback: Pick<FieldMeta, 'default'> = {};
  for (;;) {
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodNullable
    ) {
      optional = true;
      if (inner instanceof z.ZodDefault && isPlain(inner.def.defaultValue))
        fallback = { default: JSON.stringify(inner.def.defaultValue).replaceAll('"', '') };
      inner = inner.unwrap() as z.ZodType;
    } else if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType;
    else if (inner instanceof z.ZodLazy || inner instanceof z.ZodReadonly)
      inner = inner.unwrap() as z.ZodType;
    else return { inner, optional, fallback };
  }
}

/** Whether a default reads well as text: not a whole section. */
const isPlain = (value: unknown): boolean =>
  Array.isArray(value) || (value !== undefined && (value === null || typeof value !== 'object'));

/** `1 to 16`, `at least 1` for a number with bounds (those of every safe integer do not count). */
function numericRange(schema: z.ZodType): Pick<FieldMeta, 'range'> {
  if (!(schema instanceof z.ZodNumber)) return {};
  const { minValue, maxValue } = schema;
  const low = minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? minValue : undefined;
  const high = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? maxValue : undefined;
  if (low !== undefined && high !== undefined) return { range: `${low} to ${high}` };
  if (low !== undefined) return { range: `at least ${low}` };
  return high === undefined ? {} : { range: `at most ${high}` };
}

const metaOf = (schema: z.ZodType): Partial<FieldMeta> | undefined =>
  schema.meta() as Partial<FieldMeta> | undefined;

function typeName(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.join(' | ');
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' | ');
  if (schema instanceof z.ZodArray)
    return `list of ${typeName(unwrap(schema.element as z.ZodType).inner)}`;
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'section';
  if (schema instanceof z.ZodUnion) {
    return [
      ...new Set(
        (schema.options as readonly z.ZodType[]).map((option) => typeName(unwrap(option).inner)),
      ),
    ].join(' or ');
  }
  return schema.type;
}
