/** A vector of three Cartesian components, and a 3 x 3 matrix in row-major order. */
export type Vector3 = readonly [number, number, number];
export type Matrix3 = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export const IDENTITY3: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const add = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const scale = (factor: number, a: Vector3): Vector3 => [
  factor * a[0],
  factor * a[1],
  factor * a[2],
];

export const norm = (a: Vector3): number => Math.sqrt(dot(a, a));

/** The unit vector along `a`; throws RangeError for the zero vector. */
export function unit(a: Vector3): Vector3 {
  const length = norm(a);
  if (!(length > 0)) throw new RangeError(`no direction: [${a.join(', ')}]`);
  return scale(1 / length, a);
}

/** Matrix times vector. */
export const apply = (matrix: Matrix3, a: Vector3): Vector3 => [
  matrix[0] * a[0] + matrix[1] * a[1] + matrix[2] * a[2],
  matrix[3] * a[0] + matrix[4] * a[1] + matrix[5] * a[2],
  matrix[6] * a[0] + matrix[7] * a[1] + matrix[8] * a[2],
];

/** Transposed matrix times vector. */
export const applyTransposed = (matrix: Matrix3, a: Vector3): Vector3 => [
  matrix[0] * a[0] + matrix[3] * a[1] + matrix[6] * a[2],
  matrix[1] * a[0] + matrix[4] * a[1] + matrix[7] * a[2],
  matrix[2] * a[0] + matrix[5] * a[1] + matrix[8] * a[2],
];

/** factor * (axis axis^T) for a unit axis. */
export const axisTensor = (factor: number, [x, y, z]: Vector3): Matrix3 => [
  factor * x * x,
  factor * x * y,
  factor * x * z,
  factor * y * x,
  factor * y * y,
  factor * y * z,
  factor * z * x,
  factor * z * y,
  factor * z * z,
];

export const addMatrices = (a: Matrix3, b: Matrix3): Matrix3 =>
  a.map((value, i) => value + b[i]) as unknown as Matrix3;
