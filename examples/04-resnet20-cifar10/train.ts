/**
 * Trains the two-residual ResNet-20 on CIFAR-10 through stochastic partial sums, with a checkpoint every
 * 50 updates, after every epoch and on SIGTERM; started again, it goes on from the last one.
 * `node tools/run.mjs examples/04-resnet20-cifar10/train.ts DATA CHECKPOINTS JSON`: data folder (the five data_batch_N.bin), checkpoint folder, JSON of overrides. At the end the
 * weights on their levels and the mapping with its gains stand beside the checkpoint.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  train,
  type Estimator,
  type StochasticTraining,
  type TrainingConfig,
  type TrainingState,
} from '../../src/training/index.js';

interface Overrides {
  readonly epochs: number;
  readonly samples: number;
  readonly rate: number;
  readonly gainWidths: number;
  readonly estimator: Estimator;
  readonly float: boolean;
  readonly batchImages: number;
  readonly shards: number;
  readonly images: number;
  readonly bits: number;
  readonly curve: string;
  /** Safetensors file of weights to start from, such as the float twin's. */
  readonly initial: string;
  readonly weightDecay: number;
  readonly threads: number;
}

const [dataFolder, checkpointFolder, overridesText = '{}'] = process.argv.slice(3);
const overrides: Overrides = {
  epochs: 80,
  samples: 1,
  rate: 0.05,
  gainWidths: 1.5,
  estimator: { kind: 'expectation' },
  float: false,
  batchImages: 128,
  shards: 2,
  images: 50000,
  bits: 4,
  curve: '',
  initial: '',
  weightDecay: 2e-4,
  threads: 2,
  ...(JSON.parse(overridesText) as Partial<Overrides>),
};

const RECORD = 3073;
const pixels = new Uint8Array(overrides.images * 3072);
const labels = new Uint8Array(overrides.images);
for (let batch = 0; batch * 10000 < overrides.images; batch += 1) {
  const bytes = readFileSync(join(dataFolder, `data_batch_${batch + 1}.bin`));
  for (let i = 0; i < 10000 && batch * 10000 + i < overrides.images; i += 1) {
    labels[batch * 10000 + i] = bytes[i * RECORD];
    pixels.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), (batch * 10000 + i) * 3072);
  }
}

const { samples, estimator, gainWidths, bits } = overrides;
const stochastic = (curve: SwitchingCurve): StochasticTraining => ({
  mapping: {
    ...defaultMapping,
    bitsPerSlice: bits,
    bitsPerStream: bits,
    policy: { first: 'float', last: 'float' },
  },
  converter: { kind: 'mtj', curve, samples },
  estimator,
  gainWidths,
});
const config: TrainingConfig = {
  ...builtInNetwork('resnet20-stox'),
  data: { pixels, labels, shape: [3, 32, 32] },
  validationImages: Math.min(5000, overrides.images / 5),
  epochs: overrides.epochs,
  batchImages: overrides.batchImages,
  shards: overrides.shards,
  optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: overrides.weightDecay },
  schedule: { rate: overrides.rate, warmUpEpochs: 1 },
  augmentation: { cropPadding: 4, flip: true, fill: [124, 116, 104] },
  gainInterval: 100,
  seed: 2026,
  ...(overrides.float
    ? {}
    : {
        stochastic: stochastic(JSON.parse(readFileSync(overrides.curve, 'utf8')) as SwitchingCurve),
      }),
  ...(overrides.initial
    ? { initial: readSafetensors(readFileSync(overrides.initial), overrides.initial).tensors }
    : {}),
};

mkdirSync(checkpointFolder, { recursive: true });
const file = join(checkpointFolder, 'checkpoint.safetensors');
const resume = existsSync(file) ? decodeCheckpoint(readFileSync(file), config, file) : undefined;
const say = (text: string) => process.stdout.write(`${text}\n`);
say(`${resume ? `resumed after epoch ${resume.epoch}` : 'fresh'}: ${JSON.stringify(overrides)}`);
let before = process.cpuUsage().user;
const store = (state: TrainingState): void => {
  writeFileSync(`${file}.tmp`, encodeCheckpoint(state, config));
  renameSync(`${file}.tmp`, file);
};
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const executor = threadExecutor({ threads: overrides.threads });
const { weights, mapping } = await train(config, {
  executor,
  signal: stop.signal,
  checkpointSteps: 50,
  onCheckpoint: store,
  ...(resume ? { resume } : {}),
  onProgress: ({ step, loss, accuracy }) => {
    if (step % 50 === 0) say(`  ${step}: loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(4)}`);
  },
  onEpoch: (state, record) => {
    store(state);
    const seconds = ((process.cpuUsage().user - before) / 1e6).toFixed(0);
    before = process.cpuUsage().user;
    say(`${JSON.stringify(record)} ${seconds} s`);
  },
});
await executor.close();
writeFileSync(
  join(checkpointFolder, 'weights.safetensors'),
  writeSafetensors({ tensors: weights, metadata: { config: JSON.stringify(overrides) } }),
);
if (mapping)
  writeFileSync(join(checkpointFolder, 'mapping.json'), JSON.stringify(mapping, null, 2));
