import { exponentialAction, spectralBox } from '../numerics/exponential-action.js';
import {
  gaussLegendre,
  hemisphereIntegrals,
  sphericalHarmonics,
} from '../numerics/spherical-harmonics.js';
import {
  add,
  apply,
  applyTransposed,
  cross,
  scale,
  unit,
  type Matrix3,
  type Vector3,
} from '../numerics/vector3.js';
import { reducedEnergy } from './equilibrium.js';
import {
  activeTerms,
  assembleGenerator,
  generatorTerms,
  momentCount,
  momentIndex,
  momentLength,
  type GeneratorDrive,
} from './fokker-planck-generator.js';
import type { EnsembleStart } from './ensemble.js';
import { driveAt } from './equation-of-motion.js';
import { LARGEST_DEGREE, refuseUnsolvable, tooSharp } from './fokker-planck-limits.js';
import { isRamp, type DriveSegment, type Macrospin } from './macrospin.js';
import { checkVoltageAxis, principalFrame } from './principal-frame.js';

/** Probability density of m on the sphere, as moments <Y_lm> (re, im; m >= 0, then mirrored m = -1, -2) in the principal frame. */
export interface SphereDensity {
  readonly degree: number;
  readonly order: number;
  readonly moments: Float64Array;
  /** Device frame to principal frame. */
  readonly rotation: Matrix3;
}

export interface FokkerPlanckRequest {
  readonly spin: Macrospin;
  readonly drive: readonly DriveSegment[];
  readonly start: EnsembleStart | { readonly kind: 'density'; readonly density: SphereDensity };
  /** Indices of the segments after which the density is recorded; default the last. */
  readonly readAfter?: readonly number[];
  /** Largest moment tolerated at the truncation; default 1e-3, which gives probabilities
   * good to some 1e-6 (1e-2: 1e-4). */
  readonly tolerance?: number;
  /** Steps a ramp is cut into; default 40. */
  readonly rampSteps?: number;
}

export interface FokkerPlanckResult {
  readonly reads: readonly SphereDensity[];
}

const ZERO: Vector3 = [0, 0, 0];

/**
 * Evolves the density of m through the drive: the deterministic counterpart of `simulateEnsemble`. Exponential
 * stepping within each constant segment; degree and order grow until the moments at the truncation stay
 * below `tolerance`. Throws `SpinbarError` at zero temperature and where the degree would exceed 260.
 */
export function solveFokkerPlanck(request: FokkerPlanckRequest): FokkerPlanckResult {
  const { spin, drive, readAfter = [drive.length - 1], tolerance = 1e-3 } = request;
  refuseUnsolvable(spin, drive);
  const frame = principalFrame(spin.anisotropy);
  checkVoltageAxis(frame, drive);
  const pieces = drive.map((segment) =>
    driveOfSegment(spin, segment, frame.rotation, request.rampSteps ?? 40),
  );
  const drives = pieces.flat().map((piece) => piece.drive);
  const axial =
    Math.abs(frame.values[0] - frame.values[1]) <= 1e-14 * Math.abs(frame.values[2]) &&
    drives.every(({ field, dampingLike }) => isAxial(field) && isAxial(dampingLike)) &&
    isAxial(add(spin.field, ZERO)) &&
    startIsAxial(request.start, frame.rotation);
  const diagonal: Matrix3 = [
    frame.values[0] - frame.values[1],
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    frame.values[2] - frame.values[1],
  ];
  const alpha = spin.damping;
  const rate = spin.gyromagneticRatio / (1 + alpha * alpha);
  const constants = { alpha, rate, diffusion: rate * alpha * spin.thermalField };
  const active = activeTerms(drives, alpha);

  const sharpness = stiffness(frame.values) / (2 * spin.thermalField);
  let degree = Math.max(12, Math.ceil(11 * Math.sqrt(sharpness)));
  let order = axial ? 0 : Math.ceil(0.7 * degree);
  let state = initialDensity(spin, request.start, { degree, order, rotation: frame.rotation });
  ({ degree, order } = state);
  let terms = generatorTerms(degree, order, diagonal, alpha, active);
  const reads: SphereDensity[] = [];
  for (const [index, segment] of pieces.entries()) {
    for (const { drive: at, seconds } of segment) {
      let remaining = seconds;
      while (remaining > 0) {
        const matrix = assembleGenerator(terms, at, constants);
        const safe = state.moments.slice();
        let reached = 0;
        let grow: 'degree' | 'order' | undefined;
        exponentialAction(matrix, state.moments, remaining, spectralBox(matrix), (time) => {
          grow = truncation(state, tolerance);
          if (grow) return false;
          safe.set(state.moments);
          reached = time;
          return true;
        });
        remaining = grow ? remaining - reached : 0;
        if (!grow) break;
        if (grow === 'degree') degree = Math.ceil(1.2 * degree);
        order = axial ? 0 : Math.min(degree, Math.ceil(grow === 'order' ? 1.4 * order : order));
        if (degree > LARGEST_DEGREE) throw tooSharp(sharpness);
        state = padded({ ...state, moments: safe }, degree, order);
        terms = generatorTerms(degree, order, diagonal, alpha, active);
      }
    }
    if (readAfter.includes(index)) reads.push({ ...state, moments: state.moments.slice() });
  }
  return { reads };
}

