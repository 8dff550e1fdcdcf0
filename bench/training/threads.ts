/**
 * A training run of ResNet-20 through stochastic partial sums on one thread and on two, in turn, three times:
 * images per second of wall time, everything but starting the threads included. Batch 128 in 2 shards, the
 * network and settings of examples/04 at T = 1, images made up.
 * `node tools/run.mjs bench/training/threads.ts`, on an idle machine.
 */
import { readFileSync } from 'node:fs';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { train, type TrainingConfig } from '../../src/training/index.js';
import { shippedResNet } from './shipped-resnet.js';

const BATCH = 128;
const STEPS = 24;
const ROUNDS = 3;
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
  gainInterval: 20,
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

/** Images a second after the first batch, which waits for the threads to compile. */
async function rate(threads: number): Promise<number> {
  const executor = threadExecutor({ threads });
  let first = 0;
  let last = 0;
  await train(config, {
    executor,
    onProgress: ({ step }) => {
      if (step === 1) first = performance.now();
      last = performance.now();
    },
  });
  await executor.close();
  return ((STEPS - 1) * BATCH) / ((last - first) / 1000);
}

process.stdout.write('one thread, images/s | two threads | ratio | 50,000 images on two\n');
for (let round = 0; round < ROUNDS; round += 1) {
  const one = await rate(1);
  const two = await rate(2);
  const minutes = 50000 / two / 60;
  process.stdout.write(
    `${one.toFixed(1)} | ${two.toFixed(1)} | ${(two / one).toFixed(2)} | ${minutes.toFixed(1)} min\n`,
  );
}
