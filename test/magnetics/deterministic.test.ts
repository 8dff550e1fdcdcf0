import { describe, expect, it } from 'vitest';
import { simulateEnsemble, type DriveSegment, type Macrospin } from '../../src/magnetics/index.js';
import { dot, type Vector3 } from '../../src/numerics/vector3.js';
import { uniaxial, GAMMA } from './reference-spins.js';

const cold = (spin: Macrospin): Macrospin => ({ ...spin, thermalField: 0 });
const sphere = (degrees: number): Vector3 => {
  const theta = (degrees * Math.PI) / 180;
  return [Math.sin(theta), 0, Math.cos(theta)];
};

const finalOf = (
  spin: Macrospin,
  drive: readonly DriveSegment[],
  m: Vector3,
  stepSeconds: number,
): Vector3 => {
  const { reads } = simulateEnsemble({
    spin,
    drive,
    start: { kind: 'direction', m },
    trials: 1,
    stepSeconds,
    seed: 0,
    currentIndex: 0,
  });
  return [reads[0][0], reads[0][1], reads[0][2]];
};

const azimuthError = (m: Vector3, phi: number): number => {
  const turn = (Math.atan2(m[1], m[0]) - phi) / (2 * Math.PI);
  return 2 * Math.PI * (turn - Math.round(turn));
};

describe('the Heun ensemble without temperature', () => {
  it.each([
    [0.1e-9, 0.620194868924, 8.800777839],
    [1e-9, 0.980465855152, 88.007778389],
    [5e-9, 0.999999984877, 440.038891943],
  ])('V1: precesses and damps in a field, at %d s', (time, z, phi) => {
    const spin = cold({ ...uniaxial(0.02, 0, 1), field: [0, 0, 0.5] });
    const m = finalOf(spin, [{ durationSeconds: time }], sphere(60), 1e-14);
    expect(Math.abs(m[2] - z)).toBeLessThan(1e-6);
    expect(Math.abs(azimuthError(m, phi))).toBeLessThan(2e-4);
  });

  it.each([
    [0.5e-9, 0.286453850992, 5.963649636],
    [1e-9, 0.452173455771, 15.600156928],
    [3e-9, 0.972690135418, 98.226345124],
  ])('V2: relaxes in a uniaxial anisotropy, at %d s', (time, z, phi) => {
    const spin = cold(uniaxial(0.02, 0.3, 1));
    const m = finalOf(spin, [{ durationSeconds: time }], sphere(80), 2e-14);
    expect(Math.abs(m[2] - z)).toBeLessThan(1e-5);
    expect(Math.abs(azimuthError(m, phi))).toBeLessThan(2e-4);
  });

  it('V17: is of second order', () => {
    const spin = cold(uniaxial(0.02, 0.3, 1));
    const error = (step: number): number =>
      Math.abs(finalOf(spin, [{ durationSeconds: 1e-9 }], sphere(80), step)[2] - 0.452173455771);
    expect(Math.log2(error(4e-13) / error(2e-13))).toBeCloseTo(2, 1);
  });

  it('V3: keeps |m| = 1 and never gains energy without current', () => {
    const spin = cold({
      ...uniaxial(0.05, 0.3, 1, { axis: [1, 2, 2] }),
      field: [0.02, -0.01, 0.03],
    });
    let m = sphere(100);
    let energy = Infinity;
    for (let k = 0; k < 200; k += 1) {
      m = finalOf(spin, [{ durationSeconds: 2e-11 }], m, 2e-13);
      expect(Math.abs(dot(m, m) - 1)).toBeLessThan(1e-12);
      const axis = (m[0] + 2 * m[1] + 2 * m[2]) / 3;
      const next = -0.15 * axis * axis - dot(m, spin.field);
      expect(next).toBeLessThanOrEqual(energy + 1e-15);
      energy = next;
    }
  });

  it('keeps |m| = 1 with noise', () => {
    const { reads } = simulateEnsemble({
      spin: uniaxial(0.1, 0.1, 2),
      drive: [{ durationSeconds: 1e-9 }],
      start: { kind: 'direction', m: [1, 0, 0] },
      trials: 64,
      stepSeconds: 2e-12,
      seed: 4,
      currentIndex: 0,
    });
    for (let t = 0; t < 64; t += 1) {
      expect(Math.abs(Math.hypot(...reads[0].subarray(3 * t, 3 * t + 3)) - 1)).toBeLessThan(1e-12);
    }
  });

  it('V4: destabilises the well at aS = alpha Bk with the small-angle growth rate', () => {
    const rate = (i: number): number => {
      const spin = cold(uniaxial(0.02, 0.3, 1));
      const drive = [{ durationSeconds: 1e-9, dampingLike: [0, 0, -i * 0.02 * 0.3] as const }];
      const start: Vector3 = [1e-4, 0, 1];
      const m = finalOf(spin, drive, start, 1e-13);
      return Math.log(Math.hypot(m[0], m[1]) / 1e-4) / 1e-9;
    };
    for (const [i, expected] of [
      [0.9, -1.056093e8],
      [1.1, 1.056093e8],
      [1.5, 5.280467e8],
    ]) {
      expect(Math.abs(rate(i) / expected - 1)).toBeLessThan(2e-3);
    }
  });

  it('ramps a waveform linearly', () => {
    // A field ramp 0 -> B along z turns the azimuth by half of what the constant field would.
    const spin = cold(uniaxial(0.001, 0, 1));
    const ramp = [{ durationSeconds: 1e-10, field: [0, 0, 0], fieldEnd: [0, 0, 0.1] }] as const;
    const m = finalOf(spin, ramp, [1, 0, 0], 1e-13);
    const expected = (GAMMA * 0.05 * 1e-10) / (1 + 1e-6);
    expect(Math.abs(azimuthError(m, expected))).toBeLessThan(1e-5);
  });

  it('refuses a step too large for the fastest precession, with a suggestion', () => {
    expect(() =>
      finalOf(cold(uniaxial(0.02, 0.3, 1)), [{ durationSeconds: 1e-9 }], [0, 0, 1], 5e-12),
    ).toThrow(/step-too-large[\s\S]*mend: use 0\.\d+ ps/);
  });
});
