import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/formats/index.js';
import {
  compileNetwork,
  importOnnx,
  pixelNormaliser,
  builtInNetwork,
} from '../../src/network/index.js';
import { CIFAR_TEST, cifarTest, haveShared, sharedBytes } from './shared-data.js';

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
const bytes = (field: number, body: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(body.length),
  ...body,
];
const text = (field: number, value: string): number[] =>
  bytes(field, [...new TextEncoder().encode(value)]);
const integer = (field: number, value: number): number[] => [
  ...varint(field * 8),
  ...varint(value),
];
const node = (op: string, inputs: string[], output: string, ...attributes: number[][]): number[] =>
  bytes(1, [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, output),
    ...text(3, `node_${output}`),
    ...text(4, op),
    ...attributes.flat(),
  ]);
const ints = (name: string, values: number[]): number[] =>
  bytes(5, [...text(1, name), ...values.flatMap((each) => integer(8, each)), ...integer(20, 7)]);
const weight = (name: string, shape: number[], values: number[]): number[] =>
  bytes(5, [
    ...shape.flatMap((extent) => integer(1, extent)),
    ...integer(2, 1),
    ...text(8, name),
    ...bytes(9, [...new Uint8Array(Float32Array.from(values).buffer)]),
  ]);
const value = (field: number, name: string, shape: number[]): number[] => {
  const dimensions = bytes(
    2,
    shape.flatMap((extent) => bytes(1, integer(1, extent))),
  );
  return bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...integer(1, 1), ...dimensions]))]);
};
const model = (opset: number, ...graph: number[][]): Uint8Array =>
  Uint8Array.from([...integer(1, 8), ...bytes(8, integer(2, opset)), ...bytes(7, graph.flat())]);

const small = (opset = 13, ...extra: number[][]): Uint8Array =>
  model(
    opset,
    node('Conv', ['x', 'w', 'b'], 'c', ints('pads', [1, 1, 1, 1]), ints('strides', [2, 2])),
    node('Relu', ['c'], 'r'),
    node('MaxPool', ['r'], 'p', ints('kernel_shape', [2, 2]), ints('strides', [1, 1])),
    node('Flatten', ['p'], 'f'),
    node('MatMul', ['f', 'm'], 'n'),
    node('Add', ['n', 'a'], 'y'),
    ...extra,
    weight(
      'w',
      [2, 1, 3, 3],
      Array.from({ length: 18 }, (_, i) => ((i * 7) % 11) / 10 - 0.5),
    ),
    weight('b', [2], [0.1, -0.2]),
    weight(
      'm',
      [8, 3],
      Array.from({ length: 24 }, (_, i) => ((i * 5) % 13) / 10 - 0.6),
    ),
    weight('a', [3], [1, 2, 3]),
    value(11, 'x', [1, 1, 6, 6]),
    value(12, 'y', [1, 3]),
  );
const input = Float32Array.from({ length: 36 }, (_, i) => ((i * 3) % 17) / 8 - 1);

/** The same file by onnxruntime. */
async function oracle(
  file: Uint8Array,
  name: string,
  data: Float32Array,
  shape: number[],
): Promise<number[]> {
  const { InferenceSession, Tensor, env } = await import('onnxruntime-web');
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(file);
  const out = await session.run({ [name]: new Tensor('float32', data, shape) });
  return Array.from(out[session.outputNames[0]].data as Float32Array);
}

describe('ONNX', () => {
  it('gives what onnxruntime gives on a small network, for every operator set', async () => {
    for (const opset of [11, 13, 17, 21]) {
      const { graph, weights } = importOnnx(small(opset), 'small.onnx');
      const got = compileNetwork({ graph, weights }).forward(input, 0);
      const wanted = await oracle(small(opset), 'x', input, [1, 1, 6, 6]);
      expect(got).toHaveLength(3);
      got.forEach((y, i) => expect(y).toBeCloseTo(wanted[i], 5));
    }
  });

  it('lists every node it cannot take, and refuses other operator sets', () => {
    const odd = [node('Erf', ['r'], 'e'), node('Einsum', ['r'], 'g')];
    expect(() => importOnnx(small(13, ...odd), 'odd.onnx')).toThrow(
      /2 nodes are not supported[^]*Erf "node_e"[^]*Einsum "node_g"/,
    );
    expect(() => importOnnx(small(9), 'old.onnx')).toThrow(/operator set 9 is not supported/);
  });

  it('refuses files that are cut off or are something else', () => {
    const whole = small();
    for (let length = 1; length < whole.length; length += 7)
      expect(() => importOnnx(whole.subarray(0, length), 'x.onnx')).toThrow(
        /cannot read|not supported|want/,
      );
    expect(() => readOnnx(new TextEncoder().encode('hello world'), 'x')).toThrow(
      /cannot read the ONNX/,
    );
  });

  const file = 'models/resnet20.onnx';
  it.skipIf(!haveShared(file, CIFAR_TEST))(
    'gives the logits of onnxruntime for ResNet-20',
    async () => {
      const onnx = sharedBytes(file);
      const { graph, weights } = importOnnx(onnx, file);
      expect(graph.nodes.filter(({ op }) => op === 'padShortcut')).toHaveLength(2);
      const x = pixelNormaliser(builtInNetwork('resnet20').graph)(
        cifarTest().pixels.subarray(0, 3072),
      );
      const got = compileNetwork({ graph, weights }).forward(x, 0);
      const wanted = await oracle(onnx, 'input', x, [1, 3, 32, 32]);
      got.forEach((y, i) => expect(Math.abs(y - wanted[i])).toBeLessThan(1e-4));
    },
  );
});
