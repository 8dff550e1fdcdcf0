import { EPSILON_SILICON, siliconGap } from '../semiconductor.js';
import {
  add,
  affine,
  chain,
  constant,
  div,
  log,
  mul,
  sqrt,
  square,
  sub,
  type Dual,
} from './dual.js';
import { ekvCharges, type EkvCharges } from './ekv-charges.js';
import type { MosfetParameters } from './parameters.js';

/** The level by which a card asks for this model, as SmartSpice and Eldo number it. */
export const EKV_LEVEL = 44;

/** What the model computes: drain current (A) and the charges (C) of one device. */
export interface EkvPoint extends EkvCharges {
  readonly current: Dual;
}

/** Evaluates at voltages against the bulk, n-channel signs; slots g, d, b are v_g, v_d, v_s. */
export type EkvModel = (vg: number, vd: number, vs: number) => EkvPoint;

/** Card values at the device's temperature, SI. Defaults: Bucher et al. 1998, tables 1 to 6. */
export interface EkvParameters {
  readonly thermalVoltage: number;
  readonly width: number;
  readonly length: number;
  readonly oxide: number;
  readonly threshold: number;
  readonly gamma: number;
  readonly phi: number;
  readonly transconductance: number;
  /** Mobility reduction: field E0 (V/m), or theta (1/V) where E0 is not given. */
  readonly criticalField: number;
  readonly theta: number;
  readonly eta: number;
  /** Longitudinal critical field, V/m. */
  readonly saturationField: number;
  readonly lambda: number;
  readonly junctionDepth: number;
  readonly widthEffect: number;
  readonly lengthEffect: number;
}

/** Reads a card of level 44. */
export function ekvParameters({ card, sign, kelvin, ...p }: MosfetParameters): EkvParameters {
  const nominal = p.nominalKelvin;
  const ratio = kelvin / nominal;
  const vt = p.thermalVoltage;
  const phi = card.phi ?? 0.7;
  const oxide = card.cox ?? (card.tox === undefined ? 0.7e-3 : p.oxide);
  const mobility = card.u0 === undefined ? undefined : card.u0 * 1e-4 * oxide;
  const shift = -3 * vt * Math.log(ratio) - siliconGap(nominal) * ratio + siliconGap(kelvin);
  return {
    thermalVoltage: vt,
    width: p.width + (card.dw ?? 0),
    length: p.effectiveLength + (card.dl ?? 0),
    oxide,
    threshold: sign * (card.vto ?? 0.5 * sign) - (card.tcv ?? 1e-3) * (kelvin - nominal),
    gamma: card.gamma ?? 1,
    phi: Math.max(phi * ratio + shift, 0.1),
    transconductance: (card.kp ?? mobility ?? 5e-5) * ratio ** (card.bex ?? -1.5),
    criticalField: card.e0 ?? (card.theta === undefined ? 1e12 : 0),
    theta: card.theta ?? 0,
    eta: sign > 0 ? 1 / 2 : 1 / 3,
    saturationField: (card.ucrit ?? 2e6) * ratio ** (card.ucex ?? 0.8),
    lambda: card.lambda ?? 0.5,
    junctionDepth: card.xj ?? 1e-7,
    widthEffect: card.weta ?? 0.25,
    lengthEffect: card.leta ?? 0.1,
  };
}

/**
 * Charge-sheet compact model with all voltages against the bulk, so that drain and source are alike:
 * continuous from weak to strong inversion, with charge sharing, velocity saturation, channel-length
 * modulation and field-dependent mobility. Bucher, Lallement, Enz, Theodoloz, Krummenacher, "The
 * EPFL-EKV MOSFET model equations for simulation, version 2.6", EPFL 1998, sections 4.1 to 4.4 and
 * 4.6, with the interpolation F(v) = ln^2(1 + exp(v / 2)) of Enz, Krummenacher, Vittoz 1995; without
 * reverse short-channel effect, impact ionisation and noise.
 */
