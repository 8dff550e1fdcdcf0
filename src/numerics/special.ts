/**
 * The normal distribution, error function and gamma functions, and the relatives of exp and log, built on `exponential.ts`, so that the
 * same input gives the same bits in every engine.
 */
import { exp, log, logistic, tanh } from './exponential.js';

export { exp, log, logistic, tanh };

const SQRT_HALF = 0.7071067811865476;
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
const TWO_OVER_SQRT_PI = 1.1283791670955126;
const LN_SQRT_TWO_PI = 0.9189385332046728;

/**
 * Chebyshev coefficients in 2t - 1 of ln(e^(x^2) erfc(x) / t), t = 2 / (2 + x), x >= 0: a smooth
 * function of t on [0, 1]. Computed with 50 digits from 64 Chebyshev nodes; truncation below 1e-17.
 */
const LN_SCALED_ERFC = [
  -0.6513268598908547171, 0.6419697923564902603, 0.01947647320418583631, -0.009561514786808631642,
  -0.0009465953444820368663, 0.0003668394978527614519, 0.00004252332480690777164,
  -0.00002027857811253424315, -1.624290004647025513e-6, 1.303655835580523202e-6,
  1.562644172206614318e-8, -8.523809591492654253e-8, 6.529054439098851496e-9,
  5.059343495551468942e-9, -9.913641564930330867e-10, -2.273651222931835856e-10,
  9.646791102015526802e-11, 2.394038083039114745e-12, -6.886027526497553398e-12,
  8.944879273090725717e-13, 3.130921399342958078e-13, -1.127082236136725237e-13,
  3.810905255189232055e-16, 7.106097613609236988e-15, -1.523028201457104304e-15,
  -9.457494571291234e-17, 1.210237189224278992e-16, -2.816663087747176972e-17,
];

/** e^(-x^2) to full relative accuracy: x is split so that the square of its upper part is exact. */
function gaussianOfSquare(x: number): number {
  const upper = Math.fround(x);
  return exp(-upper * upper) * exp(-(x - upper) * (x + upper));
}

function scaledTail(x: number): number {
  const t = 2 / (2 + x);
  const twice = 2 * (2 * t - 1);
  let b1 = 0;
  let b2 = 0;
  for (let j = LN_SCALED_ERFC.length - 1; j >= 1; j -= 1) {
    const b0 = twice * b1 - b2 + LN_SCALED_ERFC[j];
    b2 = b1;
    b1 = b0;
  }
  return t * exp(0.5 * twice * b1 - b2 + LN_SCALED_ERFC[0]);
}

/** Complementary error function; relative error below 1e-15 down to its underflow at x = 27.2. */
export function erfc(x: number): number {
  if (x < 0.5) return 1 - erf(x);
  return x > 27.3 ? 0 : scaledTail(x) * gaussianOfSquare(x);
}

/** (-1)^n / (n! (2n + 1)) for n = 1 .. 13: erf x = 2/sqrt(pi) (x + sum of these times x^(2n+1)). */
const MACLAURIN_ERF = Array.from({ length: 13 }, (_, i) => {
  let factorial = 1;
  for (let k = 1; k <= i + 1; k += 1) factorial *= k;
  return (i % 2 === 0 ? -1 : 1) / (factorial * (2 * i + 3));
});

/** Error function; relative error below 1e-15. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude >= 0.5) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  const square = x * x;
  let sum = 0;
  for (let n = 12; n >= 0; n -= 1) sum = square * (MACLAURIN_ERF[n] + sum);
  return TWO_OVER_SQRT_PI * x * (1 + sum);
}

/** e^(-z^2 / 2) to full relative accuracy, as in `gaussianOfSquare`. */
function gaussian(z: number): number {
  const upper = Math.fround(z);
  return exp(-0.5 * upper * upper) * exp(-0.5 * (z - upper) * (z + upper));
}

/** Standard normal distribution function; relative error below 2e-15 far into the lower tail. */
export function normalCdf(z: number): number {
  if (z >= -0.7) return 0.5 * erfc(-z * SQRT_HALF);
  return z < -38.6 ? 0 : 0.5 * scaledTail(-z * SQRT_HALF) * gaussian(z);
}

/** Standard normal density. */
export const normalDensity = (z: number): number => INVERSE_SQRT_TWO_PI * gaussian(z);

/** ln of the standard normal distribution function, finite far into the lower tail. */
export function logNormalCdf(z: number): number {
  if (z > -1) return log(normalCdf(z));
  const x = -z * SQRT_HALF;
  return log(0.5 * scaledTail(x)) - x * x;
}

/**
 * Inverse of `normalCdf`: rational start (Abramowitz and Stegun, 1964, eq. 26.2.23), then Halley steps
 * to full precision. Gives -Infinity and Infinity at 0 and 1, NaN outside [0, 1].
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  const s = Math.sqrt(-2 * log(p));
  let z =
    (2.515517 + s * (0.802853 + s * 0.010328)) /
      (1 + s * (1.432788 + s * (0.189269 + s * 0.001308))) -
    s;
  for (let step = 0; step < 3; step += 1) {
    const u = (normalCdf(z) - p) / normalDensity(z);
    if (!Number.isFinite(u)) break;
    z -= u / (1 + 0.5 * z * u);
  }
  return z;
}

/** ln Gamma(x), x > 0: recurrence up to x >= 12, then Stirling's series (A. and S. 6.1.41). */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`invalid argument of logGamma: ${x}, want > 0`);
  let product = 1;
  let y = x;
  while (y < 12) {
    product *= y;
    y += 1;
  }
  const w = 1 / (y * y);
  const series =
    (1 / 12 -
      w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - (w * 691) / 360360))))) /
    y;
  return (y - 0.5) * log(y) - y + LN_SQRT_TWO_PI + series - log(product);
}

/**
 * Upper regularised incomplete gamma function Q(a, x): series of P below x = a + 1, Legendre's
 * continued fraction above (A. and S. 6.5.29, 6.5.31), both to 1e-15.
 */
export function upperGammaFraction(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`invalid arguments a = ${a}, x = ${x}`);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  const front = exp(a * log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-17; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return front * h;
}

/** e^x - 1 without cancellation (Kahan's correction of the rounded e^x by its own logarithm). */
export function expm1(x: number): number {
  if (Math.abs(x) < 1e-5) return x * (1 + x * (0.5 + x / 6));
  const u = exp(x);
  const difference = u - 1;
  if (difference === -1 || u === Infinity) return difference;
  return (difference * x) / log(u);
}

/** ln(1 + x) without cancellation (Kahan). */
export function log1p(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : u === Infinity ? Infinity : (log(u) * x) / (u - 1);
}

/** ln(1 + e^x), accurate for any x. */
export const softplus = (x: number): number => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** The logit ln(p / (1 - p)) of p in [0, 1]. */
export const logit = (p: number): number => log(p) - log1p(-p);
