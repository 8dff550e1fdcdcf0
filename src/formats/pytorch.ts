import { unzipSync } from 'fflate';
import { invalidInput } from '../errors/index.js';
import { isKind, itemsOf, PickleError, readPickle, type PickleValue } from './pickle.js';
import { bfloatToNumber, halfToNumber, type StoredTensor } from './safetensors.js';

type Read = (view: DataView, at: number) => number;

/** Storages we know, with bytes and reading of one element. */
const STORAGES: Readonly<Record<string, readonly [number, Read]>> = {
  'torch.FloatStorage': [4, (view, at) => view.getFloat32(at, true)],
  'torch.DoubleStorage': [8, (view, at) => view.getFloat64(at, true)],
  'torch.HalfStorage': [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  'torch.BFloat16Storage': [2, (view, at) => bfloatToNumber(view.getUint16(at, true))],
  'torch.LongStorage': [8, (view, at) => Number(view.getBigInt64(at, true))],
  'torch.IntStorage': [4, (view, at) => view.getInt32(at, true)],
  'torch.ShortStorage': [2, (view, at) => view.getInt16(at, true)],
  'torch.CharStorage': [1, (view, at) => view.getInt8(at)],
  'torch.ByteStorage': [1, (view, at) => view.getUint8(at)],
  'torch.BoolStorage': [1, (view, at) => view.getUint8(at)],
};
const REBUILD = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor']);
const PARAMETER = 'torch._utils._rebuild_parameter';
const ALLOWED: ReadonlySet<string> = new Set([
  ...Object.keys(STORAGES),
  ...REBUILD,
  PARAMETER,
  'collections.OrderedDict',
  // What training scripts put beside the tensors (best accuracies, options, sizes): read over, never built.
  'collections.defaultdict',
  'argparse.Namespace',
  'torch.Size',
  'torch.device',
  'numpy.dtype',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray._reconstruct',
  'numpy.ndarray',
  '_codecs.encode',
  'builtins.set',
  'builtins.dict',
  'builtins.list',
  '__builtin__.set',
  '__builtin__.dict',
  '__builtin__.list',
]);

/** Where training scripts put the state dict. */
const WRAPPERS = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'weights',
];

/** First value of the legacy format, as the bytes of its pickled long. */
const LEGACY_MAGIC = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** Weights hardly compress: an archive that grows beyond this is a bomb. */
const LARGEST_GROWTH = 50;
const ALWAYS_FINE = 16 * 2 ** 20;

interface Storages {
  /** Bytes of a storage by its key, at least `bytes` of them. */
  (key: string, bytes: number): Uint8Array;
}

/**
 * Reads the tensors of a PyTorch state dict (`.pt`, `.pth`, `.th`; zip or legacy pickle). Tensors may stand at
 * the top or under `state_dict`, `model` and their like; a leading `module.` of every name is dropped. Nothing in the file
 * is executed: any class but tensors, storages and ordered dictionaries is refused by name.
 * Throws `formats.pytorch-*`.
 */
export function readPyTorch(bytes: Uint8Array, file: string): ReadonlyMap<string, StoredTensor> {
  try {
    const [root, storages] =
      bytes[0] === 0x50 && bytes[1] === 0x4b ? readZip(bytes) : readLegacy(bytes);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, value] of stateDict(root)) {
      if (typeof name !== 'string') continue;
      const tensor = toTensor(value, storages);
      if (tensor) tensors.set(name, tensor);
    }
    if (tensors.size === 0) throw new PickleError('it holds no state dict of tensors');
    const names = [...tensors.keys()];
    return names.every((name) => name.startsWith('module.'))
      ? new Map([...tensors].map(([name, value]) => [name.slice('module.'.length), value]))
      : tensors;
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw invalidInput({
      code: 'formats.pytorch-refused',
      what: `cannot read the PyTorch file: ${error.message}`,
      where: { file },
      why: 'Only state dicts of tensors are read, and no code in a file is ever run.',
      mend: 'Save with torch.save(model.state_dict(), file), or as safetensors.',
    });
  }
}

