import { isMap, isScalar, LineCounter, parseDocument as parseYaml, type Document } from 'yaml';
import type * as z from 'zod';
import { invalidInput, type Diagnostic, type SourceLocation } from '../errors/index.js';
import { keysAt } from './describe-schema.js';
import { didYouMean } from './did-you-mean.js';

type Path = readonly PropertyKey[];
type Finding = Omit<Diagnostic, 'severity'>;

/**
 * Parses a YAML (or JSON) text and validates it with `schema`: the only door through which configuration
 * enters. `override` may change the plain data before validation (the command line's `--set`).
 * Throws `SpinbarError` (exit 3) with every problem at once: key path, line, why, and the mend.
 */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
  { override = (data: unknown): unknown => data } = {},
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseYaml(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalidInput(
      document.errors.map(({ message, pos }) => ({
        code: 'config.syntax',
        what: 'this is not valid YAML',
        where: locate(file, text, lines, pos[0]),
        why: message,
        mend: 'mend the syntax at the caret (indentation, quotes, colons)',
      })),
    );
  }
  return validate(schema, override(document.toJS()), {
    locate: (path) => ({
      ...locatePath(file, text, lines, document, path),
      keyPath: formatPath(path),
    }),
  });
}

/** Validates plain data; `locate` says where in its source a key path stands. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  { locate: locateKey }: { readonly locate: (path: Path) => SourceLocation },
): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw invalidInput(
    result.error.issues.flatMap((issue) => findingsOf(issue, [], schema, data, locateKey)),
  );
}

function findingsOf(
  issue: z.core.$ZodIssue,
  parent: Path,
  schema: z.ZodType,
  data: unknown,
  locateKey: (path: Path) => SourceLocation,
): Finding[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, data);
    return issue.keys.map((key) => {
      const guess = didYouMean(key, known);
      return {
        code: 'config.unknown-key',
        what: `unknown key ${JSON.stringify(key)}`,
        where: locateKey([...path, key]),
        why: known.length > 0 ? `known here: ${known.join(', ')}` : 'nothing reads it',
        mend: guess
          ? `did you mean ${JSON.stringify(guess)}?`
          : 'remove it, or see `spinbar explain`',
      };
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => a.length - b.length)[0];
    return nearest.flatMap((inner) => findingsOf(inner, path, schema, data, locateKey));
  }
  const missing = valueAt(data, path) === undefined;
  const mend = (issue as { params?: { mend?: string } }).params?.mend;
  return [
    {
      code: missing ? 'config.missing-key' : 'config.invalid-value',
      what: missing
        ? `missing key ${formatPath(path)}`
        : `invalid ${formatPath(path)}: ${JSON.stringify(valueAt(data, path))}`,
      where: locateKey(path),
      why: missing ? 'this key is required' : issue.message,
      mend:
        mend ??
        (missing
          ? `add it; \`spinbar explain ${formatPath(path)}\` tells its meaning`
          : 'see `spinbar explain` for what is accepted'),
    },
  ];
}

/** `layers[2].rows` for ['layers', 2, 'rows']; the document itself is `(top)`. */
export function formatPath(path: Path): string {
  if (path.length === 0) return '(top)';
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : text === ''
          ? String(part)
          : `${text}.${String(part)}`,
    '',
  );
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === 'object'
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    data,
  );
}

function locate(file: string, text: string, lines: LineCounter, offset: number): SourceLocation {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col, sourceLine: text.split('\n')[line - 1] ?? '' };
}

/** The place of the key named by `path`, or of its nearest existing parent. */
function locatePath(
  file: string,
  text: string,
  lines: LineCounter,
  document: Document,
  path: Path,
): SourceLocation {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown =
      depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => (isScalar(item.key) ? item.key.value : item.key) === key)
      : undefined;
    const node: unknown = isScalar(pair?.key)
      ? pair.key
      : document.getIn(path.slice(0, depth), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    if (range) return locate(file, text, lines, range[0]);
  }
  return { file };
}
