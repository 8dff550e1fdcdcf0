import { invalidInput } from '../../errors/index.js';
import { calibrateInputScales, type Mapping, type Weights } from '../../network/index.js';
import {
  declareParameters,
  fixWeightScales,
  initialParameters,
  loadWeights,
  startingWeights,
  unloadWeights,
  type EpochRecord,
  type TrainingConfig,
} from '../../training/index.js';
import type { LoadedExperiment } from '../node/load-experiment.js';
import { firstInputs } from '../node/first-inputs.js';
import { readModel } from '../node/model-folder.js';
import { readWeights } from '../node/read-weights.js';
import type { StageContext } from './calibration-stage.js';
import { phaseSchedule, trainPhase } from './train-phase.js';

/** The float network: trained from scratch or from given weights, or these as they are. */
export async function floatTwin(
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
    ...phaseSchedule(training.float, training),
    ...(given ? { initial: given } : {}),
  };
  return trainPhase('float', config, context);
}

/** What the stochastic phases start from. */
export interface StochasticStart {
  readonly weights: Weights;
  /** With scales of weights and inputs that stay over all phases: others put every weight on other levels. */
  readonly mapping: Mapping;
}

/** Images whose activations the input scales are calibrated on. */
const CALIBRATION_IMAGES = 256;

/** From the float twin: its weights, scales from its weights and, where asked, its activations. */
export function startFromTwin(
  mapping: Mapping,
  weights: Weights,
  training: { readonly inputScales: string; readonly standardise: boolean },
  { graph, shapes, data, seed }: Pick<TrainingConfig, 'graph' | 'shapes' | 'data' | 'seed'>,
): StochasticStart {
  const calibrated =
    training.inputScales === 'calibrated'
      ? calibrateInputScales({
          ...{ graph, weights, mapping },
          inputs: firstInputs(graph, data, CALIBRATION_IMAGES),
        })
      : mapping;
  const { standardise } = training;
  const table = declareParameters(graph, shapes, calibrated);
  const parameters = initialParameters(graph, table, seed, calibrated);
  loadWeights(table, weights, parameters);
  const scaled = { mapping: calibrated, standardise };
  return { weights, mapping: fixWeightScales(graph, scaled, table, parameters) };
}

/** From a model folder that an earlier training wrote: everything it learned, on the scales it has. */
export function startFromModel(
  { experiment: { training }, resolvePath, path }: LoadedExperiment,
  mapping: Mapping,
  { graph, shapes }: Pick<TrainingConfig, 'graph' | 'shapes'>,
): StochasticStart | undefined {
  if (training.initial === undefined) return undefined;
  const folder = resolvePath(training.initial);
  const model = readModel(folder, 'the model to go on from');
  const refuse = (why: string) =>
    invalidInput({
      code: 'training.initial',
      what: `${folder} is no start for this training`,
      where: { file: path, keyPath: 'training.initial' },
      why,
      mend: 'name a model folder of the same graph and mapping that `spinbar train` wrote as `stochastic`',
    });
  if (!model.stochastic) throw refuse('it is a float network; name that at training.float.initial');
  const missing = [...shapes.keys()].find((name) => !model.weights.has(name));
  if (missing !== undefined)
    throw refuse(
      `it is a ${model.graph.name}, which has no ${missing}; the network is a ${graph.name}`,
    );
  const layers = { ...mapping.layers };
  for (const [layer, own] of Object.entries(model.stochastic.mapping.layers ?? {})) {
    const { encoding, inputScale, weightScale } = { ...model.stochastic.mapping, ...own };
    layers[layer] = { ...layers[layer], encoding, inputScale, weightScale };
  }
  const started = { ...mapping, layers };
  const { biasRows, learnOffsets, learnSteps, sliceFilters } = training;
  const table = declareParameters(graph, shapes, started, {
    ...{ learnBias: biasRows, learnOffsets, learnSteps, sliceFilters },
  });
  for (const { name, shape } of table.entries) {
    const found = model.weights.get(name);
    if (found && found.shape.join() !== shape.join())
      throw refuse(`${name} has the shape ${found.shape.join(' x ')}, not ${shape.join(' x ')}`);
  }
  return { weights: model.weights, mapping: started };
}
