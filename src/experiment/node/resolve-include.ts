import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Finds an included file relative to the file that includes it; undefined when there is none. */
export function resolveInclude(
  path: string,
  fromFile: string,
): { readonly file: string; readonly text: string } | undefined {
  const file = resolve(dirname(fromFile), path);
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}
