import type { CircuitDevice, Circuit, ModelDevice } from '../../../netlist/index.js';
import type { ElementType } from '../../system/element.js';
import { mtjGroup } from './group.js';
import { junctionOf } from './junction.js';

/**
 * Magnetic tunnel junction, `.model NAME mtj file="device.yaml"` with a device file of `devices/`:
 * - `Y... top bottom NAME`: a junction, switched by spin transfer and voltage;
 * - `Y... top in out NAME`: a junction on a heavy-metal strip from `in` to `out`, whose current exerts
 *   spin-orbit torque. The junction sits on the middle of the strip.
 *
 * The free layer follows the Landau-Lifshitz-Gilbert equation through a transient; in every other analysis
 * it stands where it begins: `state=0` parallel (the default) or `state=1` antiparallel to the reference, or
 * along `mx my mz`. `thermal=1` (card) puts the thermal field on, drawn from `seed` (card or device; default 1)
 * and the device's name; `oersted=1` (card) counts the strip's Oersted field.
 */
export const magneticTunnelJunction: ElementType = {
  name: 'mtj',
  claims: (device, circuit) => isJunction(device, circuit),
  declare(devices, { internalNode }) {
    for (const { name, nodes } of devices) if (nodes.length === 3) internalNode(`${name}#strip`);
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    const junctions = (devices as readonly ModelDevice[]).map((device) =>
      junctionOf(device, context.circuit),
    );
    return [mtjGroup(junctions, context)];
  },
};

const isJunction = (device: CircuitDevice, circuit: Circuit): boolean =>
  'model' in device &&
  device.model !== undefined &&
  circuit.models.get(device.model)?.type === 'mtj';
