import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  defaultMapping,
  layerSensitivity,
  scoreImages,
  type Converter,
  type Graph,
  type Samples,
  type Tensor,
} from '../../src/network/index.js';

const tensor = (shape: readonly number[], salt: number): Tensor => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((product, extent) => product * extent, 1) },
    (_, i) => Math.sin(1 + salt + i * 1.7) / 3,
  ),
});

const converter = (samples: Samples): Converter => ({
  kind: 'tanh',
  slope: 1e-3,
  samples,
  zero: 'draw',
});

/** A convolution, a second one with a residual join around it, and a head. */
const residual: { readonly graph: Graph; readonly shapes: Map<string, readonly number[]> } = {
  graph: {
    name: 'residual',
    inputShape: [2, 6, 6],
    output: 'head',
    nodes: [
      conv('first', 'input'),
      { name: 'act', op: 'hardtanh', inputs: ['first'], attributes: {}, weights: {} },
      conv('second', 'act'),
      { name: 'join', op: 'add', inputs: ['second', 'act'], attributes: {}, weights: {} },
      { name: 'flat', op: 'flatten', inputs: ['join'], attributes: {}, weights: {} },
      {
        name: 'head',
        op: 'linear',
        inputs: ['flat'],
        attributes: {},
        weights: { weight: 'head.weight' },
      },
    ],
  },
  shapes: new Map([
    ['first.weight', [2, 2, 3, 3]],
    ['second.weight', [2, 2, 3, 3]],
    ['head.weight', [10, 72]],
  ]),
};

function conv(name: string, input: string): Graph['nodes'][number] {
  return {
    name,
    op: 'conv2d',
    inputs: [input],
    attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
    weights: { weight: `${name}.weight` },
  };
}

function setup(name: string) {
  const images = 6;
  const { graph, shapes } = name === 'lenet' ? builtInNetwork('lenet') : residual;
  const weights = new Map(
    [...shapes].map(([key, shape], i) => [
      key,
      key.endsWith('running_var')
        ? { shape, data: tensor(shape, i).data.map(() => 1) }
        : tensor(shape, i),
    ]),
  );
  const mapping = { ...defaultMapping, bitsPerSlice: 4, bitsPerStream: 4 };
  const size = graph.inputShape.reduce((product, extent) => product * extent, 1);
  const slice = {
    pixels: Uint8Array.from({ length: images * size }, (_, i) => (i * 37 + (i >> 5)) % 256),
    labels: Uint8Array.from({ length: images }, (_, i) => i),
    first: 40,
  };
  const layers = name === 'lenet' ? ['conv1', 'fc1'] : ['first', 'second'];
  return { graph, weights, mapping, size, images, slice, layers };
}

describe.each(['lenet', 'residual'])('layerSensitivity of %s', (name) => {
  const { graph, weights, mapping, images, slice, layers: mapped } = setup(name);

  it('gives, from cached inputs, the bits of a whole run with that layer changed', () => {
    const common = { graph, weights, mapping, seed: 3 };
    const result = layerSensitivity({
      ...common,
      base: converter(1),
      perturbed: converter(4),
      layers: mapped,
      images: slice,
    });
    const lossOf = (samples: Samples): Float32Array => {
      const { logits } = scoreImages({
        ...common,
        converter: converter(samples),
        images: slice,
        logits: true,
      });
      const classes = logits!.length / images;
      return Float32Array.from(slice.labels, (label, i) => {
        const own = Array.from(logits!.subarray(i * classes, (i + 1) * classes));
        const top = Math.max(...own);
        return (
          Math.log(own.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top - own[label]
        );
      });
    };
    const close = (a: Float32Array, b: Float32Array) =>
      a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 5));
    close(result.base.loss, lossOf(1));
    mapped.forEach((layer, l) => {
      close(result.perturbed[l].loss, lossOf({ default: 1, layers: { [layer]: 4 } }));
      expect(result.perturbed[l].loss).not.toEqual(result.base.loss);
    });
  });
});

describe('layerSensitivity', () => {
  it('does not depend on how the images are cut', () => {
    const { graph, weights, mapping, size, slice, layers } = setup('lenet');
    const common = { graph, weights, mapping, seed: 3, layers };
    const input = { ...common, base: converter(2), perturbed: converter(1) };
    const whole = layerSensitivity({ ...input, images: slice });
    const second = layerSensitivity({
      ...input,
      images: {
        pixels: slice.pixels.subarray(3 * size),
        labels: slice.labels.subarray(3),
        first: slice.first + 3,
      },
    });
    expect(second.base.loss).toEqual(whole.base.loss.subarray(3));
    for (const [l, { loss }] of second.perturbed.entries())
      expect(loss).toEqual(whole.perturbed[l].loss.subarray(3));
  });
});
