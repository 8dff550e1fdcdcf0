import type { Circuit, PassiveDevice } from '../../netlist/index.js';
import type {
  BuildContext,
  ElementGroup,
  ElementSettings,
  ElementType,
} from '../system/element.js';
import { temperatureFactor, temperatureRise } from './resistance.js';
import { conductanceEntries, stampConductances } from './two-terminal.js';

/** Linear capacitors: q = C (v(a) - v(b)). */
export const capacitor: ElementType = {
  name: 'capacitor',
  claims: (device) => device.kind === 'c' && device.behaviour === undefined,
  build(devices, context) {
    const { circuit, settings, unknownOfNode } = context;
    const { capacitors } = circuit;
    const passives = devices as readonly PassiveDevice[];
    const names = [...capacitors.names, ...passives.map(({ name }) => name)];
    if (names.length === 0) return [];
    const nodeOf = (k: number, end: 0 | 1) =>
      k < capacitors.count
        ? capacitors.nodes[2 * k + end]
        : passives[k - capacitors.count].nodes[end];
    const first = Int32Array.from(names, (_, k) => unknownOfNode(nodeOf(k, 0)));
    const second = Int32Array.from(names, (_, k) => unknownOfNode(nodeOf(k, 1)));
    const farad = Float64Array.from(names, (_, k) =>
      k < capacitors.count
        ? capacitors.values[k]
        : capacitanceOf(passives[k - capacitors.count], circuit, settings),
    );
    const start = names.map((_, k) => passives[k - capacitors.count]?.parameters.ic);
    return [capacitorGroup(names, first, second, farad, start, context)];
  },
};

function capacitorGroup(
  names: readonly string[],
  first: Int32Array,
  second: Int32Array,
  farad: Float64Array,
  start: readonly (number | undefined)[],
  context: BuildContext,
): ElementGroup {
  const entries = conductanceEntries(context, first, second);
  return {
    element: 'capacitor',
    names,
    entries: [entries],
    symmetric: true,
    stampConstant: (_, c) => stampConductances(c, entries, farad),
    currents({ rate }, out, offset) {
      for (let k = 0; k < first.length; k++) {
        out[offset + k] = farad[k] * (rate[first[k]] - rate[second[k]]);
      }
    },
    initialCharge({ x, q }) {
      start.forEach((voltage, k) => {
        if (voltage === undefined) return;
        const correction = farad[k] * (voltage - (x[first[k]] - x[second[k]]));
        q[first[k]] += correction;
        q[second[k]] -= correction;
      });
    },
    setValue(index, value) {
      farad[index] = value;
      return 'matrix';
    },
    value: (index) => farad[index],
  };
}

/**
 * Capacitance (F) at the device's temperature: its value, or the model's
 * `cj (l - narrow)(w - narrow) + 2 cjsw (l + w - 2 narrow)`, or the model's `cap`; times the
 * multiplicity.
 */
export function capacitanceOf(
  device: PassiveDevice,
  circuit: Circuit,
  settings: ElementSettings,
): number {
  const model = device.model === undefined ? undefined : circuit.models.get(device.model);
  const { parameters } = device;
  const card = model?.parameters ?? {};
  const narrow = card.narrow ?? 0;
  const length = (parameters.l ?? card.l ?? card.defl ?? 0) - (card.short ?? narrow);
  const width = (parameters.w ?? card.w ?? card.defw ?? 1e-5) - narrow;
  const geometric =
    card.cj !== undefined || card.cjsw !== undefined
      ? (card.cj ?? 0) * length * width + 2 * (card.cjsw ?? 0) * (length + width)
      : undefined;
  const relative = model?.type === 'c' || model?.type === 'cap' ? (card.c ?? card.cap) : undefined;
  const nominal = device.value ?? geometric ?? relative ?? 0;
  const factor = temperatureFactor(parameters, model, temperatureRise(parameters, model, settings));
  return nominal * factor * (parameters.scale ?? 1) * device.multiplicity;
}
