import { isMapped, layerMapping, type LayerMapping, type Mapping } from './mapping.js';
import { matrixNodes, type Graph } from './graph.js';
import { compileNetwork } from './network.js';
import type { Weights } from './tensor.js';

export interface InputScaleOptions {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  /** Network inputs of a few training images, already normalised. */
  readonly inputs: readonly Float32Array[];
}

const BINS = 4096;
const CANDIDATES = 60;

/**
 * The mapping with every mapped layer's activation encoding and scale chosen from what its input shows in
 * the floating-point network: unipolar where nothing is negative, and the clipping scale with the least mean
 * square error of the quantised input (Sung, Shin and Hwang, arXiv:1511.06488, section 3, for weights).
 */
export function calibrateInputScales({
  graph,
  weights,
  mapping,
  inputs,
}: InputScaleOptions): Mapping {
  const names = matrixNodes(graph).map(({ name }) => name);
  const mapped = matrixNodes(graph).filter(({ name }) => isMapped(mapping, name, names));
  const network = compileNetwork({ graph, weights });
  const wanted = new Set(mapped.map((node) => node.inputs[0]));
  const ranges = new Map<string, { low: number; high: number }>();
  const eachInput = (visit: (node: string, data: Float32Array) => void): void => {
    for (const [index, input] of inputs.entries()) {
      if (wanted.has('input')) visit('input', input);
      network.forward(input, index, (node, { data }) => {
        if (wanted.has(node)) visit(node, data);
      });
    }
  };
  eachInput((node, data) => {
    const range = ranges.get(node) ?? { low: 0, high: 0 };
    for (const value of data) {
      range.low = Math.min(range.low, value);
      range.high = Math.max(range.high, value);
    }
    ranges.set(node, range);
  });
  const histograms = new Map<string, Float64Array>();
  eachInput((node, data) => {
    const { low, high } = ranges.get(node) ?? { low: 0, high: 0 };
    const histogram = histograms.get(node) ?? new Float64Array(BINS);
    const top = Math.max(-low, high) || 1;
    for (const value of data)
      histogram[Math.min(BINS - 1, Math.floor((Math.abs(value) / top) * BINS))] += 1;
    histograms.set(node, histogram);
  });
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const node of mapped) {
    const { low, high } = ranges.get(node.inputs[0]) ?? { low: 0, high: 1 };
    const histogram = histograms.get(node.inputs[0]) ?? new Float64Array(BINS);
    const { activationBits } = layerMapping(mapping, node.name);
    const encoding = low < 0 ? 'bipolar' : 'unipolar';
    const top = Math.max(-low, high) || 1;
    const step = encoding === 'bipolar' ? 2 : 1;
    layers[node.name] = {
      ...layers[node.name],
      encoding,
      inputScale: top * bestShare(histogram, (2 ** activationBits - 1) / step),
    };
  }
  return { ...mapping, layers };
}

/** The share of the range to clip at: least squared error of |x| rounded to `steps` steps up to it. */
function bestShare(histogram: Float64Array, steps: number): number {
  let best = 1;
  let least = Infinity;
  for (let candidate = 1; candidate <= CANDIDATES; candidate += 1) {
    const scale = candidate / CANDIDATES;
    let error = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      const value = (bin + 0.5) / BINS;
      const level = Math.min(steps, Math.round((value / scale) * steps));
      error += histogram[bin] * (value - (level / steps) * scale) ** 2;
    }
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}
