import { isMapped, layerMapping, matrixNodes, type Graph, type Weights } from '../network/index.js';
import type { LayerMapping } from '../network/index.js';
import type { StochasticTraining } from './compile.js';
import { entryOf, type ParameterEntry, type ParameterTable } from './parameters.js';
import { oddLevel, sliceForTraining } from './weight-levels.js';

/**
 * Separately trained slice filters (Rogers et al., ICRC 2024): every slice of a layer has latent weights of its
 * own, and its digit is their level, d_s = level of v_s in b_s bits, where otherwise all slices are the bits of
 * one weight. The arrays hold the same: w = scale / (2^bits - 1) sum_s c_s d_s is a weight on its levels, and
 * any digits make one. So only training differs: straight through each slice's own quantiser,
 * dw / dv_s = c_s (2^b_s - 1) / (2^bits - 1) where |v_s| <= scale.
 */
export interface SliceFilter {
  readonly entry: ParameterEntry;
  /** Largest digit, 2^b_s - 1. */
  readonly top: number;
  /** c_s. */
  readonly coefficient: number;
}

/** The most significant slice's latent weights bear the weight's own name. */
const filterName = (layer: string, slice: number): string => `${layer}.sliceFilter${slice}`;

/** Slices below the most significant one. */
const lowerSlices = ({ weightBits, bitsPerSlice }: LayerMapping): number =>
  Math.ceil(weightBits / bitsPerSlice) - 1;

/** Names of a layer's further latent weights, each as large as its weight. */
export const filterNames = (layer: string, mapping: LayerMapping): string[] =>
  Array.from({ length: lowerSlices(mapping) }, (_, slice) => filterName(layer, slice));

/** A layer's filters, least significant first; undefined where it has one weight for all its slices. */
export function sliceFilters(
  table: ParameterTable,
  layer: string,
  weight: ParameterEntry,
  mapping: LayerMapping,
): readonly SliceFilter[] | undefined {
  if (!table.entries.some(({ name }) => name === filterName(layer, 0))) return undefined;
  const { weightBits, bitsPerSlice } = mapping;
  const lower = lowerSlices(mapping);
  return Array.from({ length: lower + 1 }, (_, s) => ({
    entry: s < lower ? entryOf(table, filterName(layer, s)) : weight,
    top: 2 ** Math.min(bitsPerSlice, weightBits - s * bitsPerSlice) - 1,
    coefficient: 2 ** (s * bitsPerSlice),
  }));
}

/** The weights that the filters' digits make: on the levels of a weight of this scale. */
export function mergeFilters(
  filters: readonly SliceFilter[],
  parameters: Float32Array,
  { weightBits, weightScale }: Pick<LayerMapping, 'weightBits' | 'weightScale'>,
): Float32Array {
  const scale = Number(weightScale);
  const merged = new Float32Array(filters[0].entry.length);
  for (const { entry, top, coefficient } of filters)
    for (let i = 0; i < merged.length; i += 1)
      merged[i] += coefficient * oddLevel(parameters[entry.offset + i] / scale, top);
  const unit = scale / (2 ** weightBits - 1);
  return merged.map((integer) => unit * integer);
}

/** Adds to the latent weights' gradients, given that of the merged weights. */
export function addFilterGradients(
  filters: readonly SliceFilter[],
  parameters: Float32Array,
  { weightBits, weightScale }: Pick<LayerMapping, 'weightBits' | 'weightScale'>,
  ofMerged: Float32Array,
  gradient: Float32Array,
): void {
  for (const { entry, top, coefficient } of filters) {
    const share = (coefficient * top) / (2 ** weightBits - 1);
    for (let i = 0; i < ofMerged.length; i += 1)
      if (Math.abs(parameters[entry.offset + i]) <= Number(weightScale))
        gradient[entry.offset + i] += share * ofMerged[i];
  }
}

/**
 * Lets filters begin as the digits of given weights; those that the weights know already stay. A one-bit
 * digit's latent weight stands half way between its change and its bound, others on their level.
 */
export function startFilters(
  graph: Graph,
  { mapping }: Pick<StochasticTraining, 'mapping'>,
  table: ParameterTable,
  parameters: Float32Array,
  given: Weights,
): void {
  const names = matrixNodes(graph).map(({ name }) => name);
  for (const { name, weights: held } of matrixNodes(graph)) {
    if (!isMapped(mapping, name, names) || !given.has(held.weight)) continue;
    if (given.has(filterName(name, 0))) continue;
    const own = layerMapping(mapping, name);
    const weight = entryOf(table, held.weight);
    const filters = sliceFilters(table, name, weight, own);
    if (!filters) continue;
    const natural = parameters.slice(weight.offset, weight.offset + weight.length);
    const order = Int32Array.from({ length: weight.length / weight.shape[0] }, (_, k) => k);
    const weights = sliceForTraining(natural, weight.shape[0], order, own);
    for (const [s, { entry, top }] of filters.entries()) {
      const digits = weights.digits(s);
      const perDigit = ((top === 1 ? 0.5 : 1) * Number(own.weightScale)) / top;
      for (let i = 0; i < entry.length; i += 1) parameters[entry.offset + i] = perDigit * digits[i];
    }
  }
}