/** Probability of m.towards > 0 (towards in the device frame), by the addition theorem. */
export function probabilityTowards(
  { degree, order, moments, rotation }: SphereDensity,
  towards: Vector3,
): number {
  const axis = apply(rotation, unit(towards));
  const harmonics = new Float64Array(moments.length);
  sphericalHarmonics(degree, order, axis, harmonics, (l, m) => momentIndex(order, l, m));
  const integrals = hemisphereIntegrals(degree);
  let sum = 0;
  for (let l = 0; l <= degree; l += 1) {
    const begin = momentIndex(order, l, 0);
    let part = moments[2 * begin] * harmonics[2 * begin];
    for (let k = 2 * begin + 2; k < 2 * momentIndex(order, l + 1, 0); k += 1) {
      part += 2 * moments[k] * harmonics[k];
    }
    sum += integrals[l] * part;
  }
  return 2 * Math.PI * sum;
}

/** Mean of m in the device frame. */
export function meanDirection({ order, moments, rotation }: SphereDensity): Vector3 {
  const z = Math.sqrt((4 * Math.PI) / 3) * moments[2 * momentIndex(order, 1, 0)];
  const factor = -Math.sqrt((8 * Math.PI) / 3);
  const at = 2 * momentIndex(order, 1, 1);
  const inPlane: Vector3 =
    order > 0 ? [factor * moments[at], factor * moments[at + 1], z] : [0, 0, z];
  return applyTransposed(rotation, inPlane);
}

const isAxial = ([x, y]: Vector3): boolean => x === 0 && y === 0;

function startIsAxial(start: FokkerPlanckRequest['start'], rotation: Matrix3): boolean {
  if (start.kind === 'density') return start.density.order === 0;
  const axis = apply(rotation, start.kind === 'direction' ? start.m : start.well);
  return Math.hypot(axis[0], axis[1]) < 1e-14;
}

/** The sharpest curvature of the energy (T): the spread of the principal values. */
const stiffness = (values: Vector3): number => Math.max(...values) - Math.min(...values);

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

/** Whether the moments at the truncation exceed the tolerance, and in which direction. */
function truncation(
  { degree, order, moments }: SphereDensity,
  tolerance: number,
): 'degree' | 'order' | undefined {
  const large = (k: number): boolean => Math.hypot(moments[2 * k], moments[2 * k + 1]) > tolerance;
  for (let k = momentIndex(order, degree - 1, 0); k < momentIndex(order, degree + 1, 0); k += 1) {
    if (large(k)) return 'degree';
  }
  if (order === 0 || order >= degree) return undefined;
  for (let l = order; l <= degree; l += 1) {
    if (large(momentIndex(order, l, order))) return 'order';
  }
  return undefined;
}

function padded(density: SphereDensity, degree: number, order: number): SphereDensity {
  const moments = new Float64Array(momentLength(degree, order));
  for (let l = 0; l <= Math.min(degree, density.degree); l += 1) {
    const from = 2 * momentIndex(density.order, l, 0);
    const count = 2 * (Math.min(l, order, density.order) + 1);
    moments.set(density.moments.subarray(from, from + count), 2 * momentIndex(order, l, 0));
  }
  return withGhosts({ ...density, degree, order, moments });
}

/** Fills the mirrored moments: <Y_l,-n> = (-1)^n conj <Y_ln>. */
function withGhosts(density: SphereDensity): SphereDensity {
  const { degree, order, moments } = density;
  let at = 2 * momentCount(degree, order);
  for (let n = 1; n <= Math.min(2, order); n += 1) {
    for (let l = n; l <= degree; l += 1) {
      const from = 2 * momentIndex(order, l, n);
      moments[at] = n === 1 ? -moments[from] : moments[from];
      moments[at + 1] = n === 1 ? moments[from + 1] : -moments[from + 1];
      at += 2;
    }
  }
  return density;
}

function initialDensity(
  spin: Macrospin,
  start: FokkerPlanckRequest['start'],
  shape: { degree: number; order: number; rotation: Matrix3 },
): SphereDensity {
  if (start.kind === 'density') {
    const { density } = start;
    return padded(
      density,
      Math.max(shape.degree, density.degree),
      Math.max(shape.order, density.order),
    );
  }
  const { degree, order, rotation } = shape;
  const index = (l: number, m: number): number => momentIndex(order, l, m);
  const moments = new Float64Array(momentLength(degree, order));
  const harmonics = new Float64Array(moments.length);
  if (start.kind === 'direction') {
    sphericalHarmonics(degree, order, apply(rotation, unit(start.m)), moments, index);
    return withGhosts({ degree, order, rotation, moments });
  }
  const axis = unit(start.well);
  const aside = unit(cross(axis, Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
  const other = cross(axis, aside);
  const { nodes, weights } = gaussLegendre(degree + 24);
  const azimuths = order === 0 ? 1 : 2 * degree + 24;
  const points: { readonly m: Vector3; readonly energy: number; readonly weight: number }[] = [];
  for (const [i, node] of nodes.entries()) {
    const z = (node + 1) / 2;
    const rho = Math.sqrt(1 - z * z);
    for (let j = 0; j < azimuths; j += 1) {
      const phi = (2 * Math.PI * j) / azimuths;
      const m = add(
        scale(z, axis),
        add(scale(rho * Math.cos(phi), aside), scale(rho * Math.sin(phi), other)),
      );
      points.push({ m, energy: reducedEnergy(spin, m), weight: weights[i] });
    }
  }
  const lowest = points.reduce((least, { energy }) => Math.min(least, energy), Infinity);
  let total = 0;
  for (const { m, energy, weight } of points) {
    const w = weight * Math.exp(lowest - energy);
    total += w;
    if (w < 1e-16) continue;
    sphericalHarmonics(degree, order, apply(rotation, m), harmonics, index);
    for (let k = 0; k < moments.length; k += 1) moments[k] += w * harmonics[k];
  }
  for (let k = 0; k < moments.length; k += 1) moments[k] /= total;
  return withGhosts({ degree, order, rotation, moments });
}
