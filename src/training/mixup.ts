import { log } from '../numerics/special.js';
import { exp } from '../numerics/exponential.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';

/**
 * A draw from Beta(alpha, alpha), keyed by (seed, step): Johnk's method (Metrika 8, 5, 1964) with rejection,
 * every attempt a counter of its own. alpha in (0, 1].
 */
export function betaShare(alpha: number, seed: number, step: number): number {
  const key = streamKey(seed, 'training.mixup');
  const words = new Uint32Array(4);
  for (let attempt = 0; ; attempt += 1) {
    philox4x32(key, attempt, step, 0, 0, words);
    const a = log(uniform53FromWords(words[0], words[1])) / alpha;
    const b = log(uniform53FromWords(words[2], words[3])) / alpha;
    // u^(1/alpha) + v^(1/alpha) <= 1, in logarithms: the powers may underflow.
    const larger = Math.max(a, b);
    const logSum = larger + log(exp(a - larger) + exp(b - larger));
    if (logSum <= 0) return exp(a - logSum);
  }
}

/** Blends every image of a shard with its partner, the shard in reverse order. `share` is the image's own. */
export function mixImages(pixels: Uint8Array, images: number, share: number): Uint8Array {
  const size = pixels.length / images;
  const mixed = new Uint8Array(pixels.length);
  for (let n = 0; n < images; n += 1) {
    const other = (images - 1 - n) * size;
    for (let i = 0; i < size; i += 1)
      mixed[n * size + i] = Math.round(
        share * pixels[n * size + i] + (1 - share) * pixels[other + i],
      );
  }
  return mixed;
}
