import { invalidInput } from '../errors/index.js';
import { streamPlan } from './activation-streams.js';
import { chunkRows } from './chunks.js';
import { isBitConverter, type Converter } from './converter.js';
import { batchNormAffine } from './digital-nodes.js';
import {
  isMatrixNode,
  matrixNodes,
  type BatchNormNode,
  type Graph,
  type GraphNode,
  type MatrixNode,
} from './graph.js';
import { isMapped, layerMapping, type LayerMapping, type Mapping } from './mapping.js';
import { bitMergeFactor } from './partial-sum-layer.js';
import type { Weights } from './tensor.js';
import { argumentPerDigit, expectedOutput, transferOf, type TransferContext } from './transfer.js';
import { sliceWeights } from './weight-slices.js';

export interface FoldableNetwork {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly converter: Converter;
}

/**
 * The network with the batch norm behind each layer that says `batchNorm: folded` inside that layer. With
 * y = scale (W x + bias) + shift by column:
 *
 * 1. Weights: W' = scale W before quantisation, so that what is left of the scale is one unit for the whole
 *    layer. bias' = scale bias + shift.
 * 2. Float layers, and converters that give back partial-sum units: bias' is the layer's digital bias. Exact.
 * 3. Bit converters: the batch norm then acts on partial sums, before they become bits.
 *    biasRow = bias' / (unit_x unit_w sum c_t sum c_s chunks), in every chunk, slice and stream, and the layer's
 *    one gain makes the slope of the merged bits' expectation that of W' x + bias':
 *    gain = unit_x unit_w / (dE[o]/dPS at gain 1 and PS = 0, times the merge's factor), times the mapping's own.
 *    So E[y] = W' x + bias' to first order, and y saturates at +-1 as the hardtanh behind does.
 *
 * A batch norm that follows no layer, or one whose value others take too, stays digital. Throws
 * `network.fold-*` where weights are scaled by column anyway, or no row can add to all slices alike.
 */
export function foldBatchNorms(
  network: FoldableNetwork,
): Pick<FoldableNetwork, 'graph' | 'weights' | 'mapping'> {
  const { graph, mapping, converter } = network;
  const weights = new Map(network.weights);
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  const pairs = foldedPairs(graph, mapping);
  const names = matrixNodes(graph).map(({ name }) => name);
  const replaced = new Map<string, GraphNode | undefined>();
  for (const [layer, norm] of pairs) {
    const { weight, bias } = foldedTensors(layer, norm, weights);
    const own = { weight: `${layer.name}.folded.weight`, bias: `${layer.name}.folded.bias` };
    weights.set(own.weight, {
      shape: weights.get(layer.weights.weight)?.shape ?? [],
      data: weight,
    });
    const mapped = isMapped(mapping, layer.name, names);
    if (mapped) {
      const scaled = scaledMapping(layer.name, weight, layerMapping(mapping, layer.name));
      layers[layer.name] = { ...layers[layer.name], weightScale: scaled.weightScale };
      if (isBitConverter(converter)) {
        const realised = realisedBias(layer.name, { weight, bias, mapping: scaled }, network);
        layers[layer.name] = { ...layers[layer.name], ...realised };
      }
    }
    const digital = !(mapped && isBitConverter(converter));
    if (digital) weights.set(own.bias, { shape: [bias.length], data: bias });
    replaced.set(norm.name, undefined);
    replaced.set(layer.name, {
      ...layer,
      weights: digital ? own : { weight: own.weight },
    });
  }
  const behind = new Map(pairs.map(([layer, norm]) => [norm.name, layer.name]));
  const renamed = (name: string): string => behind.get(name) ?? name;
  const nodes = graph.nodes
    .map((node) => (replaced.has(node.name) ? replaced.get(node.name) : node))
    .filter((node) => node !== undefined)
    .map((node): GraphNode => ({ ...node, inputs: node.inputs.map(renamed) }));
  return {
    graph: { ...graph, nodes, output: renamed(graph.output) },
    weights,
    mapping: pairs.length > 0 ? { ...mapping, layers } : mapping,
  };
}

