import type { Matrix3, Vector3 } from '../numerics/vector3.js';

/**
 * A single-domain free layer, reduced to what its equation of motion needs. Gilbert form, fields in tesla:
 *
 *   dm/dt = -g m x (A m + B) + alpha m x dm/dt - g m x (m x a)
 *
 * with the anisotropy tensor A, the field B (external, exchange, field-like torque) and the damping-like
 * vector a = aDL p + aS pS, which pulls m towards itself. Equivalent explicit form, B' = A m + B + m x a + Bth:
 *
 *   dm/dt = -g/(1 + alpha^2) [ m x B' + alpha m x (m x B') ]
 */
export interface Macrospin {
  /** Gyromagnetic ratio g (rad/(s T)). */
  readonly gyromagneticRatio: number;
  /** Gilbert damping alpha. */
  readonly damping: number;
  /** Symmetric tensor A (T), row-major: demagnetisation and anisotropies, B_A = A m. */
  readonly anisotropy: Matrix3;
  /** Constant field (T): external and exchange. */
  readonly field: Vector3;
  /** kB T/(Ms V) (T): the thermal energy in field units; 0 is zero temperature. */
  readonly thermalField: number;
}

/**
 * What is applied from one time to the next. `field` and `dampingLike` add to the macrospin's own; where the
 * `...End` value is given they ramp linearly to it (piecewise-linear waveforms), else they are constant.
 */
export interface DriveSegment {
  readonly durationSeconds: number;
  /** Additional field (T): applied field, Oersted field, field-like torque. */
  readonly field?: Vector3;
  readonly fieldEnd?: Vector3;
  /** Damping-like torque vector a (T): aDL p of the channel plus aS p of the junction. */
  readonly dampingLike?: Vector3;
  readonly dampingLikeEnd?: Vector3;
  /** Change of the z-z element of the anisotropy tensor by voltage (T); negative lowers a perpendicular barrier. */
  readonly perpendicularAnisotropy?: number;
  readonly perpendicularAnisotropyEnd?: number;
  /** Spin transfer that depends on the angle, beside `dampingLike`. */
  readonly angularTransfer?: AngularTransfer;
}

/**
 * A damping-like vector strength axis/(1 + asymmetry m.axis): Slonczewski's angular asymmetry of spin transfer
 * (J. Magn. Magn. Mater. 159, L1, 1996; 247, 324, 2002). `strength` in tesla, ramping to `strengthEnd`.
 */
export interface AngularTransfer {
  readonly axis: Vector3;
  readonly strength: number;
  readonly strengthEnd?: number;
  readonly asymmetry: number;
}

/** Whether anything of a segment changes within it. */
export const isRamp = (segment: DriveSegment): boolean =>
  segment.fieldEnd !== undefined ||
  segment.dampingLikeEnd !== undefined ||
  segment.perpendicularAnisotropyEnd !== undefined ||
  segment.angularTransfer?.strengthEnd !== undefined;

/** Total duration of a drive (s). */
export const driveDuration = (drive: readonly DriveSegment[]): number =>
  drive.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);

/** Standard deviation (T) of one Cartesian component of the thermal field held over a step (Brown 1963). */
export const thermalFieldDeviation = (
  { damping, thermalField, gyromagneticRatio }: Macrospin,
  stepSeconds: number,
): number => Math.sqrt((2 * damping * thermalField) / (gyromagneticRatio * stepSeconds));
