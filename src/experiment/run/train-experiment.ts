import { writeSafetensors } from '../../formats/index.js';
import { builtInNetwork, type Mapping, type Weights } from '../../network/index.js';
import {
  declareParameters,
  gainsInWidths,
  train,
  type EpochRecord,
  type StochasticTraining,
  type TrainingConfig,
  type TrainingState,
} from '../../training/index.js';
import { readDataset } from '../node/datasets.js';
import { inputHash, loadExperiment, type LoadedExperiment } from '../node/load-experiment.js';
import { openOutputFolder } from '../node/output-folder.js';
import { resolveInclude } from '../node/resolve-include.js';
import { VERSION } from '../node/version.js';
import { MODEL_FILE, WEIGHTS_FILE, type ModelFile } from '../model.js';
import { calibrationStage, type StageContext } from './calibration-stage.js';
import { checkpointed, packed, unpackedFloats } from './checkpointed.js';
import { effectiveMapping } from './effective-mapping.js';
import { arrayFigures, solveNetlist } from './netlist-stage.js';
import type { RunOptions } from './run-options.js';

/** What `spinbar train` answers: the course of each of the two trainings. */
export interface TrainingSummary {
  readonly float: readonly EpochRecord[];
  readonly stochastic: readonly EpochRecord[];
  readonly folder: string;
}

/**
 * Trains an experiment's network twice: in floating point, then from there through the partial sums of
 * its arrays, converted by its freshly calibrated device. Writes OUT/float and OUT/stochastic.
 */
export async function trainExperiment(path: string, options: RunOptions): Promise<TrainingSummary> {
  const { executor, progress, signal, out, seed, overrides } = options;
  const loaded = loadExperiment(path, overrides);
  const { experiment, netlist } = loaded;
  const trainingSeed = seed ?? experiment.seed;
  const data = readDataset({ ...experiment.data, images: undefined, part: 'train' });
  const { graph, shapes } = builtInNetwork(experiment.model.graph);
  const solved = solveNetlist(netlist.text, netlist.path, resolveInclude);
  const mapping = effectiveMapping(experiment, arrayFigures(solved.found));
  for (const change of loaded.changes) options.report(change);
  const folder = openOutputFolder(out, {
    inputHash: inputHash(loaded.inputs, overrides, ['train', trainingSeed]),
    resume: options.resume,
    force: options.force,
  });
  const context: StageContext = { executor, progress, signal, folder };
  const command = `spinbar train ${path} --out ${out}`;
  try {
    const curve = await calibrationStage(loaded, context);
    const base: TrainingConfig = {
      graph,
      shapes,
      data,
      seed: trainingSeed,
      shards: 4,
      ...settings(experiment.training),
      ...phase(experiment.training.float, experiment.training),
    };
    const float = await trainPhase('float', base, context);
    writeModel('float', { graph, weights: float.weights }, context, {
      command,
      seed: trainingSeed,
      history: float.history,
    });
    const stochastic: StochasticTraining = {
      mapping,
      converter: { kind: 'mtj', curve, samples: experiment.training.samples },
      estimator: { kind: 'expectation' },
      gainWidths: experiment.training.gainWidths,
    };
    const config = {
      ...base,
      ...phase(experiment.training.stochastic, experiment.training),
      stochastic,
      initial: float.weights,
    };
    const result = await trainPhase('stochastic', config, context);
    const table = declareParameters(graph, shapes, mapping);
    const gains = gainsInWidths(graph, table, result.state.parameters, stochastic);
    writeModel(
      'stochastic',
      { graph, weights: result.weights, mapping: result.mapping ?? mapping, gains },
      context,
      {
        command,
        seed: trainingSeed,
        samples: experiment.training.samples,
        curve: { name: curve.name, hash: curve.provenance.inputHash },
        history: result.history,
      },
    );
    folder.write('curve.json', JSON.stringify(curve));
    folder.finish(manifest(loaded, command, trainingSeed));
    return { float: float.history, stochastic: result.history, folder: out };
  } catch (error) {
    if (!signal.aborted) throw error;
    folder.suspend();
    throw checkpointed('training stopped; the epochs finished so far are kept', command);
  }
}

type TrainingSection = LoadedExperiment['experiment']['training'];

const settings = ({ batch, momentum, weightDecay, validationImages }: TrainingSection) => ({
  batchImages: batch,
  validationImages,
  optimiser: { kind: 'sgd', momentum, weightDecay } as const,
});

const phase = (
  { epochs, rate }: TrainingSection['float'],
  { warmUpEpochs }: TrainingSection,
): Pick<TrainingConfig, 'epochs' | 'schedule'> => ({ epochs, schedule: { rate, warmUpEpochs } });

async function trainPhase(
  name: 'float' | 'stochastic',
  config: TrainingConfig,
  { executor, progress, signal, folder }: StageContext,
) {
  const steps = Math.floor(
    (config.data.labels.length - config.validationImages) / config.batchImages,
  );
  const task = progress.start(`training ${name}`, config.epochs * steps, 'batches');
  const resume = restored(folder.loadCheckpoint(name));
  const result = await train(config, {
    executor,
    signal,
    ...(resume ? { resume } : {}),
    onProgress: ({ epoch, step, stepsPerEpoch, loss, accuracy }) =>
      task.update(
        epoch * stepsPerEpoch + step,
        `loss ${loss.toFixed(3)}, training accuracy ${(100 * accuracy).toFixed(2)} %`,
      ),
    onEpoch: (state) => folder.saveCheckpoint(name, stored(state)),
  });
  const last = result.history.at(-1);
  task.finish(`held-out accuracy ${(100 * (last?.validationAccuracy ?? NaN)).toFixed(2)} %`);
  return result;
}

function writeModel(
  name: 'float' | 'stochastic',
  model: {
    readonly graph: ModelFile['graph'];
    readonly weights: Weights;
    readonly mapping?: Mapping;
    readonly gains?: Readonly<Record<string, number>>;
  },
  { folder }: StageContext,
  provenance: ModelFile['provenance'],
): void {
  const { graph, weights, mapping, gains } = model;
  const file: ModelFile = {
    format: 'spinbar.model',
    version: 1,
    graph,
    weights: WEIGHTS_FILE,
    ...(mapping && gains ? { stochastic: { mapping, gainsInWidths: gains } } : {}),
    provenance: { ...provenance, version: VERSION },
  };
  folder.write(`${name}/${WEIGHTS_FILE}`, writeSafetensors({ tensors: weights }));
  folder.write(`${name}/${MODEL_FILE}`, `${JSON.stringify(file, null, 2)}\n`);
}

const manifest = (
  { inputs, experiment, overrides }: LoadedExperiment,
  command: string,
  seed: number,
) => ({
  format: 'spinbar.training-run',
  version: VERSION,
  command,
  seed,
  inputs,
  overrides: overrides.map(({ text }) => text),
  configuration: experiment,
});

interface StoredState {
  readonly epoch: number;
  readonly steps: number;
  readonly parameters: string;
  readonly first: string;
  readonly second: string;
  readonly history: readonly EpochRecord[];
}

const stored = (state: TrainingState): StoredState => ({
  ...state,
  parameters: packed(state.parameters),
  first: packed(state.first),
  second: packed(state.second),
});

function restored(value: unknown): TrainingState | undefined {
  if (value === undefined) return undefined;
  const state = value as StoredState;
  return {
    ...state,
    parameters: unpackedFloats(state.parameters),
    first: unpackedFloats(state.first),
    second: unpackedFloats(state.second),
  };
}
