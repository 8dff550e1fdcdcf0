import type { PassiveDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { bind, gradientEntries, stampGradient } from './bound-behaviour.js';
import { branchEntries, branchTriples, concatenate, pairs, stampBranches } from './two-terminal.js';

/** Unit of the unknown dv/dt, V per this many seconds: keeps it near the size of voltages. */
const VOLTAGE_RATE = 1e-9;

/** Unit of the unknown di/dt, A per this many seconds. */
const CURRENT_RATE = 1e-6;

const rateNode = (name: string): string => `${name}#rate`;

/** C = expression: i = C(x) dv/dt; and Q = expression: i = dQ(x)/dt. */
export const behaviouralCapacitor: ElementType = {
  name: 'behavioural-capacitor',
  claims: (device) => device.kind === 'c' && device.behaviour !== undefined,
  declare(devices, { internalNode }) {
    for (const device of devices as readonly PassiveDevice[]) {
      if (device.charge !== true) internalNode(rateNode(device.name));
    }
  },
  build(devices, context) {
    const passives = devices as readonly PassiveDevice[];
    const charges = passives.filter(({ charge }) => charge === true);
    const capacitances = passives.filter(({ charge }) => charge !== true);
    return [
      ...(charges.length > 0 ? [chargeGroup(charges, context)] : []),
      ...(capacitances.length > 0 ? [capacitanceGroup(capacitances, context)] : []),
    ];
  },
};

function chargeGroup(devices: readonly PassiveDevice[], context: BuildContext): ElementGroup {
  const first = Int32Array.from(devices, ({ nodes }) => context.unknownOfNode(nodes[0]));
  const second = Int32Array.from(devices, ({ nodes }) => context.unknownOfNode(nodes[1]));
  const bound = devices.map(({ behaviour }) => bind(behaviour!, context));
  const fromFirst = gradientEntries(bound, first, context);
  const fromSecond = gradientEntries(bound, second, context);
  return {
    element: 'behavioural-charge',
    names: devices.map(({ name }) => name),
    entries: [...fromFirst, ...fromSecond],
    symmetric: false,
    dynamicUnknowns: [...first, ...second].filter((i) => i < context.size),
    load(evaluation) {
      const { q, c } = evaluation;
      bound.forEach((behaviour, k) => {
        const { multiplicity } = devices[k];
        const charge = multiplicity * behaviour.evaluate(evaluation);
        q[first[k]] += charge;
        q[second[k]] -= charge;
        stampGradient(c, fromFirst[k], behaviour.gradient, multiplicity);
        stampGradient(c, fromSecond[k], behaviour.gradient, -multiplicity);
      });
    },
    currents(evaluation, out, offset) {
      const { rate } = evaluation;
      bound.forEach(({ evaluate, gradient, plus, minus }, k) => {
        evaluate(evaluation);
        let current = 0;
        for (let i = 0; i < plus.length; i++) {
          if (plus[i] >= 0) current += gradient[i] * (rate[plus[i]] - rate[minus[i]]);
        }
        out[offset + k] = devices[k].multiplicity * current;
      });
    },
  };
}

/** Unknown u = dv/dt beside the nodes: v' - u = 0, and the current C(x) u. */
function capacitanceGroup(devices: readonly PassiveDevice[], context: BuildContext): ElementGroup {
  const { entry, size, unknownOfInternalNode, unknownOfNode } = context;
  const first = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0]));
  const second = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1]));
  const slope = Int32Array.from(devices, ({ name }) => unknownOfInternalNode(rateNode(name)));
  const bound = devices.map(({ behaviour }) => bind(behaviour!, context));
  const fromFirst = gradientEntries(bound, first, context);
  const fromSecond = gradientEntries(bound, second, context);
  const own = new Int32Array(5 * devices.length);
  for (let k = 0; k < devices.length; k++) {
    own[5 * k] = entry(first[k], slope[k]);
    own[5 * k + 1] = entry(second[k], slope[k]);
    own[5 * k + 2] = entry(slope[k], slope[k]);
    own[5 * k + 3] = entry(slope[k], first[k]);
    own[5 * k + 4] = entry(slope[k], second[k]);
  }
  return {
    element: 'behavioural-capacitor',
    names: devices.map(({ name }) => name),
    entries: [own, ...fromFirst, ...fromSecond],
    symmetric: false,
    conductingPaths: pairs(
      slope,
      slope.map(() => size),
    ),
    dynamicUnknowns: [...first, ...second].filter((i) => i < size),
    load(evaluation) {
      const { x, f, q, g, c } = evaluation;
      bound.forEach((behaviour, k) => {
        const farad = devices[k].multiplicity * behaviour.evaluate(evaluation);
        const perSecond = x[slope[k]] / VOLTAGE_RATE;
        const current = farad * perSecond;
        f[first[k]] += current;
        f[second[k]] -= current;
        f[slope[k]] -= x[slope[k]];
        q[slope[k]] += VOLTAGE_RATE * (x[first[k]] - x[second[k]]);
        g[own[5 * k]] += farad / VOLTAGE_RATE;
        g[own[5 * k + 1]] -= farad / VOLTAGE_RATE;
        g[own[5 * k + 2]] -= 1;
        c[own[5 * k + 3]] += VOLTAGE_RATE;
        c[own[5 * k + 4]] -= VOLTAGE_RATE;
        const factor = devices[k].multiplicity * perSecond;
        stampGradient(g, fromFirst[k], behaviour.gradient, factor);
        stampGradient(g, fromSecond[k], behaviour.gradient, -factor);
      });
    },
    initialCharge({ x, q }) {
      devices.forEach(({ parameters }, k) => {
        if (parameters.ic === undefined) return;
        q[slope[k]] += VOLTAGE_RATE * (parameters.ic - (x[first[k]] - x[second[k]]));
      });
    },
    currents(evaluation, out, offset) {
      const { rate } = evaluation;
      bound.forEach((behaviour, k) => {
        const farad = devices[k].multiplicity * behaviour.evaluate(evaluation);
        out[offset + k] = farad * (rate[first[k]] - rate[second[k]]);
      });
    },
  };
}

