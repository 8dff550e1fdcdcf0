import { batchNormAffine } from './digital-nodes.js';
import { matrixNodes, type Graph, type GraphNode, type MatrixNode } from './graph.js';
import type { Weights } from './tensor.js';

/**
 * The digital nodes that follow a matrix layer and that nothing else looks at: batch norm, one sum, one
 * clamp, each of which may be missing. They are computed in one pass, with the roundings of one after the other.
 */
export interface LayerTail {
  /** The tail's last node: the value of all is under its name. */
  readonly last: string;
  /** Nodes of the tail, which have no value of their own. */
  readonly members: readonly string[];
  readonly affine?: { readonly scale: Float32Array; readonly shift: Float32Array };
  /** The node whose value is added. */
  readonly residual?: string;
  readonly low: number;
  readonly high: number;
}

/** Every matrix layer's tail, by the layer's name; layers without one are left out. */
export function layerTails(graph: Graph, weights: Weights): ReadonlyMap<string, LayerTail> {
  const users = new Map<string, GraphNode[]>();
  const order = new Map<string, number>([['input', -1]]);
  for (const [i, node] of graph.nodes.entries()) {
    order.set(node.name, i);
    for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  }
  const tails = new Map<string, LayerTail>();
  for (const layer of matrixNodes(graph)) {
    const tail = tailOf(layer, graph, weights, users, order);
    if (tail.members.length > 0) tails.set(layer.name, tail);
  }
  return tails;
}

/** The ways from one kind of tail node to the next. */
const STAGE: Readonly<Partial<Record<GraphNode['op'], number>>> = {
  batchNorm: 1,
  add: 2,
  relu: 3,
  hardtanh: 3,
  clip: 3,
};

function tailOf(
  layer: MatrixNode,
  graph: Graph,
  weights: Weights,
  users: ReadonlyMap<string, readonly GraphNode[]>,
  order: ReadonlyMap<string, number>,
): LayerTail {
  let tail: LayerTail = { last: layer.name, members: [], low: -Infinity, high: Infinity };
  for (let stage = 0; ;) {
    const next = users.get(tail.last) ?? [];
    if (next.length !== 1 || tail.last === graph.output) return tail;
    const [node] = next;
    const own = STAGE[node.op] ?? 0;
    if (own <= stage) return tail;
    let found: Partial<LayerTail> = {};
    if (node.op === 'batchNorm') found = { affine: batchNormAffine(node, weights) };
    else if (node.op === 'add') {
      const other = node.inputs.filter((name) => name !== tail.last);
      // What is added must be there before the layer runs.
      const known = (order.get(other[0]) ?? Infinity) < (order.get(layer.name) ?? 0);
      if (node.inputs.length !== 2 || other.length !== 1 || !known) return tail;
      found = { residual: other[0] };
    } else if (node.op === 'relu') found = { low: 0 };
    else if (node.op === 'hardtanh') found = { low: -1, high: 1 };
    else if (node.op === 'clip') found = { low: node.attributes.min, high: node.attributes.max };
    tail = { ...tail, ...found, last: node.name, members: [...tail.members, node.name] };
    stage = own;
  }
}

/** out = clamp(scale y + shift + residual), each step rounded to single precision; y as (channels, ...). */
export function finishLayer(
  { affine, low, high }: LayerTail,
  y: Float32Array,
  residual: Float32Array | undefined,
  out: Float32Array,
): void {
  if (affine && affine.scale.length === out.length && !residual) {
    const { scale, shift } = affine;
    for (let i = 0; i < out.length; i += 1) {
      const value = Math.fround(y[i] * scale[i] + shift[i]);
      out[i] = value < low ? low : value > high ? high : value;
    }
    return;
  }
  const channels = affine?.scale.length ?? 1;
  const plane = out.length / channels;
  for (let c = 0; c < channels; c += 1) {
    // 1 x - 0 is x, the sign of a zero included.
    const scale = affine?.scale[c] ?? 1;
    const shift = affine?.shift[c] ?? -0;
    const end = (c + 1) * plane;
    if (residual) addClamped(y, scale, shift, residual, low, high, out, end - plane, end);
    else clamped(y, scale, shift, low, high, out, end - plane, end);
  }
}

function addClamped(
  y: Float32Array,
  scale: number,
  shift: number,
  residual: Float32Array,
  low: number,
  high: number,
  out: Float32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i += 1) {
    const value = Math.fround(Math.fround(y[i] * scale + shift) + residual[i]);
    out[i] = value < low ? low : value > high ? high : value;
  }
}

function clamped(
  y: Float32Array,
  scale: number,
  shift: number,
  low: number,
  high: number,
  out: Float32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i += 1) {
    const value = Math.fround(y[i] * scale + shift);
    out[i] = value < low ? low : value > high ? high : value;
  }
}
