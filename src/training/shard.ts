import type { Graph } from '../network/index.js';
import { compileProgram, type Program, type StochasticTraining } from './compile.js';
import { crossEntropy } from './loss.js';
import { parameterTable, type ParameterDeclaration } from './parameters.js';
import { elementOf, type Chip, type Pass } from './tape.js';

/** What a worker compiles once and keeps: the same for every shard of a training run. */
export interface ShardProgram {
  /** Distinguishes programs; equal keys mean equal programs. */
  readonly key: string;
  readonly graph: Graph;
  readonly declarations: readonly ParameterDeclaration[];
  readonly images: number;
  readonly stochastic?: StochasticTraining;
  /** Only ever evaluated, such as a teacher. */
  readonly inference?: boolean;
}

/** What all shards have alike: sent to a thread once. */
export interface ShardCommon {
  readonly program: ShardProgram;
}

/** One shard of one batch. `pixels` may hold fewer images than the program; the rest is left out. */
export interface ShardInput {
  readonly parameters: Float32Array;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Index of each image in its data set: what its draws are keyed by. */
  readonly imageIndices: Uint32Array;
  readonly seed: number;
  readonly chip?: Chip;
  /** Absent: evaluate with the stored statistics, no gradient. */
  readonly gradient?: {
    /** Where the gradient is to be left, instead of in a vector of its own. */
    readonly into?: Float32Array;
    readonly batchImages: number;
    readonly labelSmoothing?: number;
    /** Labels that the images are mixed up with, and the share of their own. */
    readonly mix?: { readonly labels: Uint8Array; readonly share: number };
    readonly teacher?: {
      readonly logits: Float32Array;
      readonly weight: number;
      readonly temperature: number;
    };
  };
}

export interface ShardOutput {
  /** Gradient and observed statistics, laid out as the parameters; empty when evaluating. */
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly correct: number;
  /** Logits (images x classes) when evaluating, else empty. */
  readonly logits: Float32Array;
  /** Share of saturated samples of every stochastic layer; empty when evaluating. */
  readonly saturation: Saturation;
}

/** By layer, the share of samples certain to 1 %: P(+1) below 0.01 or above 0.99. */
export type Saturation = Readonly<Record<string, number>>;

/** Programs are large (their workspace) and few: the last two are kept. */
const compiled = new Map<string, Program>();

function programOf(shard: ShardProgram): Program {
  let program = compiled.get(shard.key);
  if (!program) {
    const { graph, declarations, images, stochastic, inference = false } = shard;
    program = compileProgram(graph, parameterTable(declarations), {
      images,
      inference,
      ...(stochastic ? { stochastic } : {}),
    });
    if (compiled.size >= 2) compiled.delete([...compiled.keys()][0]);
    compiled.set(shard.key, program);
  }
  return program;
}

/** Forward, and backward where a gradient is asked for, over one shard. */
export function computeShard(input: ShardCommon & ShardInput): ShardOutput {
  const program = programOf(input.program);
  const { parameters, labels, seed } = input;
  const count = labels.length;
  loadPixels(program, input.program.graph, input.pixels, count);
  const imageIndices = new Uint32Array(program.images);
  imageIndices.set(input.imageIndices);
  const gradient = input.gradient?.into?.fill(0) ?? new Float32Array(parameters.length);
  const pass: Pass = {
    parameters,
    gradient,
    training: input.gradient !== undefined,
    seed,
    imageIndices,
    ...(input.chip ? { chip: input.chip } : {}),
  };
  program.forward(pass);
  const { workspace, logits } = program;
  if (!input.gradient) {
    const { channels, stride } = logits;
    const values = workspace.f32(logits.data);
    const flat = Float32Array.from(
      { length: count * channels },
      (_, i) => values[(i % channels) * stride + Math.floor(i / channels)],
    );
    const { loss, correct } = crossEntropy(workspace, logits, count, { labels, batchImages: 1 });
    workspace.f32(logits.gradient).fill(0);
    return { gradient: new Float32Array(0), loss, correct, logits: flat, saturation: {} };
  }
  if (count !== program.images)
    throw new RangeError(`a training shard wants ${program.images} images, got ${count}`);
  const { loss, correct } = crossEntropy(workspace, logits, count, { labels, ...input.gradient });
  program.backward(pass);
  const saturation = saturationOf(program);
  return { gradient, loss, correct, logits: new Float32Array(0), saturation };
}

const saturationOf = ({ operations }: Program): Saturation =>
  Object.fromEntries(
    operations.flatMap(({ name, saturation }) => (saturation ? [[name, saturation()]] : [])),
  );

/** (x / 255 - mean) / std in single precision, channel-major over the shard's images. */
function loadPixels(program: Program, graph: Graph, pixels: Uint8Array, count: number): void {
  const { input, workspace } = program;
  const target = workspace.f32(input.data);
  const plane = input.height * input.width;
  const level = new Float32Array(256);
  for (let c = 0; c < input.channels; c += 1) {
    const mean = graph.normalisation?.mean[c] ?? 0;
    const std = graph.normalisation?.std[c] ?? 1;
    for (let value = 0; value < 256; value += 1) level[value] = (value / 255 - mean) / std;
    for (let n = 0; n < count; n += 1) {
      const from = (n * input.channels + c) * plane;
      const to = c * input.stride + elementOf(input, n, 0);
      for (let i = 0; i < plane; i += 1) target[to + i * input.lanes] = level[pixels[from + i]];
    }
  }
}
