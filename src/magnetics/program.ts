import type { LlgRun } from '../kernels/llg.reference.js';
import { invalidInput } from '../errors/index.js';
import { add, apply, scale, type Vector3 } from '../numerics/vector3.js';
import { driveAt, type DriveInstant } from './equation-of-motion.js';
import { isRamp, thermalFieldDeviation, type DriveSegment, type Macrospin } from './macrospin.js';
import { voltageAxis, type PrincipalFrame } from './principal-frame.js';

const ZERO: Vector3 = [0, 0, 0];

/** Largest precession angle per step that keeps the weak bias of <m_z^2> below 1e-3 (PHYSICS V17). */
const LARGEST_ANGLE = 0.1;

/**
 * Turns a drive into runs of equal steps for the kernel, one list per segment. Ramps become one run per step
 * with the value at mid-step (second order). Throws `SpinbarError` where the step is too large for the
 * fastest precession, or a voltage-controlled anisotropy does not share the principal axes.
 */
export function planRuns(
  spin: Macrospin,
  drive: readonly DriveSegment[],
  frame: PrincipalFrame,
  stepSeconds: number,
): LlgRun[][] {
  const fastest = Math.max(...drive.map((segment) => largestRate(spin, segment)));
  if (fastest * stepSeconds > LARGEST_ANGLE) {
    const suggestion = (0.05 / fastest) * 1e12;
    throw invalidInput({
      code: 'magnetics.step-too-large',
      what: `the time step ${(stepSeconds * 1e12).toPrecision(3)} ps is too large`,
      why: `the fastest precession is ${fastest.toExponential(2)} rad/s: ${(fastest * stepSeconds).toPrecision(2)} rad a step, want at most ${LARGEST_ANGLE}`,
      mend: `use ${suggestion.toPrecision(2)} ps or less`,
    });
  }
  return drive.map((segment) => segmentRuns(spin, segment, frame, stepSeconds));
}

/** The step (s) at which the fastest rate of the drive turns m by 0.05 rad: bias of <m_z^2> about 3e-4. */
export function recommendedStep(spin: Macrospin, drive: readonly DriveSegment[]): number {
  return 0.05 / Math.max(...drive.map((segment) => largestRate(spin, segment)));
}

/** Upper bound of the precession rate (rad/s) under a segment, without noise. */
function largestRate(spin: Macrospin, segment: DriveSegment): number {
  const size = (v: Vector3 | undefined): number => (v ? Math.hypot(...v) : 0);
  const { anisotropy } = spin;
  const diagonal = [anisotropy[0], anisotropy[4], anisotropy[8]];
  const spread =
    Math.max(...diagonal) -
    Math.min(...diagonal) +
    Math.hypot(anisotropy[1], anisotropy[2], anisotropy[5]) * 2;
  const applied = Math.max(
    size(add(spin.field, segment.field ?? ZERO)),
    size(add(spin.field, segment.fieldEnd ?? segment.field ?? ZERO)),
  );
  const { angularTransfer: transfer } = segment;
  const angular = transfer
    ? Math.max(Math.abs(transfer.strength), Math.abs(transfer.strengthEnd ?? 0)) /
      (1 - Math.abs(transfer.asymmetry))
    : 0;
  const torque = Math.max(size(segment.dampingLike), size(segment.dampingLikeEnd)) + angular;
  const voltage = Math.max(
    Math.abs(segment.perpendicularAnisotropy ?? 0),
    Math.abs(segment.perpendicularAnisotropyEnd ?? 0),
  );
  return (
    (spin.gyromagneticRatio * (spread + applied + torque + voltage)) /
    Math.sqrt(1 + spin.damping ** 2)
  );
}

function segmentRuns(
  spin: Macrospin,
  segment: DriveSegment,
  frame: PrincipalFrame,
  stepSeconds: number,
): LlgRun[] {
  const { durationSeconds } = segment;
  if (durationSeconds === 0) return [];
  const steps = Math.max(1, Math.ceil(durationSeconds / stepSeconds - 1e-9));
  const dt = durationSeconds / steps;
  const at = (fraction: number): Omit<LlgRun, 'steps'> =>
    constantsOf(spin, frame, dt, driveAt(segment, fraction));
  if (!isRamp(segment)) return [{ steps, ...at(0) }];
  return Array.from({ length: steps }, (_, k) => ({ steps: 1, ...at((k + 0.5) / steps) }));
}

function constantsOf(
  spin: Macrospin,
  frame: PrincipalFrame,
  dt: number,
  drive: DriveInstant,
): Omit<LlgRun, 'steps'> {
  const { damping } = spin;
  const factor = (spin.gyromagneticRatio * dt) / (1 + damping ** 2);
  const field = scale(factor, apply(frame.rotation, add(spin.field, drive.field ?? ZERO)));
  const torque = scale(factor, apply(frame.rotation, drive.dampingLike ?? ZERO));
  const noise = spin.thermalField > 0 ? factor * thermalFieldDeviation(spin, dt) : 0;
  const values = anisotropyWithVoltage(frame, drive.perpendicularAnisotropy ?? 0);
  const x = factor * (values[0] - values[1]);
  const z = factor * (values[2] - values[1]);
  const h = add(field, scale(-damping, torque));
  const c = add(scale(damping, field), torque);
  const constants = Float64Array.of(
    ...[x, z, damping * x, damping * z, ...h, ...c, noise, damping * noise],
  );
  const { angularTransfer: transfer } = drive;
  if (!transfer) return { constants };
  const axis = apply(frame.rotation, transfer.axis);
  const { asymmetry, strength } = transfer;
  return { constants, transfer: { axis, asymmetry, strength: factor * strength, damping } };
}

function anisotropyWithVoltage({ rotation, values }: PrincipalFrame, change: number): Vector3 {
  if (change === 0) return values;
  const axis = voltageAxis(rotation);
  return values.map((value, i) => (i === axis ? value + change : value)) as unknown as Vector3;
}
