/** Smallest ratio between a cell's resistance and a wire's that tells them apart. */
const GAP = 10;

/**
 * The resistance (ohm) that separates wires from cells: the middle of the widest gap (in ratio) of the
 * sorted values, or 0 when there is no gap of at least 10 (then all are cells and wires are ideal).
 */
export function wireLimit(values: Float64Array): number {
  const sorted = Float64Array.from(new Set(values)).sort();
  let widest = GAP;
  let limit = 0;
  for (let k = 1; k < sorted.length; k += 1) {
    const ratio = sorted[k] / sorted[k - 1];
    if (ratio < widest) continue;
    widest = ratio;
    limit = Math.sqrt(sorted[k] * sorted[k - 1]);
  }
  return limit;
}
