import { describe, expect, it } from 'vitest';
import { gaussianPair, noiseBlock } from '../../src/kernels/llg-noise.reference.js';
import { advanceLlg } from '../../src/kernels/llg.js';
import { streamKey } from '../../src/numerics/stream.js';
import { countSwitched, macrospinDerivative, simulateEnsemble } from '../../src/magnetics/index.js';
import { principalFrame } from '../../src/magnetics/principal-frame.js';
import { planRuns } from '../../src/magnetics/program.js';
import { add, dot, scale, unit, type Vector3 } from '../../src/numerics/vector3.js';
import { normalCdf } from '../../src/numerics/special.js';
import { GAMMA, uniaxial } from './reference-spins.js';

const SLOW = process.env.SPINBAR_SLOW === '1';

describe('V17: weak order', () => {
  it('bias of <m_z^2> at omega dt = 0.05 and beyond, Delta 5', { timeout: 300_000 }, () => {
    const [alpha, bk] = [0.1, 0.1];
    const trials = SLOW ? 400_000 : 8_000;
    const mean = (angle: number): { value: number; error: number } => {
      const { reads } = simulateEnsemble({
        spin: uniaxial(alpha, bk, 5),
        drive: [{ durationSeconds: (12 * (1 + alpha * alpha)) / (alpha * GAMMA * bk) }],
        start: { kind: 'equilibrium', well: [0, 0, 1] },
        ...{ trials, stepSeconds: angle / (GAMMA * bk), seed: 11, currentIndex: 0 },
      });
      let sum = 0;
      let square = 0;
      for (let t = 2; t < reads[0].length; t += 3) {
        const v = reads[0][t] ** 2;
        sum += v;
        square += v * v;
      }
      const value = sum / trials;
      return { value, error: Math.sqrt((square / trials - value * value) / trials) };
    };
    for (const [angle, allowed] of [
      [0.05, 3e-4],
      [0.099, 9e-4],
    ]) {
      const { value, error } = mean(angle);
      expect(Math.abs(value - 0.764266221)).toBeLessThan(4 * error + allowed);
    }
  });
});

describe('V18: schemes that are wrong show it where Heun does not', () => {
  /** <(m.axis)^2> at Delta 5, alpha 0.1 by a scheme, omega dt = 0.1; exact 0.7643. */
  const [alpha, bk, delta, angle] = [0.1, 0.1, 5, 0.1];
  const dt = angle / (GAMMA * bk);
  const trials = 250;
  const steps = 1400;
  const spin = uniaxial(alpha, bk, delta);
  const deviation = Math.sqrt((2 * alpha * spin.thermalField) / (GAMMA * dt));
  type Scheme = (m: Vector3, noise: (k: number) => Vector3) => Vector3;
  const move = (m: Vector3, thermal: Vector3): Vector3 =>
    scale(dt, macrospinDerivative(spin, {}, m, thermal));
  const average = (scheme: Scheme, axis: Vector3 = [0, 0, 1]): number => {
    const key = streamKey(3, 'test.wrong-schemes');
    const blocks = [0, 1].map(() => new Float32Array(12));
    let sum = 0;
    let count = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      let m: Vector3 = unit(add(axis, [0.3, 0, 0]));
      for (let step = 0; step < steps; step += 1) {
        if (step % 4 === 0)
          blocks.forEach((block, which) =>
            noiseBlock(key, 'gaussian', step / 4, trial, which, block),
          );
        const at = 3 * (step % 4);
        m = unit(
          scheme(m, (k) => scale(deviation, [blocks[k][at], blocks[k][at + 1], blocks[k][at + 2]])),
        );
        if (step > 400 && step % 20 === 0) {
          sum += dot(m, axis) ** 2;
          count += 1;
        }
      }
    }
    return sum / count;
  };
  const heun =
    (second: number): Scheme =>
    (m, noise) => {
      const first = move(m, noise(0));
      return add(m, scale(0.5, add(first, move(add(m, first), noise(second)))));
    };

  it('Heun with one field is right; Euler, a fresh field in the corrector and unit-length noise are not', () => {
    expect(Math.abs(average(heun(0)) - 0.7643)).toBeLessThan(0.025);
    expect(Math.abs(average(heun(1)) - 0.893)).toBeLessThan(0.025);
    expect(Math.abs(average((m, noise) => add(m, move(m, noise(0)))) - 0.677)).toBeLessThan(0.03);
    const short: Scheme = (m, noise) => {
      const thermal = scale(deviation, unit(noise(0)));
      const first = move(m, thermal);
      return add(m, scale(0.5, add(first, move(add(m, first), thermal))));
    };
    expect(average(short)).toBeGreaterThan(0.9);
  });

  it('one random number for all three components all but hides along z, and freezes along (111)', () => {
    const one =
      (of: typeof spin): Scheme =>
      (m, noise) => {
        const [n] = noise(0);
        const step = (at: Vector3): Vector3 =>
          scale(dt, macrospinDerivative(of, {}, at, [n, n, n]));
        const first = step(m);
        return add(m, scale(0.5, add(first, step(add(m, first)))));
      };
    const diagonal = unit([1, 1, 1]);
    const tilted = uniaxial(alpha, bk, delta, { axis: diagonal });
    expect(Math.abs(average(one(spin)) - 0.7643)).toBeLessThan(0.04);
    expect(average(one(tilted), diagonal)).toBeGreaterThan(0.999);
    // Heun with three numbers does not know where the axis points.
    const right: Scheme = (m, noise) => {
      const step = (at: Vector3): Vector3 =>
        scale(dt, macrospinDerivative(tilted, {}, at, noise(0)));
      const first = step(m);
      return add(m, scale(0.5, add(first, step(add(m, first)))));
    };
    expect(Math.abs(average(right, diagonal) - 0.7643)).toBeLessThan(0.025);
  });
});

