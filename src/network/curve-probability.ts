import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { exp, logistic } from '../numerics/exponential.js';

/** p(I) of a curve's fit, by our own exp so that the same bits come out of every engine. */
export function switchingProbability(curve: SwitchingCurve): (currentAmpere: number) => number {
  const { model, centreAmpere, widthAmpere } = curve.fit;
  const z = (current: number): number => (current - centreAmpere) / widthAmpere;
  if (model === 'probit') return (current) => normalDistribution(z(current));
  if (model === 'logistic') return (current) => logistic(z(current));
  throw new RangeError(`switching curve ${curve.name}: model ${model} is not supported here yet`);
}

/**
 * The normal distribution function. |z| < 2.5: the series Phi = 1/2 + phi(z) sum z^(2n+1)/(2n+1)!!
 * (Abramowitz and Stegun 26.2.11); beyond: Laplace's continued fraction for the tail (26.2.14).
 */
function normalDistribution(z: number): number {
  const density = exp(-0.5 * z * z) * 0.3989422804014327;
  const size = Math.abs(z);
  if (size < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 3; Math.abs(term) > 1e-18 && n < 200; n += 2) {
      term *= (z * z) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = size;
  for (let n = 80; n >= 1; n -= 1) fraction = size + n / fraction;
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}
