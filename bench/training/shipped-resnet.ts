import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from '../../src/experiment/node/model-folder.js';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';
import type { TrainingConfig } from '../../src/training/index.js';

/**
 * Images of data_batch_5.bin (CIFAR-10, binary version): so many that the shipped networks were trained on, then so
 * many of the 5,000 that were held out.
 */
export function cifarImages(
  folder: string,
  trained: number,
  heldOut: number,
): TrainingConfig['data'] {
  const bytes = readFileSync(join(folder, 'data_batch_5.bin'));
  const count = trained + heldOut;
  const record = (n: number) => {
    const at = n < trained ? n : 5000 + n - trained;
    return bytes.subarray(at * 3073, (at + 1) * 3073);
  };
  const pixels = new Uint8Array(count * 3072);
  for (let n = 0; n < count; n += 1) pixels.set(record(n).subarray(1), n * 3072);
  return {
    pixels,
    labels: Uint8Array.from({ length: count }, (_, n) => record(n)[0]),
    shape: [3, 32, 32],
  };
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
