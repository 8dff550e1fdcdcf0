import { invalidInput } from '../errors/index.js';

/** One regular file of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/**
 * Regular files of a tar archive (POSIX ustar; names of GNU archives up to 100 characters). Links, devices and
 * folders are passed over. Throws `formats.tar` for names that leave the archive and for archives cut off.
 */
export function readTar(bytes: Uint8Array, file: string): readonly TarEntry[] {
  const refuse = (what: string): Error =>
    invalidInput({
      code: 'formats.tar',
      what,
      where: { file },
      mend: 'get the archive anew from its source',
    });
  const text = (start: number, length: number): string => {
    const raw = bytes.subarray(start, start + length);
    const end = raw.indexOf(0);
    return new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
  };
  const entries: TarEntry[] = [];
  for (let at = 0; at + BLOCK <= bytes.length;) {
    if (bytes[at] === 0) return entries;
    const size = parseInt(text(at + 124, 12).trim(), 8);
    const checksum = parseInt(text(at + 148, 8).trim(), 8);
    let sum = 0;
    for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : bytes[at + i];
    if (sum !== checksum || !(size >= 0)) throw refuse('this is not a tar archive');
    const prefix = text(at + 257, 5) === 'ustar' ? text(at + 345, 155) : '';
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`;
    const start = at + BLOCK;
    if (start + size > bytes.length)
      throw refuse(`the archive is cut off: ${name} wants ${size} bytes`);
    const type = bytes[at + 156];
    if (type === 0x30 || type === 0) {
      if (name.startsWith('/') || name.split('/').includes('..'))
        throw refuse(`the archive names a path outside itself: "${name}"`);
      entries.push({ name, bytes: bytes.subarray(start, start + size) });
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw refuse('the archive is cut off: it has no end');
}
