/**
 * Trains the two-residual ResNet-20 on CIFAR-10 through stochastic partial sums, with a checkpoint every
 * 50 updates, after every epoch and on SIGTERM; started again, it goes on from the last one.
 * `node tools/run.mjs examples/04-resnet20-cifar10/train.ts DATA CHECKPOINTS JSON`: data folder (the five data_batch_N.bin), checkpoint folder, JSON of overrides. At the end the
 * folder `stochastic` beside the checkpoint holds the network as `spinbar run` takes it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import {
  builtInNetwork,
  calibrateInputScales,
  defaultMapping,
  type Mapping,
  type Tensor,
  type Weights,
} from '../../src/network/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.js';
import { MODEL_FILE, WEIGHTS_FILE, type ModelFile } from '../../src/experiment/model.js';
import {
  declareParameters,
  deployedWeights,
  finalParameters,
  fixWeightScales,
  gainsInWidths,
  realisedMapping,
  startingParameters,
  unloadWeights,
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
  /** Span of the samples' bias currents in curve widths; 0: all samples at one current. */
  readonly staggerWidths: number;
  readonly estimator: Estimator;
  readonly float: boolean;
  readonly batchImages: number;
  readonly shards: number;
  readonly images: number;
  readonly bits: number;
  readonly curve: string;
  /** Safetensors file of weights to start from, such as the float twin's. */
  readonly initial: string;
  /** Float weights whose activations give the scales of the inputs; default: the starting weights. */
  readonly scalesFrom: string;
  readonly weightDecay: number;
  readonly warmUpEpochs: number;
  readonly threads: number;
  /** Safetensors file of the public float ResNet-20 to learn from beside the labels. */
  readonly teacher: string;
  readonly teacherWeight: number;
  readonly teacherTemperature: number;
  readonly averagingDecay: number;
  /** Writes the model of the checkpoint as it stands, and trains no further. */
  readonly exportOnly: boolean;
  readonly learnBias: boolean;
  /** Learns where the bias rows put the columns' thresholds beside their means. */
  readonly learnOffsets: boolean;
  readonly standardise: boolean;
  readonly learnSteps: boolean;
  readonly graph: string;
  /** High-precision stem (float), or one on arrays like the rest. */
  readonly first: 'float' | 'mapped';
  readonly gainInterval: number;
  readonly chunkRule: 'fill' | 'equal';
  /** Goes on from a checkpoint of another schedule, T, estimator or gain target. */
  readonly rescheduled: boolean;
}

const [dataFolder, checkpointFolder, overridesText = '{}'] = process.argv.slice(3);
const overrides: Overrides = {
  epochs: 80,
  samples: 1,
  rate: 0.05,
  gainWidths: 1.5,
  staggerWidths: 0,
  estimator: { kind: 'expectation' },
  float: false,
  batchImages: 128,
  shards: 2,
  images: 50000,
  bits: 4,
  curve: '',
  initial: '',
  scalesFrom: '',
  weightDecay: 2e-4,
  warmUpEpochs: 0.1,
  threads: 2,
  teacher: '',
  teacherWeight: 0.7,
  teacherTemperature: 4,
  averagingDecay: 0,
  exportOnly: false,
  learnBias: true,
  learnOffsets: false,
  standardise: true,
  learnSteps: false,
  graph: 'resnet20-bridged',
  first: 'float',
  gainInterval: 50,
  chunkRule: 'equal',
  rescheduled: false,
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

const { samples, estimator, gainWidths, staggerWidths, bits } = overrides;
const blueprint = builtInNetwork(overrides.graph);
const baseMapping: Mapping = {
  ...defaultMapping,
  chunkRule: overrides.chunkRule,
  bitsPerSlice: bits,
  bitsPerStream: bits,
  policy: { first: overrides.first, last: 'float' },
};
const initial = overrides.initial ? startingWeights(overrides.initial) : undefined;
// A bridge that the starting weights do not know begins at zero: the network begins as the one they are from.
for (const [name, shape] of initial ? blueprint.shapes : [])
  if (name.endsWith('bridge.weight') && !initial?.has(name))
    initial?.set(name, { shape, data: new Float32Array(shape[0]) });

/** A file of named weights, or a checkpoint of an earlier phase: its running average. */
function startingWeights(path: string): Map<string, Tensor> {
  const { tensors } = readSafetensors(readFileSync(path), path);
  const flat = tensors.get('average') ?? tensors.get('parameters');
  if (!flat) return new Map(tensors);
  const { learnBias } = overrides;
  // An earlier phase may have learned its steps or mapped its first layer, or not.
  const table = (['float', 'mapped'] as const)
    .map((first) => ({ ...baseMapping, policy: { ...baseMapping.policy, first } }))
    .flatMap((mapping) =>
      [false, true].map((learnSteps) =>
        declareParameters(blueprint.graph, blueprint.shapes, mapping, { learnBias, learnSteps }),
      ),
    )
    .find(({ length }) => length === flat.data.length);
  if (!table) throw new Error(`${path}: ${flat.data.length} parameters, of another network`);
  return unloadWeights(table, flat.data);
}

/** Encodings and scales of the activations from 256 training images in the floating-point network. */
function calibrated(mapping: Mapping): Mapping {
  const path = overrides.scalesFrom || overrides.initial;
  if (!path) return mapping;
  const float = startingWeights(path);
  const { graph } = blueprint;
  const weights: Weights = new Map(
    [...blueprint.shapes].map(([name, shape]) => {
      const one = name.endsWith('running_var') ? 1 : 0;
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(
        one,
      );
      return [name, float.get(name) ?? { shape, data }];
    }),
  );
  const { mean = [0, 0, 0], std = [1, 1, 1] } = graph.normalisation ?? {};
  const inputs = Array.from({ length: 256 }, (_, n) =>
    Float32Array.from({ length: 3072 }, (__, i) => {
      const c = Math.floor(i / 1024);
      return (pixels[n * 3072 + i] / 255 - mean[c]) / std[c];
    }),
  );
  return calibrateInputScales({ graph, weights, mapping, inputs });
}

const stochastic = (curve: SwitchingCurve): StochasticTraining => ({
  mapping: calibrated(baseMapping),
  learnBias: overrides.learnBias,
  learnOffsets: overrides.learnOffsets,
  standardise: overrides.standardise,
  learnSteps: overrides.learnSteps,
  converter: { kind: 'mtj', curve, samples, ...(staggerWidths > 0 ? { staggerWidths } : {}) },
  estimator,
  gainWidths,
});
const config: TrainingConfig = {
  ...blueprint,
  data: { pixels, labels, shape: [3, 32, 32] },
  validationImages: Math.min(5000, overrides.images / 5),
  epochs: overrides.epochs,
  batchImages: overrides.batchImages,
  shards: overrides.shards,
  optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: overrides.weightDecay },
  schedule: { rate: overrides.rate, warmUpEpochs: overrides.warmUpEpochs },
  augmentation: { cropPadding: 4, flip: true, fill: [124, 116, 104] },
  gainInterval: overrides.gainInterval,
  seed: 2026,
  ...(overrides.float
    ? {}
    : {
        stochastic: stochastic(JSON.parse(readFileSync(overrides.curve, 'utf8')) as SwitchingCurve),
      }),
  ...(overrides.averagingDecay > 0 ? { averagingDecay: overrides.averagingDecay } : {}),
  ...(overrides.teacher
    ? {
        teacher: {
          ...builtInNetwork('resnet20'),
          weights: readSafetensors(readFileSync(overrides.teacher), overrides.teacher).tensors,
          weight: overrides.teacherWeight,
          temperature: overrides.teacherTemperature,
        },
      }
    : {}),
  ...(initial ? { initial } : {}),
};