/** L = expression: v = L(x) di/dt, with the unknown u = di/dt beside the current. */
export const behaviouralInductor: ElementType = {
  name: 'behavioural-inductor',
  claims: (device) => device.kind === 'l' && device.behaviour !== undefined,
  declare(devices, { branch, internalNode }) {
    for (const { name } of devices) {
      branch(name);
      internalNode(rateNode(name));
    }
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    return [inductanceGroup(devices as readonly PassiveDevice[], context)];
  },
};

function inductanceGroup(devices: readonly PassiveDevice[], context: BuildContext): ElementGroup {
  const { branchOf, entry, size, unknownOfInternalNode, unknownOfNode } = context;
  const first = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0]));
  const second = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1]));
  const branch = Int32Array.from(devices, ({ name }) => branchOf(name));
  const slope = Int32Array.from(devices, ({ name }) => unknownOfInternalNode(rateNode(name)));
  const incidence = branchEntries(context, branch, first, second);
  const bound = devices.map(({ behaviour }) => bind(behaviour!, context));
  const gradients = gradientEntries(bound, branch, context);
  const bySlope = branch.map((row, k) => entry(row, slope[k]));
  const diagonal = slope.map((row) => entry(row, row));
  const byCurrent = slope.map((row, k) => entry(row, branch[k]));
  return {
    element: 'behavioural-inductor',
    names: devices.map(({ name }) => name),
    entries: [incidence, bySlope, diagonal, byCurrent, ...gradients],
    symmetric: false,
    conductingPaths: concatenate(
      pairs(first, second),
      pairs(
        slope,
        slope.map(() => size),
      ),
    ),
    voltageBranches: branchTriples(branch, first, second),
    dynamicUnknowns: branch,
    stampConstant(g) {
      stampBranches(g, incidence);
      for (const slot of diagonal) g[slot] -= 1;
    },
    load(evaluation) {
      const { x, f, q, g, c } = evaluation;
      bound.forEach((behaviour, k) => {
        const share = 1 / (devices[k].multiplicity * CURRENT_RATE);
        const henry = behaviour.evaluate(evaluation);
        f[branch[k]] -= share * henry * x[slope[k]];
        g[bySlope[k]] -= share * henry;
        stampGradient(g, gradients[k], behaviour.gradient, -share * x[slope[k]]);
        q[slope[k]] += CURRENT_RATE * x[branch[k]];
        c[byCurrent[k]] += CURRENT_RATE;
      });
    },
    initialCharge({ x, q }) {
      devices.forEach(({ parameters }, k) => {
        q[slope[k]] += CURRENT_RATE * ((parameters.ic ?? 0) - x[branch[k]]);
      });
    },
    currents({ x }, out, offset) {
      for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
    },
  };
}
