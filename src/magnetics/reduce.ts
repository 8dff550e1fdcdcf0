import { add } from '../numerics/vector3.js';
import { BOLTZMANN, GYROMAGNETIC_RATIO } from '../units/index.js';
import { anisotropyTensor, freeLayerVolume } from './anisotropy.js';
import type { Mtj } from './device.js';
import type { Macrospin } from './macrospin.js';
import { atTemperature } from './temperature.js';

/** The macrospin of a device at its own temperature, its temperature laws applied. */
export function macrospinOf(device: Mtj): Macrospin {
  const mtj = atTemperature(device);
  const moment = mtj.saturationMagnetisation * freeLayerVolume(mtj);
  return {
    gyromagneticRatio: GYROMAGNETIC_RATIO,
    damping: mtj.alpha,
    anisotropy: anisotropyTensor(mtj),
    field: add(mtj.externalField, mtj.exchangeField),
    thermalField: (BOLTZMANN * mtj.temperature) / moment,
  };
}
