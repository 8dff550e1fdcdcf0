import { streamActivations } from './activation-streams.js';
import { chunkRows, rowSources } from './chunks.js';
import { matrixNodes } from './graph.js';
import { im2colIndices } from './im2col.js';
import { partialSumLayers } from './mapped-layer.js';
import { layerMapping, type Mapping } from './mapping.js';
import { compileNetwork, type NetworkOptions } from './network.js';
import { nodeGeometry } from './node-geometry.js';
import { biasOf, type PartialSumLayer } from './partial-sum-layer.js';
import { staggerOf, type Magnets } from './stagger.js';
import type { Tensor } from './tensor.js';
import { adcRange, argumentPerDigit, currentBias, curveOf, takesBias } from './transfer.js';
import { transferContext } from './partial-sum-layer.js';

/**
 * The integer partial sums of one layer as its converters see them, all streams, slices, chunks and columns
 * together; a bias row is in them, to the nearest whole digit.
 */
export interface LayerProfile {
  readonly layer: string;
  /** Largest |partial sum| the arrays could give, bias row included. */
  readonly limit: number;
  /** How often each sum -limit .. limit occurred. */
  readonly histogram: Float64Array;
  /** Current of the converter for one unit of partial sum (A); 1 where no current. */
  readonly perUnit: number;
  /** Lowest and highest partial sum of the converter's levels; absent where it has no ends. */
  readonly range?: readonly [number, number];
}

export interface ProfileOptions extends NetworkOptions {
  readonly mapping: Mapping;
  /** Network inputs, already normalised; the first is image `first` of the data set. */
  readonly inputs: readonly Float32Array[];
  readonly first?: number;
  /** Output pixels looked at in each layer and image, spread over it. Default 32. */
  readonly pixels?: number;
}

/** Records partial sums as the layers see them when the network runs with its own converter. */
export function profilePartialSums({
  inputs,
  first = 0,
  pixels: wanted = 32,
  ...options
}: ProfileOptions): readonly LayerProfile[] {
  const { graph, weights, mapping, converter = { kind: 'ideal' } } = options;
  const network = compileNetwork(options);
  const layers = matrixNodes(graph)
    .filter(({ name }) => network.mappedLayers.includes(name))
    .map((node) => {
      const own = layerMapping(mapping, node.name);
      const geometry = nodeGeometry(node, network.shapes, weights);
      const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
      const settings = { name: node.name, mapping: own, cell: mapping.cell, converter, seed: 0 };
      const groups = partialSumLayers(geometry, weight, settings);
      const size = geometry.kernel[0] * geometry.kernel[1];
      const source = rowSources(geometry.rows / size, size, own.rowOrder);
      const indices = groups.map((_, g) => im2colIndices(geometry, source, g));
      const { biasRow } = own;
      const rows = !takesBias(converter) ? [] : typeof biasRow === 'number' ? [biasRow] : biasRow;
      const limit =
        limitOf(groups[0]) +
        rows.reduce((top, bias) => Math.max(top, Math.abs(Math.round(bias))), 0);
      return {
        node,
        own,
        groups,
        indices,
        pixels: geometry.pixels,
        histogram: new Float64Array(2 * limit + 1),
        limit,
      };
    });
  for (const [i, input] of inputs.entries()) {
    const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: input }]]);
    network.forward(input, first + i, (name, value) => values.set(name, value));
    for (const { node, own, groups, indices, pixels, histogram, limit } of layers) {
      const x = values.get(node.inputs[0])?.data ?? new Float32Array(0);
      const streams = streamActivations(x, own).streams.map(({ digits }) => digits);
      for (const [g, group] of groups.entries())
        for (const pixel of scattered(pixels, wanted))
          for (const digits of streams)
            countSums(group, digits, indices[g], pixel, (sum) => (histogram[sum + limit] += 1));
    }
  }
  return layers.map(({ node, groups, histogram, limit }) => {
    const context = transferContext(groups[0], 0);
    const [low, high] = converter.kind === 'adc' ? adcRange(converter, context) : [];
    return {
      layer: node.name,
      limit,
      histogram,
      perUnit: argumentPerDigit(converter, context),
      ...(low === undefined || high === undefined ? {} : { range: [low, high] as const }),
    };
  });
}

/**
 * So many of `pixels` pixels by the golden section: spread over the rows and over the columns of an image alike
 * (every 32nd pixel of a 32 x 32 image would be its left edge). All of them where over half are wanted.
 */
function scattered(pixels: number, wanted: number): number[] {
  if (2 * wanted >= pixels) return Array.from({ length: pixels }, (_, i) => i);
  const golden = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: wanted }, (_, i) => Math.floor(pixels * (((i + 0.5) * golden) % 1)));
}

const limitOf = (layer: PartialSumLayer): number =>
  Math.max(...layer.weights.slices.map((_, s) => transferContext(layer, s).largestPartialSum));

