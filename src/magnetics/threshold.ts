import { add, cross, dot, scale, unit, type Vector3 } from '../numerics/vector3.js';
import { macrospinDerivative, type DriveInstant } from './equation-of-motion.js';
import type { Macrospin } from './macrospin.js';

export interface StabilityThreshold {
  /** Strength at which the state that began in the well ceases to be stable; absent: none up to the largest. */
  readonly strength?: number;
  /** `spiral`: growing precession; `fold`: the equilibrium itself ends (or turns into a saddle). */
  readonly kind?: 'spiral' | 'fold';
}

/**
 * Zero-temperature threshold of a drive: follows the equilibrium that begins in `well` as the drive grows from 0 and
 * finds where its linearised motion turns unstable: what a ramp slow beyond all time scales shows. Any
 * anisotropy, field, field-like torque.
 */
export function stabilityThreshold(
  spin: Macrospin,
  driveOf: (strength: number) => DriveInstant,
  {
    well,
    largest,
    steps = 400,
  }: { readonly well: Vector3; readonly largest: number; readonly steps?: number },
): StabilityThreshold {
  let m = settle(spin, driveOf(0), unit(well));
  if (!m) return { strength: 0, kind: 'fold' };
  let low = 0;
  for (let k = 1; k <= steps; k += 1) {
    const high = (largest * k) / steps;
    const next = stableFrom(spin, driveOf(high), m);
    if (typeof next !== 'string') {
      m = next;
      low = high;
      continue;
    }
    let kind = next;
    let end = high;
    for (let halving = 0; halving < 40; halving += 1) {
      const middle = (low + end) / 2;
      const found = stableFrom(spin, driveOf(middle), m);
      if (typeof found === 'string') {
        end = middle;
        kind = found;
      } else {
        m = found;
        low = middle;
      }
    }
    return { strength: (low + end) / 2, kind };
  }
  return {};
}

/** Growth rate (1/s) of small tilts about a direction: half the trace of the linearised motion. */
export const growthRate = (spin: Macrospin, drive: DriveInstant, m: Vector3): number =>
  linearised(spin, drive, unit(m)).trace / 2;

/** The stable equilibrium near m, or how it is lost. */
function stableFrom(spin: Macrospin, drive: DriveInstant, m: Vector3): Vector3 | 'spiral' | 'fold' {
  const found = settle(spin, drive, m);
  if (!found || dot(found, m) < 0.9) return 'fold';
  const { trace, determinant } = linearised(spin, drive, found);
  if (determinant <= 0) return 'fold';
  return trace >= 0 ? 'spiral' : found;
}

/** Newton's method on the sphere for dm/dt = 0. */
function settle(spin: Macrospin, drive: DriveInstant, start: Vector3): Vector3 | undefined {
  let m = start;
  for (let k = 0; k < 50; k += 1) {
    const { frame, jacobian, residual } = linearised(spin, drive, m);
    const [a, b, c, d] = jacobian;
    const determinant = a * d - b * c;
    if (determinant === 0) return undefined;
    const u = -(d * residual[0] - b * residual[1]) / determinant;
    const v = -(a * residual[1] - c * residual[0]) / determinant;
    const size = Math.hypot(u, v);
    const limit = size > 0.2 ? 0.2 / size : 1;
    m = unit(add(m, add(scale(limit * u, frame[0]), scale(limit * v, frame[1]))));
    if (size < 1e-12) return m;
  }
  return undefined;
}

/** Residual and Jacobian of dm/dt in tangent coordinates, by central differences. */
function linearised(spin: Macrospin, drive: DriveInstant, m: Vector3) {
  const first = unit(cross(m, Math.abs(m[0]) < 0.7 ? [1, 0, 0] : [0, 1, 0]));
  const frame = [first, cross(m, first)] as const;
  const tangent = (at: Vector3): [number, number] => {
    const slope = macrospinDerivative(spin, drive, at);
    return [dot(slope, frame[0]), dot(slope, frame[1])];
  };
  const h = 1e-5;
  const column = (axis: Vector3): [number, number] => {
    const ahead = tangent(unit(add(m, scale(h, axis))));
    const back = tangent(unit(add(m, scale(-h, axis))));
    return [(ahead[0] - back[0]) / (2 * h), (ahead[1] - back[1]) / (2 * h)];
  };
  const [one, two] = frame.map(column);
  const jacobian = [one[0], two[0], one[1], two[1]] as const;
  return {
    frame,
    residual: tangent(m),
    jacobian,
    trace: jacobian[0] + jacobian[3],
    determinant: jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2],
  };
}
