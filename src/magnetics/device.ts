import type { Vector3 } from '../numerics/vector3.js';
import type { TemperatureLaws } from './temperature.js';

/**
 * A spin-orbit magnetic tunnel junction, as validated from a device file (`device-schema.ts` declares the
 * same fields with symbol, range, default and description). SI units throughout.
 *
 * Frame: x along the charge current in the heavy-metal channel, z from the channel through the free layer
 * to the reference layer, y = z x x. A positive channel current polarises spins along
 * `spinOrbitPolarisation` (+y by default) and its damping-like torque pulls m towards it.
 */
export interface Mtj {
  /** Free-layer body: an elliptic cylinder (axes length, width), a cuboid, or an ellipsoid. */
  readonly shape: 'elliptic-cylinder' | 'cuboid' | 'ellipsoid';
  /** Extent along x (m). */
  readonly length: number;
  /** Extent along y (m). */
  readonly width: number;
  /** Magnetic thickness along z (m). */
  readonly thickness: number;
  /** Saturation magnetisation (A/m), at the reference temperature where there are temperature laws. */
  readonly saturationMagnetisation: number;
  /** Perpendicular interface anisotropy energy per area (J/m^2); positive favours z. */
  readonly interfaceAnisotropy: number;
  /** Perpendicular bulk anisotropy energy density (J/m^3); positive favours z. */
  readonly bulkAnisotropy: number;
  /** In-plane uniaxial anisotropy beyond shape (J/m^3), along `inPlaneAxis`. */
  readonly inPlaneAnisotropy: number;
  /** Angle of that in-plane axis from x (rad). */
  readonly inPlaneAxis: number;
  /** Demagnetising factors (Nx, Ny, Nz); absent: computed from shape and extents. */
  readonly demagnetisation?: Vector3 | undefined;
  /** Gilbert damping. */
  readonly alpha: number;
  /** Damping-like spin Hall angle of the channel. */
  readonly thetaDampingLike: number;
  /** Field-like over damping-like torque, bFL/aDL. */
  readonly fieldLikeRatio: number;
  /** Spin polarisation (unit vector) of a positive channel current. */
  readonly spinOrbitPolarisation: Vector3;
  /** Spin polarisation (unit vector) of a positive current in the crossing preset channel. */
  readonly presetPolarisation: Vector3;
  /** Spin-transfer efficiency eta of a current through the junction. */
  readonly spinTransferEfficiency: number;
  /** Angular asymmetry lambda of spin transfer: torque divided by 1 + lambda m.reference. */
  readonly spinTransferAsymmetry: number;
  /** Reference-layer direction (unit vector); m parallel to it is the low-resistance state. */
  readonly referenceDirection: Vector3;
  /** Tunnel spin polarisation P; TMR = 2 P^2/(1 - P^2) where `tunnelMagnetoresistance` is absent. */
  readonly tunnelPolarisation: number;
  /** TMR ratio (R_AP - R_P)/R_P at zero bias; absent: from `tunnelPolarisation`. */
  readonly tunnelMagnetoresistance?: number | undefined;
  /** Bias at which TMR has halved (V). */
  readonly tmrHalfBias: number;
  /** Resistance-area product of the parallel state (ohm m^2). */
  readonly resistanceArea: number;
  /** Tunnel-barrier thickness (m). */
  readonly barrierThickness: number;
  /** Voltage-controlled magnetic anisotropy coefficient (J/(V m)); positive voltage lowers K. */
  readonly vcma: number;
  /** Heavy-metal channel under the free layer. */
  readonly channel: Channel;
  /** Resistivity of the free layer (ohm m) for shunting; 0 means no shunting. */
  readonly freeLayerResistivity: number;
  /** External magnetic field (T). */
  readonly externalField: Vector3;
  /** Exchange-bias and interlayer-exchange field on the free layer (T). */
  readonly exchangeField: Vector3;
  /** Bath temperature (K). */
  readonly temperature: number;
  /** How Ms, anisotropies and polarisation follow the temperature; absent: they do not. */
  readonly temperatureLaws?: TemperatureLaws | undefined;
}

/** The heavy-metal strip that carries the spin-orbit current. */
export interface Channel {
  /** Along the current, x (m). */
  readonly length: number;
  /** Across the current, y (m). */
  readonly width: number;
  readonly thickness: number;
  /** Resistivity (ohm m). */
  readonly resistivity: number;
}

/** A device file: the junction, what it is, and where each value comes from. */
export interface Device {
  readonly name: string;
  readonly description: string;
  readonly mtj: Mtj;
  /** Key path below `mtj` to the source of its value. */
  readonly sources: Readonly<Record<string, string>>;
}