/** Every partial sum of one pixel and stream, its bias row included where the converter takes one. */
function countSums(
  { weights: { rows, columns, slices }, mapping, converter }: PartialSumLayer,
  digits: Int8Array,
  indices: Int32Array,
  pixel: number,
  count: (sum: number) => void,
): void {
  const biased = takesBias(converter);
  for (const [c, [start, end]] of chunkRows(rows, mapping).entries())
    for (const slice of slices)
      for (let o = 0; o < columns; o += 1) {
        let sum = biased ? Math.round(biasOf(mapping, o, c, columns)) : 0;
        for (let k = start; k < end; k += 1) {
          const at = indices[pixel * rows + k];
          if (at >= 0) sum += digits[at] * slice.digits[o * rows + k];
        }
        count(sum);
      }
}

/** The sum below which a share of all sums lies. */
export function profileQuantile({ histogram, limit }: LayerProfile, share: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let level = 0; level < histogram.length; level += 1) {
    below += histogram[level];
    if (below >= share * total) return level - limit;
  }
  return limit;
}

/**
 * Ranges for `adc` converters with range `calibrated`: what lies between the quantiles 1 - share and share
 * of each layer's partial sums, at least one unit wide.
 */
export const calibratedRanges = (
  profiles: readonly LayerProfile[],
  share = 0.999,
): Readonly<Record<string, readonly [number, number]>> =>
  Object.fromEntries(
    profiles.map((profile) => {
      const low = profileQuantile(profile, 1 - share);
      return [profile.layer, [low, Math.max(low + 1, profileQuantile(profile, share))] as const];
    }),
  );

/**
 * Ranges that lose least: for each layer the symmetric [-r, r] whose `bits`-bit converter has the smallest
 * mean squared error on the recorded partial sums, among 64 evenly spaced r.
 */
export function errorMinimisingRanges(
  profiles: readonly LayerProfile[],
  bits: number,
): Readonly<Record<string, readonly [number, number]>> {
  const errorOf = (sums: readonly (readonly [number, number])[], r: number): number => {
    const step = (2 * r) / (2 ** bits - 1);
    return sums.reduce((all, [value, count]) => {
      const level = Math.round((Math.max(-r, Math.min(r, value)) + r) / step);
      return all + count * (level * step - r - value) ** 2;
    }, 0);
  };
  return Object.fromEntries(
    profiles.map((profile) => {
      const radii = Array.from({ length: 64 }, (_, i) => (profile.limit * (i + 1)) / 64);
      const sums = occurringSums(profile);
      const errors = radii.map((r) => errorOf(sums, r));
      const best = radii[errors.indexOf(Math.min(...errors))];
      return [profile.layer, [-best, best] as const];
    }),
  );
}

/** The partial sums that occurred, each with how often. */
function occurringSums({ histogram, limit }: LayerProfile): [number, number][] {
  const sums: [number, number][] = [];
  for (let i = 0; i < histogram.length; i += 1)
    if (histogram[i] > 0) sums.push([i - limit, histogram[i]]);
  return sums;
}

/** How a layer's currents lie on a switching curve. */
export interface CurveCoverage {
  readonly layer: string;
  /** Share of samples whose current lies outside the curve's measured range. */
  readonly outside: number;
  /** Share whose probability is below 0.001 or above 0.999: bits that carry no chance. */
  readonly saturated: number;
  /** Smallest and largest current that occurred (A), without what staggered samples add. */
  readonly currentsAmpere: readonly [number, number];
}

/** Layers' currents against a curve's range. */
export function curveCoverage(
  profiles: readonly LayerProfile[],
  magnets: Magnets,
): readonly CurveCoverage[] {
  const { curve } = magnets;
  const probability = curveOf(curve);
  const shift = currentBias(curve);
  const [low, high] = curve.currentRangeAmpere.map((edge) => edge - shift);
  return profiles.map(({ layer, histogram, limit, perUnit }) => {
    const offsets = staggerOf(magnets, { layer }) ?? [0];
    const tally = { total: 0, outside: 0, saturated: 0, least: Infinity, most: -Infinity };
    for (const [i, count] of histogram.entries()) {
      if (count === 0) continue;
      const current = perUnit * (i - limit);
      tally.total += count * offsets.length;
      for (const offset of offsets) {
        if (current + offset < low || current + offset > high) tally.outside += count;
        const p = probability(current + offset);
        if (p < 1e-3 || p > 1 - 1e-3) tally.saturated += count;
      }
      tally.least = Math.min(tally.least, current);
      tally.most = Math.max(tally.most, current);
    }
    return {
      layer,
      outside: tally.outside / tally.total,
      saturated: tally.saturated / tally.total,
      currentsAmpere: [tally.least, tally.most],
    };
  });
}
