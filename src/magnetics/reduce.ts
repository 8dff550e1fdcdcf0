import { add } from '../numerics/vector3.js';
import { BOLTZMANN, GYROMAGNETIC_RATIO } from '../units/index.js';
import { anisotropyTensor, freeLayerVolume } from './anisotropy.js';
import type { Mtj } from './device.js';
import type { Macrospin } from './macrospin.js';

/** The macrospin of a device at its own temperature. */
export function macrospinOf(mtj: Mtj): Macrospin {
  const moment = mtj.saturationMagnetisation * freeLayerVolume(mtj);
  return {
    gyromagneticRatio: GYROMAGNETIC_RATIO,
    damping: mtj.alpha,
    anisotropy: anisotropyTensor(mtj),
    field: add(mtj.externalField, mtj.exchangeField),
    thermalField: (BOLTZMANN * mtj.temperature) / moment,
  };
}
