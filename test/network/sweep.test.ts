import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  defaultMapping,
  scoreImages,
  scoreSweep,
  type Converter,
  type ImageSlice,
  type Mapping,
} from '../../src/network/index.js';
import { arbitraryWeights } from './arbitrary-weights.js';
import { testCurve } from './curve-fixture.js';

const { graph, shapes } = builtInNetwork('lenet');
const weights = arbitraryWeights(shapes);

/** Four images, the last two alike: what is kept of one must not be another's. */
const images: ImageSlice = {
  pixels: Uint8Array.from({ length: 4 * 784 }, (_, i) => {
    const image = Math.min(2, Math.floor(i / 784));
    return (Math.imul((i % 784) + 17 * image + 1, 2654435761) >>> 24) & 255;
  }),
  labels: Uint8Array.of(1, 2, 3, 4),
  first: 5,
};

const base: Mapping = { ...defaultMapping, weightBits: 4, bitsPerSlice: 1, activationBits: 3 };
const mtj = (samples: number): Converter => ({ kind: 'mtj', curve: testCurve(), samples });
const mappings: readonly (readonly [string, Mapping])[] = [
  ...[64, 128, 192, 256, 320, 384, 448, 512].map(
    (rowsPerArray) => [`${rowsPerArray} rows`, { ...base, rowsPerArray }] as const,
  ),
  ['unipolar rows', { ...base, encoding: 'unipolar' }],
  ['slices of both signs apart', { ...base, signedScheme: 'separate-arrays' }],
  ['eight slices', { ...base, weightBits: 8 }],
  ['two-bit slices, which no popcount does', { ...base, bitsPerSlice: 2 }],
];

describe('a sweep of converters and seeds', () => {
  it.each(mappings)('gives the bits of each alone: %s', (_, mapping) => {
    // Counted in fours (T to 8) and not (T = 12, expectation); one of other thresholds by column.
    const converters: readonly Converter[] = [
      mtj(1),
      mtj(2),
      mtj(8),
      mtj(12),
      {
        kind: 'mtj',
        curve: testCurve(),
        samples: 1,
        population: { spread: { i50Ampere: 4e-6, logSlope: 0.3 }, chip: 3 },
      },
      { kind: 'expectation', curve: testCurve() },
    ];
    const network = { graph, weights, mapping, images, logits: true };
    const variants = converters.flatMap((converter) => [2, 1].map((seed) => ({ converter, seed })));
    const together = scoreSweep({ ...network, variants });
    const alone = variants.map((variant) => scoreImages({ ...network, ...variant }));
    expect(together).toEqual(alone);
    // Draws do tell seeds and T apart.
    expect(together[0].logits).not.toEqual(together[1].logits);
    expect(together[0].logits).not.toEqual(together[2].logits);
  });

  it('goes on with what it has compiled, under its key', () => {
    const variants = [1, 8].map((samples) => ({ converter: mtj(samples), seed: 3 }));
    const score = (first: number) =>
      scoreSweep({
        graph,
        weights,
        mapping: base,
        images: { ...images, first },
        key: 'kept',
        logits: true,
        variants,
      });
    const [once, other, again] = [5, 9, 5].map(score);
    expect(again).toEqual(once);
    expect(other[0].logits).not.toEqual(once[0].logits);
  });
});
