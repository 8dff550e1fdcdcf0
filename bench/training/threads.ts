/**
 * A training run of ResNet-20 through stochastic partial sums whose batches are computed on one thread and on two
 * in turn: images per second of wall time, from one update to the next, and the median ratio of neighbours. Batch
 * 128 in 2 shards, the network and settings of examples/04 at T = 1, images made up.
 * `node tools/run.mjs bench/training/threads.ts`, on an idle machine.
 */
import { readFileSync } from 'node:fs';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import type { Executor } from '../../src/parallel/executor.js';
import { train, type TrainingConfig } from '../../src/training/index.js';
import { shippedResNet } from './shipped-resnet.js';

const BATCH = 128;
const PAIRS = 60;
/** Batches in which the threads compile. */
const FIRST = 6;
const STEPS = FIRST + 2 * PAIRS;
const curve = JSON.parse(
  readFileSync('devices/curves/sot-mtj-in-plane.hard-axis-preset.json', 'utf8'),
) as SwitchingCurve;
const { network, initial, mapping } = shippedResNet();
const config: TrainingConfig = {
  ...network,
  initial,
  data: {
    pixels: Uint8Array.from({ length: STEPS * BATCH * 3072 }, (_, i) => (i * 7919) % 256),
    labels: Uint8Array.from({ length: STEPS * BATCH }, (_, i) => i % 10),
    shape: [3, 32, 32],
  },
  validationImages: 0,
  epochs: 1,
  batchImages: BATCH,
  shards: 2,
  optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
  schedule: { rate: 0.001 },
  augmentation: { cropPadding: 4, flip: true },
  // Every 20 batches of either's own.
  gainInterval: 40,
  seed: 1,
  stochastic: {
    mapping,
    converter: { kind: 'mtj', curve, samples: 1 },
    estimator: { kind: 'scaled-expectation', widen: 3 },
    gainWidths: 5,
    learnBias: true,
    learnOffsets: true,
    learnSteps: true,
    standardise: true,
  },
};

/** Seconds of every batch after the first ones, on one thread and on two in turn. */
async function times(): Promise<{ one: number[]; two: number[] }> {
  const [single, pair] = [threadExecutor({ threads: 1 }), threadExecutor({ threads: 2 })];
  let batch = 0;
  const executor: Executor = {
    threads: 2,
    map: (...call) => (batch % 2 === 0 ? single : pair).map(...call),
    close: async () => void (await Promise.all([single.close(), pair.close()])),
  };
  const found: { one: number[]; two: number[] } = { one: [], two: [] };
  let last = performance.now();
  await train(config, {
    executor,
    onProgress: () => {
      const now = performance.now();
      if (batch >= FIRST) (batch % 2 === 0 ? found.one : found.two).push((now - last) / 1000);
      last = now;
      batch += 1;
    },
  });
  await executor.close();
  return found;
}

/** Of what is sorted, the value that a share of all lies below. */
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * values.length)];

const { one, two } = await times();
const ratios = one.map((seconds, i) => seconds / two[i]);
const [rateOne, rateTwo] = [one, two].map((seconds) => BATCH / quantile(seconds, 0.5));
const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2));
process.stdout.write(
  `${rateOne.toFixed(1)} images/s on one thread, ${rateTwo.toFixed(1)} on two ` +
    `(${(50000 / rateTwo / 60).toFixed(1)} min for 50,000 images)\n` +
    `two threads ${middle} times one (half of ${PAIRS} pairs of batches between ${low} and ${high})\n`,
);
