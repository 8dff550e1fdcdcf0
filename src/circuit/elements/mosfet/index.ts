import type { ModelDevice } from '../../../netlist/index.js';
import type { ElementType } from '../../system/element.js';
import type { ChannelFactory } from './channel.js';
import { EKV_LEVEL } from './ekv.js';
import { mosfetGroup } from './group.js';
import { level1 } from './level-1.js';
import { level2 } from './level-2.js';
import { level3 } from './level-3.js';
import { mosfetParameters } from './parameters.js';

/** Channel models by the card's `level`. */
export const channelModels: ReadonlyMap<number, ChannelFactory> = new Map([
  [1, level1],
  [2, level2],
  [3, level3],
]);

/** MOS transistors of levels 1, 2, 3 (Meyer capacitances) and 44 (EKV charges), with bulk diodes. */
export const mosfet: ElementType = {
  name: 'mosfet',
  claims(device, circuit) {
    if (device.kind !== 'm') return false;
    const card = circuit.models.get(device.model);
    if (card?.type !== 'nmos' && card?.type !== 'pmos') return false;
    const level = card.parameters.level ?? 1;
    return channelModels.has(level) || level === EKV_LEVEL;
  },
  declare(devices, { circuit, internalNode }) {
    const settings = { temperature: 300, nominalTemperature: 300, transientStep: 0 };
    for (const device of devices as readonly ModelDevice[]) {
      const card = circuit.models.get(device.model)!;
      const { drainConductance, sourceConductance } = mosfetParameters(card, device, {
        ...settings,
        transientStop: 0,
        options: circuit.options,
      });
      if (drainConductance > 0) internalNode(`${device.name}#drain`);
      if (sourceConductance > 0) internalNode(`${device.name}#source`);
    }
  },
  build(devices, context) {
    if (devices.length === 0) return [];
    return [mosfetGroup(devices as readonly ModelDevice[], channelModels, context)];
  },
};
