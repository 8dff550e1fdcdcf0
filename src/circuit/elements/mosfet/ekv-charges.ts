import { add, affine, constant, div, mul, sqrt, square, sub, type Dual } from './dual.js';

/** Charges into drain, gate, source and bulk, C; they sum to zero. */
export interface EkvCharges {
  readonly drain: Dual;
  readonly gate: Dual;
  readonly source: Dual;
  /** |q_B + eta q_I| in units of C_ox V_t, by which the vertical field reduces the mobility. */
  readonly field: (eta: number) => Dual;
}

interface Inversion {
  /** Normalised forward and reverse currents. */
  readonly forward: Dual;
  readonly reverse: Dual;
  /** V_G' = v_G - V_TO + phi + gamma sqrt(phi), V. */
  readonly gate: Dual;
  readonly gamma: number;
  readonly phi: number;
}

/**
 * Node charges by the inversion charge density along the channel, split to drain and source as Ward
 * and Dutton do (Bucher et al. 1998, section 4.6, equations 69 to 80). The body factor is that of
 * the long channel.
 */
export function ekvCharges(
  { forward, reverse, gate, gamma }: Inversion,
  { thermalVoltage: vt, farad }: { thermalVoltage: number; farad: number },
): EkvCharges {
  const xf = sqrt(affine(forward, 1, 0.25));
  const xr = sqrt(affine(reverse, 1, 0.25));
  const sum = add(xf, xr);
  const squared = square(sum);
  // sqrt(V_P + phi) of the long channel.
  const accumulated = gate.v <= 0;
  const depletion = accumulated
    ? constant(0)
    : sub(sqrt(affine(gate, 1, (gamma * gamma) / 4)), constant(gamma / 2));
  const slope = affine(div(constant(gamma / 2), affine(depletion, 1, 1e-3)), 1, 1);

  /** Share of the end whose own root is `own`. */
  const share = (own: Dual, other: Dual): Dual => {
    const cubic = add(
      add(affine(mul(square(own), own), 3), affine(mul(square(own), other), 6)),
      add(affine(mul(own, square(other)), 4), affine(mul(square(other), other), 2)),
    );
    return mul(slope, affine(div(cubic, squared), -4 / 15, 0.5));
  };
  const drain = share(xr, xf);
  const source = share(xf, xr);
  const inversion = add(drain, source);
  const bulk = accumulated
    ? affine(gate, -1 / vt)
    : sub(affine(depletion, -gamma / vt), mul(affine(div(constant(1), slope), -1, 1), inversion));
  const scale = farad * vt;
  return {
    drain: affine(drain, scale),
    source: affine(source, scale),
    gate: affine(add(inversion, bulk), -scale),
    field(eta) {
      const total = add(bulk, affine(inversion, eta));
      return total.v < 0 ? affine(total, -1) : total;
    },
  };
}
