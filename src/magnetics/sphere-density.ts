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
import type { EnsembleStart } from './ensemble.js';
import { reducedEnergy } from './equilibrium.js';
import { momentCount, momentIndex, momentLength } from './fokker-planck-generator.js';
import type { Macrospin } from './macrospin.js';

/** Probability density of m on the sphere, as moments <Y_lm> (re, im; m >= 0, then mirrored m = -1, -2) in the principal frame. */
export interface SphereDensity {
  readonly degree: number;
  readonly order: number;
  readonly moments: Float64Array;
  /** Device frame to principal frame. */
  readonly rotation: Matrix3;
}

/** Where a density begins: as an ensemble does, or where another solve ended. */
export type DensityStart =
  EnsembleStart | { readonly kind: 'density'; readonly density: SphereDensity };

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

/** The same density at another truncation. */
export function padded(density: SphereDensity, degree: number, order: number): SphereDensity {
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

/** The density of a start, at this truncation or, where it brings its own, a larger one. */
export function initialDensity(
  spin: Macrospin,
  start: DensityStart,
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
  const { anisotropy, field, thermalField } = spin;
  const key = JSON.stringify([anisotropy, field, thermalField, start, shape]);
  if (lastStart?.key !== key) lastStart = { key, density: freshDensity(spin, start, shape) };
  return { ...lastStart.density, moments: lastStart.density.moments.slice() };
}

/** The solves of a curve all begin alike. */
let lastStart: { readonly key: string; readonly density: SphereDensity } | undefined;

function freshDensity(
  spin: Macrospin,
  start: EnsembleStart,
  { degree, order, rotation }: { degree: number; order: number; rotation: Matrix3 },
): SphereDensity {
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
