import {
  exponentialAction,
  spectralBox,
  type SpectralBox,
} from '../numerics/exponential-action.js';
import type { ComplexRows } from '../kernels/chebyshev.reference.js';
import { add, apply, type Matrix3, type Vector3 } from '../numerics/vector3.js';
import { driveAt } from './equation-of-motion.js';
import { couplingsOf } from './fokker-planck-couplings.js';
import { sphereFrame } from './fokker-planck-frame.js';
import { activeTerms, assembleGenerator, type GeneratorDrive } from './fokker-planck-generator.js';
import { LARGEST_DEGREE, refuseUnsolvable, tooSharp } from './fokker-planck-limits.js';
import { larger, overflow, rung, smaller, type Truncation } from './fokker-planck-truncation.js';
import { isRamp, type DriveSegment, type Macrospin } from './macrospin.js';
import { initialDensity, padded, type DensityStart, type SphereDensity } from './sphere-density.js';

export interface FokkerPlanckRequest {
  readonly spin: Macrospin;
  readonly drive: readonly DriveSegment[];
  readonly start: DensityStart;
  /** Indices of the segments after which the density is recorded; default the last. */
  readonly readAfter?: readonly number[];
  /** Largest moment tolerated at the truncation; default 1e-3, which gives probabilities
   * good to some 1e-6 (1e-2: 1e-4). */
  readonly tolerance?: number;
  /** Steps a ramp is cut into; default 20. */
  readonly rampSteps?: number;
}

export interface FokkerPlanckResult {
  readonly reads: readonly SphereDensity[];
}

const ZERO: Vector3 = [0, 0, 0];

/** A segment ends early where no moment will move by more than this share of the tolerance. */
const STEADY = 1e-4;

function largestDifference(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i += 1) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/**
 * Evolves the density of m through the drive: the deterministic counterpart of `simulateEnsemble`. Exponential
 * stepping within each constant segment; degree and order grow until the moments at the truncation stay
 * below `tolerance`, and shrink where they are far below it. Throws `SpinbarError` at zero temperature, with
 * angle-dependent spin transfer, and where the degree would exceed 550.
 */
export function solveFokkerPlanck(request: FokkerPlanckRequest): FokkerPlanckResult {
  const { spin, drive, start, readAfter = [drive.length - 1], tolerance = 1e-3 } = request;
  refuseUnsolvable(spin, drive);
  const { rotation, values, voltageAxis } = sphereFrame(spin, drive, start);
  const pieces = drive.map((segment) =>
    driveOfSegment(spin, segment, rotation, request.rampSteps ?? 20),
  );
  const drives = pieces.flat().map((piece) => piece.drive);
  const axial =
    Math.abs(values[0] - values[1]) <= 1e-14 * Math.abs(values[2]) &&
    drives.every(({ field, dampingLike }) => isAxial(field) && isAxial(dampingLike)) &&
    (voltageAxis === 2 || drives.every((at) => at.perpendicularAnisotropy === 0)) &&
    startIsAxial(start, rotation);
  const first = values[0] - values[1];
  const diagonal: Matrix3 = [first, 0, 0, 0, 0, 0, 0, 0, values[2] - values[1]];
  const alpha = spin.damping;
  const rate = spin.gyromagneticRatio / (1 + alpha * alpha);
  const constants = { alpha, rate, diffusion: rate * alpha * spin.thermalField };
  const active = activeTerms(drives, alpha);
  const couplings = couplingsOf({ anisotropy: diagonal, alpha, active, voltageAxis });

  // The sharpest curvature of the energy over kB T: the spread of the principal values.
  const sharpness = (Math.max(...values) - Math.min(...values)) / (2 * spin.thermalField);
  const degree = rung(Math.max(12, 10 * Math.sqrt(sharpness)));
  const order = axial ? 0 : rung(0.7 * degree);
  let state = initialDensity(spin, start, { degree, order, rotation });
  const resize = (moments: Float64Array, to: Truncation): void => {
    if (to.degree > LARGEST_DEGREE) throw tooSharp(sharpness);
    state = padded({ ...state, moments }, to.degree, axial ? 0 : Math.min(to.order, to.degree));
  };
  const accuracy = Math.max(1e-11, 1e-7 * tolerance);
  const reads: SphereDensity[] = [];
  for (const [index, segment] of pieces.entries()) {
    for (const { drive: at, seconds } of segment) {
      let remaining = seconds;
      let known: { readonly degree: number; readonly box: SpectralBox } | undefined;
      while (remaining > 0) {
        const matrix = assembleGenerator(state, couplings, at, constants);
        known = boxFor(state.degree, matrix, known);
        const safe = state.moments.slice();
        let reached = 0;
        let steady = false;
        let change: Truncation | undefined;
        const afterChunk = (time: number): boolean => {
          const over = overflow(state, tolerance);
          if (over) {
            change = larger(state, over, 2);
            return false;
          }
          // Every mode fades: what is still to come is less than the last change for as often as it fits.
          const left = (remaining - time) / (time - reached);
          steady = left * largestDifference(state.moments, safe) < STEADY * tolerance;
          safe.set(state.moments);
          reached = time;
          if (steady) return false;
          const soon = overflow(state, tolerance / 4);
          if (soon) change = larger(state, soon, 1);
          else {
            const less = smaller(state, tolerance / 32);
            if (less.degree < state.degree || less.order < state.order) change = less;
          }
          return change === undefined;
        };
        exponentialAction(matrix, state.moments, remaining, known.box, afterChunk, accuracy);
        remaining = change ? remaining - reached : 0;
        if (change) resize(safe, change);
        if (remaining < 1e-9 * seconds) remaining = 0;
      }
    }
    if (readAfter.includes(index)) reads.push({ ...state, moments: state.moments.slice() });
  }
  return { reads };
}

/**
 * The spectral box of a generator. Its real extent grows with the square of the degree, its imaginary one in
 * proportion: a box found at a like degree is scaled, which saves the power iterations.
 */
function boxFor(
  degree: number,
  matrix: ComplexRows,
  known: { readonly degree: number; readonly box: SpectralBox } | undefined,
): { readonly degree: number; readonly box: SpectralBox } {
  const ratio = known ? degree / known.degree : Infinity;
  if (!known || ratio > 1.7 || ratio < 0.6) return { degree, box: spectralBox(matrix) };
  const { left, right, height } = known.box;
  const real = ratio > 1 ? ratio * ratio : ratio;
  return { degree, box: { left: left * real, right, height: height * ratio } };
}

const isAxial = ([x, y]: Vector3): boolean => x === 0 && y === 0;

function startIsAxial(start: DensityStart, rotation: Matrix3): boolean {
  if (start.kind === 'density') return start.density.order === 0;
  const axis = apply(rotation, start.kind === 'direction' ? start.m : start.well);
  return Math.hypot(axis[0], axis[1]) < 1e-14;
}

function driveOfSegment(
  spin: Macrospin,
  segment: DriveSegment,
  rotation: Matrix3,
  rampSteps: number,
): { readonly seconds: number; readonly drive: GeneratorDrive }[] {
  const count = isRamp(segment) ? rampSteps : 1;
  return Array.from({ length: count }, (_, k) => {
    const at = driveAt(segment, (k + 0.5) / count);
    return {
      seconds: segment.durationSeconds / count,
      drive: {
        field: apply(rotation, add(spin.field, at.field ?? ZERO)),
        dampingLike: apply(rotation, at.dampingLike ?? ZERO),
        perpendicularAnisotropy: at.perpendicularAnisotropy ?? 0,
      },
    };
  });
}
