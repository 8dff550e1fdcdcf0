import { invalidInput } from '../errors/index.js';
import { isMatrixNode, type Graph, type GraphNode } from './graph.js';
import { layerGeometry } from './im2col.js';
import { elementCount, type Weights } from './tensor.js';

type Shape = readonly number[];

/**
 * Shape of every node's value for one image, by node name (`input` included).
 * Throws `network.*` diagnostics, all at once: unknown input, missing weight, shapes that disagree.
 */
export function inferShapes(graph: Graph, weights: Weights): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([['input', graph.inputShape]]);
  const findings: { code: string; what: string; why?: string }[] = [];
  for (const node of graph.nodes) {
    const missing = node.inputs.filter((input) => !shapes.has(input));
    const absent = Object.values(node.weights as Record<string, string | undefined>).filter(
      (name): name is string => name !== undefined && !weights.has(name),
    );
    for (const input of missing)
      findings.push({
        code: 'network.unknown-input',
        what: `node ${node.name} (${node.op}) takes "${input}", which no earlier node gives`,
      });
    for (const name of absent)
      findings.push({
        code: 'network.missing-weight',
        what: `node ${node.name} (${node.op}) wants weight "${name}", which the weights do not have`,
      });
    if (missing.length > 0 || absent.length > 0) {
      // Later nodes are checked as far as they do not depend on this one's shape.
      continue;
    }
    const inputs = node.inputs.map((input) => shapes.get(input) ?? []);
    const problem = shapeProblem(node, inputs, weights);
    if (problem)
      findings.push({
        code: 'network.shape-mismatch',
        what: `node ${node.name} (${node.op}): ${problem}`,
      });
    else shapes.set(node.name, outputShape(node, inputs, weights));
  }
  if (!shapes.has(graph.output) && findings.length === 0)
    findings.push({
      code: 'network.unknown-output',
      what: `output "${graph.output}" is no node of ${graph.name}`,
    });
  if (findings.length > 0) throw invalidInput(findings);
  return shapes;
}

const show = (shape: Shape): string => `(${shape.join(', ')})`;

function shapeProblem(
  node: GraphNode,
  inputs: readonly Shape[],
  weights: Weights,
): string | undefined {
  const [input] = inputs;
  switch (node.op) {
    case 'conv2d': {
      const [, perGroup] = weights.get(node.weights.weight)?.shape ?? [];
      const wanted = perGroup * node.attributes.groups;
      return input.length !== 3 || input[0] !== wanted
        ? `weight ${node.weights.weight} wants ${wanted} channels, input is ${show(input)}`
        : undefined;
    }
    case 'linear': {
      const wanted = weights.get(node.weights.weight)?.shape[1];
      return elementCount(input) !== wanted
        ? `weight ${node.weights.weight} wants ${wanted} features, input is ${show(input)}`
        : undefined;
    }
    case 'batchNorm': {
      const channels = elementCount(weights.get(node.weights.mean)?.shape ?? []);
      return input[0] !== channels
        ? `wants ${channels} channels, input is ${show(input)}`
        : undefined;
    }
    case 'add':
      return inputs.some((shape) => shape.join() !== input.join())
        ? `shapes ${inputs.map(show).join(' and ')} differ`
        : undefined;
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'padShortcut':
    case 'pad':
      return input.length !== 3
        ? `wants (channels, height, width), input is ${show(input)}`
        : undefined;
    default:
      return undefined;
  }
}

function outputShape(node: GraphNode, inputs: readonly Shape[], weights: Weights): Shape {
  const [input] = inputs;
  if (isMatrixNode(node)) {
    const g = layerGeometry(node, input, weights.get(node.weights.weight)?.shape ?? []);
    return node.op === 'linear' ? [g.columns] : [g.columns, g.outputHeight, g.outputWidth];
  }
  switch (node.op) {
    case 'maxPool':
    case 'averagePool': {
      const { kernel, stride, padding } = node.attributes;
      const extent = (axis: 0 | 1): number =>
        Math.floor((input[axis + 1] + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
      return [input[0], extent(0), extent(1)];
    }
    case 'globalAveragePool':
      return [input[0]];
    case 'padShortcut': {
      const { stride, channelsBefore, channelsAfter } = node.attributes;
      return [
        input[0] + channelsBefore + channelsAfter,
        Math.ceil(input[1] / stride),
        Math.ceil(input[2] / stride),
      ];
    }
    case 'pad': {
      const [top, bottom, left, right] = node.attributes.amounts;
      return [input[0], input[1] + top + bottom, input[2] + left + right];
    }
    case 'concat':
      return [inputs.reduce((sum, shape) => sum + shape[0], 0), ...input.slice(1)];
    case 'flatten':
      return [elementCount(input)];
    default:
      return input;
  }
}
