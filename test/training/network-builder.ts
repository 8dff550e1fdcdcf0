import type { Graph, GraphNode } from '../../src/network/index.js';
import type { WeightShapes } from '../../src/training/initialise.js';

/** A graph with the shapes of its tensors: what training starts from when there are no weights yet. */
export interface NetworkBlueprint {
  readonly graph: Graph;
  readonly shapes: WeightShapes;
}

/** Collects nodes and tensor shapes; every method gives the name of the node it added. */
export interface NetworkBuilder {
  conv(
    name: string,
    input: string,
    shape: readonly [number, number, number, number],
    options?: { readonly stride?: number; readonly padding?: number },
  ): string;
  linear(
    name: string,
    input: string,
    shape: readonly [number, number],
    options?: { readonly bias?: boolean },
  ): string;
  batchNorm(name: string, input: string, channels: number): string;
  node(node: GraphNode): string;
  finish(graph: Omit<Graph, 'nodes'>): NetworkBlueprint;
}

export function networkBuilder(): NetworkBuilder {
  const nodes: GraphNode[] = [];
  const shapes = new Map<string, readonly number[]>();
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  return {
    conv: (name, input, shape, { stride = 1, padding = 0 } = {}) => {
      shapes.set(`${name}.weight`, shape);
      return add({
        name,
        op: 'conv2d',
        inputs: [input],
        attributes: {
          stride: [stride, stride],
          padding: [padding, padding],
          dilation: [1, 1],
          groups: 1,
        },
        weights: { weight: `${name}.weight` },
      });
    },
    linear: (name, input, shape, { bias = false } = {}) => {
      shapes.set(`${name}.weight`, shape);
      if (bias) shapes.set(`${name}.bias`, [shape[0]]);
      return add({
        name,
        op: 'linear',
        inputs: [input],
        attributes: {},
        weights: { weight: `${name}.weight`, ...(bias ? { bias: `${name}.bias` } : {}) },
      });
    },
    batchNorm: (name, input, channels) => {
      for (const part of ['running_mean', 'running_var', 'weight', 'bias'])
        shapes.set(`${name}.${part}`, [channels]);
      return add({
        name,
        op: 'batchNorm',
        inputs: [input],
        attributes: { epsilon: 1e-5 },
        weights: {
          mean: `${name}.running_mean`,
          variance: `${name}.running_var`,
          scale: `${name}.weight`,
          shift: `${name}.bias`,
        },
      });
    },
    node: add,
    finish: (graph) => ({ graph: { ...graph, nodes }, shapes }),
  };
}

/** A node without attributes or weights. */
export const plainNode = (
  name: string,
  op: 'relu' | 'hardtanh' | 'flatten' | 'add' | 'globalAveragePool',
  ...inputs: string[]
): GraphNode => ({ name, op, inputs, attributes: {}, weights: {} });
