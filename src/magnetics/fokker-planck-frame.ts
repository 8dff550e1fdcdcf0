import { apply, type Matrix3, type Vector3 } from '../numerics/vector3.js';
import type { DriveSegment, Macrospin } from './macrospin.js';
import { principalFrame, voltageAxis } from './principal-frame.js';
import type { DensityStart } from './sphere-density.js';

/** The frame in which a density is expanded: principal axes, one of them polar. */
export interface SphereFrame {
  /** Device frame to this frame. */
  readonly rotation: Matrix3;
  /** Principal values of the anisotropy (T) in this order. */
  readonly values: Vector3;
  /** Which of the axes is the device's z, for voltages. */
  readonly voltageAxis: 0 | 1 | 2;
}

/**
 * A strong damping-like torque gathers the density about its own direction, to a width of
 * sqrt(alpha kB T/(Ms V a)). With the polar axis there it needs a high degree but few orders. So that principal
 * axis becomes the polar one where the torque is sharper than the wells; else the axes stay in place.
 */
export function sphereFrame(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  start: DensityStart,
): SphereFrame {
  const frame = principalFrame(spin.anisotropy);
  const driven = drive.some(
    ({ perpendicularAnisotropy = 0, perpendicularAnisotropyEnd = 0 }) =>
      perpendicularAnisotropy !== 0 || perpendicularAnisotropyEnd !== 0,
  );
  const z = driven ? voltageAxis(frame.rotation) : 2;
  const turns = [0, 1, 2].map((by): SphereFrame => {
    const row = (i: number): readonly number[] =>
      frame.rotation.slice(3 * ((i + by) % 3), 3 * ((i + by) % 3) + 3);
    return {
      rotation: [...row(0), ...row(1), ...row(2)] as unknown as Matrix3,
      values: [0, 1, 2].map((i) => frame.values[(i + by) % 3]) as unknown as Vector3,
      voltageAxis: ((z - by + 3) % 3) as 0 | 1 | 2,
    };
  });
  if (start.kind === 'density') {
    const known = turns.find(({ rotation }) =>
      rotation.every((value, i) => Math.abs(value - start.density.rotation[i]) < 1e-9),
    );
    if (!known) throw new RangeError('the density belongs to another anisotropy');
    return known;
  }
  return turns[polarTurn(spin, drive, frame)];
}

function polarTurn(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  { rotation, values }: { readonly rotation: Matrix3; readonly values: Vector3 },
): number {
  const torques = drive
    .filter(({ durationSeconds }) => durationSeconds > 0)
    .flatMap(({ dampingLike, dampingLikeEnd }) => [dampingLike, dampingLikeEnd])
    .filter((a): a is Vector3 => a !== undefined);
  const strongest = torques.reduce<Vector3>(
    (most, a) => (Math.hypot(...a) > Math.hypot(...most) ? a : most),
    [0, 0, 0],
  );
  const spread = Math.max(...values) - Math.min(...values);
  if (Math.hypot(...strongest) < 4 * spin.damping * spread) return 0;
  const along = apply(rotation, strongest).map(Math.abs);
  // Turn 1 makes the first axis polar, turn 2 the second.
  return [1, 2, 0][along.indexOf(Math.max(...along))];
}
