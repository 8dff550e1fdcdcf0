import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readPyTorch } from '../../src/formats/index.js';
import { haveShared, sharedBytes, sharedTensors } from '../network/shared-data.js';

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const string = (text: string): number[] => [0x8c, text.length, ...ascii(text)];
const name = (module: string, type: string): number[] => ascii(`c${module}\n${type}\n`);
const tuple = (...parts: number[][]): number[] => [0x28, ...parts.flat(), 0x74];
const natural = (n: number): number[] => [0x4b, n];
const storage = (key: string, count: number): number[] => [
  ...tuple(
    string('storage'),
    name('torch', 'FloatStorage'),
    string(key),
    string('cpu'),
    natural(count),
  ),
  0x51,
];
const tensor = (
  key: string,
  count: number,
  size: number[],
  stride: number[],
  offset = 0,
): number[] => [
  ...name('torch._utils', '_rebuild_tensor_v2'),
  ...tuple(
    storage(key, count),
    natural(offset),
    tuple(...size.map(natural)),
    tuple(...stride.map(natural)),
    [0x89],
    [...name('collections', 'OrderedDict'), 0x29, 0x52],
  ),
  0x52,
];
const dictionary = (...pairs: number[][]): number[] => [0x7d, 0x28, ...pairs.flat(), 0x75];
const pickle = (body: number[]): Uint8Array => Uint8Array.from([0x80, 2, ...body, 0x2e]);
const floats = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);
const archive = (body: number[], files: Record<string, Uint8Array> = {}): Uint8Array =>
  zipSync({
    'archive/data.pkl': pickle(body),
    'archive/data/0': floats(1, 2, 3, 4, 5, 6),
    ...files,
  });

describe('PyTorch state dicts', () => {
  it('reads zip archives, strides and offsets included', () => {
    const bytes = archive(
      dictionary(
        string('module.a'),
        tensor('0', 6, [2, 3], [3, 1]),
        string('module.transposed'),
        tensor('0', 6, [3, 2], [1, 3]),
        string('module.tail'),
        tensor('0', 6, [2], [1], 4),
      ),
    );
    const tensors = readPyTorch(bytes, 'x.pt');
    expect([...tensors.keys()]).toEqual(['a', 'transposed', 'tail']);
    expect(Array.from(tensors.get('a')?.data ?? [])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Array.from(tensors.get('transposed')?.data ?? [])).toEqual([1, 4, 2, 5, 3, 6]);
    expect(Array.from(tensors.get('tail')?.data ?? [])).toEqual([5, 6]);
  });

  it('finds the tensors among what training scripts put beside them', () => {
    const inner = dictionary(string('module.a'), tensor('0', 6, [6], [1]));
    const scalar = [
      ...name('numpy.core.multiarray', 'scalar'),
      ...tuple(
        [...name('numpy', 'dtype'), ...tuple(string('f8'), [0x89], [0x88]), 0x52],
        [0x43, 8, 0, 0, 0, 0, 0, 0, 0, 0],
      ),
      0x52,
    ];
    const options = [...name('argparse', 'Namespace'), 0x29, 0x81, ...dictionary(), 0x62];
    for (const wrapper of ['state_dict', 'model_state_dict', 'net'])
      for (const body of [
        inner,
        [...name('collections', 'OrderedDict'), 0x29, 0x52, 0x28, ...inner.slice(2, -1), 0x75],
      ]) {
        const tensors = readPyTorch(
          archive(
            dictionary(
              string('best'),
              scalar,
              string('args'),
              options,
              string(wrapper),
              body,
              string('optimizer'),
              dictionary(string('momentum'), tensor('0', 6, [2], [1])),
            ),
          ),
          'x.pth.tar',
        );
        expect([...tensors.keys()]).toEqual(['a']);
        expect(Array.from(tensors.get('a')?.data ?? [])).toEqual([1, 2, 3, 4, 5, 6]);
      }
  });

  it('refuses foreign classes by name, and never calls them', () => {
    const attack = [...name('os', 'system'), ...tuple(string('echo')), 0x52];
    expect(() => readPyTorch(archive(attack), 'evil.pt')).toThrow(/foreign class "os.system"/);
    const stacked = [...string('builtins'), ...string('eval'), 0x93, ...tuple(string('1')), 0x52];
    expect(() => readPyTorch(archive(stacked), 'evil.pt')).toThrow(/foreign class "builtins.eval"/);
    expect(() => readPyTorch(archive([0x69]), 'evil.pt')).toThrow(/opcode 0x69/);
  });

  it('refuses storages that are too short, path traversal and bombs', () => {
    const wide = dictionary(string('a'), tensor('0', 6, [9], [1]));
    expect(() => readPyTorch(archive(wide), 'x')).toThrow(/storage 0: want 36 bytes, got 24/);
    const outside = { '../../etc/data/passwd': floats(1) };
    expect(() => readPyTorch(archive(wide, outside), 'x')).toThrow(/path outside itself/);
    const bomb = { 'archive/data/1': new Uint8Array(17 * 2 ** 20) };
    expect(() => readPyTorch(archive(wide, bomb), 'x')).toThrow(/grow beyond/);
    const repeated = dictionary(string('a'), tensor('0', 6, [255, 255, 255, 255], [0, 0, 0, 0]));
    expect(() => readPyTorch(archive(repeated), 'x')).toThrow(/far larger than its storage/);
  });

  it('refuses anything cut off', () => {
    const bytes = archive(dictionary(string('a'), tensor('0', 6, [2], [1])));
    for (let length = 0; length < bytes.length; length += 25)
      expect(() => readPyTorch(bytes.subarray(0, length), 'x.pt')).toThrow(
        /cannot read the PyTorch/,
      );
  });

  const model = 'models/resnet20-12fca82f.th';
  describe.skipIf(!haveShared(model, 'models/resnet20.safetensors'))('a public checkpoint', () => {
    it('has the tensors of its safetensors twin', () => {
      const tensors = readPyTorch(sharedBytes(model), model);
      for (const [key, { shape, data }] of sharedTensors('models/resnet20.safetensors')) {
        expect(tensors.get(key)?.shape).toEqual(shape);
        expect(tensors.get(key)?.data.every((value, i) => value === data[i])).toBe(true);
      }
    });

    it('is refused when cut off', () => {
      const bytes = sharedBytes(model);
      for (const share of [0.001, 0.01, 0.3, 0.9, 0.9999])
        expect(() => readPyTorch(bytes.subarray(0, Math.floor(bytes.length * share)), 'x')).toThrow(
          /cannot read the PyTorch/,
        );
    });
  });
});
