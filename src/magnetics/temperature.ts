import type { Mtj } from './device.js';

/**
 * How the material changes with the bath. The values of the device file hold at `reference`:
 *
 *   Ms(T) = Ms (1 - (T/Tc)^b)/(1 - (Tr/Tc)^b), b = magnetisationExponent (Bloch, Z. Phys. 61, 206, 1930: 3/2)
 *   K(T)  = K (Ms(T)/Ms)^q, q = anisotropyExponent (Callen and Callen, J. Phys. Chem. Solids 27, 1271, 1966)
 *   P(T)  = P0 (1 - loss (T/Tr)^(3/2)) (Shang et al., Phys. Rev. B 58, R2917, 1998)
 */
export interface TemperatureLaws {
  /** Temperature at which the device's values hold (K). */
  readonly reference: number;
  /** Curie temperature (K). */
  readonly curie: number;
  readonly magnetisationExponent: number;
  readonly anisotropyExponent: number;
  /** Part of the tunnel polarisation that is lost between 0 K and the reference. */
  readonly polarisationLoss: number;
}

/**
 * The device with the values it has at a temperature (K; its own by default), its laws used up. Without laws
 * only `temperature` changes.
 */
export function atTemperature(mtj: Mtj, temperature: number = mtj.temperature): Mtj {
  const { temperatureLaws: laws } = mtj;
  if (!laws) return temperature === mtj.temperature ? mtj : { ...mtj, temperature };
  const magnetisation = magnetisationRatio(laws, temperature);
  const anisotropy = magnetisation ** laws.anisotropyExponent;
  return {
    ...mtj,
    temperature,
    temperatureLaws: undefined,
    saturationMagnetisation: mtj.saturationMagnetisation * magnetisation,
    interfaceAnisotropy: mtj.interfaceAnisotropy * anisotropy,
    bulkAnisotropy: mtj.bulkAnisotropy * anisotropy,
    inPlaneAnisotropy: mtj.inPlaneAnisotropy * anisotropy,
    tunnelPolarisation: mtj.tunnelPolarisation * polarisationRatio(laws, temperature),
    ...(mtj.tunnelMagnetoresistance === undefined
      ? {}
      : { tunnelMagnetoresistance: scaledTmr(mtj.tunnelMagnetoresistance, laws, temperature) }),
  };
}

/** Ms(T)/Ms(reference); never below 1e-3, so that a device above its Curie point stays a number. */
function magnetisationRatio(
  { curie, reference, magnetisationExponent: b }: TemperatureLaws,
  temperature: number,
): number {
  const at = (kelvin: number): number => 1 - (kelvin / curie) ** b;
  return Math.max(1e-3, at(temperature) / at(reference));
}

function polarisationRatio(
  { reference, polarisationLoss }: TemperatureLaws,
  temperature: number,
): number {
  const at = (kelvin: number): number => 1 - polarisationLoss * (kelvin / reference) ** 1.5;
  return Math.max(0, at(temperature) / at(reference));
}

/** TMR = 2 P^2/(1 - P^2) (Julliere, Phys. Lett. A 54, 225, 1975), with P of the other temperature. */
function scaledTmr(tmr: number, laws: TemperatureLaws, temperature: number): number {
  const square = (tmr / (2 + tmr)) * polarisationRatio(laws, temperature) ** 2;
  return (2 * square) / (1 - square);
}
