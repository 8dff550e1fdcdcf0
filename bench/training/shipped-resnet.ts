import { readDataset } from '../../src/experiment/node/datasets.js';
import { readModel } from '../../src/experiment/node/model-folder.js';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';
import type { TrainingConfig } from '../../src/training/index.js';

/** CIFAR-10 images: so many that the shipped networks were trained on, then so many of the 5,000 held out. */
export function cifarImages(
  folder: string,
  trained: number,
  heldOut: number,
): TrainingConfig['data'] {
  const { pixels, labels } = readDataset({ set: 'cifar10', folder, part: 'train' });
  const of = (values: Uint8Array, each: number): Uint8Array => {
    const both = new Uint8Array((trained + heldOut) * each);
    both.set(values.subarray(40_000 * each, (40_000 + trained) * each));
    both.set(values.subarray(45_000 * each, (45_000 + heldOut) * each), trained * each);
    return both;
  };
  return { pixels: of(pixels, 3072), labels: of(labels, 1), shape: [3, 32, 32] };
}

/**
 * The ResNet-20 that examples/04 trained at T = 8: network, weights, and mapping without its bias rows, which
 * belong to the statistics of that T.
 */
export function shippedResNet() {
  const { stochastic, weights } = readModel(
    'examples/04-resnet20-cifar10/resnet20-bridged/stochastic',
    'the shipped network',
  );
  const trained = stochastic?.mapping ?? defaultMapping;
  const layers = Object.fromEntries(
    Object.entries(trained.layers ?? {}).map(([name, { biasRow: _row, ...own }]) => [name, own]),
  );
  return {
    network: builtInNetwork('resnet20-bridged'),
    initial: weights,
    mapping: { ...trained, layers },
  };
}
