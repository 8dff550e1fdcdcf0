import { invalidInput, numericalFailure } from '../errors/index.js';
import type { Mapping, Weights } from '../network/index.js';
import { handOver, type Executor, type TaskHandlers } from '../parallel/executor.js';
import { batchPrograms, distinctImages, gradientOfBatch } from './batch.js';
import { chipsOf } from './chips.js';
import type { EpochRecord, TrainingConfig, TrainingProgress, TrainingState } from './config.js';
import { shuffled } from './dataset.js';
import { evaluate } from './evaluate.js';
import { deployedWeights, realisedMapping } from './export.js';
import { declareParameters, initialParameters } from './initialise.js';
import { learningRate, optimiserState, optimiserStep } from './optimiser.js';
import { loadWeights, unloadWeights, type ParameterTable } from './parameters.js';
import { boundSteps, startSteps } from './learned-steps.js';
import { paceStandardised } from './standardise.js';
import { startFilters } from './slice-filters.js';
import { clipMappedWeights, fixWeightScales } from './weight-scale.js';
import { computeShard, type ShardCommon, type ShardInput } from './shard.js';

/** The tasks a worker needs for training: one shard, forward and backward. */
export const trainingTasks: TaskHandlers = {
  'training.shard': (input: ShardCommon & ShardInput) => {
    const output = computeShard(input);
    const { buffer } = output.gradient;
    return buffer instanceof ArrayBuffer ? handOver(output, [buffer]) : output;
  },
};

export interface TrainingOptions {
  readonly executor: Executor;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every epoch with the state to store; awaited before the next. */
  readonly onEpoch?: (state: TrainingState, record: EpochRecord) => void | Promise<void>;
  /** Called with the state to store every `checkpointSteps` updates, and before an abort is obeyed. */
  readonly onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  readonly checkpointSteps?: number;
  /** Aborting ends the run after the running batch; any stored state can be resumed. */
  readonly signal?: AbortSignal;
  readonly resume?: TrainingState;
}

export interface TrainingResult {
  /** Mapped layers' weights on their levels, as a chip would hold them; the state keeps the latent ones. */
  readonly weights: Weights;
  /** The mapping with every layer's learned gain and weight scale; absent for float networks. */
  readonly mapping?: Mapping;
  readonly history: readonly EpochRecord[];
  readonly state: TrainingState;
}

/**
 * Trains a network. Pure but for its callbacks: bit-identical for any executor.
 * Throws `training.batch` for batches that do not fit, `training.diverged` when the loss, a gradient or a
 * parameter is not finite.
 */
