import type { WellFigures } from './well.js';

export type Regime = 'thermal activation' | 'intermediate' | 'dynamic reversal' | 'precessional';

/**
 * Regime of a pulse of a collinear drive i = I/Ic0: thermal below 0.9 (where the magnet needs a fluctuation),
 * intermediate about the threshold (0.9 to 1.1 sqrt-widths of the thermal blur 1/sqrt(2 Delta)), dynamic above; a
 * pulse shorter than half a turn of the precession is precessional. A classification, not a rate.
 */
export function regimeOf(
  { delta, stiffness, gyromagneticRatio }: WellFigures,
  drive: number,
  pulseSeconds: number,
): Regime {
  const halfTurn = Math.PI / (gyromagneticRatio * Math.sqrt(stiffness[0] * stiffness[1]));
  if (pulseSeconds < halfTurn && drive > 1) return 'precessional';
  const blur = 1 / Math.sqrt(2 * Math.max(delta, 0.5));
  if (drive < Math.min(0.9, 1 - blur / 2)) return 'thermal activation';
  return drive < 1 + blur ? 'intermediate' : 'dynamic reversal';
}
