import type { PassiveDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { thermalNoise } from './semiconductor.js';
import { resistanceOf } from './resistance.js';
import {
  branchEntries,
  branchTriples,
  conductanceEntries,
  pairs,
  stampBranches,
  stampConductances,
} from './two-terminal.js';

/** Structure of arrays: names, unknowns of both nodes, ohm. */
interface Resistors {
  readonly names: string[];
  readonly first: number[];
  readonly second: number[];
  readonly ohm: number[];
}

/**
 * Linear resistors: the constant ones of `Circuit.resistors` and those with a model or temperature
 * coefficients. Shorts, and resistors whose current controls another device, carry their current as
 * an unknown.
 */
export const resistor: ElementType = {
  name: 'resistor',
  claims: (device) => device.kind === 'r' && device.behaviour === undefined,
  declare(devices, { circuit, controlling, branch }) {
    const { resistors } = circuit;
    for (let k = 0; k < resistors.count; k++) {
      if (resistors.values[k] === 0 || controlling.has(resistors.names[k])) {
        branch(resistors.names[k]);
      }
    }
    for (const device of devices as readonly PassiveDevice[]) {
      if (device.value === 0 || controlling.has(device.name)) branch(device.name);
    }
  },
  build(devices, context) {
    const { circuit, settings, branchOf, unknownOfNode } = context;
    const plain: Resistors = { names: [], first: [], second: [], ohm: [] };
    const withCurrent: Resistors = { names: [], first: [], second: [], ohm: [] };
    const add = (name: string, a: number, b: number, ohm: number) => {
      const list = branchOf(name) < 0 ? plain : withCurrent;
      list.names.push(name);
      list.first.push(unknownOfNode(a));
      list.second.push(unknownOfNode(b));
      list.ohm.push(ohm);
    };
    const { names, nodes, values, count } = circuit.resistors;
    for (let k = 0; k < count; k++) add(names[k], nodes[2 * k], nodes[2 * k + 1], values[k]);
    for (const device of devices as readonly PassiveDevice[]) {
      const ohm = resistanceOf(device, circuit, settings);
      add(device.name, device.nodes[0], device.nodes[1], ohm);
    }
    return [
      ...(plain.names.length > 0 ? [conductances(plain, context)] : []),
      ...(withCurrent.names.length > 0 ? [currentResistors(withCurrent, context)] : []),
    ];
  },
};

/** i = (v(a) - v(b)) / R. */
function conductances(list: Resistors, context: BuildContext): ElementGroup {
  const first = Int32Array.from(list.first);
  const second = Int32Array.from(list.second);
  const conductance = Float64Array.from(list.ohm, (ohm) => 1 / ohm);
  const entries = conductanceEntries(context, first, second);
  return {
    element: 'resistor',
    names: list.names,
    entries: [entries],
    symmetric: true,
    conductingPaths: pairs(first, second),
    stampConstant: (g) => stampConductances(g, entries, conductance),
    currents({ x }, out, offset) {
      for (let k = 0; k < first.length; k++) {
        out[offset + k] = conductance[k] * (x[first[k]] - x[second[k]]);
      }
    },
    noise: () =>
      list.names.map((device, k) => ({
        device,
        from: first[k],
        to: second[k],
        white: thermalNoise(context.settings.temperature, conductance[k]),
      })),
    setValue(index, ohm) {
      conductance[index] = 1 / ohm;
      return 'matrix';
    },
    value: (index) => 1 / conductance[index],
  };
}

/** v(a) - v(b) - R i = 0. */
function currentResistors(list: Resistors, context: BuildContext): ElementGroup {
  const first = Int32Array.from(list.first);
  const second = Int32Array.from(list.second);
  const branch = Int32Array.from(list.names, (name) => context.branchOf(name));
  const ohm = Float64Array.from(list.ohm);
  const incidence = branchEntries(context, branch, first, second);
  const own = branch.map((row) => context.entry(row, row));
  const shorts = [...ohm.keys()].filter((k) => ohm[k] === 0);
  const pick = (list: Int32Array) => Int32Array.from(shorts, (k) => list[k]);
  return {
    element: 'resistor',
    names: list.names,
    entries: [incidence, own],
    symmetric: false,
    conductingPaths: pairs(first, second),
    voltageBranches: branchTriples(pick(branch), pick(first), pick(second)),
    stampConstant(g) {
      stampBranches(g, incidence);
      for (let k = 0; k < own.length; k++) g[own[k]] -= ohm[k];
    },
    currents({ x }, out, offset) {
      for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
    },
    // R v_n^2 in the branch: the same power as a current 4 k T / R beside the resistance.
    noise: () =>
      list.names.flatMap((device, k) =>
        ohm[k] === 0
          ? []
          : [
              {
                device,
                from: branch[k],
                to: context.size,
                white: thermalNoise(context.settings.temperature, ohm[k]),
              },
            ],
      ),
    setValue(index, value) {
      ohm[index] = value;
      return 'matrix';
    },
    value: (index) => ohm[index],
  };
}
