import { describe, expect, it } from 'vitest';
import { demagnetisingFactors } from '../../src/magnetics/index.js';
import { ellipticEK } from '../../src/numerics/elliptic.js';

const SHAPES = ['ellipsoid', 'cuboid', 'elliptic-cylinder'] as const;
const sum = (n: readonly number[]): number => n[0] + n[1] + n[2];

describe('complete elliptic integrals', () => {
  it('meet Abramowitz and Stegun table 17.1', () => {
    const half = ellipticEK(0.5);
    expect(half.K).toBeCloseTo(1.85407467730137, 13);
    expect(half.E).toBeCloseTo(1.35064388104768, 13);
    expect(ellipticEK(0).E).toBeCloseTo(Math.PI / 2, 14);
  });
});

describe('demagnetising factors', () => {
  it.each(SHAPES)('of the %s have trace 1 and follow a permutation of the axes', (shape) => {
    const n = demagnetisingFactors(shape, [40e-9, 80e-9, 30e-9]);
    expect(sum(n)).toBeCloseTo(1, 10);
    const swapped = demagnetisingFactors(shape, [80e-9, 40e-9, 30e-9]);
    expect(swapped[0]).toBeCloseTo(n[1], 12);
    expect(swapped[2]).toBeCloseTo(n[2], 12);
    expect(n[2]).toBeGreaterThan(n[0]);
    expect(n[0]).toBeGreaterThan(n[1]);
  });

  it('are 1/3 for a sphere and a cube', () => {
    expect(demagnetisingFactors('ellipsoid', [1, 1, 1])[2]).toBeCloseTo(1 / 3, 14);
    expect(demagnetisingFactors('cuboid', [1, 1, 1])[0]).toBeCloseTo(1 / 3, 12);
  });

  it('meet the closed form of an oblate spheroid', () => {
    // Osborn (1945): Nz = (m^2/(m^2-1)) (1 - asin(sqrt(m^2-1)/m)/sqrt(m^2-1)), m = 10.
    const m = 10;
    const root = Math.sqrt(m * m - 1);
    const expected = ((m * m) / (m * m - 1)) * (1 - Math.asin(root / m) / root);
    expect(demagnetisingFactors('ellipsoid', [10, 10, 1])[2]).toBeCloseTo(expected, 13);
  });

  it('meet the table of Chen, Brug and Goldfarb, IEEE Trans. Magn. 27, 3601 (1991), for cylinders', () => {
    // Magnetometric factors along the axis for length/diameter 1 and 0.5.
    expect(demagnetisingFactors('elliptic-cylinder', [1, 1, 1])[2]).toBeCloseTo(0.3116, 4);
    expect(demagnetisingFactors('elliptic-cylinder', [1, 1, 0.5])[2]).toBeCloseTo(0.4745, 4);
  });

  it('of a square prism lie near those of the equal-volume cylinder', () => {
    const prism = demagnetisingFactors('cuboid', [50, 50, 1.1])[2];
    const disc = demagnetisingFactors('elliptic-cylinder', [50, 50, 1.1])[2];
    expect(Math.abs(prism - disc)).toBeLessThan(0.01);
    expect(disc).toBeGreaterThan(0.9);
  });

  it('of a long elliptic cylinder across its axis are those of an ellipse, b/(a + b)', () => {
    const n = demagnetisingFactors('elliptic-cylinder', [3, 1, 4000]);
    expect(n[0]).toBeCloseTo(1 / 4, 3);
    expect(n[1]).toBeCloseTo(3 / 4, 3);
  });
});

describe('demagnetising factors against other closed forms', () => {
  it('of a prolate spheroid are those of Osborn (1945)', () => {
    // Nz = (1/(m^2-1)) (m/sqrt(m^2-1) ln(m + sqrt(m^2-1)) - 1), m = 4.
    const m = 4;
    const root = Math.sqrt(m * m - 1);
    const expected = ((m / root) * Math.log(m + root) - 1) / (m * m - 1);
    expect(demagnetisingFactors('ellipsoid', [1, 1, 4])[2]).toBeCloseTo(expected, 13);
  });

  it('of a triaxial ellipsoid are the integral abc/2 ds/((s + c^2) sqrt((s + a^2)(s + b^2)(s + c^2)))', () => {
    const [a, b, c] = [3, 2, 1];
    let sum = 0;
    const steps = 20_000;
    for (let k = 0; k < steps; k += 1) {
      // s = (u/(1 - u))^2 brings the half line to [0, 1].
      const u = (k + 0.5) / steps;
      const s = (u / (1 - u)) ** 2;
      const ds = (2 * u) / (1 - u) ** 3;
      sum += ds / ((s + c * c) * Math.sqrt((s + a * a) * (s + b * b) * (s + c * c)));
    }
    const expected = (a * b * c * sum) / (2 * steps);
    expect(demagnetisingFactors('ellipsoid', [a, b, c])[2]).toBeCloseTo(expected, 7);
  });

  it('of an infinite square bar are 1/2 across and 0 along', () => {
    const n = demagnetisingFactors('cuboid', [1, 1, 5000]);
    expect(n[0]).toBeCloseTo(0.5, 3);
    expect(n[2]).toBeLessThan(1e-3);
  });

  it('of a thin film are 1 across it', () => {
    expect(demagnetisingFactors('cuboid', [1e4, 1e4, 1])[2]).toBeGreaterThan(0.999);
    expect(demagnetisingFactors('ellipsoid', [1e4, 1e4, 1])[2]).toBeGreaterThan(0.999);
  });
});
