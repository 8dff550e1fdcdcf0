import type { Circuit, ModelCard, ModelDevice } from '../../netlist/index.js';
import type {
  BuildContext,
  ElementGroup,
  ElementSettings,
  ElementType,
} from '../system/element.js';
import {
  builtInPotential,
  capacitanceRatio,
  criticalVoltage,
  depletion,
  ELEMENTARY_CHARGE,
  limitJunction,
  thermalNoise,
  thermalVoltage,
} from './semiconductor.js';
import { concatenate, conductanceEntries, pairs, stampConductances } from './two-terminal.js';

/** Parameters of one diode at its temperature, area included. SI. */
export interface DiodeParameters {
  readonly saturationCurrent: number;
  /** n kT/q, V. */
  readonly slopeVoltage: number;
  readonly breakdownSlopeVoltage: number;
  readonly critical: number;
  /** Fitted so that the current at -bv is ibv; Infinity without breakdown. */
  readonly breakdownVoltage: number;
  readonly kneeCurrent: number;
  readonly seriesConductance: number;
  readonly transitTime: number;
  readonly capacitance: number;
  readonly potential: number;
  readonly grading: number;
  readonly forward: number;
}

/**
 * SPICE's junction diode (level 1): exponential with breakdown, high injection, depletion and
 * diffusion charge, series resistance (Nagel 1975; Antognetti, Massobrio 1988, chapter 1).
 */
export const diode: ElementType = {
  name: 'diode',
  claims: (device) => device.kind === 'd',
  declare(devices, { circuit, internalNode }) {
    for (const device of devices as readonly ModelDevice[]) {
      if ((circuit.models.get(device.model)?.parameters.rs ?? 0) > 0) {
        internalNode(`${device.name}#internal`);
      }
    }
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    return [diodeGroup(devices as readonly ModelDevice[], context)];
  },
};

const cardOf = (circuit: Circuit, device: ModelDevice): ModelCard['parameters'] =>
  circuit.models.get(device.model)?.parameters ?? {};

/** Evaluates the model card at the device's temperature. */
export function diodeParameters(
  card: ModelCard['parameters'],
  instance: ModelDevice['parameters'],
  multiplicity: number,
  { temperature, nominalTemperature }: ElementSettings,
): DiodeParameters {
  const kelvin =
    instance.temp === undefined ? temperature + (instance.dtemp ?? 0) : instance.temp + 273.15;
  const nominal = card.tnom === undefined ? nominalTemperature : card.tnom + 273.15;
  const area = (instance.area ?? card.area ?? 1) * multiplicity * (instance.m ?? 1);
  const emission = card.n ?? 1;
  const slopeVoltage = emission * thermalVoltage(kelvin);
  const gap = card.eg ?? 1.11;
  const growth =
    (kelvin / nominal - 1) * (gap / slopeVoltage) +
    ((card.xti ?? 3) / emission) * Math.log(kelvin / nominal);
  const saturationCurrent = (card.is ?? card.js ?? 1e-14) * area * Math.exp(growth);
  const potential = card.vj ?? card.pb ?? 1;
  const grading = Math.min(card.m ?? card.mj ?? 0.5, 0.9);
  const zeroBias = card.cjo ?? card.cj0 ?? card.cj ?? 0;
  const breakdownSlopeVoltage = (card.nbv ?? emission) * thermalVoltage(kelvin);
  return {
    saturationCurrent,
    slopeVoltage,
    breakdownSlopeVoltage,
    critical: criticalVoltage(slopeVoltage, saturationCurrent),
    breakdownVoltage: fittedBreakdown(
      card.bv ?? Infinity,
      (card.ibv ?? 1e-3) * area,
      saturationCurrent,
      breakdownSlopeVoltage,
    ),
    kneeCurrent: card.ikf !== undefined && card.ikf > 0 ? card.ikf * area : Infinity,
    seriesConductance: (card.rs ?? 0) > 0 ? area / card.rs : 0,
    transitTime: card.tt ?? 0,
    capacitance: zeroBias * area * capacitanceRatio(potential, grading, nominal, kelvin),
    potential: builtInPotential(potential, nominal, kelvin),
    grading,
    forward: Math.min(card.fc ?? 0.5, 0.95),
  };
}

