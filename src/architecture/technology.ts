import { invalidInput } from '../errors/index.js';

/**
 * What a component's values do when the node changes by s = target / base (lengths) and u = target / base
 * (supply voltages): general scaling (Rabaey, Chandrakasan, Nikolic, Digital Integrated Circuits, 2nd ed.,
 * section 3.5; Baccarani, Wordeman, Dennard, IEEE TED 31, 1984).
 * - `digital`: gates. Energy C V^2 ~ s u^2, area s^2, latency s, leakage (width x V) s u.
 * - `wire`: capacitance a length is constant, length follows the blocks. Energy s u^2, area s^2, latency 1.
 * - `analog`: bounded by noise and matching. Energy and latency 1, area s (half digital, half capacitors).
 * - `fixed`: cells and magnets, which have no node. All 1.
 */
export const SCALING_RULES = ['digital', 'wire', 'analog', 'fixed'] as const;
export type ScalingRule = (typeof SCALING_RULES)[number];

export interface ScalingFactors {
  readonly energy: number;
  readonly area: number;
  readonly latency: number;
  readonly leakage: number;
}

/** Nominal supply voltages of the PTM high-performance models (Zhao and Cao, IEEE TED 53, 2006; ptm.asu.edu). */
const SUPPLY: readonly (readonly [nanometre: number, volt: number])[] = [
  [16, 0.7],
  [22, 0.8],
  [32, 0.9],
  [45, 1.0],
  [65, 1.1],
  [90, 1.2],
  [130, 1.3],
];

/** Nominal supply (V) at a node (m), linear between the listed ones. Throws invalidInput outside them. */
export function nominalSupply(nodeMetre: number, file = ''): number {
  const nanometre = nodeMetre * 1e9;
  const above = SUPPLY.findIndex(([node]) => node >= nanometre - 1e-9);
  const [lowest] = SUPPLY[0];
  if (above < 0 || nanometre < lowest - 1e-9)
    throw invalidInput({
      code: 'cost.no-supply',
      what: `no nominal supply voltage is known at ${nanometre.toPrecision(3)} nm`,
      where: { file, keyPath: 'architecture.node' },
      why: `the table of supplies runs from ${lowest} to ${SUPPLY[SUPPLY.length - 1][0]} nm`,
      mend: 'take a node inside it, or state the components at their node in a set of your own',
    });
  if (above === 0) return SUPPLY[0][1];
  const [[n0, v0], [n1, v1]] = [SUPPLY[above - 1], SUPPLY[above]];
  return v0 + ((v1 - v0) * (nanometre - n0)) / (n1 - n0);
}

/** Factors on a component's values from node `from` to node `to` (m). */
export function scalingFactors(
  rule: ScalingRule,
  from: number,
  to: number,
  file = '',
): ScalingFactors {
  const s = to / from;
  const u = nominalSupply(to, file) / nominalSupply(from, file);
  switch (rule) {
    case 'digital':
      return { energy: s * u ** 2, area: s ** 2, latency: s, leakage: s * u };
    case 'wire':
      return { energy: s * u ** 2, area: s ** 2, latency: 1, leakage: s * u };
    case 'analog':
      return { energy: 1, area: s, latency: 1, leakage: 1 };
    case 'fixed':
      return { energy: 1, area: 1, latency: 1, leakage: 1 };
  }
}
