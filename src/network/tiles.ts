import type { PartialSumLayer } from './partial-sum-layer.js';

/** One slice and chunk of one layer, as it stands in an array. */
export interface Tile {
  readonly layer: PartialSumLayer;
  readonly slice: number;
  readonly chunk: number;
  readonly rows: number;
  /** (columns x rows) digits. */
  readonly digits: Float32Array;
}

/**
 * Gives the digits that a tile's wires make of the programmed ones (columns x rows): the differential column
 * current per unit drive, divided by readVolt (on - off) cellShare. With a transfer matrix T (A/V) of the
 * tile's pair columns that is (T_plus - T_minus) / ((on - off) cellShare), and every partial sum with it is
 * the exact one.
 */
export type TileProvider = (tile: Tile) => Float32Array;
