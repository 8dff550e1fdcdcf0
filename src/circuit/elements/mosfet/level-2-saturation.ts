import { add, affine, chain, constant, cube, mul, square, sub, type Dual } from './dual.js';

interface VelocityLimit {
  /** (vgs - flat) / eta, V. */
  readonly reach: Dual;
  /** phi - vbs, V. */
  readonly barrier: Dual;
  /** gamma / eta, sqrt(V). */
  readonly ratio: Dual;
  /** sqrt(phi - vbs). */
  readonly sourceRoot: Dual;
  /** m^2/(V s). */
  readonly mobility: Dual;
  /** m/s. */
  readonly vmax: number;
  /** m. */
  readonly length: number;
}

/**
 * Drain voltage at which the carriers reach vmax (Baum, Beneking 1970): x = sqrt(vdsat + phi - vbs)
 * is the smallest positive root of x^4 + a x^3 + b x^2 + c x + d. The root is found in numbers, its
 * derivatives by the implicit function theorem. Undefined when there is no such root.
 */
export function saturationByVelocity(limit: VelocityLimit): Dual | undefined {
  const { reach, barrier, ratio, sourceRoot, mobility, vmax, length } = limit;
  const v1 = add(reach, barrier);
  const v2 = barrier;
  const speed = chain(mobility, (vmax * length) / mobility.v, -(vmax * length) / mobility.v ** 2);
  const a = affine(ratio, 4 / 3);
  const b = affine(add(v1, speed), -2);
  const c = affine(mul(ratio, speed), -2);
  const d = sub(
    sub(affine(mul(v1, add(v2, speed)), 2), square(v2)),
    affine(mul(ratio, cube(sourceRoot)), 4 / 3),
  );
  const x = smallestPositiveRoot(a.v, b.v, c.v, d.v);
  if (x === undefined) return undefined;
  const at = constant(x);
  const value = add(add(mul(a, cube(at)), mul(b, square(at))), add(mul(c, at), d));
  const slope = ((4 * x + 3 * a.v) * x + 2 * b.v) * x + c.v;
  if (slope === 0) return undefined;
  const root: Dual = { v: x, g: -value.g / slope, d: -value.d / slope, b: -value.b / slope };
  return sub(square(root), barrier);
}

/** Smallest positive root of x^4 + a x^3 + b x^2 + c x + d by Ferrari's resolvent, then Newton. */
export function smallestPositiveRoot(
  a: number,
  b: number,
  c: number,
  d: number,
): number | undefined {
  const y = largestCubicRoot(-b, a * c - 4 * d, -d * (a * a - 4 * b) - c * c);
  const p = Math.sqrt(Math.max(0, (a * a) / 4 - b + y));
  const q = Math.sqrt(Math.max(0, (y * y) / 4 - d));
  let best: number | undefined;
  for (const [s, t] of [
    [1, 1],
    [-1, 1],
    [1, -1],
    [-1, -1],
  ]) {
    const half = (a / 2 + s * p) / 2;
    const rest = y / 2 + t * q;
    const discriminant = half * half - rest;
    if (discriminant < 0) continue;
    for (const sign of [1, -1]) {
      let x = -half + sign * Math.sqrt(discriminant);
      if (x <= 0) continue;
      const value = (((x + a) * x + b) * x + c) * x + d;
      const scale =
        x ** 4 + Math.abs(a * x ** 3) + Math.abs(b * x * x) + Math.abs(c * x) + Math.abs(d);
      if (Math.abs(value) > 1e-6 * Math.max(1, scale)) continue; // root of the other sign choice
      for (let k = 0; k < 3; k++) {
        const slope = ((4 * x + 3 * a) * x + 2 * b) * x + c;
        if (slope === 0) break;
        x -= ((((x + a) * x + b) * x + c) * x + d) / slope;
      }
      if (x > 0 && (best === undefined || x < best)) best = x;
    }
  }
  return best;
}

/** A real root of y^3 + a y^2 + b y + c, the largest where there are three (Cardano). */
function largestCubicRoot(a: number, b: number, c: number): number {
  const r = b - (a * a) / 3;
  const s = (2 * a ** 3) / 27 - (a * b) / 3 + c;
  const discriminant = (s * s) / 4 + r ** 3 / 27;
  if (discriminant < 0) {
    const radius = Math.sqrt(-r / 3);
    const angle = Math.acos(Math.max(-1, Math.min(1, -s / (2 * radius ** 3))));
    return 2 * radius * Math.cos(angle / 3) - a / 3;
  }
  const root = Math.sqrt(discriminant);
  return Math.cbrt(-s / 2 + root) + Math.cbrt(-s / 2 - root) - a / 3;
}
