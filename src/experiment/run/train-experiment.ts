import { renderReport } from '../../report/index.js';
import { writeSafetensors } from '../../formats/index.js';
import { builtInNetwork, type Mapping, type Weights } from '../../network/index.js';
import {
  declareParameters,
  finalParameters,
  gainsInWidths,
  unloadWeights,
  type EpochRecord,
  type StochasticTraining,
  type TrainingConfig,
} from '../../training/index.js';
import { firstImages, readDataset } from '../node/datasets.js';
import { firstInputs } from '../node/first-inputs.js';
import { folderInputs, loadExperiment, type LoadedExperiment } from '../node/load-experiment.js';
import { openOutputFolder } from '../node/output-folder.js';
import { resolveInclude } from '../node/resolve-include.js';
import { plotlySource } from '../node/plotly-source.js';
import { VERSION } from '../node/version.js';
import { MODEL_FILE, WEIGHTS_FILE, type ModelFile } from '../model.js';
import { calibrationStage, type StageContext } from './calibration-stage.js';
import { checkpointed } from './checkpointed.js';
import { effectiveMapping } from './effective-mapping.js';
import { mtjOf } from './mtj-of.js';
import { arrayFigures, solveNetlist } from './netlist-stage.js';
import { reportOfTraining } from './report-of-training.js';
import { refuseUntrainable } from './refuse-untrainable.js';
import { commandLine, type RunOptions } from './run-options.js';
import { commonSettings, phaseSchedule, trainPhase, type TrainingSection } from './train-phase.js';
import { loopPhysics } from './training-physics.js';
import { floatTwin, startFromModel, startFromTwin } from './training-start.js';
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
    inputs: {
      command: 'train',
      ...folderInputs(loaded.inputs, overrides),
      seed: trainingSeed,
      'data files': whole.files,
    },
    resume: options.resume,
    force: options.force,
  });
  const context: StageContext = { executor, progress, signal, folder };
  const command = commandLine('train', path, options);
  try {
    const curve = await calibrationStage(loaded, context);
    const { training } = experiment;
    const base = { ...commonSettings(training), graph, shapes, data, seed: trainingSeed };
    const float = await floatTwin(loaded, base, context);
    const provenance = { command, seed: trainingSeed };
    const floatModel = { graph, weights: float.weights };
    writeModel('float', floatModel, context, { ...provenance, history: float.history });

    const physics = loopPhysics(loaded, figures);
    const start =
      startFromModel(loaded, mapping, base) ??
      startFromTwin(mapping, float.weights, training, base);
    const stochastic = ({
      samples,
      gainWidths,
      estimator,
    }: Pick<TrainingSection, 'samples' | 'gainWidths' | 'estimator'>): StochasticTraining => ({
      mapping: start.mapping,
      converter: mtjOf(experiment, curve, samples),
      estimator,
      gainWidths,
      learnBias: training.biasRows,
      learnOffsets: training.learnOffsets,
      learnSteps: training.learnSteps,
      sliceFilters: training.sliceFilters,
      standardise: training.standardise,
      ...(training.antithetic ? { antithetic: true } : {}),
      ...(physics ? { physics } : {}),
    });
    const { weight, temperature } = training.distillation;
    const twin = { graph, shapes, weights: float.weights, weight, temperature };
    let initial = start.weights;
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
        ...phaseSchedule(own, training),
        stochastic: stochastic(own),
        initial,
        ...(weight > 0 ? { teacher: twin } : {}),
      };
      const result = await trainPhase(name, config, context);
      history.push(...result.history);
      const trained = stochastic(own);
      const table = declareParameters(graph, shapes, start.mapping, trained);
      const final = finalParameters(result.state);
      initial = unloadWeights(table, final);
      if (name !== 'stochastic') continue;
      const gains = gainsInWidths(graph, table, final, trained);
      writeModel(
        'stochastic',
        { graph, weights: result.weights, mapping: result.mapping ?? start.mapping, gains },
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
        mapping: result.mapping ?? start.mapping,
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

/** Images whose partial sums the report shows. */
const STATISTICS_IMAGES = 8;

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
  command,
  seed,
  inputs,
  overrides: overrides.map(({ text }) => text),
  configuration: experiment,
});
