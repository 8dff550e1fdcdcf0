import { expect, it } from 'vitest';
import { defaultMapping } from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import {
  batchPrograms,
  computeShard,
  declareParameters,
  initialParameters,
  train,
  trainingTasks,
  type TrainingConfig,
} from '../../src/training/index.js';
import { networkBuilder, plainNode } from './network-builder.js';
import { probitCurve, twoSides } from './support.js';

const build = networkBuilder();
build.linear('first', 'input', [12, 16]);
build.node(plainNode('act', 'hardtanh', 'first'));
build.linear('last', 'act', [2, 12]);
const config = (antithetic: boolean): TrainingConfig => ({
  ...build.finish({ name: 'two', inputShape: [1, 4, 4], output: 'last' }),
  data: { ...twoSides(80, 4), shape: [1, 4, 4] },
  validationImages: 16,
  epochs: 1,
  batchImages: 16,
  shards: 1,
  optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
  schedule: { rate: 0.02 },
  seed: 5,
  stochastic: {
    mapping: { ...defaultMapping, policy: { first: 'mapped', last: 'float' } },
    converter: { kind: 'mtj', curve: probitCurve, samples: 1 },
    estimator: { kind: 'expectation' },
    gainWidths: 1,
    antithetic,
  },
});

/** Variance over draws of the gradient of eight images, each standing twice in the shard. */
function spread(antithetic: boolean): number {
  const { graph, shapes, data, stochastic } = config(antithetic);
  const table = declareParameters(graph, shapes, stochastic?.mapping);
  const { student } = batchPrograms(config(antithetic), table);
  const parameters = initialParameters(graph, table, 1, stochastic?.mapping);
  const pixels = data.pixels.slice(0, 8 * 16);
  const draws = 200;
  const sums = new Float64Array(table.length);
  let squares = 0;
  for (let seed = 0; seed < draws; seed += 1) {
    const { gradient } = computeShard({
      ...student,
      parameters,
      pixels: Uint8Array.from([...pixels, ...pixels]),
      labels: Uint8Array.from({ length: 16 }, (_, i) => data.labels[i % 8]),
      // Independent draws are those of other images.
      imageIndices: Uint32Array.from({ length: 16 }, (_, i) => (antithetic ? i % 8 : i)),
      seed,
      gradient: { batchImages: 16 },
    });
    for (const [i, value] of gradient.subarray(0, 12 * 16).entries()) {
      sums[i] += value;
      squares += value ** 2;
    }
  }
  return squares / draws - sums.reduce((sum, value) => sum + (value / draws) ** 2, 0);
}

it('complementary draws leave less noise in the gradient than independent ones', () => {
  expect(spread(true)).toBeLessThan(0.75 * spread(false));
});

it('takes half as many images a batch, and trains', async () => {
  const steps: number[] = [];
  const executor = inlineExecutor(trainingTasks);
  await train(config(true), {
    executor,
    onProgress: ({ stepsPerEpoch }) => steps.push(stepsPerEpoch),
  });
  expect(steps).toEqual(Array.from({ length: 8 }, () => 8));
  await expect(train({ ...config(true), shards: 16 }, { executor })).rejects.toThrow(/pairs/);
});