/** Layers that say `folded`, each with the batch norm that alone takes its value. */
export function foldedPairs(
  graph: Graph,
  mapping: Mapping,
): readonly (readonly [MatrixNode, BatchNormNode])[] {
  const takers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) takers.set(input, [...(takers.get(input) ?? []), node]);
  return graph.nodes.filter(isMatrixNode).flatMap((layer) => {
    if (layerMapping(mapping, layer.name).batchNorm !== 'folded') return [];
    const [only, ...others] = takers.get(layer.name) ?? [];
    const alone = others.length === 0 && layer.name !== graph.output;
    return alone && only?.op === 'batchNorm' ? [[layer, only] as const] : [];
  });
}

/** W' (columns x rows) and bias'. */
function foldedTensors(
  layer: MatrixNode,
  norm: BatchNormNode,
  weights: Weights,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const { scale, shift } = batchNormAffine(norm, weights);
  const before = weights.get(layer.weights.weight)?.data ?? new Float32Array(0);
  const added =
    layer.weights.bias === undefined ? undefined : weights.get(layer.weights.bias)?.data;
  const rows = before.length / scale.length;
  return {
    weight: before.map((w, i) => w * scale[Math.floor(i / rows)]),
    bias: shift.map((value, o) => value + scale[o] * (added?.[o] ?? 0)),
  };
}

/** The layer's mapping at the scale of its new weights. */
function scaledMapping(name: string, weight: Float32Array, mapping: LayerMapping): LayerMapping {
  const { weightQuantiser } = mapping;
  if (
    weightQuantiser.kind === 'away-from-zero' &&
    (weightQuantiser.standardise || weightQuantiser.powerOfTwoScale)
  )
    throw invalidInput({
      code: 'network.fold-standardised',
      what: `${name}: a batch norm cannot be folded into weights that are standardised by column`,
      why: 'standardising takes away the scale that folding brings in',
      mend: 'leave out `batchNorm: folded`, or take another `weightQuantiser`',
    });
  const weightScale = weight.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
  return { ...mapping, weightScale };
}

/** Gain and bias row by which bits have the expectation W' x + bias' near zero. */
function realisedBias(
  name: string,
  {
    weight,
    bias,
    mapping,
  }: {
    readonly weight: Float32Array;
    readonly bias: Float32Array;
    readonly mapping: LayerMapping;
  },
  { mapping: { cell }, converter }: FoldableNetwork,
): Pick<LayerMapping, 'gain' | 'biasRow'> {
  const columns = bias.length;
  const sliced = sliceWeights(weight, columns, mapping, { analogOffset: true });
  const chunks = chunkRows(sliced.rows, mapping).length;
  const { coefficients, unit } = streamPlan(mapping);
  const signedSlices = total(sliced.slices.map(({ coefficient }) => coefficient));
  if (signedSlices === 0 && bias.some((value) => value !== 0))
    throw invalidInput({
      code: 'network.fold-bias',
      what: `${name}: a bias row adds nothing to the scheme ${mapping.signedScheme}`,
      why: 'what it adds to positive slices the negative ones take away again',
      mend: 'take another `signedScheme`, or a converter that gives back partial sums',
    });
  const perDigit = unit * sliced.unit[0];
  const share = perDigit * total(coefficients) * (signedSlices || 1) * chunks;
  const slope = slopeAtZero(converter, {
    layer: name,
    mapping: { ...mapping, gain: 1 },
    cell,
    cellShare: sliced.slices[0].cellShare,
    largestPartialSum: 1,
    topSlice: false,
  });
  const { gain, biasRow } = mapping;
  const before = typeof biasRow === 'number' ? [biasRow] : biasRow;
  const length = Math.max(columns, before.length);
  return {
    gain:
      slope === undefined ? gain : (gain * perDigit) / (slope * bitMergeFactor(sliced, mapping)),
    biasRow: Array.from(
      { length },
      (_, i) => before[i % before.length] + bias[i % columns] / share,
    ),
  };
}

/** dE[o]/dPS at PS = 0; undefined for a step, which has none. */
function slopeAtZero(converter: Converter, context: TransferContext): number | undefined {
  if (converter.kind === 'sign') return undefined;
  if (converter.kind === 'tanh') return converter.samples === 'sign' ? undefined : converter.slope;
  if (!('curve' in converter)) return undefined;
  const transfer = transferOf(converter, context);
  const mean = expectedOutput(transfer);
  const step = 1e-3 * converter.curve.fit.widthAmpere;
  return ((mean(step) - mean(-step)) / (2 * step)) * argumentPerDigit(converter, context);
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
