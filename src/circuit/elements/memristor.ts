import { invalidInput } from '../../errors/index.js';
import { locate, type Circuit, type CircuitDevice, type ModelDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { thermalNoise } from './semiconductor.js';
import { conductanceEntries, pairs } from './two-terminal.js';

/**
 * Resistive memory cell in a fixed state, `.model NAME memristor`:
 * - `ron`, `roff` (ohm, default 1k and 100k) and the instance's `state` in 0 (off) .. 1 (on), or an
 *   integer `level` in 0 .. `levels` - 1, set the conductance linearly between 1/roff and 1/ron;
 *   or the instance's `g` (S) or `r` (ohm) gives it directly.
 * - `v0` (V): the current is G v0 sinh(v / v0), as filamentary and tunnelling cells bend; without
 *   it the cell is linear. G is the conductance at zero bias.
 */
export const memristor: ElementType = {
  name: 'memristor',
  claims: (device, circuit) => modelOf(device, circuit)?.type === 'memristor',
  build(devices, context) {
    if (devices.length === 0) return [];
    return [memristorGroup(devices as readonly ModelDevice[], context)];
  },
};

const modelOf = (device: CircuitDevice, circuit: Circuit) =>
  'model' in device && device.model !== undefined ? circuit.models.get(device.model) : undefined;

/** Zero-bias conductance, S. */
function cellConductance(device: ModelDevice, circuit: Circuit): number {
  const card = modelOf(device, circuit)?.parameters ?? {};
  const own = device.parameters;
  const given =
    own.g ?? (own.r !== undefined ? 1 / own.r : undefined) ?? positive(own.value, (r) => 1 / r);
  if (given !== undefined) return given * device.multiplicity;
  const levels = card.levels ?? 2;
  const state = own.level !== undefined ? own.level / (levels - 1) : (own.state ?? card.state ?? 0);
  if (!(state >= 0 && state <= 1)) {
    throw invalidInput({
      code: 'circuit.memristor-state',
      what: `${device.name} is set to state ${state}, outside 0 (off) .. 1 (on)`,
      where: locate(circuit.sources, device.place),
      mend: 'give state= between 0 and 1, or level= between 0 and levels - 1 of the model',
    });
  }
  const off = 1 / (card.roff ?? 1e5);
  const on = 1 / (card.ron ?? 1e3);
  return (off + state * (on - off)) * device.multiplicity;
}

const positive = <T>(value: number | undefined, map: (value: number) => T): T | undefined =>
  value !== undefined && value > 0 ? map(value) : undefined;

function memristorGroup(devices: readonly ModelDevice[], context: BuildContext): ElementGroup {
  const { circuit, unknownOfNode } = context;
  const count = devices.length;
  const first = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[0]));
  const second = Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[1]));
  const conductance = Float64Array.from(devices, (device) => cellConductance(device, circuit));
  const bend = Float64Array.from(devices, (device) => {
    const card = modelOf(device, circuit)?.parameters ?? {};
    return device.parameters.v0 ?? card.v0 ?? Infinity;
  });
  const entries = conductanceEntries(context, first, second);
  const last = new Float64Array(count);
  const linear = bend.every((v0) => v0 === Infinity);

  const stamp = (values: Float64Array, k: number, siemens: number) => {
    values[entries[4 * k]] += siemens;
    values[entries[4 * k + 1]] -= siemens;
    values[entries[4 * k + 2]] -= siemens;
    values[entries[4 * k + 3]] += siemens;
  };
  const currentAt = (k: number, v: number) =>
    bend[k] === Infinity ? conductance[k] * v : conductance[k] * bend[k] * Math.sinh(v / bend[k]);

  return {
    element: 'memristor',
    names: devices.map(({ name }) => name),
    entries: [entries],
    symmetric: true,
    conductingPaths: pairs(first, second),
    ...(linear
      ? {
          stampConstant: (g: Float64Array) => {
            for (let k = 0; k < count; k++) stamp(g, k, conductance[k]);
          },
        }
      : {
          reset: () => last.fill(0),
          load(evaluation) {
            const { x, f, g } = evaluation;
            for (let k = 0; k < count; k++) {
              const across = x[first[k]] - x[second[k]];
              // No iteration may climb the exponential by more than e^2.
              const reach = Math.max(3 * bend[k], Math.abs(last[k]) + 2 * bend[k]);
              const v = Math.max(-reach, Math.min(reach, across));
              if (v !== across) evaluation.limited = true;
              last[k] = v;
              const slope =
                bend[k] === Infinity ? conductance[k] : conductance[k] * Math.cosh(v / bend[k]);
              const current = currentAt(k, v) + slope * (across - v);
              f[first[k]] += current;
              f[second[k]] -= current;
              stamp(g, k, slope);
            }
          },
        }),
    currents({ x }, out, offset) {
      for (let k = 0; k < count; k++) out[offset + k] = currentAt(k, x[first[k]] - x[second[k]]);
    },
    noise: () =>
      devices.map(({ name }, k) => ({
        device: name,
        from: first[k],
        to: second[k],
        white: thermalNoise(context.settings.temperature, conductance[k]),
      })),
    setValue(index, value, parameter) {
      if (parameter !== undefined && parameter !== 'g' && parameter !== 'r') return undefined;
      conductance[index] = parameter === 'g' ? value : 1 / value;
      return 'matrix';
    },
    value: (index, parameter) => (parameter === 'g' ? conductance[index] : 1 / conductance[index]),
  };
}
