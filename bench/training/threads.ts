/**
 * A training run of ResNet-20 through stochastic partial sums whose batches are computed on one thread and on two
 * in turn, a few at a time: images per second of wall time, from one update to the next, and the median ratio of
 * neighbouring turns. In every third turn each batch is computed twice at once, on one thread each: what two threads
 * that seldom wait for each other get from the machine. Batch 128 in 2 shards, the network and settings of
 * examples/04 at T = 1, images made up.
 * `node tools/run.mjs bench/training/threads.ts`, on an idle machine.
 */
import { readFileSync } from 'node:fs';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import type { Executor } from '../../src/parallel/executor.js';
import { train, type TrainingConfig } from '../../src/training/index.js';
import type { ShardInput } from '../../src/training/shard.js';
import { shippedResNet } from './shipped-resnet.js';

const BATCH = 128;
const ROUNDS = 12;
/** Batches of a turn; the first one, which finds the caches as other threads left them, does not count. */
const TURN = 5;
/** The first round, in which the threads compile, does not count either. */
const STEPS = (1 + ROUNDS) * 3 * TURN;
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
  // Every four turns of each one's own.
  gainInterval: 12 * TURN,
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

const turnOf = (batch: number) => ({
  round: Math.floor(batch / (3 * TURN)),
  kind: Math.floor(batch / TURN) % 3,
  first: batch % TURN === 0,
});

/** Seconds of every turn: on one thread, on two, and twice at once on one each. */
async function times(): Promise<readonly (readonly number[])[]> {
  const threads = [1, 2, 1].map((count) => threadExecutor({ threads: count }));
  const [one, two, another] = threads;
  let batch = 0;
  const executor: Executor = {
    threads: 2,
    map: async (task, inputs, options) => {
      const turn = turnOf(batch);
      if (turn.kind < 2) return [one, two][turn.kind].map(task, inputs, options);
      const apart = (inputs as readonly ShardInput[]).map((input) => ({
        ...input,
        gradient: { ...input.gradient, into: undefined },
      }));
      const [outputs] = await Promise.all([
        one.map(task, inputs, options),
        another.map(task, apart, { common: options?.common ?? {} }),
      ]);
      return outputs;
    },
    close: async () => void (await Promise.all(threads.map((each) => each.close()))),
  };
  const found = threads.map(() => new Array<number>(ROUNDS).fill(0));
  let last = performance.now();
  await train(config, {
    executor,
    onProgress: () => {
      const now = performance.now();
      const { round, kind, first } = turnOf(batch);
      if (round > 0 && !first) found[kind][round - 1] += (now - last) / 1000;
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

const [one, two, twice] = await times();
/** Median of how many times as fast as on one thread, and its quartiles. */
const speed = (seconds: readonly number[], batches: number): string => {
  const ratios = seconds.map((own, i) => (batches * one[i]) / own);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2));
  return `${middle} (half of the rounds between ${low} and ${high})`;
};
const [rateOne, rateTwo] = [one, two].map(
  (seconds) => ((TURN - 1) * BATCH) / quantile(seconds, 0.5),
);
process.stdout.write(
  `${rateOne.toFixed(1)} images/s on one thread, ${rateTwo.toFixed(1)} on two: ` +
    `${(50000 / rateTwo / 60).toFixed(1)} min for 50,000 images\n` +
    `two threads, times one: ${speed(two, 1)}\n` +
    `two runs of one thread at once, times one: ${speed(twice, 2)}\n`,
);