function readZip(bytes: Uint8Array): readonly [PickleValue, Storages] {
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (name.startsWith('/') || name.split('/').includes('..'))
          throw new PickleError(`the archive names a path outside itself: "${name}"`);
        if (total > Math.max(ALWAYS_FINE, LARGEST_GROWTH * bytes.length))
          throw new PickleError(`the archive would grow beyond ${LARGEST_GROWTH} times its size`);
        return /(^|\/)(data\.pkl|data\/[^/]+)$/.test(name);
      },
    });
  } catch (error) {
    if (error instanceof PickleError) throw error;
    throw new PickleError(
      `broken zip archive (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
  const pickle = Object.keys(entries).find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickle === undefined) throw new PickleError('the archive has no data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  return [
    readPickle(entries[pickle], 0, ALLOWED).value,
    (key, wanted) => {
      const entry = Object.hasOwn(entries, `${folder}data/${key}`)
        ? entries[`${folder}data/${key}`]
        : new Uint8Array(0);
      if (entry.length < wanted)
        throw new PickleError(`storage ${key}: want ${wanted} bytes, got ${entry.length}`);
      return entry;
    },
  ];
}

/** Magic number, protocol, system, object and storage keys, each a pickle; then the storages. */
function readLegacy(bytes: Uint8Array): readonly [PickleValue, Storages] {
  // PROTO 2, LONG1 of ten bytes, the magic number, STOP.
  const start = [0x80, 0x02, 0x8a, 0x0a, ...LEGACY_MAGIC, 0x2e];
  if (!start.every((byte, i) => bytes[i] === byte))
    throw new PickleError('neither a zip archive nor the legacy format');
  const protocol = readPickle(bytes, start.length, ALLOWED);
  if (protocol.value !== 1001) throw new PickleError('unknown protocol number');
  const system = readPickle(bytes, protocol.end, ALLOWED);
  const root = readPickle(bytes, system.end, ALLOWED);
  const keys = readPickle(bytes, root.end, ALLOWED);
  const order = (Array.isArray(keys.value) ? (keys.value as readonly PickleValue[]) : []).filter(
    (key) => typeof key === 'string',
  );
  const sizes = storageSizes(root.value);
  const offsets = new Map<string, readonly [number, number]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = keys.end;
  for (const key of order) {
    if (at + 8 > bytes.length)
      throw new PickleError(`cut off: storage ${key} starts beyond the end`);
    const count = Number(view.getBigInt64(at, true));
    const length = count * (sizes.get(key) ?? 0);
    offsets.set(key, [at + 8, at + 8 + length]);
    at += 8 + length;
  }
  if (at > bytes.length)
    throw new PickleError(`cut off: want ${at} bytes for all storages, got ${bytes.length}`);
  return [
    root.value,
    (key, wanted) => {
      const [from, to] = offsets.get(key) ?? [0, 0];
      if (to - from < wanted)
        throw new PickleError(`storage ${key}: want ${wanted} bytes, got ${to - from}`);
      return bytes.subarray(from, to);
    },
  ];
}

/** Element size of every storage mentioned anywhere, by key. */
function storageSizes(root: PickleValue): Map<string, number> {
  const sizes = new Map<string, number>();
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (isKind(value, 'persistent')) {
      const { key, bytes } = storageOf(value.id);
      sizes.set(key, bytes);
    } else if (isKind(value, 'call')) {
      value.args.forEach(visit);
      value.items.forEach(visit);
    } else if (value instanceof Map) value.forEach(visit);
    else if (Array.isArray(value)) value.forEach(visit);
  };
  visit(root);
  return sizes;
}

/** A persistent id is ('storage', type, key, device, count, ...). */
function storageOf(id: PickleValue): { key: string; bytes: number; read: Read } {
  const [tag, type, key] = Array.isArray(id) ? (id as readonly PickleValue[]) : [];
  const known = type !== undefined && isKind(type, 'global') ? STORAGES[type.name] : undefined;
  if (tag !== 'storage' || !known || typeof key !== 'string')
    throw new PickleError('a storage of unknown kind');
  return { key, bytes: known[0], read: known[1] };
}

function stateDict(root: PickleValue): Map<PickleValue, PickleValue> {
  const items = itemsOf(root);
  if (!items) throw new PickleError('its top is no dictionary');
  for (const name of WRAPPERS) {
    const inner = items.get(name);
    const found = inner === undefined ? undefined : itemsOf(inner);
    if (found) return stateDict(inner ?? null);
  }
  return items;
}

/** A tensor, or undefined for anything else (epoch numbers and the like). */
function toTensor(value: PickleValue, storages: Storages): StoredTensor | undefined {
  if (!isKind(value, 'call')) return undefined;
  if (value.callee.name === PARAMETER) return toTensor(value.args[0], storages);
  if (!REBUILD.has(value.callee.name)) return undefined;
  const [storage, offset, size, stride] = value.args;
  if (!isKind(storage, 'persistent')) throw new PickleError('a tensor without storage');
  const { key, bytes, read } = storageOf(storage.id);
  const [shape, strides] = [naturals(size), naturals(stride)];
  const [first] = naturals([offset]);
  if (shape.length !== strides.length)
    throw new PickleError('a tensor whose size and stride differ');
  const count = shape.reduce((product, extent) => product * extent, 1);
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis], first);
  const data = storages(key, count === 0 ? 0 : (last + 1) * bytes);
  // A stride of 0 repeats one element: the tensor may not outgrow its storage by much.
  if (count * bytes > Math.max(ALWAYS_FINE, LARGEST_GROWTH * data.length))
    throw new PickleError('a tensor far larger than its storage');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let element = first;
  for (let i = 0; i < count; i += 1) {
    out[i] = read(view, element * bytes);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] += 1;
      element += strides[axis];
      if (index[axis] < shape[axis]) break;
      element -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return { shape, data: out };
}

function naturals(value: PickleValue): number[] {
  if (!Array.isArray(value)) throw new PickleError('a tensor whose size is no tuple');
  return (value as readonly PickleValue[]).map((entry) => {
    if (typeof entry !== 'number' || !Number.isSafeInteger(entry) || entry < 0)
      throw new PickleError('a tensor whose size is no natural number');
    return entry;
  });
}
