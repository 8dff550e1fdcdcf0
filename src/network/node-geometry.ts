import type { MatrixNode } from './graph.js';
import { layerGeometry, type LayerGeometry } from './im2col.js';
import type { Weights } from './tensor.js';

/** Geometry of a matrix node, given the shapes of all nodes' values. */
export function nodeGeometry(
  node: MatrixNode,
  shapes: ReadonlyMap<string, readonly number[]>,
  weights: Weights,
): LayerGeometry {
  const input = shapes.get(node.inputs[0]) ?? [];
  return layerGeometry(node, input, weights.get(node.weights.weight)?.shape ?? []);
}
