import { describe, expect, it } from 'vitest';
import {
  allocateOnCost,
  allocateWithFactors,
  conversionPrice,
  costOfDesign,
  countEvents,
  headlineOf,
  layerWorkOf,
  noiseShare,
  sampledLayers,
  uniformPrice,
  withFactors,
  withSamples,
  type ConverterDesign,
  type LayerWork,
} from '../../src/architecture/index.js';
import { builtInNetwork, defaultMapping, samplesAt } from '../../src/network/index.js';
import { resnet20Work } from './resnet20-work.js';
import { library, magnets } from './support.js';

const price = {
  presetJoule: 1e-13,
  writeJoule: 1e-15,
  readJoule: 0,
  sampleSecond: 1e-9,
  areaSquareMetre: 1e-12,
};
const converter = (columnsPerConverter: number): ConverterDesign => ({
  kind: 'mtj',
  price,
  columnsPerConverter,
});
const [plain] = resnet20Work(128);
const work: LayerWork = {
  ...plain,
  mapped: true,
  slices: 4,
  streams: 2,
  samples: 3,
  sliceFactors: [1, 1, 2, 4],
  streamFactors: [1, 2],
};

describe('samples by slice and stream', () => {
  it('are counted and paid for, conversion by conversion', () => {
    const events = countEvents(work);
    let samples = 0;
    for (let s = 0; s < 4; s += 1)
      for (let t = 0; t < 2; t += 1)
        samples +=
          (events.conversions / 8) *
          samplesAt({ default: 3, layers: {}, slices: [1, 1, 2, 4], streams: [1, 2] }, '', s, t);
    expect(events.samples).toBe(samples);
    const lib = library();
    const { energyJoule } = conversionPrice(converter(1), work, events, lib);
    expect(energyJoule / (samples * (1.01e-13 + lib.counter.energy))).toBeCloseTo(1, 12);
  });

  it('take the time of the busiest magnet in each stream', () => {
    const of = (columns: number) =>
      conversionPrice(converter(columns), work, countEvents(work), library()).secondsPerRead;
    // A magnet a column: the top slice, 3 x 4 samples; in the second stream twice as many.
    of(1).forEach((second, t) => expect(second * 1e9).toBeCloseTo([12, 24][t], 9));
    // Two neighbours in turn: at most slices 2 and 3; four: all of them.
    expect(of(2)[0] * 1e9).toBeCloseTo(3 * (2 + 4), 9);
    expect(of(4)[0] * 1e9).toBeCloseTo(3 * 8, 9);
  });

  it('come from the converter of the accuracy run', () => {
    const { graph, shapes } = builtInNetwork('resnet20');
    const weights = new Map(
      [...shapes].map(([name, shape]) => [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    );
    const samples = { default: 2, layers: { conv1: 5 }, slices: [1, 1, 1, 2], streams: [1, 3] };
    const works = layerWorkOf(graph, weights, defaultMapping, {
      kind: 'tanh',
      slope: 1,
      zero: 'draw',
      samples,
    });
    expect(works[0]).toMatchObject({ samples: 5, sliceFactors: [1, 1, 1, 2] });
    for (const own of works.filter(({ mapped }) => mapped)) {
      const { conversions, samples: counted } = countEvents(own);
      // Mean factor of four slices and four streams.
      expect(counted).toBe(own.samples * conversions * (5 / 4) * (6 / 4));
    }
  });

  it('weigh noise by the square of the place', () => {
    const twos = { ...work, bitsPerSlice: 1, bitsPerStream: 1 };
    const even = { ...twos, sliceFactors: [], streamFactors: [] };
    expect(noiseShare(even)).toBe(1);
    expect(noiseShare(twos)).toBeCloseTo(((1 + 4 + 16 / 2 + 64 / 4) / 85) * ((1 + 4 / 2) / 5), 12);
  });

  it('are allocated with less damage than layers alone, within the budget', () => {
    const design = magnets({ slices: 4, streams: 2, bitsPerSlice: 1, bitsPerStream: 1 });
    const damages = sampledLayers(design).map((name, i) => ({ name, damage: 1 / (1 + i) }));
    const budget = uniformPrice(design, 3, 'energy');
    const options = { metric: 'energy', budget, most: 8 } as const;
    const byLayer = allocateOnCost(design, damages, options);
    const own = allocateWithFactors(design, damages, options);
    const { slices = [], streams = [] } = own;
    expect(own.damage).toBeLessThan(byLayer.damage);
    expect(slices).toHaveLength(4);
    expect(slices[3]).toBeGreaterThan(slices[0]);
    const priced = costOfDesign(withSamples(withFactors(design, { slices, streams }), own.samples));
    expect(headlineOf(priced).energy).toBe(own.price);
    expect(own.price).toBeLessThanOrEqual(budget);
  });
});
