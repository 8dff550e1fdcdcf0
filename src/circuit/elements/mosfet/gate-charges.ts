import type { BuildContext, Evaluation } from '../../system/element.js';
import { concatenate, conductanceEntries, stampConductances } from '../two-terminal.js';
import { CHANNEL, CHANNEL_LENGTH, type ChannelModel } from './channel.js';
import { meyerCapacitances, MEYER_LENGTH } from './meyer.js';
import type { MosfetParameters } from './parameters.js';

interface Terminals {
  readonly gate: Int32Array;
  readonly drain: Int32Array;
  readonly source: Int32Array;
  readonly bulk: Int32Array;
}

/**
 * Gate charges of many transistors. Meyer's capacitances are no derivatives of a charge; the charge
 * is the integral of capacitance over the path the circuit takes, by the trapezoidal rule from the
 * last accepted point: q = q' + (C' + C)/2 (v - v').
 */
export function gateCharges(
  parameters: readonly MosfetParameters[],
  channels: readonly ChannelModel[],
  { gate, drain, source, bulk }: Terminals,
) {
  const count = parameters.length;
  const oxide = Float64Array.from(
    parameters,
    (p) => p.oxide * p.width * p.effectiveLength * p.multiplicity,
  );
  const others = [source, drain, bulk]; // in the order of meyerCapacitances
  const overlap = Float64Array.from(parameters, ({ overlap: o }) => o.source);
  const overlapDrain = Float64Array.from(parameters, ({ overlap: o }) => o.drain);
  const overlapBulk = Float64Array.from(parameters, ({ overlap: o }) => o.bulk);
  // Per device and capacitor: voltage, capacitance, charge at the last accepted point.
  const voltage = new Float64Array(3 * count);
  const capacitance = new Float64Array(3 * count);
  const charge = new Float64Array(3 * count);
  const channel = new Float64Array(CHANNEL_LENGTH);
  const present = new Float64Array(MEYER_LENGTH);
  let sourceEntries: Int32Array = new Int32Array(0);
  let drainEntries: Int32Array = new Int32Array(0);
  let bulkEntries: Int32Array = new Int32Array(0);

  /** Capacitances [source, drain, bulk] of device k at x. */
  const at = (k: number, x: Float64Array): Float64Array => {
    const p = parameters[k];
    const { sign } = p;
    const vgs = sign * (x[gate[k]] - x[source[k]]);
    const vds = sign * (x[drain[k]] - x[source[k]]);
    const vbs = sign * (x[bulk[k]] - x[source[k]]);
    const swap = vds < 0;
    const vg = swap ? vgs - vds : vgs;
    channels[k](vg, Math.abs(vds), swap ? vbs - vds : vbs, channel);
    const { threshold, saturation } = CHANNEL;
    meyerCapacitances(
      vg,
      Math.abs(vds),
      channel[threshold],
      channel[saturation],
      p.surfacePotential,
      oxide[k],
      present,
    );
    if (swap) [present[0], present[1]] = [present[1], present[0]];
    return present;
  };

  return {
    /** Handles of the overlap capacitances; call once. */
    entries(context: BuildContext): Int32Array {
      const joined = concatenate(
        ...[source, drain, bulk].map((list) => conductanceEntries(context, gate, list)),
      );
      sourceEntries = joined.subarray(0, 4 * count);
      drainEntries = joined.subarray(4 * count, 8 * count);
      bulkEntries = joined.subarray(8 * count);
      return joined;
    },
    stampOverlap(c: Float64Array): void {
      stampConductances(c, sourceEntries, overlap);
      stampConductances(c, drainEntries, overlapDrain);
      stampConductances(c, bulkEntries, overlapBulk);
    },
    /** Adds the gate charges and their capacitances. */
    load({ x, q, c, dc }: Evaluation): void {
      for (let k = 0; k < count; k++) {
        if (oxide[k] === 0) continue;
        const caps = at(k, x);
        for (let m = 0; m < 3; m++) {
          const other = others[m][k];
          const entries = m === 0 ? sourceEntries : m === 1 ? drainEntries : bulkEntries;
          const now = caps[m];
          let slope = now;
          if (!dc) {
            const v = x[gate[k]] - x[other];
            const i = 3 * k + m;
            slope = 0.5 * (now + capacitance[i]);
            const stored = charge[i] + slope * (v - voltage[i]);
            q[gate[k]] += stored;
            q[other] -= stored;
          }
          c[entries[4 * k]] += slope;
          c[entries[4 * k + 1]] -= slope;
          c[entries[4 * k + 2]] -= slope;
          c[entries[4 * k + 3]] += slope;
        }
      }
    },
    accept: ({ x }: Evaluation): void => {
      for (let k = 0; k < count; k++) {
        if (oxide[k] === 0) continue;
        const caps = at(k, x);
        for (let m = 0; m < 3; m++) {
          const i = 3 * k + m;
          const v = x[gate[k]] - x[others[m][k]];
          charge[i] += 0.5 * (caps[m] + capacitance[i]) * (v - voltage[i]);
          voltage[i] = v;
          capacitance[i] = caps[m];
        }
      }
    },
    /** Gate-drain capacitance with overlap at x, F. */
    drainCapacitance: (k: number, x: Float64Array): number =>
      overlapDrain[k] + (oxide[k] === 0 ? 0 : at(k, x)[1]),
  };
}
