import { invalidInput } from '../../errors/index.js';
import {
  readOnnx,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
} from '../../formats/onnx.js';
import type { Graph, GraphNode } from '../graph.js';
import { tensor, type Tensor, type Weights } from '../tensor.js';
import { foldConstants, numbers } from './constant-folding.js';

const OLDEST = 11;
const NEWEST = 21;

/** Every second pixel of a value: an option A shortcut begins with such slices. */
interface Subsampled {
  readonly source: string;
  readonly stride: readonly [number, number];
}

/**
 * Reads an ONNX model (operator sets 11 to 21) as a graph and its weights. Slices with a step and channel
 * padding become an option A shortcut. Throws `network.onnx-unsupported` with every operator it cannot take.
 */
export function importOnnx(
  bytes: Uint8Array,
  file: string,
): { readonly graph: Graph; readonly weights: Weights } {
  const model = readOnnx(bytes, file);
  const refuse = (what: string, mend?: string): Error =>
    invalidInput({
      code: 'network.onnx-unsupported',
      what,
      where: { file },
      ...(mend === undefined ? {} : { mend }),
    });
  if (model.opset < OLDEST || model.opset > NEWEST)
    throw refuse(`operator set ${model.opset} is not supported, want ${OLDEST} to ${NEWEST}`);
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw refuse(
      `want one input and one output, got ${model.inputs.length} and ${model.outputs.length}`,
    );
  const [input] = model.inputs;
  const inputShape = input.shape.slice(1);
  if (inputShape.length === 0 || inputShape.some((extent) => extent === 0))
    throw refuse(`the input's shape (${input.shape.join(', ')}) is open beyond the batch`);

  const { constants, rest } = foldConstants(model);
  const nodes: GraphNode[] = [];
  const weights = new Map<string, Tensor>();
  const subsampled = new Map<string, Subsampled>();
  const alias = new Map<string, string>([[input.name, 'input']]);
  const problems: string[] = [];

  const constant = (name: string | undefined): OnnxTensor | undefined =>
    name === undefined || name === '' ? undefined : constants.get(name);
  const place = (name: string, shape?: readonly number[], values?: Float32Array): string => {
    const found = constants.get(name);
    if (!found) throw new Unsupported(`weight "${name}" is not constant`);
    weights.set(name, tensor(shape ?? found.shape, values ?? Float32Array.from(found.data)));
    return name;
  };
  const nameOf = (value: string): string => {
    const pending = subsampled.get(value);
    if (pending) throw new Unsupported(`strided slice "${value}" goes elsewhere than to a Pad`);
    return alias.get(value) ?? value;
  };
  const add = (
    node: OnnxNode,
    rest_: Pick<GraphNode, 'op' | 'attributes' | 'weights'>,
    inputs?: readonly string[],
  ): void => {
    nodes.push({
      name: node.outputs[0],
      inputs: inputs ?? node.inputs.slice(0, 1).map(nameOf),
      ...rest_,
    } as GraphNode);
  };
  const plain = (node: OnnxNode, op: GraphNode['op'], inputs?: readonly string[]): void =>
    add(node, { op, attributes: {}, weights: {} }, inputs);

  const convert = (node: OnnxNode): void => {
    const { op, attributes, inputs, outputs } = node;
    switch (op) {
      case 'Conv': {
        const weight = place(inputs[1]);
        const bias = inputs[2] ? { bias: place(inputs[2]) } : {};
        return add(node, {
          op: 'conv2d',
          attributes: {
            stride: pair(attributes.strides, 1),
            padding: symmetricPadding(attributes),
            dilation: pair(attributes.dilations, 1),
            groups: number(attributes.group, 1),
          },
          weights: { weight, ...bias },
        });
      }
      case 'Gemm':
      case 'MatMul': {
        const matrix = constant(inputs[1]);
        if (
          matrix?.shape.length !== 2 ||
          number(attributes.alpha, 1) !== 1 ||
          number(attributes.beta, 1) !== 1 ||
          number(attributes.transA, 0) !== 0
        )
          throw new Unsupported('only x W (+ b) with a constant matrix is supported');
        const [rows, columns] = matrix.shape;
        const values = Float32Array.from(matrix.data);
        const weight =
          number(attributes.transB, 0) === 1
            ? place(inputs[1])
            : place(
                inputs[1],
                [columns, rows],
                Float32Array.from(
                  values,
                  (_, i) => values[(i % rows) * columns + Math.floor(i / rows)],
                ),
              );
        const bias = inputs[2] ? { bias: place(inputs[2]) } : {};
        return add(node, { op: 'linear', attributes: {}, weights: { weight, ...bias } });
      }
      case 'BatchNormalization':
        return add(node, {
          op: 'batchNorm',
          attributes: { epsilon: number(attributes.epsilon, 1e-5) },
          weights: {
            scale: place(inputs[1]),
            shift: place(inputs[2]),
            mean: place(inputs[3]),
            variance: place(inputs[4]),
          },
        });
      case 'Relu':
        return plain(node, 'relu');
      case 'Tanh':
        return plain(node, 'tanh');
      case 'Sigmoid':
        return plain(node, 'sigmoid');
      case 'Softmax':
        return plain(node, 'softmax');
      case 'Identity':
      case 'Dropout':
        alias.set(outputs[0], nameOf(inputs[0]));
        return;
      case 'Clip': {
        const min = constant(inputs[1])?.data[0] ?? number(attributes.min, -Infinity);
        const max = constant(inputs[2])?.data[0] ?? number(attributes.max, Infinity);
        return add(node, { op: 'clip', attributes: { min, max }, weights: {} });
      }
      case 'MaxPool':
      case 'AveragePool': {
        if (number(attributes.ceil_mode, 0) !== 0)
          throw new Unsupported('ceil_mode is not supported');
        const pool = {
          kernel: pair(attributes.kernel_shape, 1),
          stride: pair(attributes.strides, 1),
          padding: symmetricPadding(attributes),
        };
        return op === 'MaxPool'
          ? add(node, { op: 'maxPool', attributes: pool, weights: {} })
          : add(node, {
              op: 'averagePool',
              attributes: { ...pool, countPadding: number(attributes.count_include_pad, 0) === 1 },
              weights: {},
            });
      }
      case 'GlobalAveragePool':
        return plain(node, 'globalAveragePool');
      case 'Flatten':
        return plain(node, 'flatten');
      case 'Reshape': {
        const shape = numbers(constant(inputs[1]));
        if (shape.length !== 2)
          throw new Unsupported(`only flattening is supported, shape is (${shape.join(', ')})`);
        return plain(node, 'flatten');
      }
      case 'Add': {
        const bias = inputs.map(constant).findIndex((value) => value !== undefined);
        const last = nodes.at(-1);
        if (bias < 0) return plain(node, 'add', inputs.map(nameOf));
        // MatMul + constant: a linear layer's bias.
        if (
          last?.op !== 'linear' ||
          last.weights.bias !== undefined ||
          last.name !== inputs[1 - bias]
        )
          throw new Unsupported('only a linear layer may add a constant');
        nodes[nodes.length - 1] = {
          ...last,
          name: outputs[0],
          weights: { ...last.weights, bias: place(inputs[bias]) },
        };
        return;
      }
      case 'Concat':
        if (number(attributes.axis, 1) !== 1)
          throw new Unsupported('only concatenation of channels is supported');
        return plain(node, 'concat', inputs.map(nameOf));
      case 'Slice':
        subsampled.set(outputs[0], slice(inputs));
        return;
      case 'Pad':
        return pad(node);
      default:
        throw new Unsupported('the operator is unknown here');
    }
  };

  const slice = (inputs: readonly string[]): Subsampled => {
    const [starts, , axes, steps] = inputs.slice(1).map((name) => numbers(constant(name)));
    const before = subsampled.get(inputs[0]) ?? {
      source: alias.get(inputs[0]) ?? inputs[0],
      stride: [1, 1],
    };
    const stride: [number, number] = [...before.stride];
    for (const [i, axis] of (axes ?? []).entries()) {
      const step = steps?.[i] ?? 1;
      if (starts[i] !== 0 || (axis !== 2 && axis !== 3))
        throw new Unsupported('only strides over pixels are supported');
      stride[axis - 2] *= step;
    }
    return { source: before.source, stride };
  };

  const pad = (node: OnnxNode): void => {
    const [value, amounts, fill] = node.inputs;
    const pads = amounts ? numbers(constant(amounts)) : list(node.attributes.pads);
    const mode = node.attributes.mode ?? 'constant';
    if (pads.length !== 8 || mode !== 'constant' || (constant(fill)?.data[0] ?? 0) !== 0)
      throw new Unsupported('only zero padding of (batch, channels, height, width) is supported');
    const [, before, top, left, , after, bottom, right] = pads;
    const pending = subsampled.get(value);
    const spatial = top !== 0 || left !== 0 || bottom !== 0 || right !== 0;
    if (!pending && before === 0 && after === 0) {
      if (!spatial) {
        alias.set(node.outputs[0], nameOf(value));
        return;
      }
      return add(node, {
        op: 'pad',
        attributes: { amounts: [top, bottom, left, right] },
        weights: {},
      });
    }
    const [vertical, horizontal] = pending?.stride ?? [1, 1];
    if (spatial || vertical !== horizontal)
      throw new Unsupported(
        'only option A shortcuts (equal strides, padded channels) are supported',
      );
    add(
      node,
      {
        op: 'padShortcut',
        attributes: { stride: vertical, channelsBefore: before, channelsAfter: after },
        weights: {},
      },
      [pending ? pending.source : nameOf(value)],
    );
  };

  for (const node of rest) {
    try {
      convert(node);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      problems.push(`${node.op} "${node.name}": ${error.message}`);
    }
  }
  if (problems.length > 0)
    throw refuse(
      `${problems.length} nodes are not supported:\n    ${problems.join('\n    ')}`,
      'Supported are convolutional feed-forward networks with option A or B shortcuts.',
    );
  const output = model.outputs[0];
  return {
    graph: { name: file, inputShape, nodes, output: alias.get(output) ?? output },
    weights,
  };
}

class Unsupported extends Error {}

const list = (value: OnnxAttribute | undefined): number[] =>
  Array.isArray(value) ? (value as number[]) : [];

const number = (value: OnnxAttribute | undefined, fallback: number): number =>
  typeof value === 'number' ? value : fallback;

function pair(value: OnnxAttribute | undefined, fallback: number): readonly [number, number] {
  const values = list(value);
  if (values.length === 0) return [fallback, fallback];
  if (values.length !== 2) throw new Unsupported('only two-dimensional windows are supported');
  return [values[0], values[1]];
}

function symmetricPadding(attributes: OnnxNode['attributes']): readonly [number, number] {
  const auto = attributes.auto_pad ?? 'NOTSET';
  if (auto !== 'NOTSET' && auto !== 'VALID')
    throw new Unsupported(`auto_pad ${JSON.stringify(auto)} is not supported`);
  const pads = list(attributes.pads);
  if (pads.length === 0) return [0, 0];
  const [top, left, bottom, right] = pads;
  if (top !== bottom || left !== right)
    throw new Unsupported('padding that differs from side to side is not supported');
  return [top, left];
}
