import { fileURLToPath } from 'node:url';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import {
  componentLibrarySchema,
  readoutSchema,
  type ComponentLibrary,
  type MtjReadout,
} from '../../architecture/index.js';
import { invalidInput } from '../../errors/index.js';
import { parseDocument } from '../../units/index.js';
import { readText } from '../node/files.js';

/** A component set with the set that each of its components was stated in. */
export interface LoadedLibrary {
  readonly library: ComponentLibrary;
  /** Name of the set by component: a set may take over another's (`base`), never in silence. */
  readonly origins: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

/** Reads a component set by its name in devices/components or by path, with the sets it is based on. */
export function readLibrary(reference: string, from: string): LoadedLibrary {
  const path = componentPath(reference, from);
  const { data, origins, files } = withBases(path, []);
  const library = parseDocument(componentLibrarySchema, readText(path, 'the component set'), path, {
    override: () => data,
  });
  return { library, origins, files };
}

/** Reads what stands around the magnet, by name in devices/components or by path. */
export function readReadout(reference: string, from: string): MtjReadout {
  const path = componentPath(reference, from);
  return parseDocument(readoutSchema, readText(path, 'the read-out file'), path);
}

const COMPONENTS = fileURLToPath(new URL('../../../devices/components', import.meta.url));

/** A bare name stands for a file of the package, anything else for a path from the naming file. */
const componentPath = (reference: string, from: string): string =>
  /^[\w-]+$/.test(reference)
    ? join(COMPONENTS, `${reference}.yaml`)
    : resolve(dirname(from), reference);

type Fields = Readonly<Record<string, unknown>>;

/** The set's own fields over those of its base; the order of `above` finds cycles. */
function withBases(
  path: string,
  above: readonly string[],
): {
  readonly data: Fields;
  readonly origins: Readonly<Record<string, string>>;
  readonly files: readonly string[];
} {
  if (above.includes(path))
    throw invalidInput({
      code: 'cost.component-cycle',
      what: 'component sets are based on each other',
      where: { file: path, keyPath: 'base' },
      why: [...above, path].join(' is based on '),
      mend: 'take the base out of one of them',
    });
  const raw: unknown = parse(readText(path, 'the component set'));
  if (typeof raw !== 'object' || raw === null)
    return { data: raw as Fields, origins: {}, files: [path] };
  const { base, ...own } = raw as Fields;
  const named = typeof own.name === 'string' ? own.name : path;
  const ownOrigins = Object.fromEntries(Object.keys(own).map((key) => [key, named]));
  if (typeof base !== 'string') return { data: own, origins: ownOrigins, files: [path] };
  const below = withBases(componentPath(base, path), [...above, path]);
  return {
    data: { ...below.data, ...own },
    origins: { ...below.origins, ...ownOrigins },
    files: [path, ...below.files],
  };
}
