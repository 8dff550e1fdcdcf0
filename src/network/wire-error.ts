import { streamActivations } from './activation-streams.js';
import { chunkRows, rowSources } from './chunks.js';
import { matrixNodes } from './graph.js';
import { im2colIndices } from './im2col.js';
import { partialSumLayers } from './mapped-layer.js';
import { layerMapping } from './mapping.js';
import { compileNetwork } from './network.js';
import { nodeGeometry } from './node-geometry.js';
import type { ProfileOptions } from './profile.js';
import type { Tensor } from './tensor.js';
import { tileKey, type TileTable } from './tiles.js';

/** What the wires do to the partial sums of one layer, in units of one digit's product. */
export interface WireError {
  readonly layer: string;
  /** Partial sums compared. */
  readonly count: number;
  /** Root mean square of the partial sums without wires. */
  readonly signal: number;
  /** Mean and root mean square of (with wires) - (without). */
  readonly mean: number;
  readonly error: number;
  /** Quantiles of that difference at `WIRE_ERROR_SHARES`. */
  readonly quantiles: readonly number[];
  /** Least-squares factor between the sums with and without wires: what a gain could take back. */
  readonly attenuation: number;
}

export const WIRE_ERROR_SHARES: readonly number[] = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

export interface WireErrorOptions extends Omit<ProfileOptions, 'tiles'> {
  readonly tiles: TileTable;
}

/** Compares the partial sums that the layers see without wires with those of the same drives with them. */
export function wireErrors({
  tiles,
  inputs,
  first = 0,
  pixels: wanted = 8,
  ...options
}: WireErrorOptions): readonly WireError[] {
  const { graph, weights, mapping, converter = { kind: 'ideal' } } = options;
  const network = compileNetwork(options);
  const layers = matrixNodes(graph)
    .filter(({ name }) => network.mappedLayers.includes(name))
    .map((node) => {
      const own = layerMapping(mapping, node.name);
      const geometry = nodeGeometry(node, network.shapes, weights);
      const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
      const settings = { name: node.name, mapping: own, cell: mapping.cell, converter, seed: 0 };
      const size = geometry.kernel[0] * geometry.kernel[1];
      const source = rowSources(geometry.rows / size, size, own.rowOrder);
      const groups = partialSumLayers(geometry, weight, settings).map((layer, g) => ({
        layer,
        indices: im2colIndices(geometry, source, g),
      }));
      return {
        node,
        own,
        groups,
        pixels: geometry.pixels,
        pairs: [[], []] as [number[], number[]],
      };
    });
  for (const [i, input] of inputs.entries()) {
    const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: input }]]);
    network.forward(input, first + i, (name, value) => values.set(name, value));
    for (const { node, own, groups, pixels, pairs } of layers) {
      const x = values.get(node.inputs[0])?.data ?? new Float32Array(0);
      const streams = streamActivations(x, own).streams;
      const step = Math.max(1, Math.floor(pixels / wanted));
      for (const [g, { layer, indices }] of groups.entries()) {
        const { rows, columns, slices } = layer.weights;
        for (const { digits } of streams)
          for (const [c, [start, end]] of chunkRows(rows, own).entries())
            for (const [s, slice] of slices.entries()) {
              const tile = tiles.get(tileKey(node.name, g, s, c));
              if (!tile) throw new RangeError(`no array of ${node.name}`);
              for (let pixel = 0; pixel < pixels; pixel += step)
                for (let o = 0; o < columns; o += 1) {
                  let plain = 0;
                  let wired = 0;
                  for (let k = start; k < end; k += 1) {
                    const at = indices[pixel * rows + k];
                    if (at < 0) continue;
                    plain += digits[at] * slice.digits[o * rows + k];
                    wired += digits[at] * tile[o * (end - start) + k - start];
                  }
                  pairs[0].push(plain);
                  pairs[1].push(wired);
                }
            }
      }
    }
  }
  return layers.map(({ node, pairs }) => summary(node.name, ...pairs));
}

function summary(layer: string, plain: readonly number[], wired: readonly number[]): WireError {
  const count = plain.length;
  const differences = Float64Array.from(plain, (value, i) => wired[i] - value).sort();
  let squares = 0;
  let products = 0;
  for (let i = 0; i < count; i += 1) {
    squares += plain[i] ** 2;
    products += plain[i] * wired[i];
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const errors = differences.reduce((sum, value) => sum + value ** 2, 0);
  return {
    layer,
    count,
    signal: Math.sqrt(squares / count),
    mean,
    error: Math.sqrt(errors / count),
    quantiles: WIRE_ERROR_SHARES.map(
      (share) => differences[Math.min(count - 1, Math.floor(share * count))],
    ),
    attenuation: squares === 0 ? 1 : products / squares,
  };
}
