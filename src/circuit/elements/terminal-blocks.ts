import type { BuildContext, LinearSums } from '../system/element.js';
import { localMatrix, type BlockArrays } from './local-matrix.js';

/**
 * A device whose voltages have moved by less than this part of reltol (V) in a transient keeps its
 * linear expression, 0.1 mV by default: its error, half the curvature times the square, is below
 * 1e-5 of a current that goes as exp(v / 26 mV) and less of any other.
 */
const UNMOVED = 0.1;

/**
 * In dc (V): the error is below 1e-15 of a current that goes as exp(v / 26 mV).
 */
const EXACTLY = 1e-9;

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
  /**
   * Lists the devices that no longer stand where they were evaluated, all but or (`exactly`) to what
   * rounding shows; returns how many.
   */
  readonly findMoved: (x: Float64Array, exactly: boolean, list: Int32Array) => number;
  /**
   * Writes the current into the drain of each device (A) at x with these rates of the unknowns (V/s) to
   * out[offset + k]; `overlap` (F) lies between drain and gate.
   */
  readonly drainCurrents: (
    x: Float64Array,
    rate: Float64Array,
    overlap: Float64Array,
    out: Float64Array,
    offset: number,
  ) => void;
  /** Device k has been evaluated anew, in whole or in part: the sums will follow. */
  readonly changed: (k: number) => void;
  /** All evaluations are void: the conditions they were made under have changed. */
  readonly forget: () => void;
  /** Brings the sums up to date (see `ElementGroup.linearise`). */
  readonly addTo: (sums: LinearSums, afresh: boolean) => void;
}

export function newTerminalBlocks(
  { entry, settings, size }: BuildContext,
  [drain, gate, source, bulk]: readonly [Int32Array, Int32Array, Int32Array, Int32Array],
): TerminalBlocks {
  const count = drain.length;
  const { reltol } = settings.options;
  const nearly = UNMOVED * (typeof reltol === 'number' && reltol > 0 ? reltol : 1e-3);
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
  const local = localMatrix(entries, terminals, size, arrays);
  const waiting = new Int32Array(count); // devices that the sums do not know yet
  const waits = new Uint8Array(count);
  let length = 0;

  return {
    ...arrays,
    entries,
    terminals,
    findMoved(x, exactly, list) {
      const still = exactly ? EXACTLY : nearly;
      let found = 0;
      for (let k = 0; k < count; k++) {
        const s = x[terminals[4 * k + 2]];
        if (
          Math.abs(x[terminals[4 * k]] - s - at[3 * k]) < still &&
          Math.abs(x[terminals[4 * k + 1]] - s - at[3 * k + 1]) < still &&
          Math.abs(x[terminals[4 * k + 3]] - s - at[3 * k + 2]) < still
        ) {
          continue;
        }
        list[found++] = k;
      }
      return found;
    },
    drainCurrents(x, rate, overlap, out, offset) {
      for (let k = 0; k < count; k++) {
        const d = terminals[4 * k];
        const g = terminals[4 * k + 1];
        const s = terminals[4 * k + 2];
        const b = terminals[4 * k + 3];
        const m = 9 * k;
        let current =
          currents[3 * k] +
          conductances[m] * (x[d] - x[s] - at[3 * k]) +
          conductances[m + 1] * (x[g] - x[s] - at[3 * k + 1]) +
          capacitances[m] * (rate[d] - rate[s]) +
          capacitances[m + 1] * (rate[g] - rate[s]);
        if (b !== s) {
          current +=
            conductances[m + 2] * (x[b] - x[s] - at[3 * k + 2]) +
            capacitances[m + 2] * (rate[b] - rate[s]);
        }
        out[offset + k] = current + overlap[k] * (rate[d] - rate[g]);
      }
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
