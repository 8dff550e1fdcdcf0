import type { Mtj } from './device.js';

/**
 * Change of the z-z anisotropy (T) under a barrier voltage: the electric field V/t_ox lowers the interface
 * energy by xi V/t_ox (Maruyama et al., Nat. Nanotechnol. 4, 158, 2009), so dA_zz = -2 xi V/(t_ox Ms t).
 */
export const voltageAnisotropy = (mtj: Mtj, voltage: number): number =>
  (-2 * mtj.vcma * voltage) / (mtj.barrierThickness * mtj.saturationMagnetisation * mtj.thickness);
