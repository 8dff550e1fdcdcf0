import { renderReport } from '../../report/index.js';
import { writeSafetensors } from '../../formats/index.js';
import {
  builtInNetwork,
  calibrateInputScales,
  type Mapping,
  type Weights,
} from '../../network/index.js';
import {
  declareParameters,
  distinctImages,
  finalParameters,
  fixWeightScales,
  gainsInWidths,
  initialParameters,
  loadWeights,
  startingWeights,
  train,
  unloadWeights,
  type EpochRecord,
  type StochasticTraining,
  type TrainingConfig,
  type TrainingState,
} from '../../training/index.js';
import { firstImages, readDataset } from '../node/datasets.js';
import { firstInputs } from '../node/first-inputs.js';
import { inputHash, loadExperiment, type LoadedExperiment } from '../node/load-experiment.js';
import { openOutputFolder } from '../node/output-folder.js';
import { resolveInclude } from '../node/resolve-include.js';
import { plotlySource } from '../node/plotly-source.js';
import { readWeights } from '../node/read-weights.js';
import { VERSION } from '../node/version.js';
import { MODEL_FILE, WEIGHTS_FILE, type ModelFile } from '../model.js';
import { calibrationStage, type StageContext } from './calibration-stage.js';
import { checkpointed, packed, unpackedFloats } from './checkpointed.js';
import { effectiveMapping } from './effective-mapping.js';
import { mtjOf } from './mtj-of.js';
import { arrayFigures, solveNetlist } from './netlist-stage.js';
import { reportOfTraining } from './report-of-training.js';
import { refuseUntrainable } from './refuse-untrainable.js';
import type { RunOptions } from './run-options.js';
import { loopPhysics } from './training-physics.js';
import { layerStatistics } from './training-statistics.js';

/** What `spinbar train` answers: the course of each of the two trainings. */
export interface TrainingSummary {
  readonly float: readonly EpochRecord[];
  readonly stochastic: readonly EpochRecord[];
  readonly folder: string;
}

/**
 * Trains an experiment's network twice: in floating point, then from there through the partial sums of
 * its arrays, converted by its freshly calibrated device. Writes OUT/float, OUT/stochastic and a report.
 */
export async function trainExperiment(path: string, options: RunOptions): Promise<TrainingSummary> {
  const { executor, progress, signal, out, seed, overrides } = options;
  const loaded = loadExperiment(path, overrides);
  const { experiment, netlist } = loaded;
  const trainingSeed = seed ?? experiment.seed;
  const { set, folder: dataFolder } = experiment.data;
  const whole = readDataset({
    set,
    folder: dataFolder && loaded.resolvePath(dataFolder),
    part: 'train',
  });
  const data = firstImages(whole, experiment.training.images ?? whole.labels.length);
  const { graph, shapes } = builtInNetwork(experiment.model.graph);
  const solved = solveNetlist(netlist.text, netlist.path, resolveInclude);
  const figures = arrayFigures(solved.found);
  const mapping = effectiveMapping(experiment, figures);
  for (const change of loaded.changes) options.report(change);
  refuseUntrainable(experiment, path);
  const folder = openOutputFolder(out, {
    inputHash: inputHash(loaded.inputs, overrides, ['train', trainingSeed]),
    resume: options.resume,
    force: options.force,
  });
  const context: StageContext = { executor, progress, signal, folder };
  const command = `spinbar train ${path} --out ${out}`;
  try {
    const curve = await calibrationStage(loaded, context);
    const { training } = experiment;
    const base = { ...settings(training), graph, shapes, data, seed: trainingSeed };
    const float = await floatTwin(loaded, base, context);
    const provenance = { command, seed: trainingSeed };
    const floatModel = { graph, weights: float.weights };
    writeModel('float', floatModel, context, { ...provenance, history: float.history });

    const physics = loopPhysics(loaded, figures);
    const calibrated =
      training.inputScales === 'calibrated'
        ? calibrateInputScales({
            ...floatModel,
            mapping,
            inputs: firstInputs(graph, data, CALIBRATION_IMAGES),
          })
        : mapping;
    // One scale for all phases: another one would put every weight on another level.
    const start = declareParameters(graph, shapes, calibrated, { learnBias: training.biasRows });
    const parameters = initialParameters(graph, start, trainingSeed, calibrated);
    loadWeights(start, float.weights, parameters);
    const scaled = fixWeightScales(
      graph,
      { mapping: calibrated, standardise: training.standardise },
      start,
      parameters,
    );
    const stochastic = ({ samples, gainWidths, estimator }: PhaseSettings): StochasticTraining => ({
      mapping: scaled,
      converter: mtjOf(experiment, curve, samples),
      estimator,
      gainWidths,
      learnBias: training.biasRows,
      learnSteps: training.learnSteps,
      sliceFilters: training.sliceFilters,
      standardise: training.standardise,
      ...(training.antithetic ? { antithetic: true } : {}),
      ...(physics ? { physics } : {}),
    });
    const { weight, temperature } = training.distillation;
    const twin = { graph, shapes, weights: float.weights, weight, temperature };
    let initial: Weights = float.weights;
    const history: EpochRecord[] = [];
    const { samples, gainWidths, estimator } = training;
    const phases = [
      ...training.progressive.map((own, i) => ({
        name: `progressive-${i + 1}`,
        ...own,
        gainWidths: own.gainWidths ?? gainWidths,
        estimator: own.estimator ?? estimator,
      })),
      { name: 'stochastic', ...training.stochastic, samples, gainWidths, estimator },
    ];
    for (const { name, ...own } of phases) {
      const config: TrainingConfig = {
        ...base,
        ...phase(own, training),
        stochastic: stochastic(own),
        initial,
        ...(weight > 0 ? { teacher: twin } : {}),
      };
      const result = await trainPhase(name, config, context);
      history.push(...result.history);
      const trained = stochastic(own);
      const table = declareParameters(graph, shapes, scaled, trained);
      const final = finalParameters(result.state);
      initial = unloadWeights(table, final);
      if (name !== 'stochastic') continue;
      const gains = gainsInWidths(graph, table, final, trained);
      writeModel(
        'stochastic',
        { graph, weights: result.weights, mapping: result.mapping ?? scaled, gains },
        context,
        {
          ...provenance,
          samples,
          curve: { name: curve.name, hash: curve.provenance.inputHash },
          history,
        },
      );
      const layers = layerStatistics({
        graph,
        weights: result.weights,
        mapping: result.mapping ?? scaled,
        converter: mtjOf(experiment, curve, samples),
        estimator,
        inputs: firstInputs(graph, data, STATISTICS_IMAGES),
      });
      const report = reportOfTraining({
        title: experiment.name,
        command,
        float: float.history,
        stochastic: history,
        layers,
        samples,
        heldOutImages: training.validationImages,
      });
      folder.write('report.html', renderReport(report, plotlySource()));
      folder.write('layers.json', `${JSON.stringify(layers, null, 2)}\n`);
    }
    folder.write('curve.json', JSON.stringify(curve));
    folder.finish(manifest(loaded, command, trainingSeed));
    return { float: float.history, stochastic: history, folder: out };
  } catch (error) {
    if (!signal.aborted) throw error;
    folder.suspend();
    throw checkpointed('training stopped; the epochs finished so far are kept', command);
  }
}

