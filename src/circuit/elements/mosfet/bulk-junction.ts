import { depletion } from '../semiconductor.js';
import type { BulkJunction } from './parameters.js';

/**
 * Bulk diode at v (V, bulk positive): writes current (A), conductance (S), charge (C) and
 * capacitance (F) to `out`. Reverse current saturates; gmin lies across it.
 */
export function bulkJunctionAt(
  junction: BulkJunction,
  v: number,
  thermalVoltage: number,
  gmin: number,
  out: Float64Array,
): void {
  const { saturationCurrent, bottom, sidewall, potential, forward } = junction;
  out[2] = 0;
  out[3] = 0;
  if (bottom > 0) {
    depletion(v, potential, junction.bottomGrading, forward, out);
    out[2] += bottom * out[0];
    out[3] += bottom * out[1];
  }
  if (sidewall > 0) {
    depletion(v, potential, junction.sidewallGrading, forward, out);
    out[2] += sidewall * out[0];
    out[3] += sidewall * out[1];
  }
  if (v <= -3 * thermalVoltage) {
    const argument = (3 * thermalVoltage) / (v * Math.E);
    const cube = argument * argument * argument;
    out[0] = -saturationCurrent * (1 + cube) + gmin * v;
    out[1] = (saturationCurrent * 3 * cube) / v + gmin;
  } else {
    const exponential = v === 0 ? 1 : Math.exp(Math.min(v / thermalVoltage, 600));
    out[0] = saturationCurrent * (exponential - 1) + gmin * v;
    out[1] = (saturationCurrent * exponential) / thermalVoltage + gmin;
  }
}
