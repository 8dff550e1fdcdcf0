import { existsSync } from 'node:fs';
import type { Macrospin } from '../../src/magnetics/index.js';
import { axisTensor, unit, type Vector3 } from '../../src/numerics/vector3.js';

export const GAMMA = 1.76085963e11;

/** A uniaxial macrospin of anisotropy field `bk` (T) and barrier `delta` (infinite: no temperature). */
export const uniaxial = (
  alpha: number,
  bk: number,
  delta: number,
  { axis = [0, 0, 1], field = [0, 0, 0] }: { axis?: Vector3; field?: Vector3 } = {},
): Macrospin => ({
  gyromagneticRatio: GAMMA,
  damping: alpha,
  anisotropy: axisTensor(bk, unit(axis)),
  field,
  thermalField: bk / (2 * delta),
});

/** kB T/(Ms V) (T) of device W: Ms 1e6 A/m, 1 nm, D 40 nm, 300 K. */
export const THERMAL_W = (1.380649e-23 * 300) / (1e6 * 1.256637e-24);

/** Folder of the shared reference data, or undefined with a printed reason. */
export function sharedData(folder: string): string | undefined {
  const path = `../shared/data/${folder}`;
  if (existsSync(path)) return path;
  console.log(`skipped: ${path} is absent`);
  return undefined;
}

/** Upper-tail quantile of chi-square by Wilson and Hilferty (1931), for `z` standard deviations. */
export const chiSquareLimit = (degrees: number, z: number): number =>
  degrees * (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3;
