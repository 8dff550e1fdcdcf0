import { invalidInput } from '../errors/index.js';

/** A tensor of an ONNX file: float data, or integers where the file holds integers. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | readonly number[];
}

export type OnnxAttribute = number | string | OnnxTensor | readonly number[];

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  /** Version of the default operator set. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Graph inputs that are no initializers, with their dimensions; 0 where the file leaves one open. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly string[];
}

class Broken extends Error {}

type Field = { readonly field: number; readonly value: number | Uint8Array };

/** Fields of a protobuf message (protocol buffers encoding): varints as numbers, the rest as bytes. */
function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw new Broken('the file is cut off inside a number');
      const byte = bytes[at];
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new Broken('a number is too long');
  };
  const take = (length: number): Uint8Array => {
    if (!(length >= 0) || at + length > bytes.length)
      throw new Broken(
        `the file is cut off: want ${at + length} bytes of a message, got ${bytes.length}`,
      );
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag & 7;
    if (wire === 0) yield { field, value: varint() };
    else if (wire === 1) yield { field, value: take(8) };
    else if (wire === 2) yield { field, value: take(varint()) };
    else if (wire === 5) yield { field, value: take(4) };
    else throw new Broken(`wire type ${wire} is unknown`);
  }
}

const message = (value: number | Uint8Array): Uint8Array => {
  if (typeof value === 'number') throw new Broken('a message was wanted where a number stands');
  return value;
};
const text = (value: number | Uint8Array): string => new TextDecoder().decode(message(value));
const float = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);

/** A repeated number: packed in one field, or one field each. */
function integers(value: number | Uint8Array): number[] {
  if (typeof value === 'number') return [value];
  // A packed list reads like the values of a message without tags: prefix each with a tag of field 0.
  const result: number[] = [];
  let current = 0n;
  let shift = 0n;
  for (const byte of value) {
    current |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      result.push(Number(BigInt.asIntN(64, current)));
      current = 0n;
      shift = 0n;
    }
  }
  return result;
}

function floats(bytes: Uint8Array): number[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) =>
    float(bytes.subarray(4 * i, 4 * i + 4)),
  );
}

/** Reads the parts of ModelProto (onnx.proto) that a feed-forward network needs. Throws `formats.onnx-*`. */
export function readOnnx(bytes: Uint8Array, file: string): OnnxModel {
  try {
    let graph: Uint8Array | undefined;
    let opset = 0;
    for (const { field, value } of fields(bytes)) {
      if (field === 7) graph = message(value);
      if (field === 8) {
        const parts = [...fields(message(value))];
        const domain = parts.find((part) => part.field === 1);
        const version = parts.find((part) => part.field === 2);
        if ((!domain || text(domain.value) === '') && typeof version?.value === 'number')
          opset = version.value;
      }
    }
    if (!graph) throw new Broken('it holds no graph');
    return { opset, ...readGraph(graph) };
  } catch (error) {
    if (!(error instanceof Broken || error instanceof RangeError)) throw error;
    throw invalidInput({
      code: 'formats.onnx-broken',
      what: `cannot read the ONNX file: ${error.message}`,
      where: { file },
      mend: 'Export the model again, with its weights inside the file.',
    });
  }
}

function readGraph(bytes: Uint8Array): Omit<OnnxModel, 'opset'> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: { name: string; shape: number[] }[] = [];
  const outputs: string[] = [];
  for (const { field, value } of fields(bytes)) {
    if (field === 1) nodes.push(readNode(message(value)));
    if (field === 5) {
      const { name, tensor } = readTensor(message(value));
      initializers.set(name, tensor);
    }
    if (field === 11) inputs.push(readValueInfo(message(value)));
    if (field === 12) outputs.push(readValueInfo(message(value)).name);
  }
  return {
    nodes,
    initializers,
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
    outputs,
  };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, OnnxAttribute> = {};
  let [name, op] = ['', ''];
  for (const { field, value } of fields(bytes)) {
    if (field === 1) inputs.push(text(value));
    if (field === 2) outputs.push(text(value));
    if (field === 3) name = text(value);
    if (field === 4) op = text(value);
    if (field === 5) {
      const [key, attribute] = readAttribute(message(value));
      attributes[key] = attribute;
    }
  }
  return { name: name || `${op}:${outputs[0] ?? ''}`, op, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): readonly [string, OnnxAttribute] {
  let name = '';
  let scalar: OnnxAttribute | undefined;
  const list: number[] = [];
  for (const { field, value } of fields(bytes)) {
    if (field === 1) name = text(value);
    if (field === 2) scalar = float(message(value));
    if (field === 3 && typeof value === 'number') scalar = value;
    if (field === 4) scalar = text(value);
    if (field === 5) scalar = readTensor(message(value)).tensor;
    if (field === 7) list.push(...floats(message(value)));
    if (field === 8) list.push(...integers(value));
  }
  return [name, scalar ?? list];
}

/** data_type of TensorProto: the number of bytes of one element in raw_data, and how to read it. */
const TYPES: Readonly<Record<number, readonly [number, (view: DataView, at: number) => number]>> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [1, (view, at) => view.getInt8(at)],
  6: [4, (view, at) => view.getInt32(at, true)],
  7: [8, (view, at) => Number(view.getBigInt64(at, true))],
  9: [1, (view, at) => view.getUint8(at)],
  11: [8, (view, at) => view.getFloat64(at, true)],
};

function readTensor(bytes: Uint8Array): { readonly name: string; readonly tensor: OnnxTensor } {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  const values: number[] = [];
  for (const { field, value } of fields(bytes)) {
    if (field === 1) shape.push(...integers(value));
    if (field === 2 && typeof value === 'number') type = value;
    if (field === 4) values.push(...floats(message(value)));
    if (field === 5 || field === 7) values.push(...integers(value));
    if (field === 8) name = text(value);
    if (field === 9) raw = message(value);
    if (field === 13) throw new Broken(`tensor "${name}" lies in another file`);
  }
  const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!known) throw new Broken(`tensor "${name}" has data type ${type}, which is not supported`);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const given = raw ? raw.length / known[0] : values.length;
  if (given !== count)
    throw new Broken(
      `tensor "${name}" of shape (${shape.join(', ')}) wants ${count} values, got ${given}`,
    );
  const view = raw && new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const at = (i: number): number => (view ? known[1](view, i * known[0]) : values[i]);
  const data =
    type === 1 || type === 11
      ? Float32Array.from({ length: count }, (_, i) => at(i))
      : Array.from({ length: count }, (_, i) => at(i));
  return { name, tensor: { shape, data } };
}

/** ValueInfoProto: name (1), type (2) -> tensor_type (1) -> shape (2) -> dim (1) -> dim_value (1). */
function readValueInfo(bytes: Uint8Array): { name: string; shape: number[] } {
  let name = '';
  const shape: number[] = [];
  const child = (parent: Uint8Array, number: number): Uint8Array | undefined => {
    const found = [...fields(parent)].find(({ field }) => field === number);
    return found && message(found.value);
  };
  for (const { field, value } of fields(bytes)) {
    if (field === 1) name = text(value);
    if (field !== 2) continue;
    const type = child(message(value), 1);
    const dimensions = type && child(type, 2);
    if (!dimensions) continue;
    for (const { field: number, value: dimension } of fields(dimensions)) {
      if (number !== 1) continue;
      const extent = [...fields(message(dimension))].find((part) => part.field === 1)?.value;
      shape.push(typeof extent === 'number' ? extent : 0);
    }
  }
  return { name, shape };
}
