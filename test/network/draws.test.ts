import { describe, expect, it } from 'vitest';
import { chiSquareTail } from '../../src/numerics/chi-square.js';
import {
  binomialThresholds,
  conversionDraws,
  conversionKey,
  countFromDraw,
  unequalThresholds,
} from '../../src/network/index.js';

/** Uniform 16-bit draws of one plane. */
const drawsOf = ({ seed = 1, layer = 'conv1', image = 0, plane = 0 }, count: number): Uint16Array =>
  conversionDraws(conversionKey(seed, layer), image, plane, new Uint16Array(count));

describe.each([
  [8, 0.3],
  [4, 0.5],
  [16, 0.02],
  [5, 0.93],
])('%i samples of probability %f', (samples, p) => {
  const COUNT = 40_000;
  const one = new Uint16Array(samples);
  binomialThresholds(p, samples, one);
  const single = new Uint16Array(1);
  binomialThresholds(p, 1, single);
  const once = new Float64Array(samples + 1);
  for (const draw of drawsOf({ image: 3 }, COUNT)) once[countFromDraw(draw, one, 0, samples)] += 1;
  const apart = new Float64Array(samples + 1);
  const separate = drawsOf({ image: 4 }, COUNT * samples);
  for (let i = 0; i < COUNT; i += 1) {
    let count = 0;
    for (let k = 0; k < samples; k += 1)
      count += countFromDraw(separate[i * samples + k], single, 0, 1);
    apart[count] += 1;
  }

  it('by one binomial draw are distributed as so many draws', () => {
    let [statistic, cells] = [0, 0];
    let [restOnce, restApart] = [0, 0];
    const add = (a: number, b: number): void => {
      if (a + b === 0) return;
      statistic += (a - b) ** 2 / (a + b);
      cells += 1;
    };
    for (let k = 0; k <= samples; k += 1)
      if (once[k] + apart[k] >= 10) add(once[k], apart[k]);
      else [restOnce, restApart] = [restOnce + once[k], restApart + apart[k]];
    add(restOnce, restApart);
    expect(cells).toBeGreaterThan(2);
    expect(chiSquareTail(statistic, cells - 1)).toBeGreaterThan(1e-3);
  });

  it('and by either as the binomial law says', () => {
    const law = new Float64Array(samples + 1);
    law[0] = (1 - p) ** samples;
    for (let k = 0; k < samples; k += 1)
      law[k + 1] = (law[k] * (samples - k) * p) / ((k + 1) * (1 - p));
    for (const counts of [once, apart]) {
      let [statistic, cells, rest, restLaw] = [0, 0, 0, 0];
      const add = (seen: number, expected: number): void => {
        statistic += (seen - expected) ** 2 / expected;
        cells += 1;
      };
      for (let k = 0; k <= samples; k += 1)
        if (COUNT * law[k] >= 5) add(counts[k], COUNT * law[k]);
        else [rest, restLaw] = [rest + counts[k], restLaw + COUNT * law[k]];
      if (restLaw > 1) add(rest, restLaw);
      expect(chiSquareTail(statistic, cells - 1)).toBeGreaterThan(1e-3);
    }
  });

  it('would not pass with a probability that is off by a hundredth', () => {
    const off = new Uint16Array(samples);
    binomialThresholds(p + 0.01, samples, off);
    let mean = 0;
    for (const draw of drawsOf({ image: 5 }, COUNT)) mean += countFromDraw(draw, off, 0, samples);
    const error = Math.sqrt((samples * p * (1 - p)) / COUNT);
    expect(Math.abs(mean / COUNT - samples * p) / error).toBeGreaterThan(4);
  });
});

describe('samples of probabilities of their own', () => {
  it('are what equal samples are where their probabilities are equal', () => {
    for (const [samples, p] of [
      [1, 0.2],
      [8, 0.3],
      [16, 0.98],
      [3, 0],
      [3, 1],
    ]) {
      const [equal, unequal] = [new Uint16Array(samples), new Uint16Array(samples)];
      binomialThresholds(p, samples, equal);
      unequalThresholds(samples, () => p, unequal);
      for (let k = 0; k < samples; k += 1) {
        expect(Math.abs(unequal[k] - equal[k])).toBeLessThanOrEqual(1);
      }
    }
  });

  it('by one draw are distributed as all outcomes, listed', () => {
    const own = [0.02, 0.9, 0.5, 0.31, 0.7];
    const law = new Float64Array(own.length + 1);
    for (let bits = 0; bits < 2 ** own.length; bits += 1) {
      let [share, count] = [1, 0];
      for (const [n, p] of own.entries()) {
        const up = (bits >> n) & 1;
        share *= up ? p : 1 - p;
        count += up;
      }
      law[count] += share;
    }
    const thresholds = new Uint16Array(own.length);
    unequalThresholds(own.length, (n) => own[n], thresholds);
    let below = 0;
    for (let k = 0; k < own.length; k += 1) {
      below += law[k];
      expect(thresholds[k] / 65536).toBeCloseTo(below, 4);
    }
  });

  it('that are certain give their number at every draw', () => {
    const thresholds = new Uint16Array(4);
    unequalThresholds(4, (n) => (n < 3 ? 1 : 0), thresholds);
    for (const u of [0, 1, 65534, 65535]) expect(countFromDraw(u, thresholds, 0, 4)).toBe(3);
  });
});

describe('streams of draws', () => {
  const neighbours = [
    { image: 1 },
    { plane: 1 },
    { seed: 2 },
    { layer: 'conv2' },
    { layer: 'layer1.0.conv1' },
    { image: 9999, plane: 255 },
  ];

  it('do not overlap: no block of eight draws comes twice', () => {
    const BLOCKS = 20_000;
    const seen = new Set<string>();
    const streams = [{}, ...neighbours];
    for (const stream of streams) {
      const draws = drawsOf(stream, 8 * BLOCKS);
      for (let block = 0; block < BLOCKS; block += 1)
        seen.add(draws.subarray(8 * block, 8 * block + 8).join());
    }
    expect(seen.size).toBe(BLOCKS * streams.length);
  });

  it('are not correlated between neighbours, nor from draw to draw', () => {
    const COUNT = 200_000;
    const centred = (stream: object): Float64Array =>
      Float64Array.from(drawsOf(stream, COUNT), (draw) => (draw + 0.5) / 65536 - 0.5);
    const correlation = (a: Float64Array, b: Float64Array, lag = 0): number => {
      let sum = 0;
      for (let i = 0; i + lag < a.length; i += 1) sum += a[i] * b[i + lag];
      // The variance of a uniform number is 1/12.
      return (12 * sum) / (a.length - lag);
    };
    const base = centred({});
    const limit = 4.5 / Math.sqrt(COUNT);
    for (const stream of neighbours) {
      const other = centred(stream);
      for (const lag of [0, 1, 8])
        expect(Math.abs(correlation(base, other, lag)), JSON.stringify(stream)).toBeLessThan(limit);
    }
    for (const lag of [1, 2, 7, 8, 64])
      expect(Math.abs(correlation(base, base, lag))).toBeLessThan(limit);
    expect(correlation(base, base)).toBeCloseTo(1, 1);
  });
});
