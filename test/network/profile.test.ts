import { describe, expect, it } from 'vitest';
import {
  calibratedRanges,
  curveCoverage,
  defaultMapping,
  errorMinimisingRanges,
  profilePartialSums,
  profileQuantile,
  tensor,
  type Converter,
  type Graph,
  type Mapping,
  type Weights,
} from '../../src/network/index.js';
import { testCurve } from './curve-fixture.js';

const ROWS = 64;
const graph: Graph = {
  name: 'one',
  inputShape: [ROWS],
  nodes: [{ name: 'l', op: 'linear', inputs: ['input'], attributes: {}, weights: { weight: 'w' } }],
  output: 'l',
};
/** One column of +1, one of alternating signs. */
const weights: Weights = new Map([
  [
    'w',
    tensor(
      [2, ROWS],
      Float32Array.from({ length: 2 * ROWS }, (_, i) => (i >= ROWS && i % 2 ? -1 : 1)),
    ),
  ],
]);
const mapping: Mapping = {
  ...defaultMapping,
  weightBits: 1,
  activationBits: 1,
  policy: { first: 'mapped', last: 'mapped' },
};
const profile = (converter: Converter, own = mapping) =>
  profilePartialSums({
    graph,
    weights,
    mapping: own,
    converter,
    inputs: [new Float32Array(ROWS).fill(1)],
  });

describe('profiles of partial sums', () => {
  it('record every sum: all rows at +1 give 64 and 0', () => {
    const [{ histogram, limit, layer }] = profile({ kind: 'ideal' });
    expect([layer, limit]).toEqual(['l', 64]);
    const seen = [...histogram.entries()].filter(([, count]) => count > 0);
    expect(seen).toEqual([
      [64, 1],
      [128, 1],
    ]);
  });

  it("hold each column's bias row where the converter takes one", () => {
    const biased = { ...mapping, biasRow: [-64, 3] };
    const seen = (converter: Converter): readonly number[] => {
      const [{ histogram, limit }] = profile(converter, biased);
      return [...histogram.keys()].filter((i) => histogram[i] > 0).map((i) => i - limit);
    };
    expect(seen({ kind: 'mtj', curve: testCurve(), samples: 1 })).toEqual([0, 3]);
    expect(seen({ kind: 'ideal' })).toEqual([0, 64]);
  });

  it('look at an image from edge to edge, not along one column', () => {
    // A 1 x 1 kernel on a 32 x 32 image that is bright in its left column alone.
    const SIDE = 32;
    const [{ histogram, limit }] = profilePartialSums({
      graph: {
        name: 'image',
        inputShape: [1, SIDE, SIDE],
        nodes: [
          {
            name: 'c',
            op: 'conv2d',
            inputs: ['input'],
            attributes: { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
            weights: { weight: 'w' },
          },
        ],
        output: 'c',
      },
      weights: new Map([['w', tensor([1, 1, 1, 1], Float32Array.of(1))]]),
      mapping: { ...mapping, encoding: 'bipolar' },
      converter: { kind: 'ideal' },
      inputs: [Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE === 0 ? 1 : -1))],
    });
    const total = histogram.reduce((sum, count) => sum + count, 0);
    expect(total).toBe(32);
    expect(histogram[1 + limit] / total).toBeLessThan(3 / SIDE);
  });

  it('give quantiles and converter ranges', () => {
    const profiles = profile({ kind: 'ideal' });
    expect(profileQuantile(profiles[0], 0.4)).toBe(0);
    expect(profileQuantile(profiles[0], 0.9)).toBe(64);
    expect(calibratedRanges(profiles).l).toEqual([0, 64]);
    const [low, high] = errorMinimisingRanges(profiles, 3).l;
    expect(low).toBe(-high);
    // Seven steps over [-64, 64] miss 0 by half a step; no range does better on both sums by clipping hard.
    expect(high).toBeGreaterThan(32);
  });

  it('compare currents with the curve: V (G_on - G_off) = 10 uA a unit', () => {
    const wide: Converter = { kind: 'mtj', curve: testCurve(), samples: 1 };
    const [all] = curveCoverage(profile(wide), { curve: testCurve() });
    expect(all.currentsAmpere[1]).toBeCloseTo(64 * 0.1 * 1e-4, 12);
    expect(all).toMatchObject({ outside: 0, saturated: 0.5 });
    const narrow = { ...testCurve(), currentRangeAmpere: [-1e-4, 1e-4] as const };
    expect(curveCoverage(profile(wide), { curve: narrow })[0].outside).toBe(0.5);
    const mirrored = profile(wide, { ...mapping, gain: 0.1 });
    expect(curveCoverage(mirrored, { curve: narrow })[0].outside).toBe(0);
    // Samples at -60 and +60 uA beside sums of 0 and 64 uA: of the four, one leaves +-100 uA.
    const staggered = { curve: narrow, samples: 2, staggerWidths: 12 };
    expect(curveCoverage(mirrored, staggered)[0].outside).toBe(0.25);
    expect(() => curveCoverage(mirrored, { ...staggered, samples: 65 })).toThrow(/staggered/);
  });
});
