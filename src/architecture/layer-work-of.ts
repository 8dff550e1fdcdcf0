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
      samples: converter.kind === 'mtj' ? samplesOf(converter.samples, node.name) : 1,
    };
  });
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
