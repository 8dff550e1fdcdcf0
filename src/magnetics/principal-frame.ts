import { invalidInput } from '../errors/index.js';
import {
  apply,
  applyTransposed,
  IDENTITY3,
  type Matrix3,
  type Vector3,
} from '../numerics/vector3.js';

/**
 * Principal axes of a symmetric tensor. `rotation` has the axes as rows (device to principal components);
 * `values` are the eigenvalues in that order. Thermal noise is isotropic, so the equation of motion may be
 * solved in this frame, where the anisotropy tensor is diagonal.
 */
export interface PrincipalFrame {
  readonly rotation: Matrix3;
  readonly values: Vector3;
  readonly isIdentity: boolean;
}

/**
 * Which principal axis is z. Throws `SpinbarError` where none is: a voltage, which changes A_zz, would then
 * turn the axes.
 */
export function voltageAxis(rotation: Matrix3): 0 | 1 | 2 {
  const axis = [2, 5, 8].findIndex((i) => Math.abs(Math.abs(rotation[i]) - 1) < 1e-12);
  if (axis < 0)
    throw invalidInput({
      code: 'magnetics.oblique-voltage-anisotropy',
      what: 'voltage-controlled anisotropy with an easy axis oblique to z',
      why: 'the principal axes would turn with the voltage, which the solvers do not follow',
      mend: 'use an in-plane or perpendicular anisotropy, or leave out the voltage',
    });
  return axis as 0 | 1 | 2;
}

/** Diagonalises by Jacobi rotations (Jacobi 1846); an already diagonal tensor keeps its axes. */
export function principalFrame(tensor: Matrix3): PrincipalFrame {
  const a = [...tensor];
  const axes = [...IDENTITY3] as number[];
  const size = Math.max(...a.map(Math.abs));
  let rotated = false;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    const off = Math.max(Math.abs(a[1]), Math.abs(a[2]), Math.abs(a[5]));
    if (off <= 1e-16 * size) break;
    rotated = true;
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      jacobiRotation(a, axes, p, q);
    }
  }
  return {
    rotation: axes as unknown as Matrix3,
    values: [a[0], a[4], a[8]],
    isIdentity: !rotated,
  };
}

function jacobiRotation(a: number[], axes: number[], p: number, q: number): void {
  const apq = a[3 * p + q];
  if (apq === 0) return;
  const theta = (a[4 * q] - a[4 * p]) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k += 1) {
    const akp = a[3 * k + p];
    const akq = a[3 * k + q];
    a[3 * k + p] = c * akp - s * akq;
    a[3 * k + q] = s * akp + c * akq;
  }
  for (const matrix of [a, axes]) {
    for (let k = 0; k < 3; k += 1) {
      const mpk = matrix[3 * p + k];
      const mqk = matrix[3 * q + k];
      matrix[3 * p + k] = c * mpk - s * mqk;
      matrix[3 * q + k] = s * mpk + c * mqk;
    }
  }
}

/** Rotates m[3 t + c] from the device frame into the principal frame, in place. */
export function rotateInto(m: Float64Array, { rotation, isIdentity }: PrincipalFrame): void {
  if (!isIdentity) rotateAll(m, m, (v) => apply(rotation, v));
}

/** A copy of m, rotated from the principal frame back to the device frame. */
export function rotateOut(m: Float64Array, { rotation, isIdentity }: PrincipalFrame): Float64Array {
  const out = m.slice();
  if (!isIdentity) rotateAll(m, out, (v) => applyTransposed(rotation, v));
  return out;
}

function rotateAll(from: Float64Array, to: Float64Array, rotate: (v: Vector3) => Vector3): void {
  for (let i = 0; i < from.length; i += 3) {
    to.set(rotate([from[i], from[i + 1], from[i + 2]]), i);
  }
}
