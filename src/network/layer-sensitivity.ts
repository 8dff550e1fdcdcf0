import { exp, log } from '../numerics/exponential.js';
import type { TaskHandlers } from '../parallel/executor.js';
import type { Converter } from './converter.js';
import { digitalNode } from './digital-nodes.js';
import { isMatrixNode, type Graph } from './graph.js';
import type { LayerOverrides } from './layer-override.js';
import type { Mapping } from './mapping.js';
import { compileNetwork, type Network } from './network.js';
import { argmax, pixelNormaliser, type ImageSlice } from './score.js';
import { elementCount, type Tensor, type Weights } from './tensor.js';
import type { TileTable } from './tiles.js';

/** One repeat of a sensitivity measurement on a stretch of images, as plain data for workers. */
export interface SensitivityInput {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  /** What every layer converts with. */
  readonly base: Converter;
  /** What one layer at a time converts with instead. */
  readonly perturbed: Converter;
  /** Layers of the base run, and of the run that perturbed layers are taken from, that run otherwise. */
  readonly baseOverrides?: LayerOverrides | undefined;
  readonly perturbedOverrides?: LayerOverrides | undefined;
  readonly tiles?: TileTable | undefined;
  /** Layers to perturb. */
  readonly layers: readonly string[];
  readonly seed: number;
  readonly images: ImageSlice;
}

/** Cross-entropy (nat) and correctness of every image. */
export interface ImageOutcomes {
  readonly loss: Float32Array;
  readonly correct: Uint8Array;
}

export interface SensitivityResult {
  readonly first: number;
  readonly base: ImageOutcomes;
  /** One for each of `layers`, in their order. */
  readonly perturbed: readonly ImageOutcomes[];
}

/**
 * Runs every image once with the base converter and then, for each layer, again with that layer's converter
 * changed. Values before the layer are those of the first run: draws are keyed by layer, so recomputing them
 * would give the same bits. For a chain of L layers that halves the work. Both runs share their uniform draws,
 * so the difference has less noise than two runs of different seeds.
 */
export function layerSensitivity(input: SensitivityInput): SensitivityResult {
  const { graph, weights, mapping, layers, seed, images } = input;
  const common = { graph, weights, mapping, seed, tiles: input.tiles };
  const base = compileNetwork({
    ...common,
    converter: input.base,
    overrides: input.baseOverrides,
  });
  const other = compileNetwork({
    ...common,
    converter: input.perturbed,
    overrides: input.perturbedOverrides,
  });
  const { pixels, labels, first } = images;
  const size = elementCount(graph.inputShape);
  const prepare = pixelNormaliser(graph);
  const outcomes = (): ImageOutcomes => ({
    loss: new Float32Array(labels.length),
    correct: new Uint8Array(labels.length),
  });
  const result = { first, base: outcomes(), perturbed: layers.map(outcomes) };
  const plans = layers.map((layer) => dependents(graph, layer));
  for (let i = 0; i < labels.length; i += 1) {
    const x = prepare(pixels.subarray(i * size, (i + 1) * size));
    const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: x }]]);
    const logits = base.forward(x, first + i, (name, value) => values.set(name, value));
    record(result.base, i, { logits, label: labels[i] });
    for (const [l, layer] of layers.entries()) {
      const changed = forwardFrom(
        { graph, weights, base, other },
        { layer, affected: plans[l], values, image: first + i },
      );
      record(result.perturbed[l], i, { logits: changed, label: labels[i] });
    }
  }
  return result;
}

/** Names of the nodes whose value depends on `layer`, itself included. */
function dependents(graph: Graph, layer: string): ReadonlySet<string> {
  const found = new Set([layer]);
  for (const { name, inputs } of graph.nodes)
    if (inputs.some((source) => found.has(source))) found.add(name);
  return found;
}

/** Logits with `layer` run by the other network and all that depends on it recomputed. */
function forwardFrom(
  {
    graph,
    weights,
    base,
    other,
  }: {
    readonly graph: Graph;
    readonly weights: Weights;
    readonly base: Network;
    readonly other: Network;
  },
  {
    layer,
    affected,
    values,
    image,
  }: {
    readonly layer: string;
    readonly affected: ReadonlySet<string>;
    readonly values: ReadonlyMap<string, Tensor>;
    readonly image: number;
  },
): Float32Array {
  const own = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    if (!affected.has(node.name)) continue;
    const inputs = node.inputs.map((name) => (own.get(name) ?? values.get(name)) as Tensor);
    const shape = base.shapes.get(node.name) ?? [];
    if (!isMatrixNode(node)) {
      own.set(node.name, digitalNode(node, inputs, shape, weights));
      continue;
    }
    const network = node.name === layer ? other : base;
    own.set(node.name, { shape, data: network.layer(node.name, inputs[0].data, image) });
  }
  return own.get(graph.output)?.data ?? new Float32Array(0);
}

function record(
  { loss, correct }: ImageOutcomes,
  i: number,
  { logits, label }: { readonly logits: Float32Array; readonly label: number },
): void {
  loss[i] = crossEntropy(logits, label);
  correct[i] = argmax(logits) === label ? 1 : 0;
}

/** -log softmax(logits)[label], in nat. */
function crossEntropy(logits: Float32Array, label: number): number {
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const sum = logits.reduce((total, value) => total + exp(value - top), 0);
  return log(sum) + top - logits[label];
}

/** What workers can be asked for. */
export const sensitivityTasks: TaskHandlers = { 'network.sensitivity': layerSensitivity };
