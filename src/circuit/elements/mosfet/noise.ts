import type { NoiseSource } from '../../system/element.js';
import { EPSILON_OXIDE, thermalNoise } from '../semiconductor.js';
import type { MosfetParameters } from './parameters.js';

/** Operating point of one transistor, as far as its noise depends on it. */
interface NoisePoint {
  /** dI_d/dV_gs, S, all parallel devices together. */
  readonly transconductance: number;
  /** Drain current, A. */
  readonly current: number;
  /** Outer and inner unknown. */
  readonly drain: readonly [number, number];
  readonly source: readonly [number, number];
}

/** Oxide (m) that SPICE's flicker noise takes where the card gives none. */
const DEFAULT_OXIDE = 1e-7;

/**
 * Noise of SPICE's transistor levels: series resistances, channel 4 k T (2/3) g_m, and flicker
 * kf |I_d|^af / (f W L_eff C_ox^2) (Vladimirescu, Liu 1980, section 6).
 */
export function mosfetNoise(
  device: string,
  p: MosfetParameters,
  { transconductance, current, drain, source }: NoisePoint,
): NoiseSource[] {
  const { card, kelvin, width, effectiveLength, oxide, multiplicity } = p;
  const series = (siemens: number, [from, to]: readonly [number, number]): NoiseSource[] =>
    siemens > 0 ? [{ device, from, to, white: thermalNoise(kelvin, siemens) }] : [];
  const perArea = oxide > 0 ? oxide : EPSILON_OXIDE / DEFAULT_OXIDE;
  const flicker =
    ((card.kf ?? 0) * Math.abs(current) ** (card.af ?? 1)) /
    (width * multiplicity * effectiveLength * perArea * perArea);
  return [
    ...series(p.drainConductance, drain),
    ...series(p.sourceConductance, source),
    {
      device,
      from: drain[1],
      to: source[1],
      white: thermalNoise(kelvin, (2 / 3) * transconductance),
      flicker,
    },
  ];
}