export function ekvModel(p: EkvParameters, multiplicity: number): EkvModel {
  const { thermalVoltage: vt, gamma, phi } = p;
  const siliconOxide = EPSILON_SILICON / p.oxide;
  const ratio = siliconOxide * (p.lengthEffect / p.length);
  const narrow = (siliconOxide * 3 * p.widthEffect) / p.width;
  const critical = p.saturationField * p.length;
  const pinch = Math.sqrt(siliconOxide * p.junctionDepth);
  const beta = p.transconductance * p.width * multiplicity;
  const offset = phi + gamma * Math.sqrt(phi) - p.threshold;
  const vertical = p.criticalField > 0 ? vt / (siliconOxide * p.criticalField) : 0;

  const forward = (gate: Dual, drain: Dual, source: Dual): EkvPoint => {
    const effectiveGate = affine(gate, 1, offset);
    const first = pinchOff(effectiveGate, constant(gamma));
    // Charge sharing at both ends and under narrow channels.
    const lift = (v: Dual) => {
      const w = affine(v, 1, phi);
      return affine(add(w, sqrt(affine(square(w), 1, 16 * vt * vt))), 0.5);
    };
    const ends = add(sqrt(lift(source)), sqrt(lift(drain)));
    const edges = sqrt(affine(first, 1, phi + 1e-6));
    const raw = add(affine(ends, -ratio, gamma), affine(edges, narrow));
    const shared = affine(add(raw, sqrt(affine(square(raw), 1, 0.1 * vt))), 0.5);
    const pinched = pinchOff(effectiveGate, shared);
    const slope = affine(div(constant(gamma / 2), sqrt(affine(pinched, 1, phi + 4 * vt))), 1, 1);

    const inForward = interpolate(affine(sub(pinched, source), 1 / vt));
    const inReverse = interpolate(affine(sub(pinched, drain), 1 / vt));
    const rootForward = sqrt(inForward);
    const saturation = affine(
      sqrt(affine(rootForward, vt / critical, 0.25)),
      critical,
      -critical / 2,
    );
    const logarithm = affine(log(inForward), -0.75);
    const smooth = affine(
      sqrt(affine(add(rootForward, logarithm), vt / critical, 0.25)),
      critical,
      -critical / 2 + vt * (Math.log(critical / (2 * vt)) - 0.6),
    );
    const depth = affine(
      add(affine(rootForward, p.lambda), affine(saturation, -p.lambda / vt)),
      1,
      1 / 64,
    );
    const width = affine(positive(depth), 16 * vt * vt); // Delta V^2
    const half = affine(sub(drain, source), 0.5);
    const rounded = (edge: Dual) =>
      sub(sqrt(add(square(edge), width)), sqrt(add(square(sub(half, edge)), width)));
    const across = rounded(saturation);

    const lost = affine(
      log(affine(sub(half, across), 1 / (pinch * p.saturationField), 1)),
      p.lambda * pinch,
    );
    const channel = affine(
      sub(affine(add(half, across), 1 / p.saturationField), lost),
      1,
      p.length,
    );
    const shortest = p.length / 10;
    const length = affine(add(channel, sqrt(affine(square(channel), 1, shortest * shortest))), 0.5);
    const reverse = interpolate(
      affine(sub(sub(sub(pinched, half), source), rounded(smooth)), 1 / vt),
    );

    const charges = ekvCharges(
      { forward: inForward, reverse: inReverse, gate: effectiveGate, gamma, phi },
      { thermalVoltage: vt, farad: p.oxide * p.width * p.length * multiplicity },
    );
    let strength = div(constant(beta), length);
    if (vertical > 0) {
      const field = affine(charges.field(p.eta), vertical, 1);
      const floor = 1 + (vertical / vt) * gamma * Math.sqrt(phi);
      strength = affine(div(strength, field), floor);
    } else if (p.theta > 0) {
      const up = affine(add(pinched, sqrt(affine(square(pinched), 1, 2 * vt * vt))), 0.5);
      strength = div(strength, affine(up, p.theta, 1));
    }
    const specific = affine(mul(slope, strength), 2 * vt * vt);
    return { ...charges, current: mul(specific, sub(inForward, reverse)) };
  };

  /** v_P of a gate voltage and a body factor; -phi in accumulation. */
  function pinchOff(gate: Dual, body: Dual): Dual {
    if (gate.v <= 0) return constant(-phi);
    const halfBody = affine(body, 0.5);
    const root = sub(sqrt(add(gate, square(halfBody))), halfBody);
    return affine(sub(gate, mul(body, root)), 1, -phi);
  }

  return (vg, vd, vs) => {
    const gate: Dual = { v: vg, g: 1, d: 0, b: 0 };
    const drain: Dual = { v: vd, g: 0, d: 1, b: 0 };
    const source: Dual = { v: vs, g: 0, d: 0, b: 1 };
    if (vd >= vs) return forward(gate, drain, source);
    const turned = forward(gate, source, drain);
    return {
      ...turned,
      current: affine(turned.current, -1),
      drain: turned.source,
      source: turned.drain,
    };
  };
}

/** F(v) = ln^2(1 + exp(v / 2)), never zero, so that its logarithm exists. */
function interpolate(v: Dual): Dual {
  const x = v.v / 2;
  const l = x > 35 ? x : Math.log1p(Math.exp(Math.max(x, -320)));
  const slope = x > 35 ? 1 : 1 / (1 + Math.exp(-Math.max(x, -320)));
  return chain(v, l * l + 1e-290, x < -320 ? 0 : l * slope);
}

/** Smoothly at least a small positive number. */
const positive = (x: Dual): Dual => (x.v > 1e-6 ? x : constant(1e-6));
