import { defineCrossbar, type Crossbar, type CrossbarOptions } from '../../crossbar/index.js';
import type { CellConductance, WeightSlice } from '../../network/index.js';

/** A stretch [first, last) of a layer's rows or columns. */
export type Stretch = readonly [number, number];

export interface Tile {
  /** The slice whose digits the cells hold: +1 or -1 (one-bit differential pairs). */
  readonly slice: WeightSlice;
  /** Rows of the whole layer. */
  readonly layerRows: number;
  readonly rows: Stretch;
  readonly columns: Stretch;
}

export type Wires = Pick<CrossbarOptions, 'wire' | 'driver' | 'load'>;

/**
 * The physical array of a tile with differential columns: output o stands on bit lines 2 o (G on where
 * its digit is positive) and 2 o + 1 (the reverse); their difference carries (on - off) * digit.
 */
export function tileCrossbar(
  { slice, layerRows, rows: [top, bottom], columns: [left, right] }: Tile,
  { onSiemens, offSiemens }: CellConductance,
  wires: Wires = {},
): Crossbar {
  const rows = bottom - top;
  const columns = right - left;
  const conductance = new Float64Array(rows * 2 * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const share = slice.cellShare * slice.digits[(left + j) * layerRows + top + i];
      const step = (onSiemens - offSiemens) * Math.abs(share);
      const at = (i * columns + j) * 2;
      conductance[at] = offSiemens + (share > 0 ? step : 0);
      conductance[at + 1] = offSiemens + (share < 0 ? step : 0);
    }
  }
  return defineCrossbar({
    conductance: { data: conductance, shape: [rows, 2 * columns] },
    ...wires,
  });
}

/** Differences of the currents of each pair of bit lines: (vectors x 2 columns) to (vectors x columns). */
export const pairDifferences = (currents: Float64Array): Float64Array =>
  Float64Array.from(
    { length: currents.length / 2 },
    (_, k) => currents[2 * k] - currents[2 * k + 1],
  );
