/** Largest difference relative to the largest expected magnitude. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 0;
  let worst = 0;
  for (let k = 0; k < expected.length; k += 1) {
    scale = Math.max(scale, Math.abs(expected[k]));
    worst = Math.max(worst, Math.abs(actual[k] - expected[k]));
  }
  return worst / scale;
}