mkdirSync(checkpointFolder, { recursive: true });
const file = join(checkpointFolder, 'checkpoint.safetensors');
const { rescheduled } = overrides;
const resume = existsSync(file)
  ? decodeCheckpoint(readFileSync(file), config, file, { rescheduled })
  : undefined;
const say = (text: string) => process.stdout.write(`${text}\n`);
say(`${resume ? `resumed after epoch ${resume.epoch}` : 'fresh'}: ${JSON.stringify(overrides)}`);
let before = process.cpuUsage().user;
const store = (state: TrainingState): void => {
  writeFileSync(`${file}.tmp`, encodeCheckpoint(state, config));
  renameSync(`${file}.tmp`, file);
};
if (overrides.exportOnly) {
  if (!resume) throw new Error(`no checkpoint in ${checkpointFolder}`);
  exportModel(resume);
  process.exit(0);
}
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const executor = threadExecutor({ threads: overrides.threads });
const { state } = await train(config, {
  executor,
  signal: stop.signal,
  checkpointSteps: 50,
  onCheckpoint: store,
  ...(resume ? { resume } : {}),
  onProgress: ({ step, loss, accuracy }) => {
    if (step % 10 === 0) say(`  ${step}: loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(4)}`);
  },
  onEpoch: (state, record) => {
    store(state);
    const seconds = ((process.cpuUsage().user - before) / 1e6).toFixed(0);
    before = process.cpuUsage().user;
    say(`${JSON.stringify(record)} ${seconds} s`);
  },
});
await executor.close();
exportModel(state);

/** The folder that `run` and `cost` take: weights on their levels, graph, mapping, gains. */
function exportModel({ history, ...end }: TrainingState): void {
  const { graph, shapes, stochastic: trained } = config;
  const folder = join(checkpointFolder, trained ? 'stochastic' : 'float');
  mkdirSync(folder, { recursive: true });
  const table = declareParameters(graph, shapes, trained?.mapping, trained);
  const final = finalParameters({ history, ...end });
  const scaled = trained && {
    ...trained,
    mapping: fixWeightScales(graph, trained, table, startingParameters(config, table)),
  };
  const weights = scaled
    ? deployedWeights(graph, table, final, scaled)
    : unloadWeights(table, final);
  writeFileSync(join(folder, WEIGHTS_FILE), writeSafetensors({ tensors: weights }));
  const model: ModelFile = {
    format: 'spinbar.model',
    version: 1,
    graph,
    weights: WEIGHTS_FILE,
    ...(scaled
      ? {
          stochastic: {
            mapping: realisedMapping(graph, table, final, scaled),
            gainsInWidths: gainsInWidths(graph, table, final, scaled),
          },
        }
      : {}),
    provenance: { settings: overrides, seed: config.seed, updates: end.steps, history },
  };
  writeFileSync(join(folder, MODEL_FILE), `${JSON.stringify(model, null, 2)}\n`);
  say(`wrote ${folder}`);
}
