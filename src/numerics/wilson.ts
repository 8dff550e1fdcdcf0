/** The two-sided 95 % point of the normal distribution. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval of a binomial probability (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927).
 * `z` is the normal quantile of the wanted confidence; the default gives 95 %. (0, 1) without trials.
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  z = Z_95,
): readonly [number, number] {
  if (!(successes >= 0 && successes <= trials))
    throw new RangeError(`invalid successes: ${successes} of ${trials} trials`);
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const spread = (z * z) / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share) + spread / 4) / trials);
  return [
    successes === 0 ? 0 : Math.max(0, centre - half),
    successes === trials ? 1 : Math.min(1, centre + half),
  ];
}

/**
 * Trials after which the Wilson interval around `probability` is expected to be at most `width` wide in
 * total: the root of the interval's width in n.
 */
export function trialsForWidth(probability: number, width: number, z = Z_95): number {
  if (!(width > 0 && width <= 1)) throw new RangeError(`invalid interval width: ${width}`);
  const variance = probability * (1 - probability);
  // (2z/(1+s))^2 (v s / z^2 + s^2/(4 z^2)) = width^2 with s = z^2/n: (1 - w^2) s^2 + (4v - 2w^2) s - w^2 = 0.
  const a = 1 - width * width;
  const b = 4 * variance - 2 * width * width;
  const root = Math.sqrt(b * b + 4 * a * width * width);
  const s = b > 0 ? (2 * width * width) / (b + root) : (root - b) / (2 * a);
  return Math.ceil((z * z) / s);
}
