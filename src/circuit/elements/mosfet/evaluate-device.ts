import type { TerminalBlocks } from '../terminal-blocks.js';
import { bulkJunctionAt } from './bulk-junction.js';
import { CHANNEL, CHANNEL_LENGTH, type ChannelFactory, type ChannelModel } from './channel.js';
import { EKV_LEVEL, ekvModel, ekvParameters } from './ekv.js';
import { addEkv } from './evaluate-ekv.js';
import { GATE_LENGTH, type GateCharges } from './gate-charges.js';
import { mapShared, type MosfetParameters } from './parameters.js';

const { current: CURRENT, gm: GM, gds: GDS, gmbs: GMBS } = CHANNEL;
const { threshold: THRESHOLD, saturation: SATURATION } = CHANNEL;

/** Evaluates transistors into their terminal blocks. */
export interface DeviceEvaluator {
  /** Device k at (vds, vgs, vbs), n-channel signs. */
  readonly evaluate: (k: number, vds: number, vgs: number, vbs: number) => void;
  /** Charges of device k at its last evaluation, from the path so far. */
  readonly evaluateCharges: (k: number) => void;
  /** Lists the devices evaluated since the last call; returns how many. */
  readonly takeEvaluated: (list: Int32Array) => number;
  /** Turn-on voltage of each device at its last evaluation, V. */
  readonly threshold: Float64Array;
  /** Conductance (S) across the bulk junctions and whether charges stand still; a change forgets all. */
  readonly setMode: (gmin: number, dc: boolean) => void;
}

/** Channel, bulk diodes and gate capacitances of each device, in its own signs. */
export function deviceEvaluator(
  parameters: readonly MosfetParameters[],
  models: ReadonlyMap<number, ChannelFactory>,
  blocks: TerminalBlocks,
  gates: GateCharges,
): DeviceEvaluator {
  const { at, currents, charges, conductances: g, capacitances: c } = blocks;
  const count = parameters.length;
  // Charge models have their own current and charges; all others a channel with Meyer's capacitances.
  const charged = mapShared(parameters, (p) =>
    p.level === EKV_LEVEL ? ekvModel(ekvParameters(p), p.multiplicity) : undefined,
  );
  const channels = mapShared(parameters, (p) => models.get(p.level)?.(p) ?? silent);
  const threshold = new Float64Array(count);
  const channel = new Float64Array(CHANNEL_LENGTH);
  const junction = new Float64Array(4);
  const gate = new Float64Array(GATE_LENGTH);
  // Junction charges (C) and capacitances (F): drain, source.
  const junctions = new Float64Array(4 * count);
  const evaluated = new Int32Array(count);
  const listed = new Uint8Array(count);
  let many = 0;
  let gmin = NaN;
  let still = true;

  const evaluateCharges = (k: number): void => {
    const i = 3 * k;
    const m = 9 * k;
    const drainCharge = junctions[4 * k];
    const drainSlope = junctions[4 * k + 1];
    charges[i] = -drainCharge;
    charges[i + 2] = drainCharge + junctions[4 * k + 2];
    c[m] = drainSlope;
    c[m + 2] = -drainSlope;
    c[m + 6] = -drainSlope;
    c[m + 8] = drainSlope + junctions[4 * k + 3];
    if (!gates.stores(k)) return;
    gates.charges(k, at[i + 1], at[i + 1] - at[i], at[i + 1] - at[i + 2], still, gate);
    charges[i] -= gate[1];
    charges[i + 1] = gate[0] + gate[1] + gate[2];
    charges[i + 2] -= gate[2];
    c[m] += gate[4];
    c[m + 1] = -gate[4];
    c[m + 3] = -gate[4];
    c[m + 4] = gate[3] + gate[4] + gate[5];
    c[m + 5] = -gate[5];
    c[m + 7] = -gate[5];
    c[m + 8] += gate[5];
  };

  const evaluate = (k: number, vds: number, vgs: number, vbs: number): void => {
    if (listed[k] === 0) {
      listed[k] = 1;
      evaluated[many++] = k;
    }
    const p = parameters[k];
    const { sign, multiplicity, thermalVoltage: vt } = p;
    // Drain and source exchange for negative v_ds.
    const forward = vds >= 0;
    if (charged[k]) channels[k](vgs, vds, vbs, channel);
    else if (forward) channels[k](vgs, vds, vbs, channel);
    else channels[k](vgs - vds, -vds, vbs - vds, channel);
    threshold[k] = channel[THRESHOLD];
    const gm = multiplicity * channel[GM];
    const gds = multiplicity * channel[GDS];
    const gmbs = multiplicity * channel[GMBS];
    const current = multiplicity * channel[CURRENT];
    if (gates.stores(k)) {
      gates.evaluate(k, vds, vgs, channel[THRESHOLD], channel[SATURATION]);
    }
    bulkJunctionAt(p.drainJunction, vbs - vds, vt, gmin, junction);
    const drainLeak = junction[0];
    const drainSlope = junction[1];
    junctions[4 * k] = sign * junction[2];
    junctions[4 * k + 1] = junction[3];
    bulkJunctionAt(p.sourceJunction, vbs, vt, gmin, junction);
    junctions[4 * k + 2] = sign * junction[2];
    junctions[4 * k + 3] = junction[3];

    const i = 3 * k;
    const m = 9 * k;
    at[i] = sign * vds;
    at[i + 1] = sign * vgs;
    at[i + 2] = sign * vbs;
    currents[i] = sign * ((forward ? current : -current) - drainLeak);
    currents[i + 2] = sign * (drainLeak + junction[0]);
    g[m] = (forward ? gds : gm + gds + gmbs) + drainSlope;
    g[m + 1] = forward ? gm : -gm;
    g[m + 2] = (forward ? gmbs : -gmbs) - drainSlope;
    g[m + 6] = -drainSlope;
    g[m + 8] = drainSlope + junction[1];
    evaluateCharges(k);
    const ekv = charged[k];
    if (ekv) addEkv(ekv, blocks, k, sign, vds, vgs, vbs);
  };

  return {
    evaluate,
    evaluateCharges,
    takeEvaluated(list) {
      const taken = many;
      for (let n = 0; n < taken; n++) {
        list[n] = evaluated[n];
        listed[evaluated[n]] = 0;
      }
      many = 0;
      return taken;
    },
    threshold,
    setMode(conductance, dc) {
      if (conductance === gmin && dc === still) return;
      gmin = conductance;
      still = dc;
      blocks.forget();
    },
  };
}

/** The channel of a device whose charge model brings its own current. */
const silent: ChannelModel = (_vgs, _vds, _vbs, out) => {
  out.fill(0);
  out[THRESHOLD] = 0.4; // where the limits on the voltages turn
};
