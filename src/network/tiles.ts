import { wiredTiles, type ArrayParasitics, type DigitTile } from '../crossbar/index.js';
import type { Executor } from '../parallel/executor.js';
import { chunkRows } from './chunks.js';
import type { Converter } from './converter.js';
import { matrixNodes, type Graph } from './graph.js';
import { partialSumLayers } from './mapped-layer.js';
import { isMapped, layerMapping, type Mapping } from './mapping.js';
import { nodeGeometry } from './node-geometry.js';
import { inferShapes } from './shapes.js';
import type { Weights } from './tensor.js';

/**
 * What an array's wires make of its programmed digits, by `tileKey`: (columns x rows), the differential
 * column current per unit drive divided by readVolt (on - off) cellShare. A partial sum with these in place
 * of the digits is the exact one.
 */
export type TileTable = ReadonlyMap<string, Float32Array>;

export const tileKey = (layer: string, group: number, slice: number, chunk: number): string =>
  `${layer}/${group}/${slice}/${chunk}`;

/** Resistances of the arrays' wires and ends (ohm). */
export interface WireOptions {
  readonly wordLineOhm: number;
  readonly bitLineOhm: number;
  readonly driverOhm: number;
  readonly loadOhm: number;
}

const parasiticsOf = ({
  wordLineOhm,
  bitLineOhm,
  driverOhm,
  loadOhm,
}: WireOptions): ArrayParasitics => ({
  wire: { wordLine: wordLineOhm, bitLine: bitLineOhm },
  driver: driverOhm,
  load: loadOhm,
});

export interface NetworkTileOptions {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly converter: Converter;
  readonly wires: WireOptions;
}

/**
 * Solves every array of a mapped network once, on the executor's workers (`wiredTiles`). Slices of an output stand
 * side by side; an array holds columnsPerArray pairs, each of one cell that rises from `off` and one that stays.
 */
export async function solveTiles(
  { graph, weights, mapping, converter, wires }: NetworkTileOptions,
  { executor }: { readonly executor: Executor },
): Promise<TileTable> {
  const shapes = inferShapes(graph, weights);
  const names = matrixNodes(graph).map(({ name }) => name);
  const arrays: DigitTile[] = [];
  const places: {
    keys: readonly string[];
    columns: readonly number[];
    total: number;
    share: number;
  }[] = [];
  for (const node of matrixNodes(graph)) {
    if (!isMapped(mapping, node.name, names)) continue;
    const own = layerMapping(mapping, node.name);
    const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
    const options = { name: node.name, mapping: own, cell: mapping.cell, converter, seed: 0 };
    const layers = partialSumLayers(nodeGeometry(node, shapes, weights), weight, options);
    for (const [group, { weights: sliced }] of layers.entries()) {
      const { rows, columns, slices } = sliced;
      for (const [chunk, [start, end]] of chunkRows(rows, own).entries())
        for (let from = 0; from < columns * slices.length; from += own.columnsPerArray) {
          const to = Math.min(columns * slices.length, from + own.columnsPerArray);
          const pairs = Array.from({ length: to - from }, (_, i) => from + i);
          const shares = new Float32Array((to - from) * (end - start));
          for (const [i, pair] of pairs.entries()) {
            const { digits, cellShare } = slices[pair % slices.length];
            const base = Math.floor(pair / slices.length) * rows;
            for (let k = start; k < end; k += 1)
              shares[i * (end - start) + k - start] = digits[base + k] * cellShare;
          }
          arrays.push({ rows: end - start, columns: to - from, digits: shares });
          places.push({
            keys: pairs.map((pair) => tileKey(node.name, group, pair % slices.length, chunk)),
            columns: pairs.map((pair) => Math.floor(pair / slices.length)),
            total: columns,
            share: slices[0].cellShare,
          });
        }
    }
  }
  const cell = { ...mapping.cell, pair: 'one-sided' } as const;
  const solved = await wiredTiles(arrays, cell, parasiticsOf(wires), { executor });
  const table = new Map<string, Float32Array>();
  for (const [a, { digits: effective }] of solved.entries()) {
    const { rows } = arrays[a];
    const { keys, columns, total, share } = places[a];
    for (const [i, key] of keys.entries()) {
      const tile = table.get(key) ?? new Float32Array(total * rows);
      table.set(key, tile);
      for (let k = 0; k < rows; k += 1)
        tile[columns[i] * rows + k] = effective[i * rows + k] / share;
    }
  }
  return table;
}