describe('the noise', () => {
  it('has normal tails in its counts', () => {
    const block = new Float32Array(12);
    const key = streamKey(8, 'test.tails');
    const blocks = SLOW ? 4_000_000 : 60_000;
    const levels = [1, 2, 3, 4];
    const counts = levels.map(() => 0);
    for (let b = 0; b < blocks; b += 1) {
      noiseBlock(key, 'gaussian', b, 0, 0, block);
      for (const v of block)
        levels.forEach((level, i) => (counts[i] += Math.abs(v) > level ? 1 : 0));
    }
    const total = 12 * blocks;
    levels.forEach((level, i) => {
      const expected = 2 * normalCdf(-level) * total;
      expect(Math.abs(counts[i] - expected), `beyond ${level}`).toBeLessThan(
        4.5 * Math.sqrt(expected),
      );
    });
  });

  it.each([
    [5, 13, 2, 48, 0.01],
    [6, 6, 64, 64, 0.01],
    [7, 0, 512, 1500, 0.03],
  ])('has the normal tail beyond %d standard deviations', (level, bits, fines, angles, allowed) => {
    // Only radii of u < 2^(bits - 31) reach so far: all of their 2^bits coarse words, by fine words and angles.
    const pair = new Float32Array(2);
    let beyond = 0;
    let count = 0;
    for (let coarse = 0; coarse < 2 ** bits; coarse += 1) {
      for (let fine = 256 / fines; fine < 512; fine += 512 / fines) {
        for (let k = 0; k < angles; k += 1) {
          const angle = Math.floor(((k + 0.5) / angles - 0.5) * 2 ** 20);
          const word = (angle << 12) | (Math.floor(fine) << 3) | (k % 8);
          gaussianPair(2 * coarse, word >>> 0, pair, 0, 1);
          for (const v of pair) beyond += Math.abs(v) > level ? 1 : 0;
          count += 2;
        }
      }
    }
    const probability = (beyond / count) * 2 ** (bits - 31);
    expect(Math.abs(probability / (2 * normalCdf(-level)) - 1)).toBeLessThan(allowed);
  });
});

describe('f32 against f64', () => {
  it(
    'P_sw of both states on the same noise differs by less than 1e-4',
    { timeout: 300_000 },
    () => {
      const trials = SLOW ? 131_072 : 16_384;
      const switched = (precision: 'f32' | 'f64'): number =>
        countSwitched(
          simulateEnsemble({
            spin: uniaxial(0.1, 0.15, 20),
            drive: [
              { durationSeconds: 5e-10, dampingLike: [0, 0, -0.045] },
              { durationSeconds: 1e-10 },
            ],
            start: { kind: 'equilibrium', well: [0, 0, 1] },
            ...{ trials, stepSeconds: 1.5e-12, seed: 4, currentIndex: 0, precision },
          }).reads[0],
          [0, 0, -1],
        );
      const [single, double] = [switched('f32'), switched('f64')];
      expect(double / trials).toBeGreaterThan(0.1);
      expect(double / trials).toBeLessThan(0.9);
      expect(Math.abs(single - double) / trials).toBeLessThan(1e-4);
    },
  );
});

describe('the step loop', () => {
  it('takes no memory: ten times the steps, no growth of the heap beside the same call', () => {
    const spin = uniaxial(0.1, 0.15, 20);
    const runs = (seconds: number) =>
      planRuns(spin, [{ durationSeconds: seconds }], principalFrame(spin.anisotropy), 1e-12)[0];
    const stream = {
      key: streamKey(1, 'x'),
      noise: 'gaussian' as const,
      firstTrial: 0,
      currentIndex: 0,
    };
    const m = Float64Array.from({ length: 3 * 64 }, (_, i) => (i % 3 === 2 ? 1 : 0));
    const grown = (seconds: number): number => {
      const program = runs(seconds);
      advanceLlg(m, program, stream);
      const before = process.memoryUsage().heapUsed;
      advanceLlg(m, program, stream);
      return process.memoryUsage().heapUsed - before;
    };
    grown(1e-9);
    // 40,000 steps of 64 magnets: one number a step would be 20 MB.
    expect(grown(4e-8)).toBeLessThan(256 * 1024);
  });
});
