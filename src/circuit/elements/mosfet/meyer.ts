/** Gate-source, gate-drain and gate-bulk capacitance, F. */
export const MEYER_LENGTH = 3;

/**
 * Meyer's gate capacitances (Meyer 1971) for an oxide capacitance `oxide` (F), n-channel signs and
 * v_ds >= 0, with SPICE's linear transitions through weak inversion. Writes [cgs, cgd, cgb].
 */
export function meyerCapacitances(
  vgs: number,
  vds: number,
  threshold: number,
  saturation: number,
  phi: number,
  oxide: number,
  out: Float64Array,
): void {
  const overdrive = vgs - threshold;
  out[1] = 0;
  if (overdrive <= -phi) {
    out[0] = 0;
    out[2] = oxide;
  } else if (overdrive <= -phi / 2) {
    out[0] = 0;
    out[2] = (-overdrive * oxide) / phi;
  } else if (overdrive <= 0) {
    out[0] = (4 / 3) * ((overdrive * oxide) / phi) + (2 / 3) * oxide;
    out[2] = (-overdrive * oxide) / phi;
  } else {
    out[2] = 0;
    // With fast surface states the saturation voltage does not vanish at turn-on: there the
    // capacitances would jump, and no charge would satisfy the equations in between.
    const edge = Math.min(saturation, overdrive);
    if (edge <= vds) out[0] = (2 / 3) * oxide;
    else {
      const span = 2 * edge - vds;
      const rest = edge - vds;
      out[0] = (2 / 3) * oxide * (1 - (rest * rest) / (span * span));
      out[1] = (2 / 3) * oxide * (1 - (edge * edge) / (span * span));
    }
  }
}
