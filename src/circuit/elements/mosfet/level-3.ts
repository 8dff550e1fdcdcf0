import { ELEMENTARY_CHARGE, EPSILON_SILICON } from '../semiconductor.js';
import { CHANNEL, type ChannelFactory } from './channel.js';
import {
  add,
  affine,
  bulkVoltage,
  constant,
  div,
  drainVoltage,
  exp,
  gateVoltage,
  mul,
  sqrt,
  square,
  sub,
  type Dual,
} from './dual.js';
import type { MosfetParameters } from './parameters.js';

/**
 * Semi-empirical short-channel model of SPICE, level 3: static feedback, charge sharing after Dang,
 * gate-field mobility, velocity saturation, channel-length modulation after Baum, weak inversion
 * (Vladimirescu, Liu 1980, section 4; Antognetti, Massobrio 1988, section 4.4).
 */
export const level3: ChannelFactory = (p) => {
  const { card, oxide, width, effectiveLength: length, thermalVoltage: vt } = p;
  const theta = card.theta ?? 0;
  const vmax = card.vmax ?? 0;
  const kappa = card.kappa ?? 0.2;
  const alpha = p.depletionWidth * p.depletionWidth;
  const feedback = ((card.eta ?? 0) * 8.15e-22) / (oxide * length ** 3);
  const narrow = ((card.delta ?? 0) * 0.5 * Math.PI * EPSILON_SILICON) / (oxide * width);
  const beta = (p.transconductance * width) / length;
  const fastStates = ((card.nfs ?? 0) * 1e4 * ELEMENTARY_CHARGE) / oxide;
  const share = chargeSharing(p);

  return (vgs, vds, vbs, out) => {
    const gate = gateVoltage(vgs);
    const drain = drainVoltage(vds);
    const { root, potential } = depletionRoot(p.surfacePotential, vbs);
    const short = share(root);
    const shortBody = affine(short, p.body);
    const bodyCoefficient = affine(div(shortBody, root), 0.25, narrow);
    const bulk = add(mul(shortBody, root), affine(potential, narrow));
    const threshold = add(affine(drain, -feedback, p.builtIn), bulk);

    let turnOn = threshold;
    let ideality: Dual | undefined;
    if (fastStates > 0) {
      ideality = affine(div(bulk, affine(potential, 2)), 1, 1 + fastStates);
      turnOn = add(threshold, affine(ideality, vt));
    }
    out[CHANNEL.threshold] = turnOn.v;
    if (!ideality && vgs <= turnOn.v) {
      out.fill(0, 0, 4);
      out[CHANNEL.saturation] = 0;
      return;
    }
    const effective = vgs > turnOn.v ? gate : turnOn;
    const overdrive = sub(effective, threshold);
    const mobilityFactor = div(constant(1), affine(overdrive, theta, 1));
    const slope = affine(bodyCoefficient, 1, 1);
    const ohmic = div(overdrive, slope);
    let saturation = ohmic;
    let critical: Dual | undefined;
    if (vmax > 0) {
      critical = div(constant((length * vmax) / p.mobility), mobilityFactor);
      saturation = sub(add(ohmic, critical), sqrt(add(square(ohmic), square(critical))));
    }
    out[CHANNEL.saturation] = saturation.v;
    const saturated = vds > saturation.v;
    const across = saturated ? saturation : drain;
    let current = mul(
      affine(mobilityFactor, beta),
      mul(sub(overdrive, affine(mul(slope, across), 0.5)), across),
    );
    let velocity: Dual | undefined;
    if (critical) {
      velocity = div(constant(1), affine(div(across, critical), 1, 1));
      current = mul(current, velocity);
    }
    const shortening = channelShortening();
    if (shortening) current = div(current, affine(limitPunchThrough(shortening), -1 / length, 1));

    if (ideality && vgs < turnOn.v) {
      current = mul(current, exp(div(sub(gate, turnOn), affine(ideality, vt))));
    }
    out[CHANNEL.current] = current.v;
    out[CHANNEL.gm] = current.g;
    out[CHANNEL.gds] = current.d;
    out[CHANNEL.gmbs] = current.b;

    /** Length (m) that the drain's depletion takes off the channel. */
    function channelShortening(): Dual | undefined {
      if (alpha === 0 || kappa === 0) return undefined;
      if (!critical || !velocity) {
        if (saturated) {
          const excess = sub(drain, affine(saturation, 0.875));
          return sqrt(affine(excess, kappa * alpha));
        }
        // Smooth start below saturation: (vds / vdsat)^4 of the value at its edge.
        if (saturation.v <= 0) return undefined;
        const ratio = div(drain, saturation);
        return mul(sqrt(affine(saturation, (kappa * alpha) / 8)), square(square(ratio)));
      }
      if (!saturated || current.v <= 0) return undefined;
      const conductance = div(mul(current, affine(velocity, -1, 1)), critical);
      const floor = conductance.v > 1e-12 ? conductance : constant(1e-12);
      const field = div(affine(current, kappa / length), floor);
      const half = affine(field, 0.5 * alpha);
      const excess = affine(sub(drain, saturation), kappa * alpha);
      return sub(sqrt(add(square(half), excess)), half);
    }
  };

  function limitPunchThrough(shortening: Dual): Dual {
    if (shortening.v <= 0.5 * length) return shortening;
    return affine(div(constant((length * length) / 4), shortening), -1, length);
  }
};

/** sqrt(phi - vbs) and its square, continued smoothly into forward bias. */
export function depletionRoot(phi: number, vbs: number): { root: Dual; potential: Dual } {
  const bulk = bulkVoltage(vbs);
  if (vbs <= 0) {
    const potential = affine(bulk, -1, phi);
    return { root: sqrt(potential), potential };
  }
  const root = div(constant(Math.sqrt(phi)), affine(bulk, 1 / (2 * phi), 1));
  return { root, potential: square(root) };
}

/** Short-channel factor of the bulk charge (Dang 1979): a cylindrical junction edge of radius xj. */
function chargeSharing({ card, depletionWidth, effectiveLength }: MosfetParameters) {
  const depth = card.xj ?? 0;
  const lateral = card.ld ?? 0;
  if (depth <= 0 || depletionWidth <= 0) return (): Dual => constant(1);
  return (root: Dual): Dual => {
    const w = affine(root, depletionWidth / depth);
    const cylinder = add(
      affine(w, 0.8013292, 0.0631353 + lateral / depth),
      affine(square(w), -0.01110777),
    );
    const ratio = div(w, affine(w, 1, 1));
    const edge = sqrt(affine(square(ratio), -1, 1));
    const share = affine(mul(cylinder, edge), 1, -lateral / depth);
    return affine(share, -depth / effectiveLength, 1);
  };
}
