import {
  isMatrixNode,
  matrixNodes,
  isMapped,
  layerMapping,
  type Converter,
  type Graph,
  type GraphNode,
  type Mapping,
  type Weights,
} from '../network/index.js';
import { inferShapes } from '../network/shapes.js';
import { columnGeometry, columnSource } from './columns.js';
import {
  addOperation,
  clipOperation,
  padShortcutOperation,
  smoothOperation,
} from './operations/activation.js';
import { batchNormOperation } from './operations/batch-norm.js';
import { matrixOperation } from './operations/matrix.js';
import { averagePoolOperation, maxPoolOperation } from './operations/pooling.js';
import { stochasticOperation } from './operations/stochastic.js';
import { winogradOperation } from './operations/winograd.js';
import { fitsTiles } from './tile-blocks.js';
import type { Estimator } from './surrogate.js';
import { biasRowsOf } from './bias-rows.js';
import { meanSquareName } from './initialise.js';
import { gradientLifetimes, gradientSlots, isAlias } from './gradient-slots.js';
import { inputScaleName, weightScaleName } from './learned-steps.js';
import type { LoopPhysics } from './loop-physics.js';
import { entryOf, type ParameterTable } from './parameters.js';
import { sliceFilters } from './slice-filters.js';
import { reserveValue, valueLength, type Operation, type Pass, type Value } from './tape.js';
import { createWorkspace, type Slot, type Workspace } from './workspace.js';

/** How matrix layers are converted while training; absent for a floating-point network. */
export interface StochasticTraining {
  readonly mapping: Mapping;
  readonly converter: Converter;
  readonly estimator: Estimator;
  /** Root mean square of the converter's argument, in curve widths, that the layer gain aims at. */
  readonly gainWidths: number;
  /** Centres every array column by a bias row that follows its mean partial sum. */
  readonly learnBias?: boolean;
  /** Learns how far from their means the bias rows put the columns' thresholds (bias-rows.ts). */
  readonly learnOffsets?: boolean;
  /** Learns the steps of mapped layers' weights and inputs from the mapping's on (learned-steps.ts). */
  readonly learnSteps?: boolean;
  /** Gives every slice of mapped layers latent weights of its own (slice-filters.ts). */
  readonly sliceFilters?: boolean;
  /** Standardises mapped layers' weights per output before they are quantised (standardise.ts). */
  readonly standardise?: boolean;
  /**
   * Shards hold every image twice, the second time with the complements of the first one's draws: the parts
   * of the gradient that are odd in the draws cancel (Hammersley and Morton, Proc. Camb. Phil. Soc. 52, 449,
   * 1956).
   */
  readonly antithetic?: boolean;
  /** What the chips differ by that the network is trained for; absent: every chip is the nominal one. */
  readonly physics?: LoopPhysics;
}

/** A network compiled for a fixed number of images: its values, and its operations in order. */
export interface Program {
  readonly workspace: Workspace;
  readonly images: number;
  readonly input: Value;
  readonly logits: Value;
  readonly operations: readonly Operation[];
  forward(pass: Pass): void;
  /** After the loss has written the logits' gradient. */
  backward(pass: Pass): void;
}

export interface CompileOptions {
  readonly images: number;
  readonly stochastic?: StochasticTraining;
  /** Forward passes only, in less memory. */
  readonly inference?: boolean;
}

