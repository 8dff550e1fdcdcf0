import type { BehaviouralSource, PassiveDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType, Evaluation } from '../system/element.js';
import { bind, gradientEntries, stampGradient } from './bound-behaviour.js';
import { branchEntries, branchTriples, concatenate, pairs, stampBranches } from './two-terminal.js';

/** B sources (and E, F, G, H by expression, POLY or TABLE): a voltage or a current of anything. */
export const behaviouralSource: ElementType = {
  name: 'behavioural-source',
  claims: (device) => device.kind === 'b',
  declare(devices, { branch }) {
    for (const device of devices as readonly BehaviouralSource[]) {
      if (device.output === 'voltage') branch(device.name);
    }
  },
  build(devices, context) {
    const sources = devices as readonly BehaviouralSource[];
    const voltages = sources.filter(({ output }) => output === 'voltage');
    const currents = sources.filter(({ output }) => output === 'current');
    return [
      ...(voltages.length > 0 ? [voltageGroup(voltages, context)] : []),
      ...(currents.length > 0 ? [currentGroup(currents, context)] : []),
    ];
  },
};

/** v(a) - v(b) - value = 0. */
function voltageGroup(sources: readonly BehaviouralSource[], context: BuildContext): ElementGroup {
  const first = Int32Array.from(sources, ({ nodes }) => context.unknownOfNode(nodes[0]));
  const second = Int32Array.from(sources, ({ nodes }) => context.unknownOfNode(nodes[1]));
  const branch = Int32Array.from(sources, ({ name }) => context.branchOf(name));
  const incidence = branchEntries(context, branch, first, second);
  const bound = sources.map(({ behaviour }) => bind(behaviour, context));
  const entries = gradientEntries(bound, branch, context);
  return {
    element: 'behavioural-voltage',
    names: sources.map(({ name }) => name),
    entries: [incidence, ...entries],
    symmetric: false,
    conductingPaths: pairs(first, second),
    voltageBranches: branchTriples(branch, first, second),
    stampConstant: (g) => stampBranches(g, incidence),
    load(evaluation) {
      const { f, g } = evaluation;
      bound.forEach((behaviour, k) => {
        f[branch[k]] -= behaviour.evaluate(evaluation);
        stampGradient(g, entries[k], behaviour.gradient, -1);
      });
    },
    currents({ x }, out, offset) {
      for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
    },
  };
}

/** The value leaves the first node through the source. */
function currentGroup(sources: readonly BehaviouralSource[], context: BuildContext): ElementGroup {
  const first = Int32Array.from(sources, ({ nodes }) => context.unknownOfNode(nodes[0]));
  const second = Int32Array.from(sources, ({ nodes }) => context.unknownOfNode(nodes[1]));
  const bound = sources.map(({ behaviour }) => bind(behaviour, context));
  const fromFirst = gradientEntries(bound, first, context);
  const fromSecond = gradientEntries(bound, second, context);
  const scale = sources.map(({ multiplicity }) => multiplicity);
  const selfSensing = [...bound.keys()].filter((k) =>
    [...bound[k].plus, ...bound[k].minus].some(
      (node) => node !== context.size && (node === first[k] || node === second[k]),
    ),
  );
  return {
    element: 'behavioural-current',
    names: sources.map(({ name }) => name),
    entries: [...fromFirst, ...fromSecond],
    symmetric: false,
    conductingPaths: concatenate(...selfSensing.map((k) => Int32Array.of(first[k], second[k]))),
    load(evaluation) {
      const { f, g } = evaluation;
      bound.forEach((behaviour, k) => {
        const current = scale[k] * behaviour.evaluate(evaluation);
        f[first[k]] += current;
        f[second[k]] -= current;
        stampGradient(g, fromFirst[k], behaviour.gradient, scale[k]);
        stampGradient(g, fromSecond[k], behaviour.gradient, -scale[k]);
      });
    },
    currents(evaluation, out, offset) {
      bound.forEach((behaviour, k) => {
        out[offset + k] = scale[k] * behaviour.evaluate(evaluation);
      });
    },
  };
}

/** R = expression: i = v / R(x). */
export const behaviouralResistor: ElementType = {
  name: 'behavioural-resistor',
  claims: (device) => device.kind === 'r' && device.behaviour !== undefined,
  build(devices, context) {
    if (devices.length === 0) return [];
    const resistors = devices as readonly PassiveDevice[];
    const first = Int32Array.from(resistors, ({ nodes }) => context.unknownOfNode(nodes[0]));
    const second = Int32Array.from(resistors, ({ nodes }) => context.unknownOfNode(nodes[1]));
    const bound = resistors.map(({ behaviour }) => bind(behaviour!, context));
    const own = ownEntries(first, second, context);
    const fromFirst = gradientEntries(bound, first, context);
    const fromSecond = gradientEntries(bound, second, context);
    const conductanceOf = (k: number, evaluation: Evaluation) =>
      resistors[k].multiplicity / bound[k].evaluate(evaluation);
    const group: ElementGroup = {
      element: 'behavioural-resistor',
      names: resistors.map(({ name }) => name),
      entries: [own, ...fromFirst, ...fromSecond],
      symmetric: false,
      conductingPaths: pairs(first, second),
      load(evaluation) {
        const { x, f, g } = evaluation;
        bound.forEach(({ gradient }, k) => {
          const conductance = conductanceOf(k, evaluation);
          const current = conductance * (x[first[k]] - x[second[k]]);
          f[first[k]] += current;
          f[second[k]] -= current;
          g[own[4 * k]] += conductance;
          g[own[4 * k + 1]] -= conductance;
          g[own[4 * k + 2]] -= conductance;
          g[own[4 * k + 3]] += conductance;
          const byOhm = (-current * conductance) / resistors[k].multiplicity;
          stampGradient(g, fromFirst[k], gradient, byOhm);
          stampGradient(g, fromSecond[k], gradient, -byOhm);
        });
      },
      currents(evaluation, out, offset) {
        const { x } = evaluation;
        for (let k = 0; k < first.length; k++) {
          out[offset + k] = conductanceOf(k, evaluation) * (x[first[k]] - x[second[k]]);
        }
      },
    };
    return [group];
  },
};

function ownEntries(first: Int32Array, second: Int32Array, { entry }: BuildContext): Int32Array {
  const entries = new Int32Array(4 * first.length);
  for (let k = 0; k < first.length; k++) {
    entries[4 * k] = entry(first[k], first[k]);
    entries[4 * k + 1] = entry(first[k], second[k]);
    entries[4 * k + 2] = entry(second[k], first[k]);
    entries[4 * k + 3] = entry(second[k], second[k]);
  }
  return entries;
}
