import {
  elementCount,
  inferShapes,
  isMapped,
  layerGeometry,
  layerMapping,
  matrixNodes,
  samplesOf,
  sliceWeights,
  streamPlan,
  type Converter,
  type Graph,
  type GraphNode,
  type Mapping,
  type Weights,
} from '../network/index.js';
import type { LayerWork } from './layer-work.js';

/**
 * The work of every layer with weights, from the graph, mapping and converter of the accuracy run. Layers
 * that the mapping's policy keeps in floating point are marked: they are digital work, not crossbars.
 */
export function layerWorkOf(
  graph: Graph,
  weights: Weights,
  mapping: Mapping,
  converter: Converter,
): LayerWork[] {
  const shapes = inferShapes(graph, weights);
  const nodes = matrixNodes(graph);
  const names = nodes.map(({ name }) => name);
  const known = new Set(names);
  const after = digitalWorkAfter(graph, shapes, names);
  return nodes.map((node) => {
    const own = layerMapping(mapping, node.name);
    const inputShape = shapes.get(node.inputs[0]) ?? [];
    const geometry = layerGeometry(node, inputShape, weights.get(node.weights.weight)?.shape ?? []);
    return {
      name: node.name,
      mapped: isMapped(mapping, node.name, names),
      positions: geometry.pixels,
      inputs: geometry.rows,
      outputs: geometry.columns,
      groups: geometry.groups,
      inputValues: elementCount(inputShape),
      outputHeight: geometry.outputHeight,
      inputHeight: geometry.height,
      kernelHeight: geometry.kernel[0],
      strideHeight: geometry.stride[0],
      paddingHeight: geometry.padding[0],
      after: sourcesOf(graph, node, known),
      activationBits: own.activationBits,
      bitsPerStream: own.bitsPerStream,
      bitsPerSlice: own.bitsPerSlice,
      streams: streamPlan(own).coefficients.length,
      // A one-cell column goes through the engine's own slicing, so the count is the engine's.
      slices: sliceWeights(new Float32Array(1), 1, own).slices.length,
      rowsPerArray: own.rowsPerArray,
      columnsPerArray: own.columnsPerArray,
      linesPerColumn:
        own.signedScheme === 'differential' || own.signedScheme === 'sign-magnitude' ? 2 : 1,
      ...samplesOfConverter(converter, node.name),
      ...(after.get(node.name) ?? NOTHING_AFTER),
    };
  });
}

function samplesOfConverter(
  converter: Converter,
  layer: string,
): Pick<LayerWork, 'samples' | 'sliceFactors' | 'streamFactors'> {
  if (converter.kind !== 'mtj' && converter.kind !== 'tanh') return { samples: 1 };
  const { samples } = converter;
  if (typeof samples === 'string') return { samples: 1 };
  if (typeof samples === 'number') return { samples };
  return {
    samples: samplesOf(samples, layer),
    sliceFactors: samples.slices,
    streamFactors: samples.streams,
  };
}

type DigitalWork = Pick<LayerWork, 'poolings' | 'additions'>;
const NOTHING_AFTER: DigitalWork = { poolings: 0, additions: 0 };

/**
 * Pools and residual joins, each counted with the last layer before it in the order of the graph: a pool
 * touches every value of its windows (padding counts), a join of n branches adds n - 1 times a value.
 */
function digitalWorkAfter(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
  layers: readonly string[],
): ReadonlyMap<string, DigitalWork> {
  const work = new Map<string, DigitalWork>();
  let current = layers[0];
  for (const node of graph.nodes) {
    if (layers.includes(node.name)) current = node.name;
    const { poolings, additions } = work.get(current) ?? NOTHING_AFTER;
    const outputs = elementCount(shapes.get(node.name) ?? []);
    if (node.op === 'maxPool' || node.op === 'averagePool') {
      const [height, width] = node.attributes.kernel;
      work.set(current, { poolings: poolings + outputs * height * width, additions });
    } else if (node.op === 'globalAveragePool')
      work.set(current, {
        poolings: poolings + elementCount(shapes.get(node.inputs[0]) ?? []),
        additions,
      });
    else if (node.op === 'add')
      work.set(current, { poolings, additions: additions + outputs * (node.inputs.length - 1) });
  }
  return work;
}

/** The nearest layers with weights whose output reaches `node`, through whatever nodes lie between. */
function sourcesOf(graph: Graph, node: GraphNode, layers: ReadonlySet<string>): string[] {
  const byName = new Map(graph.nodes.map((candidate) => [candidate.name, candidate]));
  const found = new Set<string>();
  const visited = new Set<string>();
  const walk = (names: readonly string[]): void => {
    for (const name of names) {
      if (visited.has(name)) continue;
      visited.add(name);
      if (layers.has(name)) found.add(name);
      else walk(byName.get(name)?.inputs ?? []);
    }
  };
  walk(node.inputs);
  return [...found];
}
