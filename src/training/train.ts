import { invalidInput, numericalFailure } from '../errors/index.js';
import type { Mapping, Weights } from '../network/index.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';
import type { Executor, TaskHandlers } from '../parallel/executor.js';
import type { EpochRecord, TrainingConfig, TrainingProgress, TrainingState } from './config.js';
import { gatherImages, shuffled, type TrainingData } from './dataset.js';
import { realisedMapping } from './export.js';
import { declareParameters, initialParameters } from './initialise.js';
import { learningRate, optimiserState, optimiserStep } from './optimiser.js';
import { loadWeights, unloadWeights, type ParameterTable } from './parameters.js';
import { clipMappedWeights, fixWeightScales } from './weight-scale.js';
import { computeShard, type ShardInput, type ShardOutput, type ShardProgram } from './shard.js';

/** The tasks a worker needs for training: one shard, forward and backward. */
export const trainingTasks: TaskHandlers = {
  'training.shard': (input: ShardInput) => computeShard(input),
};

export interface TrainingOptions {
  readonly executor: Executor;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every epoch with the state to store; awaited before the next. */
  readonly onEpoch?: (state: TrainingState, record: EpochRecord) => void | Promise<void>;
  /** Aborting ends the run after the running batch; the last `onEpoch` state can be resumed. */
  readonly signal?: AbortSignal;
  readonly resume?: TrainingState;
}

export interface TrainingResult {
  readonly weights: Weights;
  /** The mapping with every layer's learned gain and weight scale; absent for float networks. */
  readonly mapping?: Mapping;
  readonly history: readonly EpochRecord[];
  readonly state: TrainingState;
}

/**
 * Trains a network. Pure but for its callbacks: bit-identical for any executor.
 * Throws `training.batch` for batches that do not fit, `training.diverged` when the loss is not finite.
 */