export async function train(
  asked: TrainingConfig,
  options: TrainingOptions,
): Promise<TrainingResult> {
  const { executor, onProgress, onEpoch, onCheckpoint, signal, resume } = options;
  const { checkpointSteps = Infinity } = options;
  const { graph, shapes, batchImages, shards, epochs } = asked;
  const total = asked.data.labels.length;
  const trainImages = total - asked.validationImages;
  const distinct = distinctImages(asked);
  if (batchImages % shards !== 0 || distinct % shards !== 0 || batchImages > trainImages)
    throw invalidInput({
      code: 'training.batch',
      what: `a batch of ${batchImages} images in ${shards} shards does not fit ${trainImages} training images`,
      why: 'every batch is cut into equal shards (of pairs, when antithetic), and an epoch holds at least one batch',
      mend: 'take a batch that is a multiple of the shards and no larger than the training set',
    });
  const table = declareParameters(graph, shapes, asked.stochastic?.mapping, asked.stochastic);
  const start = freshState(asked, table);
  const config = withWeightScales(asked, table, start.parameters);
  const { stochastic } = config;
  if (stochastic) {
    startSteps(graph, stochastic, table, start.parameters);
    if (config.initial) startFilters(graph, stochastic, table, start.parameters, config.initial);
  }
  const state = resume ? cloneState(resume) : start;
  const stepsPerEpoch = Math.floor(trainImages / distinct);
  const programs = batchPrograms(config, table);
  const chips = chipsOf(config, table, executor);
  const indices = Uint32Array.from({ length: trainImages }, (_, i) => i);
  const held = Uint32Array.from({ length: config.validationImages }, (_, i) => trainImages + i);

  while (state.epoch < epochs) {
    const order = shuffled(indices, config.seed, state.epoch);
    let { loss, correct } = state.partial ?? { loss: 0, correct: 0 };
    let rate = 0;
    for (let step = state.steps - state.epoch * stepsPerEpoch; step < stepsPerEpoch; step += 1) {
      if (signal?.aborted) await onCheckpoint?.(state);
      signal?.throwIfAborted();
      rate = learningRate(config.schedule, state.steps, stepsPerEpoch, epochs);
      const batch = order.subarray(step * distinct, (step + 1) * distinct);
      const chip = await chips.training(state);
      const result = await gradientOfBatch(config, programs, state, batch, executor, chip);
      refuseDiverged(state, step, table, result);
      followStatistics(config, table, state, result.gradient, stepsPerEpoch);
      optimiserStep(config.optimiser, table, state.parameters, result.gradient, state, rate);
      if (stochastic && !stochastic.standardise)
        clipMappedWeights(graph, stochastic, table, state.parameters);
      if (stochastic) boundSteps(graph, stochastic, table, state.parameters);
      refuseDiverged(state, step, table, { parameters: state.parameters });
      followAverage(config, state);
      loss += result.loss;
      correct += result.correct;
      state.partial = { loss, correct };
      if (state.steps % checkpointSteps === 0) await onCheckpoint?.(state);
      onProgress?.({
        epoch: state.epoch,
        epochs,
        step: step + 1,
        stepsPerEpoch,
        loss: loss / (step + 1),
        accuracy: correct / ((step + 1) * batchImages),
        saturation: result.saturation,
      });
    }
    const { parameters } = programs;
    parameters.set(finalParameters(state));
    const chip = await chips.heldOut(parameters);
    const { accuracy: validationAccuracy } = await evaluate(
      {
        common: programs.student,
        parameters,
        data: config.data,
        indices: held,
        seed: config.seed,
        ...(chip ? { chip } : {}),
      },
      executor,
    );
    const record: EpochRecord = {
      epoch: state.epoch,
      loss: loss / stepsPerEpoch,
      accuracy: correct / (stepsPerEpoch * batchImages),
      validationAccuracy,
      rate,
    };
    state.epoch += 1;
    state.history = [...state.history, record];
    delete state.partial;
    await onEpoch?.(state, record);
  }
  const final = finalParameters(state);
  const { history } = state;
  if (!stochastic) return { weights: unloadWeights(table, final), history, state };
  return {
    weights: deployedWeights(graph, table, final, stochastic),
    mapping: realisedMapping(graph, table, final, stochastic),
    history,
    state,
  };
}

function withWeightScales(
  config: TrainingConfig,
  table: ParameterTable,
  parameters: Float32Array,
): TrainingConfig {
  const { graph, stochastic } = config;
  if (!stochastic) return config;
  const mapping = fixWeightScales(graph, stochastic, table, parameters);
  return { ...config, stochastic: { ...stochastic, mapping } };
}

/** What a run starts from: keyed initial values, under the weights it was given. */
export function startingParameters(config: TrainingConfig, table: ParameterTable): Float32Array {
  const { graph, seed, stochastic, initial } = config;
  const parameters = initialParameters(graph, table, seed, stochastic?.mapping);
  if (!initial) return parameters;
  loadWeights(table, initial, parameters);
  if (stochastic?.standardise) paceStandardised(graph, stochastic.mapping, table, parameters);
  return parameters;
}

