import { philox4x32 } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';
import { sharedBytes, sharedNumbers, type Executor } from '../parallel/executor.js';
import type { TrainingConfig, TrainingState } from './config.js';
import { gatherImages, imageBytes } from './dataset.js';
import { betaShare, mixImages } from './mixup.js';
import { declareParameters, initialParameters } from './initialise.js';
import { loadWeights, type ParameterTable } from './parameters.js';
import type { Saturation, ShardCommon, ShardInput, ShardOutput, ShardProgram } from './shard.js';
import type { Chip } from './tape.js';

/** What the shards of a run compile: the network, and its float twin where there is one. */
export interface BatchPrograms {
  readonly student: ShardCommon;
  readonly teacher?: TeacherProgram;
  /** Where the shards of the running batch read the parameters. */
  readonly parameters: Float32Array;
  /** Where each of them finds its images. */
  readonly pixels: readonly Uint8Array[];
  /** Where it leaves its gradient. */
  readonly gradients: readonly Float32Array[];
}

interface TeacherProgram {
  readonly common: ShardCommon;
  readonly parameters: Float32Array;
  readonly weight: number;
  readonly temperature: number;
}

export function batchPrograms(config: TrainingConfig, table: ParameterTable): BatchPrograms {
  const student = { program: shardProgram(config, table) };
  const forShards = <Memory>(make: () => Memory): Memory[] =>
    Array.from({ length: config.shards }, make);
  const shared = {
    student,
    parameters: sharedNumbers(table.length),
    pixels: forShards(() => sharedBytes(imageBytes(config.data, student.program.images))),
    gradients: forShards(() => sharedNumbers(table.length)),
  };
  if (!config.teacher) return shared;
  const { graph, shapes, weights, weight, temperature } = config.teacher;
  const taught = declareParameters(graph, shapes);
  const parameters = sharedNumbers(taught.length);
  parameters.set(initialParameters(graph, taught, config.seed));
  loadWeights(taught, weights, parameters);
  const { stochastic, ...float } = { ...config, graph };
  void stochastic;
  return {
    ...shared,
    teacher: {
      common: { program: inferenceProgram(shardProgram(float, taught)) },
      parameters,
      weight,
      temperature,
    },
  };
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

function inferenceProgram(program: ShardProgram): ShardProgram {
  return { ...program, key: `inference ${program.key}`, inference: true };
}

/** The seed of one update's draws: keyed by (seed, step), a safe integer. */
export function drawSeed(seed: number, step: number): number {
  const words = new Uint32Array(4);
  philox4x32(streamKey(seed, 'training.draws'), step, 0, 0, 0, words);
  return (words[0] & 0x1fffff) * 2 ** 32 + words[1];
}

/** Different images of a batch: half of it where each stands twice. */
export const distinctImages = ({ batchImages, stochastic }: TrainingConfig): number =>
  stochastic?.antithetic ? batchImages / 2 : batchImages;

export interface BatchResult {
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly correct: number;
  /** Of the first shard. */
  readonly saturation: Saturation;
}

/** Loss and gradient of one batch: its shards summed in their order, whoever computed them. */
export async function gradientOfBatch(
  config: TrainingConfig,
  { student, teacher, parameters, pixels, gradients }: BatchPrograms,
  state: TrainingState,
  batch: Uint32Array,
  executor: Executor,
  chip?: Chip,
): Promise<BatchResult> {
  const { data, augmentation, seed, shards, batchImages, labelSmoothing } = config;
  const size = batchImages / shards;
  const distinct = batch.length / shards;
  const { mixup = 0 } = augmentation ?? {};
  const share = mixup > 0 ? betaShare(mixup, seed, state.steps) : 1;
  parameters.set(state.parameters);
  const inputs = Array.from({ length: shards }, (_, s): ShardInput => {
    const own = batch.subarray(s * distinct, (s + 1) * distinct);
    const imageIndices = Uint32Array.from({ length: size }, (_, i) => own[i % distinct]);
    const images = gatherImages(
      data,
      imageIndices,
      augmentation ? { augmentation, seed, epoch: state.epoch } : undefined,
      pixels[s],
    );
    if (share < 1) images.set(mixImages(images, size, share));
    const labels = Uint8Array.from(imageIndices, (index) => data.labels[index]);
    return {
      parameters,
      pixels: images,
      labels,
      imageIndices,
      seed: drawSeed(seed, state.steps),
      ...(chip ? { chip } : {}),
      gradient: {
        into: gradients[s],
        batchImages,
        ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
        ...(share < 1 ? { mix: { labels: labels.toReversed(), share } } : {}),
      },
    };
  });
  const taught = teacher ? await withTeacher(inputs, teacher, executor) : inputs;
  const outputs = await executor.map<ShardInput, ShardOutput>('training.shard', taught, {
    common: student,
  });
  const gradient = outputs[0].gradient;
  for (const { gradient: part } of outputs.slice(1)) addTo(gradient, part);
  return {
    gradient,
    loss: outputs.reduce((sum, output) => sum + output.loss, 0),
    correct: outputs.reduce((sum, output) => sum + output.correct, 0),
    saturation: outputs[0].saturation,
  };
}

/** A function of its own: V8 does not replace a running loop of an async function by optimised code. */
function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] += part[i];
}

/** Adds the teacher's logits for the very images (crops and all) that the student will see. */
async function withTeacher(
  inputs: readonly ShardInput[],
  { common, parameters, weight, temperature }: TeacherProgram,
  executor: Executor,
): Promise<ShardInput[]> {
  const questions = inputs.map(({ pixels, labels, imageIndices, seed }): ShardInput => ({
    parameters,
    pixels,
    labels,
    imageIndices,
    seed,
  }));
  const answers = await executor.map<ShardInput, ShardOutput>('training.shard', questions, {
    common,
  });
  return inputs.map((input, s) => {
    const { gradient } = input;
    if (!gradient) return input;
    const { logits } = answers[s];
    return { ...input, gradient: { ...gradient, teacher: { logits, weight, temperature } } };
  });
}
