import {
  compileBehaviour,
  type Behaviour,
  type BehaviourInput,
  type BehaviouralSource,
  type PassiveDevice,
} from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType, Evaluation } from '../system/element.js';
import { branchEntries, branchTriples, concatenate, pairs, stampBranches } from './two-terminal.js';

/** A behaviour bound to unknowns: its value and its partial derivatives at the present x. */
interface BoundBehaviour {
  /** Unknowns that inputs depend on: value = x[plus] - x[minus]; -1 where the input is none. */
  readonly plus: Int32Array;
  readonly minus: Int32Array;
  readonly gradient: Float64Array;
  readonly evaluate: (evaluation: Evaluation) => number;
}

function bind(behaviour: Behaviour, context: BuildContext): BoundBehaviour {
  const { unknownOfNode, branchOf, size, settings } = context;
  const compiled = compileBehaviour(behaviour);
  const { inputs } = compiled;
  const plus = new Int32Array(inputs.length).fill(-1);
  const minus = new Int32Array(inputs.length).fill(size);
  inputs.forEach((input, k) => {
    if (input.kind === 'voltage') {
      plus[k] = unknownOfNode(input.positive);
      minus[k] = unknownOfNode(input.negative);
    } else if (input.kind === 'current') plus[k] = branchOf(input.device);
  });
  const values = new Float64Array(inputs.length);
  const gradient = new Float64Array(inputs.length);
  let finite = 0;
  const fixed = (input: BehaviourInput, { time, waveforms }: Evaluation): number => {
    if (input.kind === 'time') return waveforms ? time : 0;
    if (input.kind === 'temperature') return settings.temperature - 273.15;
    return 0;
  };
  return {
    plus,
    minus,
    gradient,
    evaluate(evaluation) {
      const { x } = evaluation;
      for (let k = 0; k < values.length; k++) {
        values[k] = plus[k] >= 0 ? x[plus[k]] - x[minus[k]] : fixed(inputs[k], evaluation);
      }
      const value = compiled.evaluateWithGradient(values, gradient);
      if (Number.isFinite(value) && gradient.every(Number.isFinite)) {
        finite = value;
        return value;
      }
      // log(0), 0/0 ...: an iterate, not an answer. Hold the last value until x has moved on.
      evaluation.limited = true;
      gradient.fill(0);
      return finite;
    },
  };
}

/** Handles of (row, plus) and (row, minus) for every input of every behaviour of a list. */
function gradientEntries(
  bound: readonly BoundBehaviour[],
  rows: Int32Array,
  { entry, size }: BuildContext,
): Int32Array[] {
  return bound.map(({ plus, minus }, k) => {
    const entries = new Int32Array(2 * plus.length);
    for (let i = 0; i < plus.length; i++) {
      const column = plus[i] >= 0 ? plus[i] : size;
      entries[2 * i] = entry(rows[k], column);
      entries[2 * i + 1] = entry(rows[k], minus[i]);
    }
    return entries;
  });
}

function stampGradient(
  values: Float64Array,
  entries: Int32Array,
  gradient: Float64Array,
  factor: number,
): void {
  for (let i = 0; i < gradient.length; i++) {
    values[entries[2 * i]] += factor * gradient[i];
    values[entries[2 * i + 1]] -= factor * gradient[i];
  }
}

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