function freshState(config: TrainingConfig, table: ParameterTable): TrainingState {
  const parameters = startingParameters(config, table);
  const { first, second } = optimiserState(config.optimiser, table.length);
  const average = config.averagingDecay === undefined ? {} : { average: parameters.slice() };
  return { epoch: 0, parameters, first, second, ...average, steps: 0, history: [] };
}

const cloneState = (state: TrainingState): TrainingState => ({
  ...state,
  parameters: state.parameters.slice(),
  first: state.first.slice(),
  second: state.second.slice(),
  ...(state.average ? { average: state.average.slice() } : {}),
  ...(state.programmed ? { programmed: state.programmed.slice() } : {}),
});

/** What is evaluated and given back: the running average where there is one. */
export const finalParameters = ({ parameters, average }: TrainingState): Float32Array =>
  average ?? parameters;

/** The decay rises with the steps, (1 + n) / (10 + n), so that the average forgets where it started. */
function followAverage(
  { averagingDecay }: TrainingConfig,
  { parameters, average, steps }: TrainingState,
): void {
  if (averagingDecay === undefined || !average) return;
  const share = 1 - Math.min(averagingDecay, (1 + steps) / (10 + steps));
  for (let i = 0; i < average.length; i += 1) average[i] += share * (parameters[i] - average[i]);
}

/**
 * Moves running statistics towards what the batch showed; gains only now and then, gains and bias rows
 * not to the end.
 */
function followStatistics(
  config: TrainingConfig,
  table: ParameterTable,
  { steps, parameters }: TrainingState,
  observed: Float32Array,
  stepsPerEpoch: number,
): void {
  const { statisticsShare = 0.1, gainInterval = 1, gainFreeze = 0.8, shards, epochs } = config;
  const frozen = steps >= gainFreeze * epochs * stepsPerEpoch;
  for (const { name, kind, offset, length } of table.entries) {
    if (kind !== 'statistic') continue;
    const isGain = name.endsWith('.partialSumMeanSquare');
    if (frozen && (isGain || name.endsWith('.partialSumMean'))) continue;
    if (isGain && steps % gainInterval !== 0) continue;
    // A gain that moves seldom moves further.
    const share = isGain ? Math.min(0.5, statisticsShare * gainInterval) : statisticsShare;
    for (let i = offset; i < offset + length; i += 1)
      parameters[i] += share * (observed[i] / shards - parameters[i]);
  }
}

/**
 * Throws where a loss, gradient or parameter is no number any more. One that is goes no further: a partial
 * sum of what is not a number has no place in the conversion tables.
 */
function refuseDiverged(
  { epoch }: TrainingState,
  step: number,
  table: ParameterTable,
  found: {
    readonly loss?: number;
    readonly gradient?: Float32Array;
    readonly parameters?: Float32Array;
  },
): void {
  const { loss = 0, gradient, parameters } = found;
  const vector = gradient ?? parameters ?? new Float32Array(0);
  const sum = sumOf(vector);
  if (Number.isFinite(loss) && Number.isFinite(sum)) return;
  const culprit = table.entries.find(({ offset, length }) =>
    vector.subarray(offset, offset + length).some((value) => !Number.isFinite(value)),
  );
  const kind = gradient ? 'gradient' : 'value';
  throw numericalFailure({
    code: 'training.diverged',
    what: `the ${Number.isFinite(loss) ? kind : 'loss'} is not finite in epoch ${epoch + 1}, batch ${step + 1}`,
    ...(culprit ? { why: `the first tensor without a finite ${kind} is ${culprit.name}` } : {}),
    mend: 'lower the learning rate, lengthen the warm-up, or start from trained weights',
  });
}

/** In loops, twice every update: some ten times as fast as `reduce`, and again as fast in two. */
function sumOf(values: Float32Array): number {
  let [even, odd] = [0, 0];
  for (let i = 1; i < values.length; i += 2) {
    even += values[i - 1];
    odd += values[i];
  }
  return even + odd + (values.length % 2 === 1 ? values[values.length - 1] : 0);
}
