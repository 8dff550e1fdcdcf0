/**
 * exp, log, expm1-free hyperbolics of our own: JavaScript engines differ in the last bit of Math.exp and its
 * kin, and a draw decided by a probability must not depend on the engine. Only +, -, *, / and sqrt are used,
 * which IEEE 754 rounds exactly. Errors below 1.5 units in the last place.
 */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** 2^k for -1022 <= k <= 1023, exactly. */
function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return double[0];
}

/** e^x: range reduction by ln 2 (Cody and Waite 1980), then the Taylor series to degree 13. */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return x !== x ? x : Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let p = 1 / 6227020800;
  for (let n = 12; n >= 2; n -= 1) p = p * r + INVERSE_FACTORIAL[n];
  const value = 1 + (r + r * r * p);
  return k >= -1021 && k <= 1023
    ? value * powerOfTwo(k)
    : value * powerOfTwo(k < 0 ? k + 1000 : k - 1) * (k < 0 ? powerOfTwo(-1000) : 2);
}

const INVERSE_FACTORIAL = Array.from({ length: 13 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n; k += 1) factorial *= k;
  return 1 / factorial;
});

/** Natural logarithm: exponent and mantissa apart, then 2 artanh((m - 1)/(m + 1)) by its series. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let scaled = x;
  let exponent = 0;
  if (x < 2.2250738585072014e-308) {
    scaled = x * 18014398509481984;
    exponent = -54;
  }
  double[0] = scaled;
  exponent += (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  let m = double[0];
  if (m > Math.SQRT2) {
    m /= 2;
    exponent += 1;
  }
  const f = m - 1;
  const s = f / (m + 1);
  const square = s * s;
  let p = 0;
  for (let n = 21; n >= 3; n -= 2) p = p * square + 2 / n;
  // log m = f - s (f - square p): the correction is small beside f, so f's exactness is kept.
  const tail = s * (f - square * p);
  return exponent * LN2_HIGH + (f - (tail - exponent * LN2_LOW));
}

/** Hyperbolic tangent: e^-2|x| form away from 0, odd series near it. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a > 20) return x < 0 ? -1 : 1;
  if (a < 0.25) return tanhSmall(x);
  const e = exp(-2 * a);
  const value = (1 - e) / (1 + e);
  return x < 0 ? -value : value;
}

/** tanh x = x/(1 + x^2/(3 + x^2/(5 + ...))), Lambert's continued fraction (1768). */
function tanhSmall(x: number): number {
  const square = x * x;
  let tail = 17;
  for (let n = 15; n >= 1; n -= 2) tail = n + square / tail;
  return x / tail;
}

/** 1/(1 + e^-x), without overflow and with full relative precision in the lower tail. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}
