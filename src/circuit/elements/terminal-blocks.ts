import type { BuildContext, Evaluation } from '../system/element.js';
import { localMatrix, type LocalMatrix } from './local-matrix.js';

/**
 * A device whose voltages have moved by less than this (V) in a transient keeps its linear
 * expression: its error, half the curvature times the square, is below abstol for any current under
 * 0.1 A.
 */
export const UNMOVED = 1e-7;

/** Sums are rebuilt after so many evaluations: rounding of taking out and putting back adds up. */
const REBUILD_AFTER = 256;

/**
 * Currents and charges of many four-terminal devices (drain, gate, source, bulk), each kept as a
 * linear function around the voltages it was evaluated at:
 *   value_i(v) = value_i + sum_j slope_ij (v_j - v'_j),  j = drain, gate, bulk against the source.
 * Rows are drain, gate and bulk; the source carries what is left, so that nothing is lost. The same
 * expression continues a limited voltage to the present one, and serves devices that have not moved:
 * their sum over the group is kept, and only what moved is taken out and put back.
 */
export interface TerminalBlocks {
  /** v'_j in netlist signs, 3 per device. */
  readonly at: Float64Array;
  /** Values, 3 per device: currents (A) or charges (C) into drain, gate, bulk. */
  readonly currents: Float64Array;
  readonly charges: Float64Array;
  /** Slopes, 9 per device by rows: S or F. */
  readonly conductances: Float64Array;
  readonly capacitances: Float64Array;
  /** 16 matrix entries per device, rows and columns drain, gate, source, bulk. */
  readonly entries: Int32Array;
  /** Drain, gate, source, bulk unknown of each device. */
  readonly terminals: Int32Array;
  /** Device k stands (within `UNMOVED`) where it was evaluated; voltages of drain, gate, bulk to source. */
  readonly unmoved: (k: number, vd: number, vg: number, vb: number) => boolean;
  /** Current into the drain (A) at these voltages and rates of the unknowns (V/s). */
  readonly drainCurrent: (
    k: number,
    vd: number,
    vg: number,
    vb: number,
    rate: Float64Array,
  ) => number;
  /** Starts an evaluation; `all` says that every device will be evaluated. */
  readonly begin: (all: boolean) => void;
  /** Device k is about to change. */
  readonly before: (k: number) => void;
  /** Device k, last announced by `before`, has changed. */
  readonly changed: (k: number) => void;
  /** All evaluations are void: the conditions they were made under have changed. */
  readonly forget: () => void;
  /** Adds the slopes to G, C and what is constant to F, Q (see `ElementGroup.linearise`). */
  readonly linearise: (evaluation: Evaluation) => void;
}

export function newTerminalBlocks(
  { entry, size }: BuildContext,
  [drain, gate, source, bulk]: readonly [Int32Array, Int32Array, Int32Array, Int32Array],
): TerminalBlocks {
  const count = drain.length;
  const terminals = new Int32Array(4 * count);
  const entries = new Int32Array(16 * count);
  for (let k = 0; k < count; k++) {
    terminals.set([drain[k], gate[k], source[k], bulk[k]], 4 * k);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        entries[16 * k + 4 * i + j] = entry(terminals[4 * k + i], terminals[4 * k + j]);
      }
    }
  }
  const at = new Float64Array(3 * count).fill(NaN);
  const currents = new Float64Array(3 * count);
  const charges = new Float64Array(3 * count);
  const conductances = new Float64Array(9 * count);
  const capacitances = new Float64Array(9 * count);
  let current: LocalMatrix | undefined; // made when the entries have become slots
  let charge: LocalMatrix | undefined;
  let rebuilding = true;
  let age = 0;
  let moved = 0; // devices exchanged since the last evaluation began
  const currentBlocks = { at, values: currents, slopes: conductances };
  const chargeBlocks = { at, values: charges, slopes: capacitances };
  const single = () => ({ values: new Float64Array(3), slopes: new Float64Array(9), single: true });
  const oldAt = new Float64Array(3);
  const oldCurrent = { at: oldAt, ...single() };
  const oldCharge = { at: oldAt, ...single() };

  return {
    at,
    currents,
    charges,
    conductances,
    capacitances,
    entries,
    terminals,
    unmoved(k, vd, vg, vb) {
      const i = 3 * k;
      return (
        Math.abs(vd - at[i]) < UNMOVED &&
        Math.abs(vg - at[i + 1]) < UNMOVED &&
        Math.abs(vb - at[i + 2]) < UNMOVED
      );
    },
    drainCurrent(k, vd, vg, vb, rate) {
      const i = 3 * k;
      const m = 9 * k;
      const sourceRate = rate[terminals[4 * k + 2]];
      return (
        currents[i] +
        conductances[m] * (vd - at[i]) +
        conductances[m + 1] * (vg - at[i + 1]) +
        conductances[m + 2] * (vb - at[i + 2]) +
        capacitances[m] * (rate[terminals[4 * k]] - sourceRate) +
        capacitances[m + 1] * (rate[terminals[4 * k + 1]] - sourceRate) +
        capacitances[m + 2] * (rate[terminals[4 * k + 3]] - sourceRate)
      );
    },
    begin(all) {
      // Exchanging costs twice what adding costs: not when most devices move.
      if (all || 3 * moved > count || ++age > REBUILD_AFTER) rebuilding = true;
      moved = 0;
    },
    before(k) {
      moved++;
      if (rebuilding) return;
      for (let i = 0; i < 3; i++) {
        oldAt[i] = at[3 * k + i];
        oldCurrent.values[i] = currents[3 * k + i];
        oldCharge.values[i] = charges[3 * k + i];
      }
      for (let m = 0; m < 9; m++) {
        oldCurrent.slopes[m] = conductances[9 * k + m];
        oldCharge.slopes[m] = capacitances[9 * k + m];
      }
    },
    changed(k) {
      if (rebuilding) return;
      current!.add(k, currentBlocks, oldCurrent);
      charge!.add(k, chargeBlocks, oldCharge);
    },
    forget() {
      at.fill(NaN);
      rebuilding = true;
    },
    linearise({ f, q, g, c }) {
      const shape = { size, nonzeros: g.length - 1 };
      current ??= localMatrix(entries, terminals, shape);
      charge ??= localMatrix(entries, terminals, shape);
      if (rebuilding) {
        current.clear();
        charge.clear();
        for (let k = 0; k < count; k++) {
          current.add(k, currentBlocks);
          charge.add(k, chargeBlocks);
        }
        rebuilding = false;
        age = 0;
      }
      addTo(g, current.matrix);
      addTo(c, charge.matrix);
      addTo(f, current.vector);
      addTo(q, charge.vector);
    },
  };
}

function addTo(sum: Float64Array, part: Float64Array): void {
  for (let p = 0; p < sum.length; p++) sum[p] += part[p];
}
