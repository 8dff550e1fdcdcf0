import { ELEMENTARY_CHARGE, EPSILON_SILICON } from '../semiconductor.js';
import { CHANNEL, type ChannelFactory } from './channel.js';
import {
  add,
  affine,
  bulkVoltage,
  constant,
  cube,
  div,
  drainVoltage,
  gateVoltage,
  larger,
  mul,
  power,
  sqrt,
  square,
  sub,
  type Dual,
} from './dual.js';
import { depletionRoot } from './level-3.js';
import { saturationByVelocity } from './level-2-saturation.js';

/**
 * Analytical model of SPICE, level 2: bulk charge along the channel (Ihantola, Moll 1964), charge
 * sharing at both junctions, mobility falling with the gate field (Frohman-Bentchkowsky 1968),
 * saturation by pinch-off or by scattering-limited velocity (Baum, Beneking 1970), weak inversion
 * (Swanson, Meindl 1972); as set down by Vladimirescu, Liu 1980, section 3.
 */
export const level2: ChannelFactory = (p) => {
  const { card, oxide, width, effectiveLength: length, thermalVoltage: vt, depletionWidth } = p;
  const lambda = card.lambda ?? 0;
  const vmax = card.vmax ?? 0;
  const depth = card.xj ?? 0;
  const phi = p.surfacePotential;
  const beta = (p.transconductance * width) / length;
  const narrow = ((card.delta ?? 0) * 0.25 * Math.PI * EPSILON_SILICON) / (oxide * width);
  const eta = 1 + narrow;
  const fastStates = ((card.nfs ?? 0) * 1e4 * ELEMENTARY_CHARGE) / oxide;
  const criticalOverdrive = ((card.ucrit ?? 1e4) * 100 * EPSILON_SILICON) / oxide;
  const mobilityExponent = card.uexp ?? 0;
  const junctionWidth = card.pb ?? 0.8;
  const velocityWidth = depletionWidth / Math.sqrt(card.neff ?? 1);

  /** sqrt(phi - vbs + v), continued into forward bias like `depletionRoot`. */
  const bulkRoot = (v: Dual, bulk: Dual): Dual => {
    const reverse = sub(v, bulk);
    if (reverse.v >= 0) return sqrt(affine(reverse, 1, phi));
    return div(constant(Math.sqrt(phi)), affine(reverse, -0.5 / phi, 1));
  };

  return (vgs, vds, vbs, out) => {
    const gate = gateVoltage(vgs);
    const drain = drainVoltage(vds);
    const bulk = bulkVoltage(vbs);
    const barrier = affine(bulk, -1, phi);
    const { root: sourceRoot } = depletionRoot(phi, vbs);
    const drainRoot = bulkRoot(drain, bulk);
    const flat = affine(barrier, narrow, p.builtIn);

    let body: Dual = constant(p.body);
    if (depth > 0 && depletionWidth > 0 && (p.body > 0 || p.doping > 0)) {
      const share = (root: Dual) =>
        affine(
          sqrt(affine(root, (2 * depletionWidth) / depth, 1)),
          depth / (2 * length),
          -depth / (2 * length),
        );
      body = affine(add(share(sourceRoot), share(drainRoot)), -p.body, p.body);
    }
    let turnOn = add(flat, mul(body, sourceRoot));
    let slope: Dual | undefined; // n kT/q of weak inversion
    if (fastStates > 0) {
      slope = weakSlope(body, sourceRoot, drainRoot);
      turnOn = add(turnOn, slope);
    }
    out[CHANNEL.threshold] = turnOn.v;
    if (!slope && vgs <= turnOn.v) {
      out.fill(0, 0, 4);
      out[CHANNEL.saturation] = 0;
      return;
    }
    const effective = slope ? larger(gate, turnOn) : gate;
    const overdrive = sub(gate, turnOn);
    const degraded = overdrive.v > criticalOverdrive && mobilityExponent > 0;
    const mobilityFactor = degraded
      ? { ...power(div(constant(criticalOverdrive), overdrive), mobilityExponent), d: 0 }
      : constant(1);

    // Pinch-off, then the lower velocity-limited value where vmax is given.
    const reach = affine(sub(effective, flat), 1 / eta);
    const ratio = affine(body, 1 / eta);
    const argument = add(reach, barrier);
    let saturation: Dual = constant(0);
    if (ratio.v <= 0) saturation = larger(reach, constant(0));
    else if (argument.v > 0) {
      const squared = square(ratio);
      const under = sqrt(affine(div(argument, squared), 4, 1));
      saturation = larger(add(reach, affine(mul(squared, affine(under, -1, 1)), 0.5)), constant(0));
    }
    const mobility = affine(mobilityFactor, p.mobility);
    if (vmax > 0) {
      saturation =
        saturationByVelocity({ reach, barrier, ratio, sourceRoot, mobility, vmax, length }) ??
        saturation;
    }
    out[CHANNEL.saturation] = saturation.v;
    let saturationRoot = bulkRoot(saturation, bulk);
    saturation =
      vmax > 0
        ? { ...saturation, ...velocitySlopes(saturation.v, saturationRoot.v) }
        : { ...saturation, d: 0 };
    saturationRoot = bulkRoot(saturation, bulk);

    let shortening: Dual = affine(drain, lambda); // lambda vds, relative to the length
    if (lambda === 0 && p.doping > 0 && vds > 0) {
      const excess = larger(sub(drain, saturation), constant(0));
      if (vmax > 0) {
        const speed = div(constant((vmax * velocityWidth) / 2), mobility);
        shortening = affine(sub(sqrt(add(square(speed), excess)), speed), velocityWidth / length);
      } else {
        const quarter = affine(sub(drain, saturation), 0.25);
        const onset = add(quarter, sqrt(affine(square(quarter), 1, 1)));
        shortening = affine(sqrt(onset), depletionWidth / length);
      }
    }
    const factor = limitedLength(shortening);
    const gain = div(affine(mobilityFactor, beta), factor);
    const charge = (across: Dual, root: Dual, at: Dual): Dual =>
      sub(
        mul(sub(sub(at, flat), affine(across, eta / 2)), across),
        affine(mul(body, sub(cube(root), cube(sourceRoot))), 2 / 3),
      );
    const saturated = vds > saturation.v;
    const across = saturated ? saturation : drain;
    const root = saturated ? saturationRoot : drainRoot;
    let current: Dual = constant(0);
    if (vgs > turnOn.v) current = mul(gain, charge(across, root, gate));
    else if (slope && saturation.v > 0) current = weakInversion(slope);
    out[CHANNEL.current] = current.v;
    out[CHANNEL.gm] = current.g;
    out[CHANNEL.gds] = current.d;
    out[CHANNEL.gmbs] = current.b;

    /** d vdsat / d (vgs, vbs) from the balance of channel charge and speed, as SPICE takes them. */
    function velocitySlopes(vdsat: number, edge: number): Omit<Dual, 'v'> {
      const limit = vmax * length;
      const free = reach.v - vdsat - body.v * edge;
      const edgeSlope = -0.5 / edge;
      const byCharge = -1 + body.v * edgeSlope;
      const byVdsat = limit * byCharge - mobility.v * free;
      const byGate = (limit - mobility.v * vdsat) / eta;
      const bodies = edge ** 3 - sourceRoot.v ** 3;
      const bulkTerm =
        2 * body.v * (edge * edge * edgeSlope - sourceRoot.v * sourceRoot.v * sourceRoot.b) -
        (body.b * bodies) / 1.5;
      const byBulk = -limit * (1 + byCharge - narrow / eta) + (mobility.v * bulkTerm) / eta;
      return { g: -byGate / byVdsat, d: 0, b: -byBulk / byVdsat };
    }

    /**
     * The current at turn-on, falling exponentially below it. The slopes are SPICE's: the pinch-off
     * voltage follows the gate below turn-on too.
     */
    function weakInversion(width: Dual): Dual {
      const onset = mul(gain, charge(across, root, { ...turnOn, g: 0, d: 0 }));
      const fall = Math.exp((vgs - turnOn.v) / width.v);
      const byGate = (onset.v * fall) / width.v;
      const slide = (byGate * (vgs - turnOn.v)) / width.v;
      const gm = byGate + (saturated ? onset.g * fall : 0);
      return {
        v: onset.v * fall,
        g: gm,
        d: onset.d * fall - gm * turnOn.d - slide * width.d,
        b: onset.b * fall - gm * turnOn.b - slide * width.b,
      };
    }
  };

  /** 1 - shortening, kept above the width of the drain's zero-bias depletion region. */
  function limitedLength(shortening: Dual): Dual {
    const least = p.doping > 0 ? depletionWidth * Math.sqrt(junctionWidth) : 0.25e-6;
    const left = affine(shortening, -length, length);
    if (left.v >= least) return affine(shortening, -1, 1);
    const beyond = affine(shortening, length / least, -(length - least) / least);
    return div(constant(least / length), affine(beyond, 1, 1));
  }

  /**
   * vt (1 + q nfs / cox - d(body root)/d vbs). Its derivatives carry SPICE's sign, which is that of
   * d(body root)/d vbs: ngspice and Xyce agree on it, and the slopes below turn-on follow it.
   */
  function weakSlope(body: Dual, source: Dual, drain: Dual): Dual {
    const ratio = body.v * source.b + body.b * source.v;
    const curvature = (root: number) => -0.25 / root ** 3;
    const bend = (2 * depletionWidth) / depth;
    const share = (root: number, slopeOfRoot: number) => {
      const edge = Math.sqrt(1 + bend * root);
      return (bend * curvature(root)) / (2 * edge) - (bend * slopeOfRoot) ** 2 / (4 * edge ** 3);
    };
    const bodyCurvature =
      body.b === 0
        ? 0
        : ((-p.body * depth) / (2 * length)) *
          (share(source.v, source.b) + share(drain.v, drain.b));
    return {
      v: vt * (1 + fastStates + narrow - ratio),
      g: 0,
      d: vt * body.d * source.b,
      b: vt * (2 * body.b * source.b + body.v * curvature(source.v) + bodyCurvature * source.v),
    };
  }
};
