import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateOnCost,
  allocateSamples,
  costOfDesign,
  headlineOf,
  rankLayers,
  sampledLayers,
  uniformPrice,
  withSamples,
} from '../../src/architecture/index.js';
import { streamKey } from '../../src/numerics/stream.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { normalQuantile } from '../../src/numerics/special.js';
import { magnets } from './support.js';

const design = magnets();
const layers = sampledLayers(design);
const price = (samples: Readonly<Record<string, number>>, metric: 'energy' | 'latency' | 'edp') =>
  headlineOf(costOfDesign(withSamples(design, samples)))[metric];

describe('allocateOnCost', () => {
  it('stays within any budget of any metric, and no single further sample would fit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('energy' as const, 'latency' as const, 'edp' as const),
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 19, maxLength: 19 }),
        (metric, uniform, values) => {
          const damages = layers.map((name, i) => ({ name, damage: values[i] }));
          const budget = uniformPrice(design, uniform, metric);
          const result = allocateOnCost(design, damages, { metric, budget, most: 8 });
          expect(price(result.samples, metric)).toBe(result.price);
          expect(result.price).toBeLessThanOrEqual(budget * (1 + 1e-12));
          for (const name of layers) {
            if (result.samples[name] === 8) continue;
            const more = { ...result.samples, [name]: result.samples[name] + 1 };
            expect(price(more, metric)).toBeGreaterThan(budget);
          }
        },
      ),
      { numRuns: 8, seed: 2 },
    );
  });

  it('does as the additive search where energy is all that counts', () => {
    const damages = layers.map((name, i) => ({ name, damage: 1 / (1 + i) }));
    const budget = uniformPrice(design, 3, 'energy');
    const one = Object.fromEntries(layers.map((name) => [name, 1]));
    const least = price(one, 'energy');
    // Marginal price above one sample: the counter that T > 1 takes costs more than a register once.
    const additive = allocateSamples(
      damages.map(({ name, damage }) => ({
        name,
        damage,
        damageError: 0,
        pricePerSample:
          price({ ...one, [name]: 3 }, 'energy') - price({ ...one, [name]: 2 }, 'energy'),
      })),
      budget - least,
    );
    const own = allocateOnCost(design, damages, { metric: 'energy', budget });
    expect(own.damage / additive.damage).toBeLessThan(1.05);
  });

  it('gives a layer that the pipeline does not wait for samples that cost no time', () => {
    // The stem is the bottleneck of ResNet-20 with one array a layer; the last block has 64 positions.
    const damages = [
      { name: 'stem', damage: 1 },
      { name: '8-5', damage: 1 },
    ];
    const budget = uniformPrice(design, 1, 'latency') * 1.1;
    const { samples } = allocateOnCost(design, damages, { metric: 'latency', budget });
    expect(samples.stem).toBe(1);
    expect(samples['8-5']).toBeGreaterThan(2);
  });

  it('interpolates the price of uniform samples', () => {
    const [one, two] = [1, 2].map((count) => uniformPrice(design, count, 'energy'));
    expect(uniformPrice(design, 1.25, 'energy')).toBeCloseTo(0.75 * one + 0.25 * two, 18);
  });
});

describe('rankLayers', () => {
  /** Normal draws with a mean, keyed. */
  const normal = (mean: number, sigma: number, index: number, count = 400): Float64Array => {
    const key = streamKey(7, 'test.ranking');
    const words = new Uint32Array(4);
    return Float64Array.from({ length: count }, (_, i) => {
      philox4x32(key, i, index, 0, 0, words);
      return mean + sigma * normalQuantile((words[0] + 0.5) / 2 ** 32);
    });
  };

  it('orders by weighted mean and knows which steps are told apart', () => {
    const { layers: ranked, open } = rankLayers(
      [
        { name: 'small', differences: normal(0.1, 1, 0), repeats: 1 },
        { name: 'large', differences: normal(2, 1, 1), repeats: 1 },
        { name: 'same', differences: normal(0.1, 1, 2), repeats: 1 },
      ],
      { small: 1, large: 1, same: 1 },
      { z: 2.4 },
    );
    expect(ranked[0].name).toBe('large');
    expect(ranked[0].step).toBeGreaterThan(10);
    expect(ranked[0].error).toBeCloseTo(1 / 20, 2);
    expect([...open].sort()).toEqual(['same', 'small']);
  });

  it('is wrong no more often than it says: two equal layers at 5 %', () => {
    let told = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const { open } = rankLayers(
        [
          { name: 'a', differences: normal(0, 1, 2 * trial + 10, 100), repeats: 1 },
          { name: 'b', differences: normal(0, 1, 2 * trial + 11, 100), repeats: 1 },
        ],
        { a: 1, b: 1 },
        { z: 1.96 },
      );
      if (open.length === 0) told += 1;
    }
    // Binomial(400, 0.05): 20, four standard deviations 17.
    expect(told).toBeLessThan(38);
    expect(told).toBeGreaterThan(3);
  });

  it('ranks by damage for its price', () => {
    const { layers: ranked } = rankLayers(
      [
        { name: 'dear', differences: normal(2, 0.1, 3), repeats: 2 },
        { name: 'cheap', differences: normal(1, 0.1, 4), repeats: 2 },
      ],
      { dear: 1, cheap: 4 },
      { z: 2 },
    );
    expect(ranked.map(({ name }) => name)).toEqual(['cheap', 'dear']);
    expect(ranked[1].mean).toBeCloseTo(1, 1);
  });
});
