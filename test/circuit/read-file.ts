import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ResolveFile } from '../../src/netlist/index.js';

/** Resolves `.include` paths relative to the including file. */
export const readFileFor =
  (folder: string): ResolveFile =>
  (path, from) => {
    const file = resolve(from ? dirname(from) : folder, path);
    try {
      return { file, text: readFileSync(file, 'utf8') };
    } catch {
      return undefined;
    }
  };
