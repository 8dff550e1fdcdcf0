import type { Graph, GraphNode } from '../graph.js';

/** A graph with the shapes of its weights, by name. */
export interface GraphBlueprint {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

type Square = { readonly stride?: number; readonly padding?: number };

/** Collects nodes; every method adds one that takes the last (or `from`) and gives its name. */
export interface GraphBuilder {
  conv(name: string, shape: readonly number[], options?: Square & { from?: string }): string;
  linear(name: string, shape: readonly number[], options?: { bias?: boolean }): string;
  batchNorm(name: string, channels: number, from?: string): string;
  plain(
    name: string,
    op: 'relu' | 'hardtanh' | 'flatten' | 'add' | 'globalAveragePool',
    ...inputs: string[]
  ): string;
  maxPool(name: string, extent?: number): string;
  padShortcut(name: string, from: string, stride: number, channels: number): string;
  finish(graph: Omit<Graph, 'nodes'>): GraphBlueprint;
}

export function graphBuilder(): GraphBuilder {
  const nodes: GraphNode[] = [];
  const shapes = new Map<string, readonly number[]>();
  const last = (): string => nodes.at(-1)?.name ?? 'input';
  const add = (node: GraphNode): string => {
    nodes.push(node);
    return node.name;
  };
  return {
    conv(name, shape, { stride = 1, padding = 0, from = last() } = {}) {
      shapes.set(`${name}.weight`, shape);
      return add({
        name,
        op: 'conv2d',
        inputs: [from],
        attributes: {
          stride: [stride, stride],
          padding: [padding, padding],
          dilation: [1, 1],
          groups: 1,
        },
        weights: { weight: `${name}.weight` },
      });
    },
    linear(name, shape, { bias = false } = {}) {
      shapes.set(`${name}.weight`, shape);
      if (bias) shapes.set(`${name}.bias`, [shape[0]]);
      const weights = { weight: `${name}.weight`, ...(bias ? { bias: `${name}.bias` } : {}) };
      return add({ name, op: 'linear', inputs: [last()], attributes: {}, weights });
    },
    batchNorm(name, channels, from = last()) {
      for (const part of ['running_mean', 'running_var', 'weight', 'bias'])
        shapes.set(`${name}.${part}`, [channels]);
      return add({
        name,
        op: 'batchNorm',
        inputs: [from],
        attributes: { epsilon: 1e-5 },
        weights: {
          mean: `${name}.running_mean`,
          variance: `${name}.running_var`,
          scale: `${name}.weight`,
          shift: `${name}.bias`,
        },
      });
    },
    plain: (name, op, ...inputs) =>
      add({ name, op, inputs: inputs.length > 0 ? inputs : [last()], attributes: {}, weights: {} }),
    maxPool: (name, extent = 2) =>
      add({
        name,
        op: 'maxPool',
        inputs: [last()],
        attributes: { kernel: [extent, extent], stride: [extent, extent], padding: [0, 0] },
        weights: {},
      }),
    padShortcut: (name, from, stride, channels) =>
      add({
        name,
        op: 'padShortcut',
        inputs: [from],
        attributes: { stride, channelsBefore: channels, channelsAfter: channels },
        weights: {},
      }),
    finish: (graph) => ({ graph: { ...graph, nodes }, shapes }),
  };
}
