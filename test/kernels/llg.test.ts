import { describe, expect, it } from 'vitest';
import { advanceLlg } from '../../src/kernels/llg.js';
import { gaussianPair } from '../../src/kernels/llg-noise.reference.js';
import { advanceReference, type LlgRun } from '../../src/kernels/llg.reference.js';
import { streamKey } from '../../src/numerics/stream.js';

const run = (steps: number, scale: number, noise: number): LlgRun => ({
  steps,
  constants: Float64Array.from(
    [0.3, 1.1, 0.02, 0.08, 0.2, -0.1, 0.05, 0.3, 0.4, -0.2, 0, 0].map((v) => v * scale),
  ).map((v, i) => (i === 10 ? noise : i === 11 ? 0.07 * noise : v)),
});

const directions = (trials: number): Float64Array =>
  Float64Array.from({ length: 3 * trials }, (_, i) => [0.6, 0, 0.8][i % 3]);

const KEY = streamKey(5, 'test');
const RUNS = [run(7, 0.03, 0.01), run(50, 0.02, 0), run(1, 0.03, 0.012), run(90, 0.01, 0.02)];

describe('the LLG kernel', () => {
  it.each(['gaussian', 'uniform'] as const)('gives the bits of its twin with %s noise', (noise) => {
    const stream = { key: KEY, noise, firstTrial: 11, currentIndex: 3 };
    const expected = directions(13);
    const actual = directions(13);
    advanceReference(expected, RUNS, stream, 6);
    advanceLlg(actual, RUNS, stream, { firstStep: 6 });
    expect([...actual]).toEqual([...expected]);
  });

  it('in single precision stays within rounding of the twin', () => {
    const stream = { key: KEY, noise: 'gaussian' as const, firstTrial: 0, currentIndex: 0 };
    const expected = directions(13);
    const actual = directions(13);
    advanceReference(expected, RUNS, stream);
    advanceLlg(actual, RUNS, stream, { precision: 'f32' });
    const worst = Math.max(...expected.map((v, i) => Math.abs(v - actual[i])));
    expect(worst).toBeLessThan(2e-5);
    expect(worst).toBeGreaterThan(0);
  });
});

describe('Gaussian noise', () => {
  it('has a radius good to 7 standard deviations', () => {
    const pair = new Float32Array(2);
    for (const [w0, w1] of [
      [0, 0],
      [0, 8 * 100],
      [3, 8 * 7],
      [40, 0],
      [2 ** 31, 8],
      [2 ** 32 - 1, 8 * 511],
    ]) {
      gaussianPair(w0, w1, pair, 0, 1);
      const u = Math.floor(w0 / 2) * 2 ** -31 + (((w1 >>> 3) & 511) + 0.5) * 2 ** -40;
      const radius = Math.sqrt(Math.max(0, -2 * Math.log(u)));
      expect(Math.abs(Math.hypot(pair[0], pair[1]) - radius)).toBeLessThan(4e-5);
    }
    gaussianPair(0, 0, pair, 0, 1);
    expect(Math.hypot(pair[0], pair[1])).toBeGreaterThan(7.4);
  });
});
