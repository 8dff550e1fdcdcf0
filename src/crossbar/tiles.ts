import type { Executor } from '../parallel/executor.js';
import { defineCrossbar } from './define.js';
import type { Crossbar, CrossbarOptions } from './spec.js';
import { transferMatrix } from './transfer.js';

/** Wires, drivers, loads and sides common to the arrays of a network. */
export type ArrayParasitics = Pick<
  CrossbarOptions,
  'wire' | 'driver' | 'load' | 'driveSide' | 'senseSide' | 'endSegments'
>;

/** Signed digits of one array: one differential pair of cells for each output and row. */
export interface DigitTile {
  readonly rows: number;
  readonly columns: number;
  /** Digits, columns x rows: digit of output o and row i at o * rows + i. */
  readonly digits: ArrayLike<number>;
  /** Share of (on - off) that one unit of digit stands for; 1 for digits -1, 0, +1. Default 1. */
  readonly cellShare?: number;
}

export interface CellPair {
  readonly onSiemens: number;
  readonly offSiemens: number;
  /**
   * `complementary`: both cells move about the middle, so that digit +1 is (on, off) and -1 (off, on).
   * `one-sided`: the cell of the digit's sign rises from off, the other stays off.
   */
  readonly pair: 'complementary' | 'one-sided';
}

export interface TileOptions {
  readonly executor: Executor;
  /** Largest error of a digit relative to the tile's largest. Default 1e-9. */
  readonly tolerance?: number;
  readonly onTile?: (index: number) => void;
  readonly signal?: AbortSignal;
}

/** What the wires make of a tile's digits. */
export interface WiredTile {
  /** columns x rows: (T_plus - T_minus) / ((on - off) cellShare); the digits themselves without wires. */
  readonly digits: Float32Array;
  /** Measured error of the transfer matrix, relative. */
  readonly errorEstimate: number;
  readonly iterations: number;
}

/**
 * The digits that every array's wires make of the programmed ones, from exact transfer matrices: with
 * them the partial sum of any activation digits is the exact differential column current per
 * readVolt (on - off) cellShare. One task a tile. Throws what `defineCrossbar` and `transferMatrix` do.
 */
export async function wiredTiles(
  tiles: readonly DigitTile[],
  cell: CellPair,
  parasitics: ArrayParasitics,
  { executor, tolerance = 1e-9, onTile, signal }: TileOptions,
): Promise<WiredTile[]> {
  const inputs = tiles.map((tile): TileTask => ({ tile, cell, parasitics, tolerance }));
  return executor.map<TileTask, WiredTile>('crossbar.wired-tile', inputs, {
    ...(onTile ? { onResult: (_, index) => onTile(index) } : {}),
    ...(signal ? { signal } : {}),
  });
}

export interface TileTask {
  readonly tile: DigitTile;
  readonly cell: CellPair;
  readonly parasitics: ArrayParasitics;
  readonly tolerance: number;
}

/** One tile of `wiredTiles`. */
export function wiredTile({ tile, cell, parasitics, tolerance }: TileTask): WiredTile {
  const { values, errorEstimate, statistics } = transferMatrix(
    tileCrossbar(tile, cell, parasitics),
    { tolerance },
  );
  const unit = (cell.onSiemens - cell.offSiemens) * (tile.cellShare ?? 1);
  return {
    digits: Float32Array.from(values, (value) => value / unit),
    errorEstimate,
    iterations: statistics.iterations,
  };
}

/** The array of a tile: interleaved pair columns (positive, negative), rows as given. */
export function tileCrossbar(
  { rows, columns, digits, cellShare = 1 }: DigitTile,
  { onSiemens, offSiemens, pair }: CellPair,
  parasitics: ArrayParasitics,
): Crossbar {
  if (digits.length !== rows * columns) {
    throw new RangeError(`invalid digits: ${digits.length} for ${columns} x ${rows}`);
  }
  const swing = (onSiemens - offSiemens) * cellShare;
  const middle = (onSiemens + offSiemens) / 2;
  const data = new Float64Array(rows * columns * 2);
  for (let o = 0; o < columns; o += 1) {
    for (let i = 0; i < rows; i += 1) {
      const digit = digits[o * rows + i];
      const at = i * columns * 2 + 2 * o;
      const [rise, fall] =
        pair === 'complementary'
          ? [middle + (digit * swing) / 2, middle - (digit * swing) / 2]
          : [offSiemens + Math.max(digit, 0) * swing, offSiemens + Math.max(-digit, 0) * swing];
      data[at] = snap(rise, onSiemens, offSiemens);
      data[at + 1] = snap(fall, onSiemens, offSiemens);
    }
  }
  return defineCrossbar({
    ...parasitics,
    conductance: { data, shape: [rows, columns * 2] },
    readout: { kind: 'differential', pairs: 'interleaved' },
  });
}

/** Removes the rounding of middle +- half, so that extreme digits give exactly on and off. */
const snap = (value: number, on: number, off: number): number => {
  const near = 4 * Number.EPSILON * on;
  if (Math.abs(value - on) <= near) return on;
  return Math.abs(value - off) <= near ? off : value;
};
