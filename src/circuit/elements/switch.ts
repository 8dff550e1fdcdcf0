import type { ModelDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { conductanceEntries, pairs } from './two-terminal.js';

/** One switch: on above `high`, off below `low`, in between as it was. SI. */
interface SwitchParameters {
  readonly low: number;
  readonly high: number;
  readonly onConductance: number;
  readonly offConductance: number;
}

/**
 * S and W: a resistance that a voltage or current switches, with hysteresis. `vt` and `vh` (or `it`
 * and `ih`) give the thresholds vt +- vh; `von` and `voff` (`ion`, `ioff`) give them directly.
 */
export const controlledSwitch: ElementType = {
  name: 'switch',
  claims: (device) => device.kind === 's' || device.kind === 'w',
  build(devices, context) {
    if (devices.length === 0) return [];
    return [switchGroup(devices as readonly ModelDevice[], context)];
  },
};

function switchParameters(
  { model, kind, multiplicity }: ModelDevice,
  { circuit }: BuildContext,
): SwitchParameters {
  const card = circuit.models.get(model)?.parameters ?? {};
  const of = (voltage: string, current: string) => (kind === 's' ? card[voltage] : card[current]);
  const on = of('von', 'ion');
  const off = of('voff', 'ioff');
  const middle = of('vt', 'it') ?? 0;
  const half = Math.abs(of('vh', 'ih') ?? 0);
  const [low, high] =
    on !== undefined && off !== undefined
      ? [Math.min(on, off), Math.max(on, off)]
      : [middle - half, middle + half];
  return {
    low,
    high,
    onConductance: multiplicity / (card.ron ?? 1),
    offConductance: multiplicity / (card.roff ?? 1e12),
  };
}

function switchGroup(devices: readonly ModelDevice[], context: BuildContext): ElementGroup {
  const { unknownOfNode, branchOf, size } = context;
  const count = devices.length;
  const first = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0]));
  const second = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1]));
  const plus = Int32Array.from(devices, ({ kind, nodes, control }) =>
    kind === 's' ? unknownOfNode(nodes[2]) : branchOf(control ?? ''),
  );
  const minus = Int32Array.from(devices, ({ kind, nodes }) =>
    kind === 's' ? unknownOfNode(nodes[3]) : size,
  );
  const entries = conductanceEntries(context, first, second);
  const models = devices.map((device) => switchParameters(device, context));
  const initial = Uint8Array.from(devices, ({ parameters }) => (parameters.on ? 1 : 0));
  const accepted = initial.slice(); // state at the last accepted point
  const present = initial.slice();

  const conductance = (k: number) =>
    present[k] ? models[k].onConductance : models[k].offConductance;

  return {
    element: 'switch',
    names: devices.map(({ name }) => name),
    entries: [entries],
    symmetric: false,
    conductingPaths: pairs(first, second),
    reset() {
      accepted.set(initial);
      present.set(initial);
    },
    load({ x, f, g }) {
      for (let k = 0; k < count; k++) {
        const control = x[plus[k]] - x[minus[k]];
        const { low, high } = models[k];
        present[k] = control > high ? 1 : control < low ? 0 : accepted[k];
        const siemens = conductance(k);
        const current = siemens * (x[first[k]] - x[second[k]]);
        f[first[k]] += current;
        f[second[k]] -= current;
        g[entries[4 * k]] += siemens;
        g[entries[4 * k + 1]] -= siemens;
        g[entries[4 * k + 2]] -= siemens;
        g[entries[4 * k + 3]] += siemens;
      }
    },
    changedState: () => present.some((state, k) => state !== accepted[k]),
    accept: () => accepted.set(present),
    currents({ x }, out, offset) {
      for (let k = 0; k < count; k++) {
        out[offset + k] = conductance(k) * (x[first[k]] - x[second[k]]);
      }
    },
  };
}