export async function train(
  asked: TrainingConfig,
  { executor, onProgress, onEpoch, signal, resume }: TrainingOptions,
): Promise<TrainingResult> {
  const { graph, shapes, batchImages, shards, epochs } = asked;
  const total = asked.data.labels.length;
  const trainImages = total - asked.validationImages;
  if (batchImages % shards !== 0 || batchImages > trainImages)
    throw invalidInput({
      code: 'training.batch',
      what: `a batch of ${batchImages} images in ${shards} shards does not fit ${trainImages} training images`,
      why: 'every batch is cut into equal shards, and an epoch holds at least one batch',
      mend: 'take a batch that is a multiple of the shards and no larger than the training set',
    });
  const table = declareParameters(graph, shapes, asked.stochastic?.mapping);
  const start = freshState(asked, table);
  const config = withWeightScales(asked, table, start.parameters);
  const { stochastic } = config;
  const state = resume ? cloneState(resume) : start;
  const stepsPerEpoch = Math.floor(trainImages / batchImages);
  const program = shardProgram(config, table);
  const indices = Uint32Array.from({ length: trainImages }, (_, i) => i);
  const held = Uint32Array.from({ length: config.validationImages }, (_, i) => trainImages + i);

  while (state.epoch < epochs) {
    const order = shuffled(indices, config.seed, state.epoch);
    let loss = 0;
    let correct = 0;
    let rate = 0;
    for (let step = 0; step < stepsPerEpoch; step += 1) {
      signal?.throwIfAborted();
      rate = learningRate(config.schedule, state.steps, stepsPerEpoch, epochs);
      const batch = order.subarray(step * batchImages, (step + 1) * batchImages);
      const result = await gradientOfBatch(config, program, state, batch, executor);
      if (!Number.isFinite(result.loss)) throw diverged(state, step, table, result.gradient);
      followStatistics(config, table, state, result.gradient, stepsPerEpoch);
      optimiserStep(config.optimiser, table, state.parameters, result.gradient, state, rate);
      if (stochastic) clipMappedWeights(graph, stochastic.mapping, table, state.parameters);
      loss += result.loss;
      correct += result.correct;
      onProgress?.({
        epoch: state.epoch,
        epochs,
        step: step + 1,
        stepsPerEpoch,
        loss: loss / (step + 1),
        accuracy: correct / ((step + 1) * batchImages),
      });
    }
    const { accuracy: validationAccuracy } = await evaluate(
      {
        program,
        parameters: state.parameters,
        data: config.data,
        indices: held,
        seed: config.seed,
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
    await onEpoch?.(state, record);
  }
  return {
    weights: unloadWeights(table, state.parameters),
    ...(stochastic ? { mapping: realisedMapping(graph, table, state.parameters, stochastic) } : {}),
    history: state.history,
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
  const mapping = fixWeightScales(graph, stochastic.mapping, table, parameters);
  return { ...config, stochastic: { ...stochastic, mapping } };
}

/** What the shards of this run compile. */
export function shardProgram(config: TrainingConfig, table: ParameterTable): ShardProgram {
  const parts = {
    graph: config.graph,
    declarations: table.entries.map(({ name, kind, shape }) => ({ name, kind, shape })),
    images: config.batchImages / config.shards,
    ...(config.stochastic ? { stochastic: config.stochastic } : {}),
  };
  return { key: JSON.stringify(parts), ...parts };
}

function freshState(config: TrainingConfig, table: ParameterTable): TrainingState {
  const parameters = initialParameters(
    config.graph,
    table,
    config.seed,
    config.stochastic?.mapping,
  );
  if (config.initial) loadWeights(table, config.initial, parameters);
  const { first, second } = optimiserState(config.optimiser, table.length);
  return { epoch: 0, parameters, first, second, steps: 0, history: [] };
}

const cloneState = (state: TrainingState): TrainingState => ({
  ...state,
  parameters: state.parameters.slice(),
  first: state.first.slice(),
  second: state.second.slice(),
});

/** The seed of one update's draws: keyed by (seed, step), a safe integer. */
export function drawSeed(seed: number, step: number): number {
  const words = new Uint32Array(4);
  philox4x32(streamKey(seed, 'training.draws'), step, 0, 0, 0, words);
  return (words[0] & 0x1fffff) * 2 ** 32 + words[1];
}

async function gradientOfBatch(
  config: TrainingConfig,
  program: ShardProgram,
  state: TrainingState,
  batch: Uint32Array,
  executor: Executor,
): Promise<{ gradient: Float32Array; loss: number; correct: number }> {
  const { data, augmentation, seed, shards, batchImages, labelSmoothing } = config;
  const size = batch.length / shards;
  const inputs = Array.from({ length: shards }, (_, s): ShardInput => {
    const imageIndices = batch.slice(s * size, (s + 1) * size);
    return {
      program,
      parameters: state.parameters,
      pixels: gatherImages(
        data,
        imageIndices,
        augmentation ? { augmentation, seed, epoch: state.epoch } : undefined,
      ),
      labels: Uint8Array.from(imageIndices, (index) => data.labels[index]),
      imageIndices,
      seed: drawSeed(seed, state.steps),
      gradient: { batchImages, ...(labelSmoothing === undefined ? {} : { labelSmoothing }) },
    };
  });
  const outputs = await executor.map<ShardInput, ShardOutput>('training.shard', inputs);
  const gradient = outputs[0].gradient;
  for (const { gradient: part } of outputs.slice(1))
    for (let i = 0; i < gradient.length; i += 1) gradient[i] += part[i];
  return {
    gradient,
    loss: outputs.reduce((sum, output) => sum + output.loss, 0),
    correct: outputs.reduce((sum, output) => sum + output.correct, 0),
  };
}

/** Moves running statistics towards what the batch showed; gains only now and then, and not to the end. */
function followStatistics(
  config: TrainingConfig,
  table: ParameterTable,
  { steps, parameters }: TrainingState,
  observed: Float32Array,
  stepsPerEpoch: number,
): void {
  const { statisticsShare = 0.1, gainInterval = 1, gainFreeze = 0.8, shards, epochs } = config;
  const gainMoves = steps % gainInterval === 0 && steps < gainFreeze * epochs * stepsPerEpoch;
  for (const { name, kind, offset, length } of table.entries) {
    if (kind !== 'statistic') continue;
    const isGain = name.endsWith('.partialSumMeanSquare');
    if (isGain && !gainMoves) continue;
    // A gain that moves seldom moves further.
    const share = isGain ? Math.min(0.5, statisticsShare * gainInterval) : statisticsShare;
    for (let i = offset; i < offset + length; i += 1)
      parameters[i] += share * (observed[i] / shards - parameters[i]);
  }
}

export interface EvaluationRequest {
  readonly program: ShardProgram;
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  readonly indices: Uint32Array;
  readonly seed: number;
}

/** Accuracy with the stored statistics on the given images; NaN for none. */
export async function evaluate(
  { program, parameters, data, indices, seed }: EvaluationRequest,
  executor: Executor,
): Promise<{ accuracy: number; correct: number }> {
  const inputs: ShardInput[] = [];
  for (let start = 0; start < indices.length; start += program.images) {
    const imageIndices = indices.slice(start, start + program.images);
    inputs.push({
      program,
      parameters,
      pixels: gatherImages(data, imageIndices),
      labels: Uint8Array.from(imageIndices, (index) => data.labels[index]),
      imageIndices,
      seed,
    });
  }
  const outputs = await executor.map<ShardInput, ShardOutput>('training.shard', inputs);
  const correct = outputs.reduce((sum, output) => sum + output.correct, 0);
  return { correct, accuracy: correct / indices.length };
}

function diverged(
  { epoch }: TrainingState,
  step: number,
  table: ParameterTable,
  gradient: Float32Array,
): Error {
  const culprit = table.entries.find(({ offset, length }) =>
    gradient.subarray(offset, offset + length).some((value) => !Number.isFinite(value)),
  );
  return numericalFailure({
    code: 'training.diverged',
    what: `the loss is not finite in epoch ${epoch + 1}, batch ${step + 1}`,
    ...(culprit ? { why: `the first tensor without a finite gradient is ${culprit.name}` } : {}),
    mend: 'lower the learning rate, lengthen the warm-up, or start from trained weights',
  });
}
