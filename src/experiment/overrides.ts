import { parse } from 'yaml';
import { invalidInput, usageError, type Diagnostic } from '../errors/index.js';

/** One `--set key.path=value` of the command line. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** As the user wrote it, for messages. */
  readonly text: string;
}

/** Reads `a.b=value`; the value is YAML, so `true`, `3`, `[1, 2]` and `20 nm` mean what they do there. */
export function parseOverride(text: string): Override {
  const at = text.indexOf('=');
  const path = text
    .slice(0, Math.max(0, at))
    .split('.')
    .map((key) => key.trim());
  if (at < 1 || path.includes('')) {
    throw usageError({
      code: 'cli.invalid-set',
      what: `invalid --set: ${text}`,
      why: 'it has the form key=value, where key is a path such as mapping.rows',
      mend: 'for example --set mapping.rows=64',
    });
  }
  try {
    return { path, value: parse(text.slice(at + 1)) as unknown, text };
  } catch (error) {
    throw usageError({
      code: 'cli.invalid-set',
      what: `invalid --set: ${text}`,
      why: `its value is not YAML: ${(error as Error).message.split('\n')[0]}`,
      mend: 'quote the value',
    });
  }
}

export interface Overridden {
  readonly data: unknown;
  /** One warning for each value of the file that was replaced by another. */
  readonly changes: readonly Diagnostic[];
}

/**
 * The plain data of `file` with the overrides applied, and a warning for each loaded value that one
 * replaces: a configuration never wins in silence. Whether a key exists is the schema's to judge.
 */
export function applyOverrides(
  data: unknown,
  overrides: readonly Override[],
  file: string,
): Overridden {
  const changes: Diagnostic[] = [];
  let result = data;
  for (const override of overrides) {
    const before = valueAt(result, override.path);
    result = withValue(result, override, 0, file);
    if (before === undefined || JSON.stringify(before) === JSON.stringify(override.value)) continue;
    const keyPath = override.path.join('.');
    changes.push({
      severity: 'warning',
      code: 'experiment.overridden',
      what: `${keyPath}: ${JSON.stringify(before)} -> ${JSON.stringify(override.value)} (--set)`,
      where: { file, keyPath },
    });
  }
  return { data: result, changes };
}

function withValue(data: unknown, override: Override, depth: number, file: string): unknown {
  const { path, value, text } = override;
  if (depth === path.length) return value;
  const key = path[depth];
  if (data === undefined || data === null)
    return { [key]: withValue(undefined, override, depth + 1, file) };
  if (Array.isArray(data) && /^\d+$/.test(key) && Number(key) < data.length) {
    const at = Number(key);
    return data.map((item: unknown, index) =>
      index === at ? withValue(item, override, depth + 1, file) : item,
    );
  }
  if (typeof data !== 'object' || Array.isArray(data)) {
    const parent = path.slice(0, depth).join('.');
    throw invalidInput({
      code: 'experiment.invalid-override',
      what: `--set ${text}: ${parent || 'the file'} has no key ${JSON.stringify(key)}`,
      where: { file, keyPath: path.join('.') },
      why: `its value in the file is ${JSON.stringify(data)}`,
      mend: `set ${parent || 'another key'} as a whole`,
    });
  }
  const map = data as Readonly<Record<string, unknown>>;
  return { ...map, [key]: withValue(map[key], override, depth + 1, file) };
}

const valueAt = (data: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object'
        ? (value as Record<string, unknown>)[key]
        : undefined,
    data,
  );

/** Overrides among what an output folder's results depend on, as the user typed their keys. */
export const overrideInputs = (overrides: readonly Override[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(overrides.map(({ path, value }) => [`--set ${path.join('.')}`, value]));
