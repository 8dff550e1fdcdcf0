import { add, apply, cross, dot, norm, scale, unit, type Vector3 } from '../numerics/vector3.js';
import { isRamp, type DriveSegment, type Macrospin } from './macrospin.js';

/** When a trial's outcome is taken as known before its drive ends. */
export interface EarlyStop {
  /** Trials are told apart by the sign of m . towards at the end. */
  readonly towards: Vector3;
  /** Largest probability that a stopped trial would have ended on the other side. */
  readonly risk: number;
}

export interface StopRule {
  /** Index of the first segment from which on trials may stop. */
  readonly fromSegment: number;
  /** Whether a trial at m[at], m[at + 1], m[at + 2] in a segment is decided; its side is the one it is on. */
  readonly decided: (m: Float64Array, at: number, segment: number) => boolean;
}

const ZERO: Vector3 = [0, 0, 0];

/**
 * The rule by which trials stop, or undefined where none holds. It needs a tail of segments in which the motion is
 * that of a thermal bath in a potential U (kT): no torque by current, or a uniaxial magnet with everything along its
 * axis, where a damping-like torque a is a field a/alpha. To change sides a trial must climb to the great circle
 * m . towards = 0, at least to its lowest point: from U the chance is exp(U - U_circle) to a factor of order one
 * (Kramers, Physica 7, 284, 1940), and from the bottom of the side, attempted at most g B times a second, as many
 * times exp(U_bottom - U_circle). A trial is decided when ten times the first and the second, over all segments to come,
 * stay below `risk`.
 */
export function stopRule(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  { towards, risk }: EarlyStop,
): StopRule | undefined {
  if (!(spin.thermalField > 0)) return undefined;
  const axis = unit(towards);
  let fromSegment = drive.length;
  while (fromSegment > 0 && potentialField(spin, drive[fromSegment - 1], axis)) fromSegment -= 1;
  const tail = drive.slice(fromSegment);
  if (tail.length === 0) return undefined;
  const margin = Math.log((10 * tail.length) / risk);
  const parts = tail.map((segment) => {
    const field = potentialField(spin, segment, axis) ?? ZERO;
    const energy = (m: Vector3): number =>
      -(dot(m, apply(spin.anisotropy, m)) / 2 + dot(m, field)) / spin.thermalField;
    const circle = lowestOnCircle(energy, axis);
    const fastest =
      spin.gyromagneticRatio * (norm(field) + spin.anisotropy.reduce((s, a) => s + Math.abs(a), 0));
    // The lowest energy of each side, so that thermal escape over the segment stays below the risk.
    const deepest = Math.log((tail.length * segment.durationSeconds * fastest) / risk);
    const holds = [1, -1].map((side) => circle - lowestOnSide(energy, scale(side, axis)) > deepest);
    return { field: scale(1 / spin.thermalField, field), limit: circle - margin, holds };
  });
  const tensor = spin.anisotropy.map((a) => a / (2 * spin.thermalField));
  if (parts.some(({ holds }) => !holds[0] && !holds[1])) return undefined;
  const decided = (m: Float64Array, at: number, segment: number): boolean => {
    const [x, y, z] = [m[at], m[at + 1], m[at + 2]];
    const side = x * axis[0] + y * axis[1] + z * axis[2] > 0 ? 0 : 1;
    const own = -(
      x * (tensor[0] * x + (tensor[1] + tensor[3]) * y + (tensor[2] + tensor[6]) * z) +
      y * (tensor[4] * y + (tensor[5] + tensor[7]) * z) +
      tensor[8] * z * z
    );
    for (let k = segment - fromSegment; k < parts.length; k += 1) {
      const { field, limit, holds } = parts[k];
      if (!holds[side]) return false;
      if (own - (x * field[0] + y * field[1] + z * field[2]) > limit) return false;
    }
    return true;
  };
  return { fromSegment, decided };
}

/** The total field of the potential under a segment, or undefined where the motion has none. */
function potentialField(
  { anisotropy, damping, field }: Macrospin,
  segment: DriveSegment,
  axis: Vector3,
): Vector3 | undefined {
  const { dampingLike = ZERO, field: applied = ZERO, perpendicularAnisotropy = 0 } = segment;
  if (isRamp(segment) || segment.angularTransfer || perpendicularAnisotropy !== 0) return undefined;
  const total = add(field, applied);
  if (norm(dampingLike) === 0) return total;
  const along = (v: Vector3): boolean => norm(cross(v, axis)) <= 1e-12 * norm(v);
  const image = apply(anisotropy, axis);
  const across = (anisotropy[0] + anisotropy[4] + anisotropy[8] - dot(image, axis)) / 2;
  const squares = anisotropy.reduce((sum, a) => sum + a * a, 0);
  const uniaxial =
    along(image) && Math.abs(squares - dot(image, axis) ** 2 - 2 * across ** 2) <= 1e-12 * squares;
  if (!uniaxial || !along(total) || !along(dampingLike)) return undefined;
  return add(total, scale(1 / damping, dampingLike));
}

type Energy = (m: Vector3) => number;

const CIRCLE_POINTS = 720;

function lowestOnCircle(energy: Energy, axis: Vector3): number {
  const aside = unit(cross(axis, Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
  const other = cross(axis, aside);
  let lowest = Infinity;
  for (let k = 0; k < CIRCLE_POINTS; k += 1) {
    const phi = (2 * Math.PI * k) / CIRCLE_POINTS;
    const m = add(scale(Math.cos(phi), aside), scale(Math.sin(phi), other));
    lowest = Math.min(lowest, energy(m));
  }
  return lowest;
}

/** From above: a grid misses the bottom by less than it matters here. */
function lowestOnSide(energy: Energy, axis: Vector3): number {
  const aside = unit(cross(axis, Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
  const other = cross(axis, aside);
  let lowest = energy(axis);
  for (let i = 1; i < 30; i += 1) {
    const theta = (i * Math.PI) / 60;
    for (let k = 0; k < 60; k += 1) {
      const phi = (2 * Math.PI * k) / 60;
      const across = add(scale(Math.cos(phi), aside), scale(Math.sin(phi), other));
      lowest = Math.min(
        lowest,
        energy(add(scale(Math.cos(theta), axis), scale(Math.sin(theta), across))),
      );
    }
  }
  return lowest;
}
