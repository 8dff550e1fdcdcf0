import type { CellModel } from './cells/model.js';
import type { Readout } from './readout.js';

/**
 * A crossbar of M word lines (rows, driven) and N bit lines (columns, sensed), with the resistance of
 * every wire segment:
 *
 *   source i --[driver]--[wordLine]-- w(i,0) --[wordLine]-- w(i,1) ... w(i,N-1)
 *                                       |  cell (i,0)
 *   sense j  --[load]----[bitLine]--- b(M-1,j) --[bitLine]-- b(M-2,j) ... b(0,j)
 *
 * Sense nodes are virtual grounds (0 V); a column current is positive when it flows into the sense node.
 */
export interface Crossbar {
  /** M, word lines. */
  readonly rows: number;
  /** N, bit lines. */
  readonly columns: number;
  /** Cell conductances, M x N row-major (S); 0 is an open cell. */
  readonly conductance: Float64Array;
  /** Resistance of one wire segment between neighbouring cells (ohm). */
  readonly wire: WireResistance;
  /** Output resistance of each source (ohm), one for all or M; 0 ideal, Infinity disconnected. */
  readonly driver: number | Float64Array;
  /** Input resistance of each sense amplifier (ohm), one for all or N; 0 ideal, Infinity open. */
  readonly load: number | Float64Array;
  readonly driveSide: DriveSide;
  readonly senseSide: SenseSide;
  /** Whether a wire segment lies between each driver or load and the first cell. */
  readonly endSegments: boolean;
  /** What a cell does with a voltage; `conductance` is its value at zero bias. */
  readonly cell: CellModel;
  readonly topology: Topology;
  /** How outputs are formed from the column currents. */
  readonly readout: Readout;
}

/**
 * - `standard`: the inputs are the source voltages of the word lines.
 * - `gated`: every word line is sourced with `readVolt`; input x_i in [0, 1] drives the gates of row i, so
 *   that its cells conduct x_i times (1T1R: with x_i times the overdrive). Outputs are not linear in x
 *   once wires have resistance.
 */
export type Topology =
  { readonly kind: 'standard' } | { readonly kind: 'gated'; readonly readVolt: number };

export interface WireResistance {
  readonly wordLine: number;
  readonly bitLine: number;
}

/** Where sources sit; `both` drives each word line from its two ends with the same voltage. */
export type DriveSide = 'left' | 'right' | 'both';
/** Where sense nodes sit; with `both` the column current is the sum of the two ends. */
export type SenseSide = 'bottom' | 'top' | 'both';

/** A matrix as people have it: nested rows, or flat row-major data with its shape (also `ndarray`). */
export type MatrixLike =
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

export interface CrossbarOptions {
  readonly conductance: MatrixLike;
  readonly wire?: Partial<WireResistance>;
  readonly driver?: number | ArrayLike<number>;
  readonly load?: number | ArrayLike<number>;
  readonly driveSide?: DriveSide;
  readonly senseSide?: SenseSide;
  readonly endSegments?: boolean;
  readonly cell?: CellModel;
  readonly topology?: Topology;
  readonly readout?: Readout;
}
