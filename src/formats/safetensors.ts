import { invalidInput, type SpinbarError } from '../errors/index.js';

/** A tensor as stored: row-major, widened or narrowed to float32. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

type Decode = (view: DataView, offset: number) => number;

/** Bytes and reading of one element, by type name of the format. */
const TYPES: Readonly<Record<string, readonly [number, Decode]>> = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  BF16: [2, (view, at) => bfloatToNumber(view.getUint16(at, true))],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  I32: [4, (view, at) => view.getInt32(at, true)],
  I16: [2, (view, at) => view.getInt16(at, true)],
  I8: [1, (view, at) => view.getInt8(at)],
  U8: [1, (view, at) => view.getUint8(at)],
  BOOL: [1, (view, at) => view.getUint8(at)],
};

const PREFIX = 8;
const LONGEST_HEADER = 100_000_000;

/**
 * Reads a safetensors file (huggingface/safetensors, format description in its README): 8 bytes of header
 * length, a JSON header, the data. Every offset is checked before it is used. Throws invalidInput.
 */
export function readSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const reject = (what: string, why: string): SpinbarError =>
    invalidInput({
      code: 'formats.invalid-safetensors',
      what,
      where: { file },
      why,
      mend: 'get the file anew, or save it again with a safetensors library',
    });
  if (bytes.length < PREFIX)
    throw reject('truncated safetensors file', `it has only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LONGEST_HEADER)
    throw reject('this is not a safetensors file', `its header would have ${headerLength} bytes`);
  const start = PREFIX + headerLength;
  if (start > bytes.length)
    throw reject('truncated safetensors file', `${bytes.length} bytes end inside the header`);
  const header = parseHeader(bytes.subarray(PREFIX, start), reject);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header.entries)) {
    const type = Object.hasOwn(TYPES, entry.dtype) ? TYPES[entry.dtype] : undefined;
    if (!type) throw reject(`tensor ${JSON.stringify(name)} cannot be read`, `type ${entry.dtype}`);
    const [size, decode] = type;
    const [from, to] = entry.data_offsets;
    const count = entry.shape.reduce((product, extent) => product * extent, 1);
    if (to - from !== count * size)
      throw reject(
        `tensor ${JSON.stringify(name)} does not fit its place`,
        `${entry.shape.join(' x ')} of ${entry.dtype} want ${count * size} bytes, it has ${to - from}`,
      );
    if (start + to > bytes.length)
      throw reject(
        'truncated safetensors file',
        `tensor ${JSON.stringify(name)} ends at byte ${start + to} of ${bytes.length}`,
      );
    const data = new Float32Array(count);
    for (let k = 0; k < count; k += 1) data[k] = decode(view, start + from + k * size);
    tensors.set(name, { shape: entry.shape, data });
  }
  return { tensors, metadata: header.metadata };
}

function parseHeader(
  bytes: Uint8Array,
  reject: (what: string, why: string) => SpinbarError,
): { readonly entries: Record<string, Entry>; readonly metadata: Record<string, string> } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw reject('this is not a safetensors file', `its header is not JSON: ${String(error)}`);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw reject('this is not a safetensors file', 'its header is not a JSON object');
  const { __metadata__: metadata = {}, ...entries } = json as Record<string, unknown>;
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry))
      throw reject(
        `tensor ${JSON.stringify(name)} has no valid description`,
        'want dtype, shape and increasing data_offsets',
      );
  }
  return {
    entries: entries as Record<string, Entry>,
    metadata: metadata as Record<string, string>,
  };
}

function isEntry(value: unknown): value is Entry {
  if (value === null || typeof value !== 'object') return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Entry>;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isSize) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isSize) &&
    offsets[0] <= offsets[1]
  );
}

/** Writes float32 tensors, in the order of their names; the same content always gives the same bytes. */
export function writeSafetensors({
  tensors,
  metadata = {},
}: {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata?: Readonly<Record<string, string>>;
}): Uint8Array {
  const names = [...tensors.keys()].sort();
  // Without a prototype, so that a tensor may even be called __proto__.
  const header = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.length * 4] };
    end += data.length * 4;
  }
  const text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const padded = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + padded + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, PREFIX, PREFIX + padded);
  bytes.set(encoded, PREFIX);
  let at = PREFIX + padded;
  for (const name of names) {
    for (const value of tensors.get(name)!.data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
export function bfloatToNumber(bits: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
