/**
 * A network as data: a list of nodes in topological order. Weights live beside it, by name.
 * Every tensor between nodes is one image's (channels, height, width), or (features) after `flatten`.
 * Convolution and linear nodes are what a `Mapping` may put on crossbars; all else is digital.
 */
export interface Graph {
  readonly name: string;
  /** Shape of one image: [channels, height, width], or [features]. */
  readonly inputShape: readonly number[];
  /** In topological order; an input name is `input` or the name of an earlier node. */
  readonly nodes: readonly GraphNode[];
  /** Node whose value is the logits. */
  readonly output: string;
  /** Per-channel (x/255 - mean)/std applied to raw pixels; identity pixels/255 when absent. */
  readonly normalisation?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

interface Node<Op extends string, Attributes, Parameters> {
  readonly name: string;
  readonly op: Op;
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  /** Names in `Weights`. */
  readonly weights: Parameters;
}

type None = Readonly<Record<never, never>>;

/** Window of a convolution or pool: [vertical, horizontal]; padding is on both sides alike. */
export interface PoolWindow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** weight (out, in / groups, kernelHeight, kernelWidth), bias (out). */
export type Conv2dNode = Node<
  'conv2d',
  {
    readonly stride: readonly [number, number];
    readonly padding: readonly [number, number];
    readonly dilation: readonly [number, number];
    readonly groups: number;
  },
  { readonly weight: string; readonly bias?: string }
>;
/** weight (out, in), bias (out). */
export type LinearNode = Node<'linear', None, { readonly weight: string; readonly bias?: string }>;
/** y = (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel. */
export type BatchNormNode = Node<
  'batchNorm',
  { readonly epsilon: number },
  {
    readonly mean: string;
    readonly variance: string;
    readonly scale?: string;
    readonly shift?: string;
  }
>;
export type ActivationNode =
  | Node<'relu' | 'hardtanh' | 'tanh' | 'sigmoid' | 'identity', None, None>
  | Node<'clip', { readonly min: number; readonly max: number }, None>;
export type PoolNode =
  | Node<'maxPool', PoolWindow, None>
  | Node<'averagePool', PoolWindow & { readonly countPadding: boolean }, None>
  | Node<'globalAveragePool', None, None>;
/**
 * Option A (He et al., CVPR 2016): every `stride`-th pixel, zero planes before and after.
 * Option B is a 1x1 `conv2d` with `batchNorm`.
 */
export type PadShortcutNode = Node<
  'padShortcut',
  { readonly stride: number; readonly channelsBefore: number; readonly channelsAfter: number },
  None
>;
export type JoinNode = Node<'add', None, None> | Node<'concat', None, None>;
export type ShapeNode =
  | Node<'flatten', None, None>
  | Node<'softmax', None, None>
  /** Zero rows and columns around an image: [top, bottom, left, right]. */
  | Node<'pad', { readonly amounts: readonly [number, number, number, number] }, None>;

export type GraphNode =
  | Conv2dNode
  | LinearNode
  | BatchNormNode
  | ActivationNode
  | PoolNode
  | PadShortcutNode
  | JoinNode
  | ShapeNode;

/** The nodes a mapping may put on crossbars. */
export type MatrixNode = Conv2dNode | LinearNode;

export const isMatrixNode = (node: GraphNode): node is MatrixNode =>
  node.op === 'conv2d' || node.op === 'linear';

export const matrixNodes = (graph: Graph): readonly MatrixNode[] =>
  graph.nodes.filter(isMatrixNode);