/** Voltage at which exp((-v - bv) / vt) continues the reverse current so that i(-bv) = ibv. */
function fittedBreakdown(bv: number, ibv: number, is: number, vt: number): number {
  if (!Number.isFinite(bv)) return Infinity;
  if (ibv < (is * bv) / vt) return bv;
  let fitted = bv - vt * Math.log(1 + ibv / is);
  for (let iteration = 0; iteration < 25; iteration++) {
    fitted = bv - vt * Math.log(ibv / is + 1 - fitted / vt);
  }
  return fitted;
}

/** Current (A) and conductance (S) of the junction at `v`; `out` = [i, g]. */
export function junctionCurrent(
  p: DiodeParameters,
  v: number,
  gmin: number,
  out: Float64Array,
): void {
  const { saturationCurrent: is, slopeVoltage: vt, breakdownVoltage, kneeCurrent } = p;
  let current: number;
  let conductance: number;
  if (v >= -3 * vt) {
    const exponential = Math.exp(v / vt);
    current = is * (exponential - 1);
    conductance = (is * exponential) / vt;
    if (kneeCurrent < Infinity && current > 1e-18) {
      const root = Math.sqrt(current / kneeCurrent);
      conductance = (conductance * (1 + root / 2)) / ((1 + root) * (1 + root));
      current /= 1 + root;
    }
  } else if (v >= -breakdownVoltage) {
    const argument = (3 * vt) / (v * Math.E);
    const cube = argument * argument * argument;
    current = -is * (1 + cube);
    conductance = (is * 3 * cube) / v;
  } else {
    const slope = p.breakdownSlopeVoltage;
    const exponential = Math.exp(-(breakdownVoltage + v) / slope);
    current = -is * exponential;
    conductance = (is * exponential) / slope;
  }
  out[0] = current + gmin * v;
  out[1] = conductance + gmin;
}

