import { add, apply, cross, dot, scale, type Vector3 } from '../numerics/vector3.js';
import type { AngularTransfer, DriveSegment, Macrospin } from './macrospin.js';

const ZERO: Vector3 = [0, 0, 0];

/** Fields and torques at one instant: field (T), damping-like vector (T), change of A_zz (T). */
export interface DriveInstant {
  readonly field?: Vector3;
  readonly dampingLike?: Vector3;
  readonly perpendicularAnisotropy?: number;
  readonly angularTransfer?: Pick<AngularTransfer, 'axis' | 'strength' | 'asymmetry'>;
}

/** Total field (T) on direction m, without current: B + A m, with the voltage's share of A_zz. */
export function effectiveField(
  { anisotropy, field }: Macrospin,
  { field: applied = ZERO, perpendicularAnisotropy = 0 }: DriveInstant,
  m: Vector3,
): Vector3 {
  const total = add(apply(anisotropy, m), add(field, applied));
  return [total[0], total[1], total[2] + perpendicularAnisotropy * m[2]];
}

/** The damping-like vector a (T) at direction m: constant part and angle-dependent spin transfer. */
export function dampingLikeVector(
  { dampingLike = ZERO, angularTransfer: transfer }: DriveInstant,
  m: Vector3,
): Vector3 {
  if (!transfer) return dampingLike;
  const strength = transfer.strength / (1 + transfer.asymmetry * dot(m, transfer.axis));
  return add(dampingLike, scale(strength, transfer.axis));
}

/**
 * w (1/s) of dm/dt = -m x w, the explicit form of the Gilbert equation (macrospin.ts):
 * w = g/(1 + alpha^2) (B' + alpha m x B'), B' = B + A m + m x a + Bth.
 */
export function precessionVector(
  spin: Macrospin,
  drive: DriveInstant,
  m: Vector3,
  thermal: Vector3 = ZERO,
): Vector3 {
  const { damping, gyromagneticRatio } = spin;
  const field = add(effectiveField(spin, drive, m), thermal);
  const total = add(field, cross(m, dampingLikeVector(drive, m)));
  return scale(gyromagneticRatio / (1 + damping ** 2), add(total, scale(damping, cross(m, total))));
}

/** dm/dt (1/s) of a macrospin under a drive, for solvers of one's own; `thermal` is a held thermal field (T). */
export const macrospinDerivative = (
  spin: Macrospin,
  drive: DriveInstant,
  m: Vector3,
  thermal?: Vector3,
): Vector3 => cross(precessionVector(spin, drive, m, thermal), m);

/** The instant of a segment at a fraction 0..1 of its duration (ramps are linear). */
export function driveAt(segment: DriveSegment, fraction: number): DriveInstant {
  const {
    field = ZERO,
    dampingLike = ZERO,
    perpendicularAnisotropy = 0,
    angularTransfer,
  } = segment;
  const mix = (from: Vector3, to: Vector3 | undefined): Vector3 =>
    to ? add(scale(1 - fraction, from), scale(fraction, to)) : from;
  const instant = {
    field: mix(field, segment.fieldEnd),
    dampingLike: mix(dampingLike, segment.dampingLikeEnd),
    perpendicularAnisotropy:
      perpendicularAnisotropy +
      fraction *
        ((segment.perpendicularAnisotropyEnd ?? perpendicularAnisotropy) - perpendicularAnisotropy),
  };
  if (!angularTransfer) return instant;
  const { axis, strength, strengthEnd = strength, asymmetry } = angularTransfer;
  return {
    ...instant,
    angularTransfer: { axis, asymmetry, strength: strength + fraction * (strengthEnd - strength) },
  };
}
