/**
 * Complete elliptic integrals K(m), E(m) of parameter m = k^2 by the arithmetic-geometric mean
 * (Abramowitz and Stegun 17.6). `complement` = 1 - m, given apart to keep digits near m = 1.
 */
export function ellipticEK(
  m: number,
  complement = 1 - m,
): { readonly K: number; readonly E: number } {
  if (!(m >= 0 && complement > 0)) throw new RangeError(`parameter out of [0, 1): ${m}`);
  let a = 1;
  let b = Math.sqrt(complement);
  let sum = m / 2;
  let power = 0.5;
  for (let k = 0; k < 40; k += 1) {
    const c = (a - b) / 2;
    const mean = (a + b) / 2;
    b = Math.sqrt(a * b);
    a = mean;
    power *= 2;
    sum += power * c * c;
    if (Math.abs(c) < 1e-17 * a) break;
  }
  const K = Math.PI / (2 * a);
  return { K, E: K * (1 - sum) };
}

/** Carlson's R_D(x, y, z) by duplication (Carlson, Numer. Math. 33, 1, 1979). z > 0, at most one of x, y zero. */
export function carlsonRD(x0: number, y0: number, z0: number): number {
  let [x, y, z] = [x0, y0, z0];
  let sum = 0;
  let factor = 1;
  for (;;) {
    const mean = (x + y + 3 * z) / 5;
    const dx = (mean - x) / mean;
    const dy = (mean - y) / mean;
    const dz = (mean - z) / mean;
    if (Math.max(Math.abs(dx), Math.abs(dy), Math.abs(dz)) < 1e-3) {
      const e2 = dx * dy - 6 * dz * dz;
      const e3 = (3 * dx * dy - 8 * dz * dz) * dz;
      const e4 = 3 * (dx * dy - dz * dz) * dz * dz;
      const e5 = dx * dy * dz ** 3;
      const series =
        1 -
        (3 / 14) * e2 +
        e3 / 6 +
        (9 / 88) * e2 * e2 -
        (3 / 22) * e4 -
        (9 / 52) * e2 * e3 +
        (3 / 26) * e5;
      return 3 * sum + (factor * series) / mean ** 1.5;
    }
    const lambda = Math.sqrt(x * y) + Math.sqrt(y * z) + Math.sqrt(z * x);
    sum += factor / (Math.sqrt(z) * (z + lambda));
    factor /= 4;
    x = (x + lambda) / 4;
    y = (y + lambda) / 4;
    z = (z + lambda) / 4;
  }
}
