import { dot, norm, scale, type Vector3 } from '../numerics/vector3.js';
import { VACUUM_PERMEABILITY } from '../units/index.js';
import {
  demagnetisationOf,
  freeLayerVolume,
  junctionArea,
  perpendicularAnisotropy,
} from './anisotropy.js';
import { channelResistance } from './channel.js';
import type { Mtj } from './device.js';
import { macrospinOf } from './reduce.js';
import { junctionResistance, tunnelMagnetoresistance } from './resistance.js';
import { atTemperature } from './temperature.js';
import { spinOrbitField, spinTransferField } from './torques.js';
import { wellOf, type WellFigures } from './well.js';

/** What follows from a device file before anything is simulated; SI units. */
export interface DeviceFigures {
  readonly temperature: number;
  readonly volume: number;
  readonly area: number;
  readonly demagnetisation: Vector3;
  /** Perpendicular effective anisotropy Ki/t + Kb - mu0 Ms^2 (Nz - Nx)/2 (J/m^3); negative lies in the plane. */
  readonly effectiveAnisotropy: number;
  readonly well: WellFigures;
  /** Zero-temperature threshold of spin transfer (A), alpha (B1 + B2)/2 = aS; absent: the reference is not along the easy axis. */
  readonly spinTransferCurrent?: number;
  /** Threshold of the channel current (A) with its kind; absent: no closed form for this geometry. */
  readonly spinOrbitCurrent?: { readonly ampere: number; readonly kind: string };
  /** Small-angle precession in the well, with the field along it (Hz). */
  readonly precessionFrequency: number;
  readonly parallelResistance: number;
  readonly antiparallelResistance: number;
  readonly tunnelMagnetoresistance: number;
  readonly channelResistance: number;
}

/** Derived figures of a device at its own temperature. */
export function deviceFigures(device: Mtj): DeviceFigures {
  const mtj = atTemperature(device);
  const spin = macrospinOf(mtj);
  const well = wellOf(spin);
  const [nx, , nz] = demagnetisationOf(mtj);
  const { saturationMagnetisation: ms } = mtj;
  const [soft, stiff] = well.stiffness;
  const along = dot(spin.field, well.easyAxis);
  const gamma = spin.gyromagneticRatio / (2 * Math.PI);
  const transfer = spinTransferThreshold(mtj, well);
  const orbit = spinOrbitThreshold(mtj, well, spin.field);
  return {
    temperature: mtj.temperature,
    volume: freeLayerVolume(mtj),
    area: junctionArea(mtj),
    demagnetisation: demagnetisationOf(mtj),
    effectiveAnisotropy:
      perpendicularAnisotropy(mtj) - (VACUUM_PERMEABILITY * ms * ms * (nz - nx)) / 2,
    well,
    ...(transfer === undefined ? {} : { spinTransferCurrent: transfer }),
    ...(orbit === undefined ? {} : { spinOrbitCurrent: orbit }),
    precessionFrequency: gamma * Math.sqrt((soft + Math.abs(along)) * (stiff + Math.abs(along))),
    parallelResistance: junctionResistance(mtj, 1),
    antiparallelResistance: junctionResistance(mtj, -1),
    tunnelMagnetoresistance: tunnelMagnetoresistance(mtj),
    channelResistance: channelResistance(mtj),
  };
}

const isAlong = (a: Vector3, b: Vector3): boolean => Math.abs(Math.abs(dot(a, b)) - 1) < 1e-6;

/** aS = alpha (B1 + B2)/2: the trace of the linearised motion changes sign (Sun, Phys. Rev. B 62, 570, 2000). */
const collinearField = ({ stiffness, damping }: WellFigures): number =>
  (damping * (stiffness[0] + stiffness[1])) / 2;

function spinTransferThreshold(mtj: Mtj, well: WellFigures): number | undefined {
  const perAmpere = spinTransferField(mtj, 1);
  if (perAmpere === 0 || !isAlong(mtj.referenceDirection, well.easyAxis)) return undefined;
  return collinearField(well) / Math.abs(perAmpere);
}

/**
 * Channel threshold. Polarisation along the easy axis: as spin transfer. Across it, a uniaxial magnet with a field
 * B along the current: a = Bk sqrt([8 + 20 h^2 - h^4 - h (8 + h^2)^(3/2)]/32), h = B/Bk (Lee et al., Appl. Phys.
 * Lett. 102, 112410, 2013), whatever the damping; no field-like torque.
 */
function spinOrbitThreshold(
  mtj: Mtj,
  well: WellFigures,
  field: Vector3,
): DeviceFigures['spinOrbitCurrent'] {
  const perAmpere = Math.abs(spinOrbitField(mtj, 1));
  const p = mtj.spinOrbitPolarisation;
  if (perAmpere === 0) return undefined;
  if (isAlong(p, well.easyAxis))
    return { ampere: collinearField(well) / perAmpere, kind: 'collinear (type y)' };
  const aside = norm([
    ...scale(1, field).map((b, i) => b - dot(field, well.easyAxis) * well.easyAxis[i]),
  ] as unknown as Vector3);
  const across = Math.abs(dot(p, well.easyAxis)) < 1e-6 && Math.abs(dot(p, field)) < 1e-9;
  if (!well.uniaxial || !across || mtj.fieldLikeRatio !== 0) return undefined;
  const reduced = leeThreshold(aside / well.stiffness[0]);
  return {
    ampere: (reduced * well.stiffness[0]) / perAmpere,
    kind: 'across the easy axis (type z)',
  };
}

/** Threshold a/Bk of Lee et al. at h = |Bx|/Bk, 0 <= h < 1. */
export const leeThreshold = (h: number): number =>
  Math.sqrt(Math.max(0, 8 + 20 * h * h - h ** 4 - h * (8 + h * h) ** 1.5) / 32);
