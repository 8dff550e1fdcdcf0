import { describe, expect, it } from 'vitest';
import { builtInNetwork } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import { crossEntropy, type LossOptions } from '../../src/training/loss.js';
import { networkBuilder, plainNode, type NetworkBlueprint } from './network-builder.js';
import { noise, placePlanes } from './support.js';

/** Every digital node in one small network: strided and padded convolution, both pools, shortcut, joins. */
function everything(): NetworkBlueprint {
  const build = networkBuilder();
  build.conv('conv1', 'input', [4, 2, 3, 3], { padding: 1 });
  build.batchNorm('bn1', 'conv1', 4);
  build.node(plainNode('act1', 'hardtanh', 'bn1'));
  build.conv('conv2', 'act1', [8, 4, 3, 3], { stride: 2, padding: 1 });
  build.batchNorm('bn2', 'conv2', 8);
  build.node({
    name: 'shortcut',
    op: 'padShortcut',
    inputs: ['act1'],
    attributes: { stride: 2, channelsBefore: 2, channelsAfter: 2 },
    weights: {},
  });
  build.node(plainNode('add', 'add', 'bn2', 'shortcut'));
  build.node({ name: 'act2', op: 'tanh', inputs: ['add'], attributes: {}, weights: {} });
  const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] } as const;
  build.node({ name: 'max', op: 'maxPool', inputs: ['act2'], attributes: window, weights: {} });
  build.node({
    name: 'average',
    op: 'averagePool',
    inputs: ['max'],
    attributes: { kernel: [3, 3], stride: [1, 1], padding: [1, 1], countPadding: false },
    weights: {},
  });
  build.node({ name: 'act3', op: 'sigmoid', inputs: ['average'], attributes: {}, weights: {} });
  build.node(plainNode('pool', 'globalAveragePool', 'act3'));
  build.node(plainNode('flatten', 'flatten', 'pool'));
  build.linear('fc', 'flatten', [5, 8], { bias: true });
  return build.finish({ name: 'everything', inputShape: [2, 8, 8], output: 'fc' });
}

/** Convolutions that take the fast way, with what leads to and from them. */
function fastConvolutions(): NetworkBlueprint {
  const build = networkBuilder();
  build.conv('conv1', 'input', [8, 2, 3, 3], { padding: 1 });
  build.node({ name: 'act1', op: 'tanh', inputs: ['conv1'], attributes: {}, weights: {} });
  build.conv('conv2', 'act1', [16, 8, 3, 3], { padding: 1 });
  build.batchNorm('bn2', 'conv2', 16);
  build.node({ name: 'act2', op: 'tanh', inputs: ['bn2'], attributes: {}, weights: {} });
  build.conv('conv3', 'act2', [16, 16, 3, 3], { padding: 1 });
  build.node(plainNode('add', 'add', 'conv3', 'act2'));
  build.node(plainNode('pool', 'globalAveragePool', 'add'));
  build.node(plainNode('flatten', 'flatten', 'pool'));
  build.linear('fc', 'flatten', [5, 16], { bias: true });
  return build.finish({ name: 'fast', inputShape: [2, 8, 8], output: 'fc' });
}

/** Loss and gradient of a network on random inputs; parameters may be moved by the caller. */
function harness(
  { graph, shapes }: NetworkBlueprint,
  images: number,
  extra: Partial<LossOptions> = {},
) {
  const table = declareParameters(graph, shapes);
  const program = compileProgram(graph, table, { images });
  const parameters = initialParameters(graph, table, 3);
  const classes = program.logits.channels;
  const labels = Uint8Array.from({ length: images }, (_, n) => (n * 3) % classes);
  const { input, workspace } = program;
  const values = noise(input.channels * images * input.height * input.width, 11);
  const lossOf = (training = true): { loss: number; gradient: Float32Array } => {
    placePlanes(workspace, input, input.data, values);
    const gradient = new Float32Array(table.length);
    const pass = { parameters, gradient, training, seed: 1, imageIndices: new Uint32Array(images) };
    program.forward(pass);
    const { loss } = crossEntropy(program.workspace, program.logits, images, {
      labels,
      batchImages: images,
      ...extra,
    });
    program.backward(pass);
    return { loss, gradient };
  };
  return { table, parameters, lossOf };
}

/** Directional derivatives by central differences, one direction a tensor, against the gradient. */
function check(
  blueprint: NetworkBlueprint,
  images: number,
  { step = 2e-3, ...extra }: Partial<LossOptions> & { step?: number } = {},
): void {
  const { table, parameters, lossOf } = harness(blueprint, images, extra);
  for (const training of [true, false]) {
    const { gradient } = lossOf(training);
    for (const { name, kind, offset, length } of table.entries) {
      if (kind === 'statistic') continue;
      const direction = noise(length, offset + 1);
      const saved = parameters.slice(offset, offset + length);
      // Single precision: the step balances rounding against kinks of the clipped activations.
      const at = (t: number) => {
        for (let i = 0; i < length; i += 1) parameters[offset + i] = saved[i] + t * direction[i];
        return lossOf(training).loss;
      };
      const numeric = (8 * (at(step / 2) - at(-step / 2)) - (at(step) - at(-step))) / (6 * step);
      parameters.set(saved, offset);
      let analytic = 0;
      let norm = 0;
      for (let i = 0; i < length; i += 1) {
        analytic += gradient[offset + i] * direction[i];
        norm += Math.abs(gradient[offset + i] * direction[i]);
      }
      expect(Math.abs(numeric - analytic), `${name}, training ${training}`).toBeLessThan(
        0.01 * norm + 2e-4,
      );
    }
  }
}

describe('gradients of whole networks against numeric differentiation', () => {
  it('every node kind', () => check(everything(), 8));
  it('convolutions by fewer products', () => check(fastConvolutions(), 8));
  it('label smoothing, two labels and a teacher', () =>
    check(everything(), 8, {
      labelSmoothing: 0.1,
      mix: { labels: Uint8Array.of(0, 1, 2, 3, 4, 0, 1, 2), share: 0.7 },
      teacher: { logits: noise(40, 4), weight: 0.4, temperature: 3 },
    }));
  it('MLP 784-256-10', () => check(builtInNetwork('mnist-mlp'), 12));
  it('LeNet', () => check(builtInNetwork('lenet'), 8, { step: 2e-4 }));
});
