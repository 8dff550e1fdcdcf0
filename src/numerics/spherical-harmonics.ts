import type { Vector3 } from './vector3.js';

/**
 * Orthonormal spherical harmonics Y_lm of one direction, l <= degree, 0 <= m <= order, Condon-Shortley phase:
 * re and im at 2 index(l, m). Three-term recurrence of normalised associated Legendre functions (Press et al.,
 * Numerical Recipes, 3rd edition, section 6.7).
 */
export function sphericalHarmonics(
  degree: number,
  order: number,
  [x, y, z]: Vector3,
  out: Float64Array,
  index: (l: number, m: number) => number,
): void {
  const sine = Math.hypot(x, y);
  const cosPhi = sine > 0 ? x / sine : 1;
  const sinPhi = sine > 0 ? y / sine : 0;
  let diagonal = Math.sqrt(1 / (4 * Math.PI));
  let cosM = 1;
  let sinM = 0;
  for (let m = 0; m <= Math.min(order, degree); m += 1) {
    if (m > 0) {
      diagonal *= -Math.sqrt((2 * m + 1) / (2 * m)) * sine;
      [cosM, sinM] = [cosM * cosPhi - sinM * sinPhi, sinM * cosPhi + cosM * sinPhi];
    }
    let before = 0;
    let value = diagonal;
    for (let l = m; l <= degree; l += 1) {
      if (l > m) {
        const a = Math.sqrt((4 * l * l - 1) / (l * l - m * m));
        const b = Math.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1));
        [before, value] = [value, a * (z * value - (l - 1 > m ? b * before : 0))];
      }
      const at = 2 * index(l, m);
      out[at] = value * cosM;
      out[at + 1] = value * sinM;
    }
  }
}

/** Integrals of P_l over [0, 1], l = 0..degree: (P_l-1(0) - P_l+1(0))/(2 l + 1). */
export function hemisphereIntegrals(degree: number): Float64Array {
  const atZero = new Float64Array(degree + 2);
  atZero[0] = 1;
  for (let l = 2; l <= degree + 1; l += 1) atZero[l] = (-(l - 1) / l) * atZero[l - 2];
  return Float64Array.from({ length: degree + 1 }, (_, l) =>
    l === 0 ? 1 : (atZero[l - 1] - atZero[l + 1]) / (2 * l + 1),
  );
}

/** Nodes and weights of Gauss-Legendre quadrature on [-1, 1], by Newton's method. */
export function gaussLegendre(n: number): {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
} {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let k = 0; k < 100; k += 1) {
      let p = 1;
      let before = 0;
      for (let l = 1; l <= n; l += 1)
        [before, p] = [p, ((2 * l - 1) * x * p - (l - 1) * before) / l];
      slope = (n * (x * p - before)) / (x * x - 1);
      const change = p / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
