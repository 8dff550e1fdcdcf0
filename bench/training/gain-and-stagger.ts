/**
 * How a trained network stands other currents and other samples: the ResNet-20 that examples/04 trained at T = 8
 * with column currents of 1.5 curve widths, untrained but for its statistics (gains, bias rows, batch norm), which
 * are taken anew on 1,500 training images. Accuracy of 2,000 held-out ones.
 * `node tools/run.mjs bench/training/gain-and-stagger.ts CIFAR [CASES]`: CIFAR the data folder, CASES
 * a JSON list of [T, gain in curve widths, stagger in curve widths].
 */
import { readFileSync } from 'node:fs';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { train } from '../../src/training/index.js';
import { cifarImages, shippedResNet } from './shipped-resnet.js';

const TAKEN_ON = 1500;
const SCORED = 2000;
const BATCH = 100;
const DEFAULT_CASES = [
  [8, 1.5, 0],
  [8, 3, 0],
  [8, 2, 3],
  [8, 3, 6],
  [8, 5, 10],
  [8, 5, 16],
  [8, 8, 16],
  [4, 1.5, 0],
  [4, 8, 16],
];
const cases = process.argv[4] ? (JSON.parse(process.argv[4]) as number[][]) : DEFAULT_CASES;
const curve = JSON.parse(
  readFileSync('devices/curves/sot-mtj-in-plane.hard-axis-preset.json', 'utf8'),
) as SwitchingCurve;
const { network, initial, mapping } = shippedResNet();
const data = cifarImages(process.argv[3] ?? 'cifar10', TAKEN_ON, SCORED);
const executor = threadExecutor({ threads: 2 });
process.stdout.write('T | gain (widths) | stagger (widths) | accuracy %\n');
for (const [samples, gainWidths, staggerWidths] of cases) {
  const { history } = await train(
    {
      ...network,
      initial,
      data,
      validationImages: SCORED,
      epochs: 1,
      batchImages: BATCH,
      shards: 2,
      statisticsShare: 0.3,
      // A rate of zero: the statistics follow, the weights stay.
      optimiser: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      schedule: { rate: 0, warmUpEpochs: 0 },
      seed: 1,
      stochastic: {
        mapping,
        converter: { kind: 'mtj', curve, samples, staggerWidths },
        estimator: { kind: 'expectation' },
        gainWidths,
        learnBias: true,
      },
    },
    { executor },
  );
  const accuracy = 100 * (history.at(-1)?.validationAccuracy ?? NaN);
  process.stdout.write(`${samples} | ${gainWidths} | ${staggerWidths} | ${accuracy.toFixed(1)}\n`);
}
await executor.close();
