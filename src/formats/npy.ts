import { invalidInput } from '../errors/index.js';

/** An array as NumPy's .npy holds it, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const MAGIC = '\x93NUMPY';

/** The bytes of a .npy file, version 1.0, little-endian doubles in C order (NumPy NEP 1). */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = `${dictionary.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + 8 * data.length);
  const view = new DataView(bytes.buffer);
  [...MAGIC].forEach((character, k) => view.setUint8(k, character.charCodeAt(0)));
  view.setUint8(6, 1);
  view.setUint16(8, length, true);
  [...header].forEach((character, k) => view.setUint8(10 + k, character.charCodeAt(0)));
  data.forEach((value, k) => view.setFloat64(10 + length + 8 * k, value, true));
  return bytes;
}

const readers: Record<string, (view: DataView, at: number) => number> = {
  '<f8': (view, at) => view.getFloat64(at, true),
  '<f4': (view, at) => view.getFloat32(at, true),
  '<i8': (view, at) => Number(view.getBigInt64(at, true)),
  '<i4': (view, at) => view.getInt32(at, true),
  '<i2': (view, at) => view.getInt16(at, true),
  '|i1': (view, at) => view.getInt8(at),
  '|u1': (view, at) => view.getUint8(at),
};

/**
 * Reads a .npy file of little-endian floats or integers, either order of axes for matrices. Throws
 * invalidInput naming the file for anything else, or when the file is cut short.
 */
export function readNpy(bytes: Uint8Array, file: string): NpyArray {
  const refuse = (what: string): Error =>
    invalidInput({
      code: 'formats.npy',
      what,
      where: { file },
      mend: "Save it with numpy.save(file, array.astype('<f8')).",
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || [...MAGIC].some((c, k) => bytes[k] !== c.charCodeAt(0))) {
    throw refuse('this is not a .npy file');
  }
  const wide = bytes[6] > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const read = readers[type];
  if (!read) throw refuse(`numbers of type ${type || 'unknown'} are not read`);
  const width = Number(type.at(-1));
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== end + count * width) {
    throw refuse(`${bytes.length - end} bytes of data, the header promises ${count * width}`);
  }
  const data = Float64Array.from({ length: count }, (_, k) => read(view, end + k * width));
  const fortran = header.includes("'fortran_order': True");
  return { shape, data: fortran && shape.length === 2 ? transposed(data, shape) : data };
}

/** Column-major to row-major. */
function transposed(data: Float64Array, [rows, columns]: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: data.length },
    (_, k) => data[(k % columns) * rows + Math.floor(k / columns)],
  );
}
