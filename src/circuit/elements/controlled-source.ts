import type {
  CircuitDevice,
  CurrentControlledSource,
  VoltageControlledSource,
} from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { branchEntries, branchTriples, pairs, stampBranches } from './two-terminal.js';

type Controlled = VoltageControlledSource | CurrentControlledSource;

const isKind =
  (kind: 'e' | 'f' | 'g' | 'h') =>
  (device: CircuitDevice): boolean =>
    device.kind === kind;

const isVoltageControlled = (device: Controlled): device is VoltageControlledSource =>
  device.kind === 'e' || device.kind === 'g';

/** Unknowns whose difference controls; a controlling current has ground as second. */
function controls(devices: readonly Controlled[], context: BuildContext) {
  const plus = new Int32Array(devices.length);
  const minus = new Int32Array(devices.length);
  devices.forEach((device, k) => {
    if (isVoltageControlled(device)) {
      plus[k] = context.unknownOfNode(device.nodes[2]);
      minus[k] = context.unknownOfNode(device.nodes[3]);
    } else {
      plus[k] = context.branchOf(device.control);
      minus[k] = context.size;
    }
  });
  return { plus, minus };
}

const terminal = (devices: readonly CircuitDevice[], which: 0 | 1, context: BuildContext) =>
  Int32Array.from(devices, ({ nodes }) => context.unknownOfNode(nodes[which]));

/** E (V/V) and H (V/A): v(a) - v(b) - gain (control) = 0. */
const voltageOutput = (name: string, kind: 'e' | 'h'): ElementType => ({
  name,
  claims: isKind(kind),
  declare(devices, { branch }) {
    for (const device of devices) branch(device.name);
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    const sources = devices as readonly Controlled[];
    const first = terminal(devices, 0, context);
    const second = terminal(devices, 1, context);
    const branch = Int32Array.from(devices, (device) => context.branchOf(device.name));
    const { plus, minus } = controls(sources, context);
    const gain = Float64Array.from(sources, (source) => source.gain);
    const incidence = branchEntries(context, branch, first, second);
    const toPlus = branch.map((row, k) => context.entry(row, plus[k]));
    const toMinus = branch.map((row, k) => context.entry(row, minus[k]));
    const group: ElementGroup = {
      element: name,
      names: devices.map((device) => device.name),
      entries: [incidence, toPlus, toMinus],
      symmetric: false,
      conductingPaths: pairs(first, second),
      // A source that senses its own output is no tie: leave it to the numbers.
      voltageBranches: branchTriples(branch, first, second),
      stampConstant(g) {
        stampBranches(g, incidence);
        for (let k = 0; k < branch.length; k++) {
          g[toPlus[k]] -= gain[k];
          g[toMinus[k]] += gain[k];
        }
      },
      currents({ x }, out, offset) {
        for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
      },
      setValue(index, value) {
        gain[index] = value;
        return 'matrix';
      },
      value: (index) => gain[index],
    };
    return [group];
  },
});

/** G (A/V) and F (A/A): current gain (control) leaves the first node through the source. */
const currentOutput = (name: string, kind: 'g' | 'f'): ElementType => ({
  name,
  claims: isKind(kind),
  build(devices, context) {
    if (devices.length === 0) return [];
    const sources = devices as readonly Controlled[];
    const first = terminal(devices, 0, context);
    const second = terminal(devices, 1, context);
    const { plus, minus } = controls(sources, context);
    const gain = Float64Array.from(sources, (s) => s.gain * s.multiplicity);
    const entries = new Int32Array(4 * devices.length);
    for (let k = 0; k < devices.length; k++) {
      entries[4 * k] = context.entry(first[k], plus[k]);
      entries[4 * k + 1] = context.entry(first[k], minus[k]);
      entries[4 * k + 2] = context.entry(second[k], plus[k]);
      entries[4 * k + 3] = context.entry(second[k], minus[k]);
    }
    const selfSensing = [...first.keys()].filter((k) =>
      [plus[k], minus[k]].some((n) => n === first[k] || n === second[k]),
    );
    const group: ElementGroup = {
      element: name,
      names: devices.map((device) => device.name),
      entries: [entries],
      symmetric: false,
      conductingPaths: pairs(
        Int32Array.from(selfSensing, (k) => first[k]),
        Int32Array.from(selfSensing, (k) => second[k]),
      ),
      stampConstant(g) {
        for (let k = 0; k < gain.length; k++) {
          g[entries[4 * k]] += gain[k];
          g[entries[4 * k + 1]] -= gain[k];
          g[entries[4 * k + 2]] -= gain[k];
          g[entries[4 * k + 3]] += gain[k];
        }
      },
      currents({ x }, out, offset) {
        for (let k = 0; k < gain.length; k++)
          out[offset + k] = gain[k] * (x[plus[k]] - x[minus[k]]);
      },
      setValue(index, value) {
        gain[index] = value * sources[index].multiplicity;
        return 'matrix';
      },
      value: (index) => gain[index] / sources[index].multiplicity,
    };
    return [group];
  },
});

export const controlledSources: readonly ElementType[] = [
  voltageOutput('voltage-controlled-voltage-source', 'e'),
  currentOutput('voltage-controlled-current-source', 'g'),
  voltageOutput('current-controlled-voltage-source', 'h'),
  currentOutput('current-controlled-current-source', 'f'),
];
