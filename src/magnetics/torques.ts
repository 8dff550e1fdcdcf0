import { add, scale, type Vector3 } from '../numerics/vector3.js';
import { ELEMENTARY_CHARGE, REDUCED_PLANCK } from '../units/index.js';
import { junctionArea } from './anisotropy.js';
import { channelCurrentDensity, oerstedField } from './channel.js';
import type { Mtj } from './device.js';
import type { DriveSegment } from './macrospin.js';
import { atTemperature } from './temperature.js';
import { voltageAnisotropy } from './vcma.js';

/**
 * Damping-like field (T) per current density: aDL = hbar theta J/(2 e Ms t)
 * (Slonczewski, J. Magn. Magn. Mater. 159, L1, 1996; Liu et al., Science 336, 555, 2012).
 */
const torquePerDensity = (
  { saturationMagnetisation, thickness }: Mtj,
  efficiency: number,
): number =>
  (REDUCED_PLANCK * efficiency) / (2 * ELEMENTARY_CHARGE * saturationMagnetisation * thickness);

/** Damping-like spin-orbit field aDL (T) of a channel current (A). */
export const spinOrbitField = (mtj: Mtj, channelCurrent: number): number =>
  torquePerDensity(mtj, mtj.thetaDampingLike) * channelCurrentDensity(mtj, channelCurrent);

/** Spin-transfer field aS (T) of a junction current (A); positive pulls m towards the reference direction. */
export const spinTransferField = (mtj: Mtj, junctionCurrent: number): number =>
  (torquePerDensity(mtj, mtj.spinTransferEfficiency) * junctionCurrent) / junctionArea(mtj);

/** What flows and is applied during one segment; SI, all optional, zero by default. */
export interface Excitation {
  /** Current along x in the heavy-metal channel (A). */
  readonly channelCurrent?: number;
  /** Current in the crossing preset channel of the same cross-section (A). */
  readonly presetCurrent?: number;
  /** Current through the junction (A), positive when it favours the parallel state. */
  readonly junctionCurrent?: number;
  /** Voltage across the barrier (V). */
  readonly junctionVoltage?: number;
  /** Applied field (T), beside that of the device. */
  readonly field?: Vector3;
  /** Count the channel's Oersted field; default false. */
  readonly oersted?: boolean;
}

/** The drive of one segment from its currents and voltages: a ramp from `from` to `to`, constant without `to`. */
export function driveSegment(
  mtj: Mtj,
  durationSeconds: number,
  from: Excitation,
  to?: Excitation,
): DriveSegment {
  const at = atTemperature(mtj);
  const begin = torquesOf(at, from);
  const constant = {
    durationSeconds,
    field: begin.field,
    dampingLike: begin.dampingLike,
    perpendicularAnisotropy: begin.perpendicularAnisotropy,
    ...angularTransfer(at, begin.transfer),
  };
  if (!to) return constant;
  const end = torquesOf(at, to);
  return {
    ...constant,
    fieldEnd: end.field,
    dampingLikeEnd: end.dampingLike,
    ...(begin.perpendicularAnisotropy === end.perpendicularAnisotropy
      ? {}
      : { perpendicularAnisotropyEnd: end.perpendicularAnisotropy }),
    ...angularTransfer(at, begin.transfer, end.transfer),
  };
}

function angularTransfer(
  { spinTransferAsymmetry: asymmetry, referenceDirection: axis }: Mtj,
  strength: number,
  strengthEnd?: number,
): Pick<DriveSegment, 'angularTransfer'> {
  if (asymmetry === 0 || (strength === 0 && (strengthEnd ?? 0) === 0)) return {};
  const end = strengthEnd === undefined ? {} : { strengthEnd };
  return { angularTransfer: { axis, asymmetry, strength, ...end } };
}

function torquesOf(
  mtj: Mtj,
  {
    channelCurrent = 0,
    presetCurrent = 0,
    junctionCurrent = 0,
    junctionVoltage = 0,
    field = [0, 0, 0],
    oersted = false,
  }: Excitation,
): {
  readonly field: Vector3;
  readonly dampingLike: Vector3;
  readonly perpendicularAnisotropy: number;
  /** Spin-transfer field (T) before its angular asymmetry; without asymmetry it is in `dampingLike`. */
  readonly transfer: number;
} {
  const orbit = scale(spinOrbitField(mtj, channelCurrent), mtj.spinOrbitPolarisation);
  const preset = scale(spinOrbitField(mtj, presetCurrent), mtj.presetPolarisation);
  const transfer = spinTransferField(mtj, junctionCurrent);
  const symmetric = scale(mtj.spinTransferAsymmetry === 0 ? transfer : 0, mtj.referenceDirection);
  const oerstedY = oersted ? oerstedField(mtj, channelCurrent) : 0;
  return {
    field: add(add(field, [0, oerstedY, 0]), scale(mtj.fieldLikeRatio, add(orbit, preset))),
    dampingLike: add(add(orbit, preset), symmetric),
    perpendicularAnisotropy: voltageAnisotropy(mtj, junctionVoltage),
    transfer,
  };
}
