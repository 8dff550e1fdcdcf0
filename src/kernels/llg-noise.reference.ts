import { philox4x32, type PhiloxKey } from '../numerics/philox.js';

/**
 * Noise of the stochastic LLG kernels, as plain TypeScript; the SIMD kernel gives the same bits.
 *
 * Gaussian: Box-Muller (Box and Muller 1958) in single precision. Philox words (w0, w1) make one pair. The
 * radius takes 40 bits (w0 and nine of w1), so it reaches sqrt(80 ln 2) = 7.45 standard deviations; the angle
 * takes 23. ln, sin and cos are the single-precision minimax polynomials of Cephes (Moshier 1989).
 * Uniform ("weak"): three 10-bit levels of one word, scaled to unit variance; enough for weak order one.
 */
const f = Math.fround;

const LOG_COEFFICIENTS = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const LN2 = f(0.6931471805599453);
const SQRT_HALF_BITS = 0x3f3504f3;
const TO_31 = f(2 ** -31);
const TO_40 = f(2 ** -40);
const ANGLE = f(Math.PI / 4 / 2 ** 19);
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f);
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f);

/** Levels of the 10-bit uniform noise are (2 k - 1023) times this; their variance is 1. */
export const UNIFORM_SCALE = f(Math.sqrt(3 / (2 ** 20 - 1)));

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** ln u for a single-precision u in (0, 1]. */
export function logSingle(u: number): number {
  float[0] = u;
  const shifted = (bits[0] - SQRT_HALF_BITS) | 0;
  const exponent = shifted >> 23;
  bits[0] = ((shifted & 0x007fffff) + SQRT_HALF_BITS) | 0;
  const x = f(float[0] - 1);
  const square = f(x * x);
  let p = LOG_COEFFICIENTS[0];
  for (let k = 1; k < 9; k += 1) p = f(f(p * x) + LOG_COEFFICIENTS[k]);
  const tail = f(f(f(p * x) * square) - f(square * 0.5));
  return f(f(exponent * LN2) + f(tail + x));
}

/** Two independent standard normals from two words, into out[offset] and out[offset + stride]. */
export function gaussianPair(
  w0: number,
  w1: number,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const u = f(f(f(w0 >>> 1) * TO_31) + f(f(((w1 >>> 3) & 511) + 0.5) * TO_40));
  const radius = f(Math.sqrt(f(logSingle(u) * -2)));
  const x = f(f(w1 >> 12) * ANGLE);
  const square = f(x * x);
  let sine = f(f(square * SIN[0]) + SIN[1]);
  sine = f(f(sine * square) + SIN[2]);
  sine = f(f(f(sine * square) * x) + x);
  let cosine = f(f(square * COS[0]) + COS[1]);
  cosine = f(f(cosine * square) + COS[2]);
  cosine = f(f(f(cosine * square) * square) + f(f(square * -0.5) + 1));
  const swap = (w1 & 4) !== 0;
  const first = swap ? sine : cosine;
  const second = swap ? cosine : sine;
  out[offset] = f(radius * ((w1 & 1) !== 0 ? -first : first));
  out[offset + stride] = f(radius * ((w1 & 2) !== 0 ? -second : second));
}

/** Which noise drives the steps: standard normals, or uniform levels of the same first three moments. */
export type NoiseKind = 'gaussian' | 'uniform';

/** Steps whose noise is made together; Philox blocks are counted from the first step of the whole run. */
export const NOISE_BLOCK_STEPS = 4;

const words = new Uint32Array(4);

/**
 * Noise of steps 4 block .. 4 block + 3 of one trial into out[offset + 3 k + component], k = 0..3.
 * Gaussian blocks use the Philox counters (3 block + 0..2, trial, current, 0), uniform ones (block, trial, current, 1).
 */
export function noiseBlock(
  key: PhiloxKey,
  kind: NoiseKind,
  block: number,
  trial: number,
  currentIndex: number,
  out: Float32Array,
  offset = 0,
): void {
  if (kind === 'uniform') {
    philox4x32(key, block, trial, currentIndex, 1, words);
    for (let k = 0; k < 4; k += 1) {
      for (let component = 0; component < 3; component += 1) {
        const level = (words[k] >>> (22 - 10 * component)) & 1023;
        out[offset + 3 * k + component] = f(f(2 * level - 1023) * UNIFORM_SCALE);
      }
    }
    return;
  }
  for (let part = 0; part < 3; part += 1) {
    philox4x32(key, 3 * block + part, trial, currentIndex, 0, words);
    gaussianPair(words[0], words[1], out, offset + 4 * part, 1);
    gaussianPair(words[2], words[3], out, offset + 4 * part + 2, 1);
  }
}
