import { EKV_LEVEL } from './ekv.js';
import { meyerCapacitances, MEYER_LENGTH } from './meyer.js';
import type { MosfetParameters } from './parameters.js';

/** Gate-source, gate-drain and gate-bulk charge (C) and slope (F) of one device. */
export const GATE_LENGTH = 6;

export type GateCharges = ReturnType<typeof gateCharges>;

/**
 * Gate charges of many transistors. Meyer's capacitances are no derivatives of a charge; the charge
 * is the integral of capacitance over the path the circuit takes, by the trapezoidal rule from the
 * last accepted point: q = q' + (C' + C)/2 (v - v'). All in netlist signs, gate positive.
 */
export function gateCharges(parameters: readonly MosfetParameters[]) {
  const count = parameters.length;
  const oxide = Float64Array.from(parameters, (p) =>
    p.level === EKV_LEVEL ? 0 : p.oxide * p.width * p.effectiveLength * p.multiplicity,
  );
  // Per device [source, drain, bulk]: voltage, capacitance, charge at the last accepted point;
  // capacitance at the last evaluation.
  const voltage = new Float64Array(3 * count);
  const capacitance = new Float64Array(3 * count);
  const charge = new Float64Array(3 * count);
  const present = new Float64Array(3 * count);
  const meyer = new Float64Array(MEYER_LENGTH);

  return {
    /** Whether device k has gate capacitances. */
    stores: (k: number): boolean => oxide[k] > 0,
    /** Capacitances of device k at (vds, vgs), n-channel signs, with turn-on and saturation voltage, V. */
    evaluate(k: number, vds: number, vgs: number, threshold: number, saturation: number): void {
      const swap = vds < 0;
      const phi = parameters[k].surfacePotential;
      meyerCapacitances(
        swap ? vgs - vds : vgs,
        swap ? -vds : vds,
        threshold,
        saturation,
        phi,
        oxide[k],
        meyer,
      );
      present[3 * k] = swap ? meyer[1] : meyer[0];
      present[3 * k + 1] = swap ? meyer[0] : meyer[1];
      present[3 * k + 2] = meyer[2];
    },
    /** Charges and slopes of device k at gate voltages against source, drain and bulk. */
    charges(
      k: number,
      vgs: number,
      vgd: number,
      vgb: number,
      dc: boolean,
      out: Float64Array,
    ): void {
      for (let m = 0; m < 3; m++) {
        const i = 3 * k + m;
        const v = m === 0 ? vgs : m === 1 ? vgd : vgb;
        const slope = dc ? present[i] : 0.5 * (present[i] + capacitance[i]);
        out[m] = charge[i] + slope * (v - voltage[i]);
        out[3 + m] = slope;
      }
    },
    /** Takes voltages as accepted; false when that does not change the charges as functions. */
    accept(k: number, vgs: number, vgd: number, vgb: number): boolean {
      let changed = false;
      for (let m = 0; m < 3; m++) {
        const i = 3 * k + m;
        const v = m === 0 ? vgs : m === 1 ? vgd : vgb;
        charge[i] += 0.5 * (present[i] + capacitance[i]) * (v - voltage[i]);
        voltage[i] = v; // also where the slope stays: the next one turns about this point
        if (present[i] !== capacitance[i]) changed = true;
        capacitance[i] = present[i];
      }
      return changed;
    },
  };
}
