import { defineCrossbar, transferMatrix } from '../crossbar/index.js';
import type { Executor } from '../parallel/executor.js';
import { chunkRows } from './chunks.js';
import type { Converter } from './converter.js';
import { matrixNodes, type Graph } from './graph.js';
import { partialSumLayers } from './mapped-layer.js';
import { isMapped, layerMapping, type CellConductance, type Mapping } from './mapping.js';
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

/** One physical array: plain data for a worker. */
export interface ArrayInput {
  readonly rows: number;
  /** (columns x rows) digits times cellShare, in [-1, 1]; each is a pair of bit lines. */
  readonly shares: Float32Array;
  readonly cell: CellConductance;
  readonly wires: WireOptions;
}

/** Of the largest entry: digits are kept in single precision. */
const TRANSFER_TOLERANCE = 1e-9;

/**
 * Effective digits of one array: T (outputs x inputs) of its differential pairs over (on - off). Each pair
 * stands on neighbouring bit lines; a positive digit raises the first from `off` towards `on`, a negative
 * the second. (columns x rows), in units of cellShare.
 */
export function solveArray({ rows, shares, cell, wires }: ArrayInput): Float32Array {
  const columns = shares.length / rows;
  const step = cell.onSiemens - cell.offSiemens;
  const conductance = new Float64Array(rows * 2 * columns).fill(cell.offSiemens);
  for (let o = 0; o < columns; o += 1)
    for (let k = 0; k < rows; k += 1) {
      const share = shares[o * rows + k];
      const line = 2 * o + (share > 0 ? 0 : 1);
      conductance[k * 2 * columns + line] += Math.abs(share) * step;
    }
  const { values } = transferMatrix(
    defineCrossbar({
      conductance: { data: conductance, shape: [rows, 2 * columns] },
      wire: { wordLine: wires.wordLineOhm, bitLine: wires.bitLineOhm },
      driver: wires.driverOhm,
      load: wires.loadOhm,
      readout: { kind: 'differential', pairs: 'interleaved' },
    }),
    { tolerance: TRANSFER_TOLERANCE },
  );
  return Float32Array.from(values, (value) => value / step);
}

export interface NetworkTileOptions {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly converter: Converter;
  readonly wires: WireOptions;
}

/**
 * Solves every array of a mapped network once, on the executor's workers (task `network.array`). Slices of
 * an output stand side by side; an array holds columnsPerArray pairs.
 */
export async function solveTiles(
  { graph, weights, mapping, converter, wires }: NetworkTileOptions,
  { executor }: { readonly executor: Executor },
): Promise<TileTable> {
  const shapes = inferShapes(graph, weights);
  const names = matrixNodes(graph).map(({ name }) => name);
  const arrays: ArrayInput[] = [];
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
          arrays.push({ rows: end - start, shares, cell: mapping.cell, wires });
          places.push({
            keys: pairs.map((pair) => tileKey(node.name, group, pair % slices.length, chunk)),
            columns: pairs.map((pair) => Math.floor(pair / slices.length)),
            total: columns,
            share: slices[0].cellShare,
          });
        }
    }
  }
  const solved = await executor.map<ArrayInput, Float32Array>('network.array', arrays);
  const table = new Map<string, Float32Array>();
  for (const [a, effective] of solved.entries()) {
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
