import type { MatrixNode } from '../network/index.js';
import { WEIGHT_GRADIENT_PANEL_BYTES } from '../kernels/training.js';
import { elementOf, type Value } from './tape.js';
import type { Slot, Workspace } from './workspace.js';

/** The geometry of a matrix layer on a value: what its kernels' offset tables are built from. */
export interface ColumnGeometry {
  /** K: rows of the weight matrix. */
  readonly rows: number;
  readonly outputs: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly padding: readonly [number, number];
  /** Element offsets into the (padded) source, by row and by pixel. */
  readonly rowOffsets: Int32Array;
  readonly pixelOffsets: Int32Array;
  /** Shape of the source planes: [channels][images / lanes][paddedHeight][paddedWidth][lanes], or the value itself. */
  readonly paddedHeight: number;
  readonly paddedWidth: number;
}

/**
 * Geometry of `node` applied to `input`. A linear layer is a convolution whose kernel covers the whole
 * image, so a flattened (channel, row, column) image needs no copy. Throws RangeError for groups and
 * dilation, which training does not support.
 */
export function columnGeometry(
  node: MatrixNode,
  weightShape: readonly number[],
  input: Value,
  images: number,
): ColumnGeometry {
  const { channels, height, width, lanes } = input;
  if (node.op === 'conv2d') {
    const { groups, dilation } = node.attributes;
    if (groups !== 1 || dilation[0] !== 1 || dilation[1] !== 1)
      throw new RangeError(`${node.name}: training supports neither groups nor dilation`);
  }
  const linear = node.op === 'linear';
  const [outputs] = weightShape;
  const kernel = linear ? [height, width] : [weightShape[2], weightShape[3]];
  const stride = linear ? [1, 1] : node.attributes.stride;
  const padding: readonly [number, number] = linear ? [0, 0] : node.attributes.padding;
  const paddedHeight = height + 2 * padding[0];
  const paddedWidth = width + 2 * padding[1];
  const isPadded = padding[0] + padding[1] > 0;
  const channelStride = isPadded ? images * paddedHeight * paddedWidth : input.stride;
  const rows = channels * kernel[0] * kernel[1];
  if (rows !== weightShape.slice(1).reduce((product, extent) => product * extent, 1))
    throw new RangeError(
      `${node.name}: weight ${weightShape.join('x')} does not fit input ${channels}x${height}x${width}`,
    );
  const outputHeight = Math.floor((paddedHeight - kernel[0]) / stride[0]) + 1;
  const outputWidth = Math.floor((paddedWidth - kernel[1]) / stride[1]) + 1;
  const rowOffsets = new Int32Array(rows);
  let row = 0;
  for (let c = 0; c < channels; c += 1)
    for (let i = 0; i < kernel[0]; i += 1)
      for (let j = 0; j < kernel[1]; j += 1)
        rowOffsets[row++] = c * channelStride + (i * paddedWidth + j) * lanes;
  const pixels = images * outputHeight * outputWidth;
  const pixelOffsets = new Int32Array(Math.ceil(pixels / 8) * 8);
  let pixel = 0;
  const padded = { height: paddedHeight, width: paddedWidth, lanes };
  for (let first = 0; first < images; first += lanes)
    for (let i = 0; i < outputHeight; i += 1)
      for (let j = 0; j < outputWidth; j += 1)
        for (let n = first; n < first + lanes; n += 1)
          pixelOffsets[pixel++] = elementOf(padded, n, i * stride[0] * paddedWidth + j * stride[1]);
  return {
    rows,
    outputs,
    outputHeight,
    outputWidth,
    padding,
    rowOffsets,
    pixelOffsets,
    paddedHeight,
    paddedWidth,
  };
}

/** Where the columns are gathered from: the value itself, or its zero-padded copy. */
export interface ColumnSource {
  readonly data: Slot;
  readonly gradient: Slot;
  /** Copies the value into the padded planes (nothing to do without padding). */
  gather(): void;
  /** Clears the padded gradient before scattering. */
  clear(): void;
  /** Adds the padded gradient's interior to the value's gradient. */
  release(): void;
}