function diodeGroup(devices: readonly ModelDevice[], context: BuildContext): ElementGroup {
  const { circuit, settings, unknownOfNode, unknownOfInternalNode } = context;
  const count = devices.length;
  const models = devices.map((device) =>
    diodeParameters(cardOf(circuit, device), device.parameters, device.multiplicity, settings),
  );
  const anode = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0]));
  const cathode = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1]));
  const inner = Int32Array.from(devices, ({ name }, k) =>
    models[k].seriesConductance > 0 ? unknownOfInternalNode(`${name}#internal`) : anode[k],
  );
  const resistive = Float64Array.from(models, ({ seriesConductance }) => seriesConductance);
  const seriesEntries = conductanceEntries(context, anode, inner);
  const entries = conductanceEntries(context, inner, cathode);
  const last = new Float64Array(count); // limited junction voltage of the last iteration
  const work = new Float64Array(2);
  const off = devices.map(({ parameters }) => parameters.off !== undefined && parameters.off !== 0);
  const start = devices.map(({ parameters }) => parameters.ic);

  /** Charge and capacitance at v with junction conductance g and current i. */
  const charge = (p: DiodeParameters, v: number, i: number, g: number, out: Float64Array) => {
    out[0] = 0;
    out[1] = 0;
    if (p.capacitance > 0) {
      depletion(v, p.potential, p.grading, p.forward, out);
      out[0] *= p.capacitance;
      out[1] *= p.capacitance;
    }
    out[0] += p.transitTime * i;
    out[1] += p.transitTime * g;
  };

  return {
    element: 'diode',
    names: devices.map(({ name }) => name),
    entries: [seriesEntries, entries],
    symmetric: true,
    conductingPaths: concatenate(pairs(anode, inner), pairs(inner, cathode)),
    dynamicUnknowns: models.flatMap((p, k) =>
      p.capacitance > 0 || p.transitTime > 0 ? [inner[k], cathode[k]] : [],
    ),
    stampConstant: (g) => stampConductances(g, seriesEntries, resistive),
    reset: () => last.fill(0),
    load(evaluation) {
      const { x, f, q, g, c, junctionConductance } = evaluation;
      for (let k = 0; k < count; k++) {
        const p = models[k];
        const a = inner[k];
        const b = cathode[k];
        const across = x[a] - x[b];
        let v = across;
        if (evaluation.fresh) v = off[k] ? 0 : Math.min(p.critical, 0.9);
        else if (across < Math.min(0, -p.breakdownVoltage + 10 * p.slopeVoltage)) {
          // Mirror the breakdown branch into forward direction and limit there.
          const wanted = -(across + p.breakdownVoltage);
          const before = -(last[k] + p.breakdownVoltage);
          const mirrored = limitJunction(wanted, before, p.breakdownSlopeVoltage, p.critical);
          if (mirrored !== wanted) v = -(mirrored + p.breakdownVoltage);
        } else v = limitJunction(across, last[k], p.slopeVoltage, p.critical);
        if (v !== across) evaluation.limited = true;
        last[k] = v;
        junctionCurrent(p, v, junctionConductance, work);
        const current = work[0];
        const conductance = work[1];
        const linear = current + conductance * (across - v);
        f[a] += linear;
        f[b] -= linear;
        const e = 4 * k;
        g[entries[e]] += conductance;
        g[entries[e + 1]] -= conductance;
        g[entries[e + 2]] -= conductance;
        g[entries[e + 3]] += conductance;
        charge(p, v, current, conductance, work);
        const stored = work[0] + work[1] * (across - v);
        q[a] += stored;
        q[b] -= stored;
        c[entries[e]] += work[1];
        c[entries[e + 1]] -= work[1];
        c[entries[e + 2]] -= work[1];
        c[entries[e + 3]] += work[1];
      }
    },
    currents({ x, rate, junctionConductance }, out, offset) {
      for (let k = 0; k < count; k++) {
        const p = models[k];
        const v = x[inner[k]] - x[cathode[k]];
        junctionCurrent(p, v, junctionConductance, work);
        const [current, conductance] = work;
        charge(p, v, current, conductance, work);
        out[offset + k] = current + work[1] * (rate[inner[k]] - rate[cathode[k]]);
      }
    },
    noise({ x, junctionConductance }) {
      return devices.flatMap((device, k) => {
        const { name } = device;
        const card = cardOf(circuit, device);
        junctionCurrent(models[k], x[inner[k]] - x[cathode[k]], junctionConductance, work);
        const current = Math.abs(work[0]);
        const series = {
          device: name,
          from: anode[k],
          to: inner[k],
          white: thermalNoise(settings.temperature, resistive[k]),
        };
        const shot = {
          device: name,
          from: inner[k],
          to: cathode[k],
          white: 2 * ELEMENTARY_CHARGE * current,
          flicker: (card.kf ?? 0) * current ** (card.af ?? 1),
        };
        return resistive[k] > 0 ? [series, shot] : [shot];
      });
    },
    initialCharge({ x, q }) {
      for (let k = 0; k < count; k++) {
        const v = start[k];
        if (v === undefined) continue;
        junctionCurrent(models[k], v, 0, work);
        charge(models[k], v, work[0], work[1], work);
        const wanted = work[0];
        const present = x[inner[k]] - x[cathode[k]];
        junctionCurrent(models[k], present, 0, work);
        charge(models[k], present, work[0], work[1], work);
        q[inner[k]] += wanted - work[0];
        q[cathode[k]] -= wanted - work[0];
      }
    },
  };
}
