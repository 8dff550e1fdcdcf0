/**
 * Limits on the change of a transistor's voltages between Newton iterations, so that no step jumps
 * across the threshold region (Nagel 1975, section 4.2.3, for field-effect transistors).
 */
export function limitGate(wanted: number, last: number, threshold: number): number {
  const reach = Math.abs(last - threshold) + 1;
  const change = wanted - last;
  if (last < threshold) {
    // Off: fall freely but not by more than the reach, rise to half a volt above the threshold.
    if (change <= 0) return Math.max(wanted, last - 2 * reach);
    const above = threshold + 0.5;
    return wanted <= above ? Math.min(wanted, last + reach) : above;
  }
  if (last < threshold + 3.5) {
    return change <= 0 ? Math.max(wanted, threshold - 0.5) : Math.min(wanted, threshold + 4);
  }
  if (change > 0) return Math.min(wanted, last + 2 * reach);
  if (wanted >= threshold + 3.5) return Math.max(wanted, last - reach);
  return Math.max(wanted, threshold + 2);
}

export function limitDrain(wanted: number, last: number): number {
  if (last >= 3.5) {
    if (wanted > last) return Math.min(wanted, 3 * last + 2);
    return wanted < 3.5 ? Math.max(wanted, 2) : wanted;
  }
  return wanted > last ? Math.min(wanted, 4) : Math.max(wanted, -0.5);
}