export function columnSource(
  workspace: Workspace,
  geometry: ColumnGeometry,
  input: Value,
  images: number,
): ColumnSource {
  const { padding, paddedHeight, paddedWidth } = geometry;
  const nothing = () => undefined;
  const { channels, height, width, stride, lanes } = input;
  const { layers } = workspace.kernels;
  if (padding[0] + padding[1] === 0)
    return {
      data: input.data,
      gradient: input.gradient,
      gather: nothing,
      clear: nothing,
      release: nothing,
    };
  const planeBytes = paddedHeight * paddedWidth * lanes * 4;
  const rowBytes = paddedWidth * lanes * 4;
  const interior = padding[0] * rowBytes + padding[1] * lanes * 4;
  const planes = images / lanes;
  // Borders stay zero: planes of one shape may share their memory.
  const length = channels * images * paddedHeight * paddedWidth;
  const shape = [channels, height, width, lanes, ...padding].join('x');
  const data = workspace.forBackward(`padded ${shape}`, length);
  const gradient = workspace.scratch('padded gradient', length);
  return {
    data,
    gradient,
    gather: () => {
      for (let c = 0; c < channels; c += 1)
        layers.padPlanes(
          input.data.offset + c * stride * 4,
          data.offset + c * planes * planeBytes + interior,
          planes,
          height,
          width * lanes,
          rowBytes,
          planeBytes,
        );
    },
    clear: () => workspace.f32(gradient).fill(0),
    release: () => {
      for (let c = 0; c < channels; c += 1)
        layers.unpadPlanes(
          gradient.offset + c * planes * planeBytes + interior,
          input.gradient.offset + c * stride * 4,
          planes,
          height,
          width * lanes,
          rowBytes,
          planeBytes,
        );
    },
  };
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** A floating-point layer's rows with the kernels' packed buffers. */
export interface RowBlock {
  readonly first: number;
  readonly rows: number;
  /** Rows rounded up to 4; the table repeats offset 0 there, the weights are zero. */
  readonly paddedRows: number;
  readonly table: Slot;
  /** Weights packed for the forward product: [outputs / 4][rows][4]. */
  readonly forward: Slot;
  /** Weights packed for the input gradient: [paddedRows / 4][outputs][4]. */
  readonly backward: Slot;
}

export function reserveRowBlock(
  workspace: Workspace,
  { rowOffsets, outputs }: ColumnGeometry,
  { first, rows }: { first: number; rows: number },
): RowBlock {
  const paddedRows = roundUp(rows, 4);
  const paddedOutputs = roundUp(outputs, 4);
  return {
    first,
    rows,
    paddedRows,
    table: workspace.table(rowTable({ rowOffsets }, { first, rows })),
    forward: workspace.reserve(paddedOutputs * rows),
    backward: workspace.reserve(paddedRows * paddedOutputs),
  };
}

/** Byte offsets of a stretch of rows (in `order` where given), filled up with 0 to a multiple of 4. */
export const rowTable = (
  { rowOffsets }: Pick<ColumnGeometry, 'rowOffsets'>,
  { order, first, rows }: { order?: Int32Array; first: number; rows: number },
): number[] =>
  Array.from({ length: roundUp(rows, 4) }, (_, k) =>
    k < rows ? rowOffsets[order ? order[first + k] : first + k] * 4 : 0,
  );

/** A matrix for packing: entry (outer, inner) is values[start + outer * outerStride + inner * innerStride]. */
export interface PackSource {
  readonly values: Float32Array | Int8Array | Int32Array;
  readonly start: number;
  readonly outerStride: number;
  readonly innerStride: number;
}

/** Packs four outer at a time: target[outer / 4][inner (of paddedInner)][outer % 4]. */
export function packQuads(
  target: Float32Array,
  { values, start, outerStride, innerStride }: PackSource,
  { outer, inner, paddedInner = inner }: PackExtent,
): void {
  for (let o = 0; o < outer; o += 1) {
    let to = (o >> 2) * paddedInner * 4 + (o & 3);
    let from = start + o * outerStride;
    for (let i = 0; i < inner; i += 1) {
      target[to] = values[from];
      to += 4;
      from += innerStride;
    }
  }
}

export interface PackExtent {
  readonly outer: number;
  readonly inner: number;
  /** Inner extent of the target; beyond `inner` it keeps its zeros. */
  readonly paddedInner?: number;
}

/** Whether two vectors hold the same numbers: shards of one step share their packed weights. */
export function sameValues(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Scratch floats the three kernels share for a layer of this size. */
export const panelLength = (rows: number, outputs: number): number =>
  Math.max(rows * 8, roundUp(outputs, 4) * 8, WEIGHT_GRADIENT_PANEL_BYTES / 4);
