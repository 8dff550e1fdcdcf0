import type { BuildContext, LinearSums } from '../system/element.js';
import { localMatrix, type BlockArrays } from './local-matrix.js';

/**
 * A device whose voltages have moved by less than this part of reltol (V) in a transient keeps its
 * linear expression, 0.1 mV by default: its error, half the curvature times the square, is below
 * 1e-5 of a current that goes as exp(v / 26 mV) and less of any other.
 */
const UNMOVED = 0.1;

/**
 * Currents and charges of many four-terminal devices (drain, gate, source, bulk), each kept as a
 * linear function around the voltages it was evaluated at:
 *   value_i(v) = value_i + sum_j slope_ij (v_j - v'_j),  j = drain, gate, bulk against the source.
 * Rows are drain, gate and bulk; the source carries what is left, so that nothing is lost. The same
 * expression continues a limited voltage to the present one, and serves devices that have not moved:
 * the circuit's sums hold it, and only what has changed is added.
 *
 * `at`: v'_j in netlist signs. `currents` (A) and `charges` (C) into drain, gate, bulk; `conductances`
 * (S) and `capacitances` (F) by rows.
 */
export interface TerminalBlocks extends BlockArrays {
  /** 16 matrix entries per device, rows and columns drain, gate, source, bulk. */
  readonly entries: Int32Array;
  /** Drain, gate, source, bulk unknown of each device. */
  readonly terminals: Int32Array;
  /** Device k stands, all but, where it was evaluated; voltages of drain, gate, bulk to source. */
  readonly unmoved: (k: number, vd: number, vg: number, vb: number) => boolean;
  /** Current into the drain (A) at these voltages and rates of the unknowns (V/s). */
  readonly drainCurrent: (
    k: number,
    vd: number,
    vg: number,
    vb: number,
    rate: Float64Array,
  ) => number;
  /** Device k has been evaluated anew, in whole or in part: the sums will follow. */
  readonly changed: (k: number) => void;
  /** All evaluations are void: the conditions they were made under have changed. */
  readonly forget: () => void;
  /** Brings the sums up to date (see `ElementGroup.linearise`). */
  readonly addTo: (sums: LinearSums, afresh: boolean) => void;
}

export function newTerminalBlocks(
  { entry, settings }: BuildContext,
  [drain, gate, source, bulk]: readonly [Int32Array, Int32Array, Int32Array, Int32Array],
): TerminalBlocks {
  const count = drain.length;
  const { reltol } = settings.options;
  const still = UNMOVED * (typeof reltol === 'number' && reltol > 0 ? reltol : 1e-3);
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
  const arrays = { at, currents, charges, conductances, capacitances };
  const local = localMatrix(entries, terminals, arrays);
  const waiting = new Int32Array(count); // devices that the sums do not know yet
  const waits = new Uint8Array(count);
  let length = 0;

  return {
    ...arrays,
    entries,
    terminals,
    unmoved(k, vd, vg, vb) {
      const i = 3 * k;
      return (
        Math.abs(vd - at[i]) < still &&
        Math.abs(vg - at[i + 1]) < still &&
        Math.abs(vb - at[i + 2]) < still
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
    changed(k) {
      if (waits[k] === 1) return;
      waits[k] = 1;
      waiting[length++] = k;
    },
    forget: () => void at.fill(NaN),
    addTo(sums, afresh) {
      for (let n = 0; n < length; n++) {
        const k = waiting[n];
        waits[k] = 0;
        local.take(k);
        if (!afresh) local.follow(k, sums);
      }
      if (afresh) local.addAll(sums);
      length = 0;
    },
  };
}
