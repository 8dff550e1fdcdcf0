import type { Conv2dNode, MatrixNode } from './graph.js';
import { elementCount } from './tensor.js';

/** Everything about a matrix node's place that is fixed by shapes: a linear layer is a 1x1 convolution of one pixel. */
export interface LayerGeometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Output pixels. */
  readonly pixels: number;
  /** N: outputs (all groups). */
  readonly columns: number;
  /** K: rows of one group. */
  readonly rows: number;
  readonly groups: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** Geometry of `node` for one image of shape `inputShape` and a weight of shape `weightShape`. */
export function layerGeometry(
  node: MatrixNode,
  inputShape: readonly number[],
  weightShape: readonly number[],
): LayerGeometry {
  if (node.op === 'linear') {
    const features = elementCount(inputShape);
    return {
      channels: features,
      height: 1,
      width: 1,
      outputHeight: 1,
      outputWidth: 1,
      pixels: 1,
      columns: weightShape[0],
      rows: features,
      groups: 1,
      kernel: [1, 1],
      stride: [1, 1],
      padding: [0, 0],
      dilation: [1, 1],
    };
  }
  const [channels, height, width] = inputShape;
  const { stride, padding, dilation, groups } = node.attributes;
  const kernel = [weightShape[2], weightShape[3]] as const;
  const outputHeight = outputExtent(node, height, kernel[0], 0);
  const outputWidth = outputExtent(node, width, kernel[1], 1);
  return {
    channels,
    height,
    width,
    outputHeight,
    outputWidth,
    pixels: outputHeight * outputWidth,
    columns: weightShape[0],
    rows: (channels / groups) * kernel[0] * kernel[1],
    groups,
    kernel,
    stride,
    padding,
    dilation,
  };
}

function outputExtent(
  { attributes: { stride, padding, dilation } }: Conv2dNode,
  extent: number,
  kernel: number,
  axis: 0 | 1,
): number {
  const reach = dilation[axis] * (kernel - 1) + 1;
  return Math.floor((extent + 2 * padding[axis] - reach) / stride[axis]) + 1;
}

/**
 * Index into an image's (channels, height, width) of each (pixel, row) of one group, pixel-major, or -1 in
 * the zero padding. `rowSource` maps array rows to (channel, kernel position) order.
 */
export function im2colIndices(
  geometry: LayerGeometry,
  rowSource: Int32Array,
  group = 0,
): Int32Array {
  const { height, width, outputWidth, pixels, kernel, stride, padding, dilation } = geometry;
  const rows = rowSource.length;
  const size = kernel[0] * kernel[1];
  const firstChannel = (geometry.channels / geometry.groups) * group;
  const indices = new Int32Array(pixels * rows);
  for (let p = 0; p < pixels; p += 1) {
    const top = Math.floor(p / outputWidth) * stride[0] - padding[0];
    const left = (p % outputWidth) * stride[1] - padding[1];
    for (let row = 0; row < rows; row += 1) {
      const source = rowSource[row];
      const position = source % size;
      const y = top + Math.floor(position / kernel[1]) * dilation[0];
      const x = left + (position % kernel[1]) * dilation[1];
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const channel = firstChannel + Math.floor(source / size);
      indices[p * rows + row] = inside ? (channel * height + y) * width + x : -1;
    }
  }
  return indices;
}

/** Gathers digits (or any small integers) by im2col; padding gives 0. */
export function gatherRows(digits: Int8Array, indices: Int32Array): Int8Array {
  const out = new Int8Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) if (indices[i] >= 0) out[i] = digits[indices[i]];
  return out;
}
