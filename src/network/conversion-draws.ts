import { philox4x32, type PhiloxKey } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';

/** The key of one layer's conversions. */
export const conversionKey = (seed: number, layer: string): PhiloxKey =>
  streamKey(seed, `network.conversion.${layer}`);

/** The same, of one seed after the other; the last one's is kept. */
export function conversionKeys(layer: string): (seed: number) => PhiloxKey {
  let last: { readonly seed: number; readonly key: PhiloxKey } | undefined;
  return (seed) => {
    if (last?.seed !== seed) last = { seed, key: conversionKey(seed, layer) };
    return last.key;
  };
}

/**
 * The 16-bit draws of one image, one layer and one plane (stream, slice, chunk):
 * plane = (stream * slices + slice) * chunks + chunk; draw index = pixel * columns + column.
 * Eight draws come from one Philox block of counter (block, plane, image, 0), low halves first, so a draw
 * depends on (seed, image, layer, chunk, column, stream, slice, pixel) alone. One draw decides all T samples.
 */
export function conversionDraws(
  key: PhiloxKey,
  image: number,
  plane: number,
  out: Uint16Array,
): Uint16Array {
  const words = new Uint32Array(4);
  for (let block = 0; block * 8 < out.length; block += 1) {
    philox4x32(key, block, plane, image, 0, words);
    const end = Math.min(8, out.length - block * 8);
    for (let i = 0; i < end; i += 1)
      out[block * 8 + i] = (i % 2 === 0 ? words[i >> 1] : words[i >> 1] >>> 16) & 0xffff;
  }
  return out;
}

/** Scratch of `binomialThresholds`: tables of millions of entries are made with it. */
let mass = new Float64Array(65);

/**
 * Binomial thresholds for inversion: `out[k] = P(count <= k)` in units of 2^-16, k = 0 .. T - 1, for T
 * samples of probability p. A draw u gives count = #{k : min(u, 65534) >= out[k]}, so p = 0 and p = 1 are
 * exact and every other probability is right to 2^-16.
 */
export function binomialThresholds(p: number, samples: number, out: Uint16Array, offset = 0): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`invalid probability: ${p}`);
  const q = 1 - p;
  // All failures, or all successes, but for less than a quarter of a step: what the sums below would give.
  if (samples * p < 2 ** -18 || samples * q < 2 ** -18) {
    out.fill(p < q ? 65535 : 0, offset, offset + samples);
    return;
  }
  // Mass by recurrence from the likelier end, so that nothing underflows to a wrong sum.
  if (mass.length <= samples) mass = new Float64Array(2 * samples);
  const mode = Math.min(samples, Math.floor((samples + 1) * p));
  mass[mode] = 1;
  for (let k = mode; k < samples; k += 1)
    mass[k + 1] = (mass[k] * (samples - k) * p) / ((k + 1) * q);
  for (let k = mode; k > 0; k -= 1) mass[k - 1] = (mass[k] * k * q) / ((samples - k + 1) * p);
  thresholdsOfMass(samples, out, offset);
}

/**
 * The same for samples of probabilities of their own (the Poisson binomial distribution): they are added one
 * after the other, p (1 - p) at a time.
 */
export function unequalThresholds(
  samples: number,
  probability: (sample: number) => number,
  out: Uint16Array,
  offset = 0,
): void {
  if (mass.length <= samples) mass = new Float64Array(2 * samples);
  mass.fill(0, 0, samples + 1);
  mass[0] = 1;
  for (let n = 0; n < samples; n += 1) {
    const p = probability(n);
    if (!(p >= 0 && p <= 1)) throw new RangeError(`invalid probability: ${p}`);
    for (let k = n + 1; k > 0; k -= 1) mass[k] = mass[k] * (1 - p) + mass[k - 1] * p;
    mass[0] *= 1 - p;
  }
  thresholdsOfMass(samples, out, offset);
}

/** Thresholds of the distribution that `mass` holds, up to a factor. */
function thresholdsOfMass(samples: number, out: Uint16Array, offset: number): void {
  let total = 0;
  for (let k = 0; k <= samples; k += 1) total += mass[k];
  let below = 0;
  for (let k = 0; k < samples; k += 1) {
    below += mass[k];
    const share = below / total;
    out[offset + k] = share >= 1 - 2 ** -17 ? 65535 : Math.min(65534, Math.round(share * 65536));
  }
}

/** The count of +1 outcomes that a draw gives: inversion of the binomial distribution. */
export function countFromDraw(
  draw: number,
  thresholds: Uint16Array,
  offset: number,
  samples: number,
): number {
  const u = Math.min(draw, 65534);
  let count = 0;
  for (let k = 0; k < samples; k += 1) if (u >= thresholds[offset + k]) count += 1;
  return count;
}