/** The float network: trained from scratch or from given weights, or these as they are. */
async function floatTwin(
  { experiment: { training }, resolvePath }: LoadedExperiment,
  base: Omit<TrainingConfig, 'epochs' | 'schedule'>,
  context: StageContext,
): Promise<{ readonly weights: Weights; readonly history: readonly EpochRecord[] }> {
  const { epochs, initial } = training.float;
  const { graph, shapes, seed } = base;
  const table = declareParameters(graph, shapes);
  const given =
    initial === undefined
      ? undefined
      : startingWeights(shapes, readWeights(resolvePath(initial), 'the initial weights'));
  if (epochs === 0) {
    const parameters = initialParameters(graph, table, seed);
    if (given) loadWeights(table, given, parameters);
    return { weights: unloadWeights(table, parameters), history: [] };
  }
  const config = {
    ...base,
    ...phase(training.float, training),
    ...(given ? { initial: given } : {}),
  };
  return trainPhase('float', config, context);
}

/** Images whose partial sums the report shows. */
const STATISTICS_IMAGES = 8;

/** Images whose activations the input scales are calibrated on. */
const CALIBRATION_IMAGES = 256;

type TrainingSection = LoadedExperiment['experiment']['training'];

const settings = ({ batch, validationImages, shards, ...training }: TrainingSection) => {
  const { optimiser, momentum, nesterov, weightDecay, gainInterval } = training;
  const { averaging, labelSmoothing, augmentation } = training;
  const { crop, flip, cutout, mixup } = augmentation;
  return {
    batchImages: batch,
    validationImages,
    shards,
    gainInterval,
    labelSmoothing,
    optimiser:
      optimiser === 'adamw'
        ? ({ kind: 'adamw', weightDecay } as const)
        : ({ kind: 'sgd', momentum, nesterov, weightDecay } as const),
    ...(averaging > 0 ? { averagingDecay: averaging } : {}),
    ...(crop > 0 || flip || cutout > 0 || mixup > 0
      ? { augmentation: { cropPadding: crop, flip, cutout, mixup } }
      : {}),
  };
};

type PhaseSettings = Pick<TrainingSection, 'samples' | 'gainWidths' | 'estimator'>;

const phase = (
  { epochs, rate }: { readonly epochs: number; readonly rate: number },
  { warmUpEpochs }: TrainingSection,
): Pick<TrainingConfig, 'epochs' | 'schedule'> => ({ epochs, schedule: { rate, warmUpEpochs } });

async function trainPhase(
  name: string,
  config: TrainingConfig,
  { executor, progress, signal, folder }: StageContext,
) {
  const steps = Math.floor(
    (config.data.labels.length - config.validationImages) / distinctImages(config),
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
  readonly average?: string;
  readonly programmed?: string;
  readonly history: readonly EpochRecord[];
}

const stored = ({ average, programmed, ...state }: TrainingState): StoredState => ({
  ...state,
  ...(average ? { average: packed(average) } : {}),
  ...(programmed ? { programmed: packed(programmed) } : {}),
  parameters: packed(state.parameters),
  first: packed(state.first),
  second: packed(state.second),
});

function restored(value: unknown): TrainingState | undefined {
  if (value === undefined) return undefined;
  const { average, programmed, ...state } = value as StoredState;
  return {
    ...state,
    ...(average === undefined ? {} : { average: unpackedFloats(average) }),
    ...(programmed === undefined ? {} : { programmed: unpackedFloats(programmed) }),
    parameters: unpackedFloats(state.parameters),
    first: unpackedFloats(state.first),
    second: unpackedFloats(state.second),
  };
}
