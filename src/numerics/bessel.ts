/**
 * Weights of the Chebyshev expansion of exp(z w), doubled for k > 0: J_k(z) for w on [-i, i] (`imaginary`),
 * e^-z I_k(z) for w on [-1, 1], by Miller's backward recurrence (Abramowitz and Stegun 9.12). Cut where the
 * weight times growth^k, the size of the k-th polynomial on the ellipse, has fallen below `accuracy`.
 */
export function besselWeights(
  z: number,
  imaginary: boolean,
  growth: number,
  accuracy: number,
): Float64Array {
  const count = Math.ceil(3 * z * growth + 60);
  const top = 2 * Math.ceil(count / 2 + 10);
  const values = new Float64Array(top + 2);
  values[top] = 1e-300;
  for (let k = top; k > 0; k -= 1) {
    values[k - 1] = ((2 * k) / z) * values[k] + (imaginary ? -values[k + 1] : values[k + 1]);
    if (Math.abs(values[k - 1]) > 1e250) {
      for (let j = k - 1; j <= top; j += 1) values[j] *= 1e-250;
    }
  }
  let normalisation = values[0];
  const stride = imaginary ? 2 : 1;
  for (let k = stride; k <= top; k += stride) normalisation += 2 * values[k];
  const weights = values.slice(0, count).map((v, k) => ((k === 0 ? 1 : 2) * v) / normalisation);
  let last = weights.length - 1;
  const logGrowth = Math.log(growth);
  const floor = Math.log(accuracy);
  while (last > 2 && Math.log(Math.abs(weights[last]) + 1e-300) + last * logGrowth < floor)
    last -= 1;
  return weights.slice(0, last + 1);
}
