import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkRows,
  conversionDraws,
  conversionKey,
  binomialThresholds,
  countFromDraw,
  defaultMapping,
  partialSumLayer,
  rowSources,
  sliceWeights,
  streamActivations,
  streamPlan,
  type LayerMapping,
  type SignedScheme,
} from '../../src/network/index.js';

const SCHEMES: SignedScheme[] = [
  'differential',
  'sign-magnitude',
  'offset-column',
  'twos-complement',
  'separate-arrays',
];

const mappings = fc
  .record({
    weightBits: fc.integer({ min: 2, max: 6 }),
    bitsPerSlice: fc.integer({ min: 1, max: 3 }),
    activationBits: fc.integer({ min: 1, max: 6 }),
    bitsPerStream: fc.integer({ min: 1, max: 3 }),
    signedScheme: fc.constantFrom(...SCHEMES),
    encoding: fc.constantFrom('unipolar' as const, 'bipolar' as const),
    rowsPerArray: fc.integer({ min: 1, max: 20 }),
    chunkRule: fc.constantFrom('fill' as const, 'equal' as const),
  })
  .map((fields): LayerMapping => ({ ...defaultMapping, ...fields }));

/** Values that fill [-1, 1] evenly, so that every code occurs. */
const ramp = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (((i * step) % 101) - 50) / 50);

describe('the partial-sum layer, plain TypeScript', () => {
  it('gives the exact integer product under an ideal converter, for every mapping', () => {
    const sizes = [fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 })] as const;
    fc.assert(
      fc.property(mappings, ...sizes, (mapping, rows, columns) => {
        const weights = sliceWeights(ramp(rows * columns, 37), columns, mapping);
        const { streams, unit } = streamActivations(ramp(2 * rows, 29), mapping);
        const converter = { kind: 'ideal' } as const;
        const layer = { name: 'l', mapping, cell: defaultMapping.cell, converter, weights };
        const digits = streams.map((stream) => stream.digits);
        const y = partialSumLayer(layer, { streams: digits, pixels: 2, seed: 1, image: 0 });
        for (let p = 0; p < 2; p += 1)
          for (let o = 0; o < columns; o += 1) {
            let exact = 0;
            for (let k = 0; k < rows; k += 1) {
              const code = (
                parts: readonly { coefficient: number; digits: Int8Array }[],
                index: number,
              ): number =>
                parts.reduce((sum, part) => sum + part.coefficient * part.digits[index], 0);
              exact +=
                code(streams, p * rows + k) * (code(weights.slices, o * rows + k) + weights.offset);
            }
            expect(y[p * columns + o]).toBeCloseTo(exact * unit * weights.unit[o], 5);
          }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('represents weights within half a level', () => {
    for (const signedScheme of SCHEMES) {
      const mapping: LayerMapping = {
        ...defaultMapping,
        signedScheme,
        weightBits: 6,
        bitsPerSlice: 2,
      };
      const w = ramp(101, 1);
      const sliced = sliceWeights(w, 1, mapping);
      const step =
        signedScheme === 'differential' || signedScheme === 'offset-column' ? 2 / 63 : 1 / 31;
      w.forEach((value, k) => {
        const code = sliced.slices.reduce(
          (sum, { coefficient, digits }) => sum + coefficient * digits[k],
          sliced.offset,
        );
        expect(Math.abs(code * sliced.unit[0] - value)).toBeLessThanOrEqual(step / 2 + 1e-7);
      });
    }
  });

  it('cuts rows as the two rules say', () => {
    const equal = chunkRows(288, { rowsPerArray: 64, chunkRule: 'equal' });
    expect(equal.map(([start, end]) => end - start)).toEqual([58, 58, 58, 58, 56]);
    const fill = chunkRows(144, { rowsPerArray: 64, chunkRule: 'fill' });
    expect(fill.map(([start, end]) => end - start)).toEqual([64, 64, 16]);
    expect(Array.from(rowSources(2, 3, 'kernel-position-major'))).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('gives 4 one-bit streams the weights 1, 2, 4, 8 of 15', () => {
    expect(streamPlan({ ...defaultMapping, activationBits: 4 })).toEqual({
      coefficients: [1, 2, 4, 8],
      unit: 1 / 15,
      bits: [1, 1, 1, 1],
    });
  });
});

describe('conversion draws', () => {
  it('makes one draw distributed as T separate samples (chi-square, 0.1 %)', () => {
    const draws = conversionDraws(conversionKey(5, 'layer'), 3, 2, new Uint16Array(200_000));
    const cases = [
      [0.5, 1],
      [0.03, 8],
      [0.4, 5],
      [0.9, 16],
    ] as const;
    for (const [p, samples] of cases) {
      const thresholds = new Uint16Array(samples);
      binomialThresholds(p, samples, thresholds);
      const counts = new Float64Array(samples + 1);
      for (const u of draws) counts[countFromDraw(u, thresholds, 0, samples)] += 1;
      let expected = (1 - p) ** samples;
      let chiSquare = 0;
      let cells = 0;
      for (let k = 0; k <= samples; k += 1) {
        if (expected * draws.length > 5) {
          chiSquare += (counts[k] - expected * draws.length) ** 2 / (expected * draws.length);
          cells += 1;
        }
        expected *= ((samples - k) * p) / ((k + 1) * (1 - p));
      }
      const freedom = cells - 1;
      // Wilson and Hilferty's approximation of the 99.9 % quantile.
      const limit = freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
      expect(chiSquare).toBeLessThan(limit);
    }
  });

  it('is exact at p = 0 and p = 1', () => {
    const thresholds = new Uint16Array(8);
    for (const [p, count] of [
      [0, 0],
      [1, 8],
    ]) {
      binomialThresholds(p, 8, thresholds);
      for (const u of [0, 1, 65534, 65535]) expect(countFromDraw(u, thresholds, 0, 8)).toBe(count);
    }
  });
});
