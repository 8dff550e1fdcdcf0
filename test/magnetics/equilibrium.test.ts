import { describe, expect, it } from 'vitest';
import { simulateEnsemble, type EnsembleRequest } from '../../src/magnetics/index.js';
import { dot, unit, type Vector3 } from '../../src/numerics/vector3.js';
import { chiSquareLimit, GAMMA, THERMAL_W, uniaxial } from './reference-spins.js';

/** Easy axis, Delta, exact <(m.axis)^2>. */
const CASES: readonly (readonly [Vector3, number, number])[] = [
  [[0, 0, 1], 1, 0.429230706],
  [[0, 0, 1], 2, 0.531264558],
  [[0, 0, 1], 5, 0.764266221],
  [[1, 0, 0], 5, 0.764266221],
  [[1, 1, 1], 5, 0.764266221],
];

const finals = (request: Omit<EnsembleRequest, 'seed' | 'currentIndex'>): Float64Array =>
  simulateEnsemble({ seed: 20, currentIndex: 0, ...request }).reads[0];

const components = (m: Float64Array, axis: Vector3): number[] =>
  Array.from({ length: m.length / 3 }, (_, t) => dot([m[3 * t], m[3 * t + 1], m[3 * t + 2]], axis));

/** Edges of `bins` equal-probability bins of x = m.axis under exp(delta x^2), by bisection of a fine sum. */
function boltzmannEdges(delta: number, bins: number): number[] {
  const cells = 40000;
  const cumulative = [0];
  for (let k = 0; k < cells; k += 1) {
    const x = -1 + (2 * (k + 0.5)) / cells;
    cumulative.push(cumulative[k] + Math.exp(delta * (x * x - 1)));
  }
  return Array.from({ length: bins - 1 }, (_, b) => {
    const target = ((b + 1) / bins) * cumulative[cells];
    const k = cumulative.findIndex((value) => value > target);
    const fraction = (target - cumulative[k - 1]) / (cumulative[k] - cumulative[k - 1]);
    return -1 + (2 * (k - 1 + fraction)) / cells;
  });
}

describe('V9: the equilibrium of a uniaxial magnet', () => {
  const trials = 20000;
  it.each(CASES)("along %s at Delta %d is Boltzmann's", (axis, delta, exact) => {
    const alpha = 0.3;
    const spin = uniaxial(alpha, 0.1, delta, { axis });
    const x = components(
      finals({
        spin,
        drive: [{ durationSeconds: 14 / (alpha * GAMMA * 0.1) }],
        start: { kind: 'direction', m: [0.2, -0.5, 0.9] },
        trials,
        stepSeconds: 0.05 / (GAMMA * 0.1),
      }),
      unit(axis),
    ).map(Math.abs);
    const mean = x.reduce((sum, v) => sum + v * v, 0) / trials;
    const deviation = Math.sqrt(x.reduce((s, v) => s + (v * v - mean) ** 2, 0) / trials ** 2);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * deviation + 5e-4);
    // |m.axis| in 20 bins: chi-square with 19 degrees of freedom at 4 standard deviations (p = 3e-5).
    const edges = boltzmannEdges(delta, 40).slice(20);
    const counts = new Array<number>(20).fill(0);
    for (const v of x) counts[edges.filter((edge) => edge <= v).length] += 1;
    const chiSquare = counts.reduce((s, n) => s + (n - trials / 20) ** 2 / (trials / 20), 0);
    expect(chiSquare).toBeLessThan(chiSquareLimit(19, 4));
  });

  it('V8: a free moment in a field follows Langevin', () => {
    const spin = { ...uniaxial(0.5, 0, 1), field: [0, 0, 0.01] as const, thermalField: THERMAL_W };
    const z = components(
      finals({
        spin,
        drive: [{ durationSeconds: 15e-9 }],
        start: { kind: 'direction', m: [1, 0, 0] },
        trials: 8000,
        stepSeconds: 10e-12,
      }),
      [0, 0, 1],
    );
    const mean = z.reduce((sum, v) => sum + v, 0) / z.length;
    expect(Math.abs(mean - 0.675037348)).toBeLessThan(4 * Math.sqrt(0.096 / z.length) + 5e-4);
  });

  it('V7: without anisotropy the direction diffuses at D = alpha g kT/(Ms V (1 + alpha^2))', () => {
    const spin = { ...uniaxial(0.1, 0, 1), thermalField: THERMAL_W };
    const D = 5.746429e7;
    const t = 4e-9;
    const z = components(
      finals({
        spin,
        drive: [{ durationSeconds: t }],
        start: { kind: 'direction', m: [0, 0, 1] },
        trials: 40000,
        stepSeconds: 10e-12,
      }),
      [0, 0, 1],
    );
    const mean = z.reduce((s, v) => s + v, 0) / z.length;
    const p2 = z.reduce((s, v) => s + (3 * v * v - 1) / 2, 0) / z.length;
    expect(Math.abs(mean - Math.exp(-2 * D * t))).toBeLessThan(4 * 0.003 + 1e-3);
    expect(Math.abs(p2 - Math.exp(-6 * D * t))).toBeLessThan(4 * 0.003 + 1e-3);
  });
});

describe('V10: fluctuation-dissipation', () => {
  it('gives <sin^2> = 0.0514452 in the well at Delta 20', () => {
    const spin = uniaxial(0.05, 0.2, 20);
    const z = components(
      finals({
        spin,
        drive: [{ durationSeconds: 3e-9 }],
        start: { kind: 'direction', m: [0, 0, 1] },
        trials: 8000,
        stepSeconds: 0.05 / (GAMMA * 0.2),
      }),
      [0, 0, 1],
    );
    const sine = z.reduce((s, v) => s + 1 - v * v, 0) / z.length;
    expect(Math.abs(sine - 0.0514452)).toBeLessThan(4 * (0.0514 / Math.sqrt(z.length)) + 2e-4);
  });

  it('draws the equilibrium start from the Boltzmann distribution of the well', () => {
    const spin = uniaxial(0.05, 0.2, 20);
    const m = finals({
      spin,
      drive: [{ durationSeconds: 1e-15 }],
      start: { kind: 'equilibrium', well: [0, 0, -1] },
      trials: 20000,
      stepSeconds: 1e-15,
    });
    const z = components(m, [0, 0, 1]);
    expect(Math.max(...z)).toBeLessThan(0.1);
    const sine = z.reduce((s, v) => s + 1 - v * v, 0) / z.length;
    expect(Math.abs(sine - 0.0514452)).toBeLessThan(4 * (0.0514 / Math.sqrt(z.length)));
  });
});
