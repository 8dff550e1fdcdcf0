import { invalidInput, type SpinbarError } from '../errors/index.js';

/** An idx file of unsigned bytes (LeCun's MNIST format): `shape` as stored, `data` row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/** Reads an idx file of unsigned bytes. `file` names it in errors. Throws invalidInput (exit 3). */
export function readIdx(bytes: Uint8Array, file: string): IdxArray {
  const reject = (what: string, why: string): SpinbarError =>
    invalidInput({
      code: 'formats.invalid-idx',
      what,
      where: { file },
      why,
      mend: 'get the file anew from its source, uncompressed',
    });
  if (bytes.length < 4)
    throw reject('this is not an idx file', `it has only ${bytes.length} bytes`);
  const [zero0, zero1, type, dimensions] = bytes;
  if (zero0 !== 0 || zero1 !== 0) {
    const gzip = zero0 === 0x1f && zero1 === 0x8b;
    throw reject(
      'this is not an idx file',
      gzip ? 'it is compressed by gzip' : 'its first two bytes are not 0',
    );
  }
  if (type !== UNSIGNED_BYTE)
    throw reject('unsupported idx file', `element type 0x${type.toString(16)}, want 0x8 (bytes)`);
  const start = 4 + 4 * dimensions;
  if (dimensions === 0 || bytes.length < start)
    throw reject(
      'truncated idx file',
      `${bytes.length} bytes end before its ${dimensions} extents`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  const wanted = start + shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length !== wanted) {
    throw reject(
      bytes.length < wanted ? 'truncated idx file' : 'idx file with too many bytes',
      `${shape.join(' x ')} elements want ${wanted} bytes, it has ${bytes.length}`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}
