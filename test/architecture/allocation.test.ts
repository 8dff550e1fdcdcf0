import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateSamples,
  pairedMean,
  type LayerSensitivity,
} from '../../src/architecture/index.js';

const layer = (name: string, damage: number, pricePerSample: number): LayerSensitivity => ({
  name,
  damage,
  damageError: 0,
  pricePerSample,
});

/** Best damage under the budget by trying every combination. */
function exhaustive(layers: readonly LayerSensitivity[], budget: number, most: number): number {
  const [first, ...rest] = layers;
  if (!first) return budget >= -1e-12 ? 0 : Infinity;
  let best = Infinity;
  for (let t = 1; t <= most; t += 1)
    best = Math.min(
      best,
      first.damage / t + exhaustive(rest, budget - t * first.pricePerSample, most),
    );
  return best;
}

describe('allocateSamples', () => {
  it('is optimal for equal prices (Fox): compared with all combinations', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 8 }),
        (damages, extra) => {
          const layers = damages.map((damage, i) => layer(`l${i}`, damage, 1));
          const budget = layers.length + extra;
          const { damage } = allocateSamples(layers, budget, { most: 9 });
          expect(damage).toBeCloseTo(exhaustive(layers, budget, 9), 10);
        },
      ),
    );
  });

  it('tends to T ~ sqrt(damage / price)', () => {
    const layers = [layer('a', 16, 1), layer('b', 1, 1), layer('c', 4, 4)];
    const { samples } = allocateSamples(layers, 1200, { most: 4096 });
    expect(samples.a / samples.b).toBeCloseTo(4, 1);
    expect(samples.c / samples.b).toBeCloseTo(1, 1);
  });

  it('stays within the budget, never takes samples back, and leaves harmless layers at one', () => {
    const layers = [layer('a', 3, 2), layer('b', 1, 1), layer('harmless', -0.1, 0.1)];
    let before: Readonly<Record<string, number>> = { a: 1, b: 1, harmless: 1 };
    for (let budget = 4; budget < 40; budget += 1) {
      const { samples, price } = allocateSamples(layers, budget);
      expect(price).toBeLessThanOrEqual(budget);
      for (const { name } of layers) expect(samples[name]).toBeGreaterThanOrEqual(before[name]);
      expect(samples.harmless).toBe(1);
      before = samples;
    }
  });
});

describe('pairedMean', () => {
  it('gives mean and standard error', () => {
    const { mean, error } = pairedMean([1, 2, 3, 4]);
    expect(mean).toBe(2.5);
    expect(error).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
  });
});
