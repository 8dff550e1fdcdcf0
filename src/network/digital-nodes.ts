import { exp, logistic, tanh } from '../numerics/exponential.js';
import type { BatchNormNode, GraphNode, MatrixNode, PoolNode } from './graph.js';
import { elementCount, type Tensor, type Weights } from './tensor.js';

/** What a digital node gives for one image. Plain loops: none of them is ever the hot one. */
export function digitalNode(
  node: Exclude<GraphNode, MatrixNode>,
  inputs: readonly Tensor[],
  shape: readonly number[],
  weights: Weights,
): Tensor {
  const [{ data: x, shape: from }] = inputs;
  const give = (data: Float32Array): Tensor => ({ shape, data });
  switch (node.op) {
    case 'relu':
      return give(clamped(x, 0, Infinity));
    case 'hardtanh':
      return give(clamped(x, -1, 1));
    case 'clip':
      return give(clamped(x, node.attributes.min, node.attributes.max));
    case 'tanh':
      return give(x.map(tanh));
    case 'sigmoid':
      return give(x.map(logistic));
    case 'identity':
    case 'flatten':
      return give(x);
    case 'softmax':
      return give(softmax(x));
    case 'batchNorm': {
      const { scale, shift } = batchNormAffine(node, weights);
      return give(scaleAndShift(x, scale, shift));
    }
    case 'add': {
      const sum = x.slice();
      for (const { data } of inputs.slice(1))
        for (let i = 0; i < sum.length; i += 1) sum[i] += data[i];
      return give(sum);
    }
    case 'concat': {
      const out = new Float32Array(elementCount(shape));
      let offset = 0;
      for (const { data } of inputs) {
        out.set(data, offset);
        offset += data.length;
      }
      return give(out);
    }
    case 'maxPool':
    case 'averagePool':
      return give(pool(node, x, from, shape));
    case 'globalAveragePool':
      return give(globalAverage(x, from));
    case 'padShortcut': {
      const { stride, channelsBefore } = node.attributes;
      const out = new Float32Array(elementCount(shape));
      for (let c = 0; c < from[0]; c += 1)
        for (let y = 0; y < shape[1]; y += 1)
          for (let column = 0; column < shape[2]; column += 1)
            out[((c + channelsBefore) * shape[1] + y) * shape[2] + column] =
              x[(c * from[1] + y * stride) * from[2] + column * stride];
      return give(out);
    }
    case 'pad': {
      const [top, , left] = node.attributes.amounts;
      const out = new Float32Array(elementCount(shape));
      for (let c = 0; c < from[0]; c += 1)
        for (let y = 0; y < from[1]; y += 1)
          out.set(
            x.subarray((c * from[1] + y) * from[2], (c * from[1] + y + 1) * from[2]),
            (c * shape[1] + y + top) * shape[2] + left,
          );
      return give(out);
    }
  }
}

/** NaN stays NaN: a broken network must not look like a working one. */
function clamped(x: Float32Array, min: number, max: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i];
    out[i] = value < min ? min : value > max ? max : value;
  }
  return out;
}

/** Batch norm as y = scale x + shift per channel. */
export function batchNormAffine(
  node: BatchNormNode,
  weights: Weights,
): { readonly scale: Float32Array; readonly shift: Float32Array } {
  const read = (name: string | undefined, fallback: number, length: number): Float32Array =>
    (name === undefined ? undefined : weights.get(name)?.data) ??
    new Float32Array(length).fill(fallback);
  const mean = read(node.weights.mean, 0, 0);
  const variance = read(node.weights.variance, 1, mean.length);
  const gamma = read(node.weights.scale, 1, mean.length);
  const beta = read(node.weights.shift, 0, mean.length);
  const scale = Float32Array.from(
    gamma,
    (value, c) => value / Math.sqrt(variance[c] + node.attributes.epsilon),
  );
  return { scale, shift: Float32Array.from(beta, (value, c) => value - mean[c] * scale[c]) };
}

/** Per-channel affine map of (channels, ...) data. */
export function scaleAndShift(
  x: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
): Float32Array {
  const out = new Float32Array(x.length);
  const plane = x.length / scale.length;
  for (let c = 0; c < scale.length; c += 1) {
    const factor = scale[c];
    const added = shift[c];
    for (let i = c * plane; i < (c + 1) * plane; i += 1) out[i] = x[i] * factor + added;
  }
  return out;
}

function softmax(x: Float32Array): Float32Array {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = Float64Array.from(x, (value) => exp(value - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return Float32Array.from(e, (value) => value / sum);
}

function globalAverage(x: Float32Array, [channels]: readonly number[]): Float32Array {
  const plane = x.length / channels;
  return Float32Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = c * plane; i < (c + 1) * plane; i += 1) sum += x[i];
    return sum / plane;
  });
}

function pool(
  node: Exclude<PoolNode, { readonly op: 'globalAveragePool' }>,
  x: Float32Array,
  [, height, width]: readonly number[],
  [channels, outHeight, outWidth]: readonly number[],
): Float32Array {
  const { kernel, stride, padding } = node.attributes;
  const countPadding = node.op === 'averagePool' && node.attributes.countPadding;
  const out = new Float32Array(channels * outHeight * outWidth);
  for (let i = 0; i < out.length; i += 1) {
    const c = Math.floor(i / (outHeight * outWidth));
    const top = (Math.floor(i / outWidth) % outHeight) * stride[0] - padding[0];
    const left = (i % outWidth) * stride[1] - padding[1];
    let sum = 0;
    let largest = -Infinity;
    let count = 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + kernel[0]); y += 1)
      for (let u = Math.max(0, left); u < Math.min(width, left + kernel[1]); u += 1) {
        const value = x[(c * height + y) * width + u];
        sum += value;
        count += 1;
        if (value > largest) largest = value;
      }
    out[i] = node.op === 'maxPool' ? largest : sum / (countPadding ? kernel[0] * kernel[1] : count);
  }
  return out;
}
