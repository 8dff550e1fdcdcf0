import { invalidInput } from '../errors/index.js';
import type { Converter } from './converter.js';
import { digitalNode } from './digital-nodes.js';
import { foldedPairs } from './fold-batch-norm.js';
import { engineMemory, type EngineMemory } from './engine-memory.js';
import { finishLayer, layerTails } from './layer-tail.js';
import { floatLayer, type LayerRunner } from './float-layer.js';
import { isMatrixNode, matrixNodes, type Graph, type MatrixNode } from './graph.js';
import { isMapped, layerMapping, type Mapping } from './mapping.js';
import { withAffine, type LayerOverrides } from './layer-override.js';
import { mappedLayer } from './mapped-layer.js';
import { nodeGeometry } from './node-geometry.js';
import { inferShapes } from './shapes.js';
import { elementCount, type Tensor, type Weights } from './tensor.js';
import type { TileTable } from './tiles.js';

export interface NetworkOptions {
  readonly graph: Graph;
  readonly weights: Weights;
  /** Absent: the float network. */
  readonly mapping?: Mapping | undefined;
  readonly converter?: Converter | undefined;
  readonly seed?: number | undefined;
  /** Exact wires: what every array's digits become (`solveTiles`). */
  readonly tiles?: TileTable | undefined;
  /** Mapped layers that run otherwise, without wires. */
  readonly overrides?: LayerOverrides | undefined;
}

/** A network made ready to run image after image. */
export interface Network {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of the layers on crossbars. */
  readonly mappedLayers: readonly string[];
  /**
   * Logits of one image (graph.inputShape, already normalised); `image` is its index in the data set.
   * `observe` sees every node's value; without it, what follows a layer digitally is computed in one pass,
   * to the same bits.
   */
  forward(
    input: Float32Array,
    image: number,
    observe?: (node: string, value: Tensor) => void,
  ): Float32Array;
  /** One layer with weights alone, as `forward` runs it; a copy of its output. */
  layer(name: string, input: Float32Array, image: number): Float32Array;
  /** The same network drawing with another seed: nothing is compiled anew, scratch is shared. */
  withSeed(seed: number): Network;
}

/** Checks shapes, quantises, slices and tabulates. Throws `network.*` for a graph that does not fit. */
export const compileNetwork = (options: NetworkOptions): Network =>
  compileInto(engineMemory(), options);

/**
 * One network with several converters. Run on one image after the other, each with all converters, seed by seed,
 * they make partial sums and draws of small layers once. Every one gives the same bits as compiled alone.
 */
export function compileSweep(
  options: NetworkOptions,
  converters: readonly (Converter | undefined)[],
): readonly Network[] {
  const memory = engineMemory(true);
  return converters.map((converter) => compileInto(memory, { ...options, converter }));
}

function compileInto(memory: EngineMemory, options: NetworkOptions): Network {
  const { graph, weights, mapping, converter = { kind: 'ideal' }, tiles } = options;
  const { overrides = {} } = options;
  const shapes = inferShapes(graph, weights);
  const names = matrixNodes(graph).map(({ name }) => name);
  checkLayerNames(mapping, names);
  if (mapping) checkFolded(graph, mapping);
  const runners = new Map<string, LayerRunner>();
  const mappedLayers: string[] = [];
  for (const node of matrixNodes(graph)) {
    const geometry = nodeGeometry(node, shapes, weights);
    const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
    const bias =
      (node.weights.bias === undefined ? undefined : weights.get(node.weights.bias)?.data) ??
      new Float32Array(geometry.columns);
    if (mapping && isMapped(mapping, node.name, names)) {
      mappedLayers.push(node.name);
      const changed = Object.hasOwn(overrides, node.name);
      const own = changed ? overrides[node.name] : { converter };
      const layer = {
        name: node.name,
        mapping: layerMapping(mapping, node.name),
        cell: mapping.cell,
        tiles: changed ? undefined : tiles,
      };
      const runner =
        own.converter === 'float'
          ? floatLayer(memory, geometry, weight, bias)
          : mappedLayer(memory, geometry, weight, bias, { ...layer, converter: own.converter });
      runners.set(node.name, withAffine(runner, own, geometry.pixels));
    } else runners.set(node.name, floatLayer(memory, geometry, weight, bias));
  }
  const tails = new Map(
    [...layerTails(graph, weights)].map(([name, tail]) => {
      const out = new Float32Array(elementCount(shapes.get(name) ?? []));
      return [name, { tail, last: tail.last, residual: tail.residual, out }] as const;
    }),
  );
  const inTails = new Set([...tails.values()].flatMap(({ tail }) => tail.members));
  const drawing = (seed: number): Network => ({
    graph,
    shapes,
    mappedLayers,
    withSeed: drawing,
    layer: (name, input, image) => runnerOf(runners, { name }).run(input, image, seed).slice(),
    forward(input, image, observe) {
      const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: input }]]);
      for (const node of graph.nodes) {
        if (!observe && inTails.has(node.name)) continue;
        const inputs = node.inputs.map((name) => values.get(name) as Tensor);
        const shape = shapes.get(node.name) ?? [];
        if (!isMatrixNode(node)) {
          const value = digitalNode(node, inputs, shape, weights);
          values.set(node.name, value);
          observe?.(node.name, value);
          continue;
        }
        const data = runnerOf(runners, node).run(inputs[0].data, image, seed);
        const tail = tails.get(node.name);
        if (observe || !tail) {
          // A runner's output is its own until it runs again.
          const value = { shape, data: data.slice() };
          values.set(node.name, value);
          observe?.(node.name, value);
          continue;
        }
        const residual = tail.residual === undefined ? undefined : values.get(tail.residual)?.data;
        finishLayer(tail.tail, data, residual, tail.out);
        values.set(tail.last, { shape, data: tail.out });
      }
      return values.get(graph.output)?.data.slice() ?? new Float32Array(0);
    },
  });
  return drawing(options.seed ?? 1);
}

function runnerOf(
  runners: ReadonlyMap<string, LayerRunner>,
  { name }: Pick<MatrixNode, 'name'>,
): LayerRunner {
  const runner = runners.get(name);
  if (!runner) throw new RangeError(`no runner for layer ${name}`);
  return runner;
}

/** A mapping that folds batch norms goes with the network that folding gives. */
function checkFolded(graph: Graph, mapping: Mapping): void {
  const left = foldedPairs(graph, mapping);
  if (left.length > 0)
    throw invalidInput(
      left.map(([layer, norm]) => ({
        code: 'network.not-folded',
        what: `the mapping folds ${norm.name} into ${layer.name}, which has not been done`,
        mend: 'run graph, weights, mapping and converter through foldBatchNorms first',
      })),
    );
}

/** Overrides for layers that do not exist are a typing error of the user's. */
function checkLayerNames(mapping: Mapping | undefined, names: readonly string[]): void {
  const given = [
    ...Object.keys(mapping?.layers ?? {}),
    ...Object.keys(mapping?.policy.layers ?? {}),
  ];
  const unknown = given.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw invalidInput(
      unknown.map((name) => ({
        code: 'network.unknown-layer',
        what: `the mapping names layer "${name}", which the graph does not have`,
        mend: `layers are: ${names.join(', ')}`,
      })),
    );
}
