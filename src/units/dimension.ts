/** Exponents of (metre, kilogram, second, ampere, kelvin). */
export type Dimension = readonly [number, number, number, number, number];

const dimension = (m: number, kg: number, s: number, a: number, k = 0): Dimension => [
  m,
  kg,
  s,
  a,
  k,
];

/** The quantities that Spinbar's files speak of, by name. */
export const DIMENSIONS = {
  none: dimension(0, 0, 0, 0),
  length: dimension(1, 0, 0, 0),
  area: dimension(2, 0, 0, 0),
  volume: dimension(3, 0, 0, 0),
  time: dimension(0, 0, 1, 0),
  frequency: dimension(0, 0, -1, 0),
  current: dimension(0, 0, 0, 1),
  currentDensity: dimension(-2, 0, 0, 1),
  voltage: dimension(2, 1, -3, -1),
  resistance: dimension(2, 1, -3, -2),
  conductance: dimension(-2, -1, 3, 2),
  resistivity: dimension(3, 1, -3, -2),
  resistanceArea: dimension(4, 1, -3, -2),
  capacitance: dimension(-2, -1, 4, 2),
  inductance: dimension(2, 1, -2, -2),
  magnetisation: dimension(-1, 0, 0, 1),
  fluxDensity: dimension(0, 1, -2, -1),
  energy: dimension(2, 1, -2, 0),
  power: dimension(2, 1, -3, 0),
  energyPerArea: dimension(0, 1, -2, 0),
  energyPerVolume: dimension(-1, 1, -2, 0),
  /** Voltage-controlled magnetic anisotropy, J/(V m). */
  energyPerVoltMetre: dimension(-1, 0, 1, 1),
  temperature: dimension(0, 0, 0, 0, 1),
  perTemperature: dimension(0, 0, 0, 0, -1),
  charge: dimension(0, 0, 1, 1),
} as const;

export type DimensionName = keyof typeof DIMENSIONS;

export const multiply = (a: Dimension, b: Dimension, power = 1): Dimension =>
  dimension(
    a[0] + power * b[0],
    a[1] + power * b[1],
    a[2] + power * b[2],
    a[3] + power * b[3],
    a[4] + power * b[4],
  );

export const sameDimension = (a: Dimension, b: Dimension): boolean =>
  a.every((exponent, i) => exponent === b[i]);

/** The name of a dimension for messages, or its exponents where it has none. */
export function nameOfDimension(wanted: Dimension): string {
  const found = Object.entries(DIMENSIONS).find(([, candidate]) =>
    sameDimension(candidate, wanted),
  );
  if (found) return found[0] === 'none' ? 'plain number' : spaced(found[0]);
  const bases = ['m', 'kg', 's', 'A', 'K'];
  return wanted
    .map((power, i) => (power === 0 ? '' : `${bases[i]}^${power}`))
    .filter(Boolean)
    .join(' ');
}

const spaced = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
