import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { invalidInput, type SpinbarError } from '../../errors/index.js';
import { didYouMean } from '../../units/index.js';

/** Reads a UTF-8 text file. `role` says what the file is to the user ("the netlist"). */
export function readText(path: string, role: string): string {
  return readBytes(path, role).toString('utf8');
}

/** Reads a whole file; a missing or unreadable one is an error that names the nearest existing file. */
export function readBytes(path: string, role: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw readError(path, role, error as NodeJS.ErrnoException);
  }
}

function readError(
  path: string,
  role: string,
  { code, message }: NodeJS.ErrnoException,
): SpinbarError {
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    return invalidInput({
      code: 'experiment.cannot-read',
      what: `cannot read ${role}`,
      where: { file: path },
      why: code === 'EISDIR' ? 'it is a folder, not a file' : message,
      mend: 'check the path and its permissions',
    });
  }
  const guess = didYouMean(basename(path), siblings(path));
  return invalidInput({
    code: 'experiment.file-not-found',
    what: `${role} does not exist`,
    where: { file: path },
    why: 'there is no file at this path',
    mend: guess === undefined ? 'check the path' : `did you mean ${join(dirname(path), guess)}?`,
  });
}

function siblings(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

let temporaryCount = 0;

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, then renamed. Folders
 * are created as needed.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  const folder = dirname(path);
  temporaryCount += 1;
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${temporaryCount}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(temporary, data);
      renameSync(temporary, path);
    } catch (error) {
      if (existsSync(temporary)) rmSync(temporary);
      throw error;
    }
  } catch (error) {
    throw invalidInput({
      code: 'experiment.cannot-write',
      what: `cannot write ${basename(path)}`,
      where: { file: path },
      why: (error as Error).message,
      mend: 'make room or choose another place with --out DIR',
    });
  }
}

/** SHA-256 in hexadecimal. */
export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
