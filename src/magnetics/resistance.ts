import { junctionArea } from './anisotropy.js';
import type { Mtj } from './device.js';
import { atTemperature } from './temperature.js';

/** What a voltage across the junction finds there. */
export interface JunctionState {
  /** I (A) = G V. */
  readonly currentAmpere: number;
  /** G = I/V (S). */
  readonly conductanceSiemens: number;
  /** dI/dV (S) at constant angle. */
  readonly slopeSiemens: number;
  /** dI/dcos(theta) (A) at constant voltage. */
  readonly currentPerCosine: number;
}

/** TMR = (R_AP - R_P)/R_P at a bias (V): TMR0/(1 + V^2/Vh^2), TMR0 = 2P^2/(1 - P^2) where the device gives none. */
export function tunnelMagnetoresistance(mtj: Mtj, volts = 0): number {
  const at = atTemperature(mtj);
  const square = at.tunnelPolarisation ** 2;
  const zeroBias = at.tunnelMagnetoresistance ?? (2 * square) / (1 - square);
  return zeroBias / (1 + (volts / at.tmrHalfBias) ** 2);
}

/** Resistance of the parallel state (ohm): RA over the junction area, at every bias. */
export const parallelResistance = (mtj: Mtj): number => mtj.resistanceArea / junctionArea(mtj);

/**
 * The junction at an angle theta to the reference (`cosine` = m.reference) and a voltage: the conductance is
 * linear in cos(theta) between 1/R_P and 1/(R_P (1 + TMR(V))) (Julliere 1975; Slonczewski, Phys. Rev. B 39,
 * 6995, 1989).
 */
export function junctionState(mtj: Mtj, cosine: number, volts = 0): JunctionState {
  const parallel = 1 / parallelResistance(mtj);
  const zeroBias = tunnelMagnetoresistance(mtj);
  const square = (volts / mtj.tmrHalfBias) ** 2;
  const tmr = zeroBias / (1 + square);
  const antiparallel = parallel / (1 + tmr);
  const conductance = (parallel + antiparallel + (parallel - antiparallel) * cosine) / 2;
  // V dTMR/dV = -2 TMR (V/Vh)^2/(1 + (V/Vh)^2); G_AP = G_P/(1 + TMR).
  const rise = (antiparallel / (1 + tmr)) * ((2 * tmr * square) / (1 + square));
  return {
    currentAmpere: conductance * volts,
    conductanceSiemens: conductance,
    slopeSiemens: conductance + ((1 - cosine) / 2) * rise,
    currentPerCosine: ((parallel - antiparallel) / 2) * volts,
  };
}

/** Resistance (ohm) at cos(theta) = m.reference and a voltage (V): what a read sees. */
export const junctionResistance = (mtj: Mtj, cosine: number, volts = 0): number =>
  1 / junctionState(mtj, cosine, volts).conductanceSiemens;
