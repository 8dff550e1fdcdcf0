import { parse } from 'yaml';
import { readText } from './files.js';

/** The `kind` that an experiment file gives itself; undefined for the plain experiment and unreadable YAML. */
export function kindOfFile(path: string): string | undefined {
  try {
    const data: unknown = parse(readText(path, 'the experiment file'));
    if (typeof data !== 'object' || data === null || !('kind' in data)) return undefined;
    return String(data.kind);
  } catch (error) {
    // Its reader says where the YAML is broken.
    if (error instanceof Error && error.name.startsWith('YAML')) return undefined;
    throw error;
  }
}