/** Throws RangeError for a node that training does not know. */
export function compileProgram(
  graph: Graph,
  table: ParameterTable,
  { images, stochastic, inference }: CompileOptions,
): Program {
  const workspace = createWorkspace({ inference });
  const [channels, height = 1, width = 1] = graph.inputShape;
  const input = reserveValue(workspace, images, [channels, height, width]);
  const values = new Map<string, Value>([['input', input]]);
  const shapes = inferShapes(graph, shapesOnly(table));
  const shapeOf = (name: string): readonly number[] => shapes.get(name) ?? [];
  const gradients = inference
    ? new Map<string, Slot>()
    : gradientSlots(workspace, gradientLifetimes(graph), (name) =>
        valueLength(images, shapeOf(name)),
      );
  const layers = matrixNodes(graph).map(({ name }) => name);
  const operations: Operation[] = [];
  const produced: Value[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (!value) throw new RangeError(`${node.name}: no node named ${name} before it`);
      return value;
    });
    if (isAlias(node.op)) {
      values.set(node.name, inputs[0]);
      continue;
    }
    const output = reserveValue(workspace, images, shapeOf(node.name), gradients.get(node.name));
    produced.push(output);
    values.set(node.name, output);
    if (isMatrixNode(node)) {
      const weight = entryOf(table, node.weights.weight);
      const bias =
        node.weights.bias === undefined ? {} : { bias: entryOf(table, node.weights.bias) };
      const common = {
        name: node.name,
        output,
        weight,
        ...bias,
        images,
        wantsInputGradient: node.inputs[0] !== 'input',
      };
      if (stochastic && isMapped(stochastic.mapping, node.name, layers)) {
        operations.push(
          stochasticOperation(workspace, {
            ...common,
            ...stochastic,
            node,
            input: inputs[0],
            mapping: layerMapping(stochastic.mapping, node.name),
            cell: stochastic.mapping.cell,
            filters: sliceFilters(
              table,
              node.name,
              weight,
              layerMapping(stochastic.mapping, node.name),
            ),
            meanSquare: entryOf(table, meanSquareName(node.name)),
            ...(stochastic.learnSteps
              ? {
                  steps: {
                    weight: entryOf(table, weightScaleName(node.name)),
                    input: entryOf(table, inputScaleName(node.name)),
                  },
                }
              : {}),
            ...(stochastic.learnBias
              ? { biasRows: biasRowsOf(table, node.name, stochastic.learnOffsets === true) }
              : {}),
          }),
        );
      } else if (fitsTiles(node, weight.shape, inputs[0])) {
        operations.push(winogradOperation(workspace, { ...common, input: inputs[0] }));
      } else {
        const geometry = columnGeometry(node, weight.shape, inputs[0], images);
        const source = columnSource(workspace, geometry, inputs[0], images);
        operations.push(matrixOperation(workspace, { ...common, geometry, source }));
      }
    } else operations.push(digitalOperation(workspace, node, inputs, output, table, images));
  }
  const logits = values.get(graph.output);
  if (!logits) throw new RangeError(`no output node named ${graph.output}`);
  return {
    workspace,
    images,
    input,
    logits,
    operations,
    forward: (pass) => operations.forEach((operation) => operation.forward(pass)),
    backward: (pass) => {
      if (inference) throw new RangeError('compiled for inference');
      for (let i = operations.length - 1; i >= 0; i -= 1) {
        operations[i].backward(pass);
        workspace.f32(produced[i].gradient).fill(0);
      }
    },
  };
}

function digitalOperation(
  workspace: Workspace,
  node: GraphNode,
  inputs: readonly Value[],
  output: Value,
  table: ParameterTable,
  images: number,
): Operation {
  const [input] = inputs;
  const unary = { name: node.name, input, output, images };
  switch (node.op) {
    case 'relu':
      return clipOperation(workspace, { ...unary, low: 0, high: Infinity });
    case 'hardtanh':
      return clipOperation(workspace, { ...unary, low: -1, high: 1 });
    case 'clip':
      return clipOperation(workspace, {
        ...unary,
        low: node.attributes.min,
        high: node.attributes.max,
      });
    case 'tanh':
      return smoothOperation(workspace, {
        ...unary,
        value: Math.tanh,
        slope: (y) => 1 - y * y,
      });
    case 'sigmoid':
      return smoothOperation(workspace, {
        ...unary,
        value: (x) => 1 / (1 + Math.exp(-x)),
        slope: (y) => y * (1 - y),
      });
    case 'batchNorm': {
      const { mean, variance, scale, shift } = node.weights;
      return batchNormOperation(workspace, {
        ...unary,
        epsilon: node.attributes.epsilon,
        mean: entryOf(table, mean),
        variance: entryOf(table, variance),
        ...(scale === undefined ? {} : { scale: entryOf(table, scale) }),
        ...(shift === undefined ? {} : { shift: entryOf(table, shift) }),
      });
    }
    case 'add':
      return addOperation(workspace, { name: node.name, inputs, output });
    case 'padShortcut':
      return padShortcutOperation(workspace, {
        ...unary,
        spatial: node.attributes.stride,
        before: node.attributes.channelsBefore,
      });
    case 'maxPool':
      return maxPoolOperation(workspace, { ...unary, window: node.attributes });
    case 'averagePool':
      return averagePoolOperation(workspace, {
        ...unary,
        window: node.attributes,
        countPadding: node.attributes.countPadding,
      });
    case 'globalAveragePool':
      return averagePoolOperation(workspace, {
        ...unary,
        window: { kernel: [input.height, input.width], stride: [1, 1], padding: [0, 0] },
        countPadding: true,
      });
    default:
      throw new RangeError(`${node.name}: training does not support ${node.op}`);
  }
}

/** The table's tensors by name, of their shapes alone. */
const shapesOnly = ({ entries }: ParameterTable): Weights =>
  new Map(entries.map(({ name, shape }) => [name, { shape, data: new Float32Array(0) }]));
