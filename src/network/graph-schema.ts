import * as z from 'zod';
import { described } from '../units/index.js';
import type { Graph, GraphNode } from './graph.js';
import type { Weights } from './tensor.js';

const extent = z.int().min(0);
const pair = z.union([extent, z.tuple([extent, extent])]);
const name = described(z.string().min(1), {
  name: 'node name',
  description: 'Name of the node; its weights are NAME.weight and so on unless told otherwise.',
});
const from = described(z.union([z.string(), z.array(z.string()).min(1)]).optional(), {
  name: 'inputs',
  description: 'The node or nodes whose values it takes; left out: the one before.',
});
const weightNames = z.record(z.string(), z.string()).optional();
const common = { name, from };
const window = { kernel: pair, stride: pair.optional(), padding: pair.default(0) };

const nodeSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('conv2d'),
    ...common,
    stride: pair.default(1),
    padding: pair.default(0),
    dilation: pair.default(1),
    groups: z.int().min(1).default(1),
    weights: weightNames,
  }),
  z.strictObject({ op: z.literal('linear'), ...common, weights: weightNames }),
  z.strictObject({
    op: z.literal('batchNorm'),
    ...common,
    epsilon: z.number().positive().default(1e-5),
    weights: weightNames,
  }),
  z.strictObject({
    op: z.enum([
      'relu',
      'hardtanh',
      'tanh',
      'sigmoid',
      'identity',
      'globalAveragePool',
      'add',
      'concat',
      'flatten',
      'softmax',
    ]),
    ...common,
  }),
  z.strictObject({ op: z.literal('clip'), ...common, min: z.number(), max: z.number() }),
  z.strictObject({ op: z.literal('maxPool'), ...common, ...window }),
  z.strictObject({
    op: z.literal('averagePool'),
    ...common,
    ...window,
    countPadding: z.boolean().default(true),
  }),
  z.strictObject({
    op: z.literal('padShortcut'),
    ...common,
    stride: z.int().min(1),
    channelsBefore: extent,
    channelsAfter: extent,
  }),
  z.strictObject({
    op: z.literal('pad'),
    ...common,
    amounts: z.tuple([extent, extent, extent, extent]),
  }),
]);

/** A network's graph as files give it. */
export const graphDocumentSchema = z.strictObject({
  name: z.string().min(1).default('network'),
  input: described(z.array(z.int().min(1)).min(1).max(3), {
    name: 'input shape',
    description: 'Shape of one image: [channels, height, width], or [features].',
  }),
  normalisation: z
    .strictObject({ mean: z.array(z.number()), std: z.array(z.number().positive()) })
    .optional(),
  nodes: z.array(nodeSchema).min(1),
  output: described(z.string().optional(), {
    name: 'output',
    description: 'Node whose value is the logits; left out: the last.',
  }),
});

export type GraphDocument = z.output<typeof graphDocumentSchema>;
type NodeDocument = GraphDocument['nodes'][number];

/** The graph that a document means; optional weights (biases, scales) are those that `weights` has. */
export function graphOfDocument(document: GraphDocument, weights: Weights): Graph {
  const nodes = document.nodes.map((node, i): GraphNode => {
    const before = i === 0 ? 'input' : document.nodes[i - 1].name;
    const inputs = typeof node.from === 'string' ? [node.from] : (node.from ?? [before]);
    return nodeOf(node, inputs, weights);
  });
  return {
    name: document.name,
    inputShape: document.input,
    nodes,
    output: document.output ?? document.nodes[document.nodes.length - 1].name,
    ...(document.normalisation ? { normalisation: document.normalisation } : {}),
  };
}

const both = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

function nodeOf(node: NodeDocument, inputs: readonly string[], known: Weights): GraphNode {
  const { name } = node;
  /** A weight's name: as told, else NAME.suffix; undefined where it is optional and not there. */
  const named = (given: Record<string, string> | undefined, key: string, suffix: string): string =>
    given?.[key] ?? `${name}.${suffix}`;
  const optional = (
    given: Record<string, string> | undefined,
    key: string,
    suffix: string,
  ): Record<string, string> => {
    const weight = named(given, key, suffix);
    return given?.[key] !== undefined || known.has(weight) ? { [key]: weight } : {};
  };
  switch (node.op) {
    case 'conv2d':
    case 'linear': {
      const weights = {
        weight: named(node.weights, 'weight', 'weight'),
        ...optional(node.weights, 'bias', 'bias'),
      };
      if (node.op === 'linear') return { name, op: 'linear', inputs, attributes: {}, weights };
      const { stride, padding, dilation, groups } = node;
      const attributes = {
        stride: both(stride),
        padding: both(padding),
        dilation: both(dilation),
        groups,
      };
      return { name, op: 'conv2d', inputs, attributes, weights };
    }
    case 'batchNorm':
      return {
        name,
        op: 'batchNorm',
        inputs,
        attributes: { epsilon: node.epsilon },
        weights: {
          mean: named(node.weights, 'mean', 'running_mean'),
          variance: named(node.weights, 'variance', 'running_var'),
          ...optional(node.weights, 'scale', 'weight'),
          ...optional(node.weights, 'shift', 'bias'),
        },
      };
    case 'clip':
      return {
        name,
        op: 'clip',
        inputs,
        attributes: { min: node.min, max: node.max },
        weights: {},
      };
    case 'maxPool':
    case 'averagePool': {
      const attributes = {
        kernel: both(node.kernel),
        stride: both(node.stride ?? node.kernel),
        padding: both(node.padding),
      };
      return node.op === 'maxPool'
        ? { name, op: 'maxPool', inputs, attributes, weights: {} }
        : {
            name,
            op: 'averagePool',
            inputs,
            attributes: { ...attributes, countPadding: node.countPadding },
            weights: {},
          };
    }
    case 'padShortcut': {
      const { stride, channelsBefore, channelsAfter } = node;
      const attributes = { stride, channelsBefore, channelsAfter };
      return { name, op: 'padShortcut', inputs, attributes, weights: {} };
    }
    case 'pad':
      return { name, op: 'pad', inputs, attributes: { amounts: node.amounts }, weights: {} };
    default:
      return { name, op: node.op, inputs, attributes: {}, weights: {} };
  }
}
