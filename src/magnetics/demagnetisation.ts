import type { Vector3 } from '../numerics/vector3.js';
import { ellipticEK, carlsonRD } from '../numerics/elliptic.js';
import type { Mtj } from './device.js';

/**
 * Demagnetising factors (Nx, Ny, Nz), trace 1, of a uniformly magnetised body of full extents
 * length (x), width (y), thickness (z), averaged over the body (magnetometric).
 */
export function demagnetisingFactors(
  shape: Mtj['shape'],
  [length, width, thickness]: Vector3,
): Vector3 {
  switch (shape) {
    case 'ellipsoid':
      return ellipsoid(length, width, thickness);
    case 'cuboid':
      return cuboid(length, width, thickness);
    case 'elliptic-cylinder':
      return ellipticCylinder(length, width, thickness);
  }
}

/** Osborn, Phys. Rev. 67, 351 (1945), as Carlson's integral: Na = (abc/3) RD(b^2, c^2, a^2). */
function ellipsoid(a: number, b: number, c: number): Vector3 {
  const mean = Math.cbrt(a * b * c);
  const [x, y, z] = [(a / mean) ** 2, (b / mean) ** 2, (c / mean) ** 2];
  return [carlsonRD(y, z, x) / 3, carlsonRD(z, x, y) / 3, carlsonRD(x, y, z) / 3];
}

/** Aharoni, J. Appl. Phys. 83, 3432 (1998), equation 1, for each axis in turn. */
function cuboid(length: number, width: number, thickness: number): Vector3 {
  const [a, b, c] = [length / 2, width / 2, thickness / 2];
  return [aharoni(b, c, a), aharoni(c, a, b), aharoni(a, b, c)];
}

/** The factor along c of a prism of half extents a, b, c. */
function aharoni(a: number, b: number, c: number): number {
  const abc = Math.hypot(a, b, c);
  const ab = Math.hypot(a, b);
  const bc = Math.hypot(b, c);
  const ac = Math.hypot(a, c);
  // ln((r - s)/(r + s)) without cancellation: -2 artanh(s/r).
  const ratio = (s: number, r: number): number => -2 * Math.atanh(s / r);
  const sum =
    ((b * b - c * c) / (2 * b * c)) * ratio(a, abc) +
    ((a * a - c * c) / (2 * a * c)) * ratio(b, abc) -
    (b / (2 * c)) * ratio(a, ab) -
    (a / (2 * c)) * ratio(b, ab) +
    (c / (2 * a)) * ratio(b, bc) +
    (c / (2 * b)) * ratio(a, ac) +
    2 * Math.atan2(a * b, c * abc) +
    (a ** 3 + b ** 3 - 2 * c ** 3) / (3 * a * b * c) +
    ((a * a + b * b - 2 * c * c) / (3 * a * b * c)) * abc +
    (c / (a * b)) * (ac + bc) -
    (ab ** 3 + bc ** 3 + ac ** 3) / (3 * a * b * c);
  return sum / Math.PI;
}

/**
 * Elliptic cylinder: the shape amplitude of Beleggia, De Graef, Millev, Goode and Rowlands,
 * J. Phys. D 38, 3333 (2005), integrated over the radial wave number. What remains is the mean over the
 * azimuth of circular cylinders of aspect t s(phi), s^2 = cos^2/a^2 + sin^2/b^2, whose factor is 1 - K_L with
 * Nagaoka's coefficient. The integrand is smooth and periodic: the trapezoidal rule converges exponentially.
 */
function ellipticCylinder(length: number, width: number, thickness: number): Vector3 {
  const [a, b] = [length / 2, width / 2];
  const points = 64 * Math.ceil(Math.max(a / b, b / a));
  let nx = 0;
  let ny = 0;
  let nz = 0;
  for (let k = 0; k < points; k += 1) {
    const phi = (2 * Math.PI * (k + 0.5)) / points;
    const u = Math.cos(phi) / a;
    const v = Math.sin(phi) / b;
    const square = u * u + v * v;
    const inPlane = nagaoka(2 / (Math.sqrt(square) * thickness));
    nx += ((u * u) / square) * inPlane;
    ny += ((v * v) / square) * inPlane;
    nz += 1 - inPlane;
  }
  return [nx / points, ny / points, nz / points];
}

/** Nagaoka's coefficient of a solenoid of diameter/length `aspect` (Lorenz 1879; Nagaoka 1909). */
function nagaoka(aspect: number): number {
  const root = Math.hypot(1, aspect);
  const k = aspect / root;
  const kPrime = 1 / root;
  const { E, K } = ellipticEK(k * k, kPrime * kPrime);
  return (4 / (3 * Math.PI * kPrime)) * ((kPrime / k) ** 2 * (K - E) + E - k);
}
