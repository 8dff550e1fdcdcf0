import { addMatrices, axisTensor, type Matrix3, type Vector3 } from '../numerics/vector3.js';
import { VACUUM_PERMEABILITY } from '../units/index.js';
import { demagnetisingFactors } from './demagnetisation.js';
import type { Mtj } from './device.js';

const Z: Vector3 = [0, 0, 1];

/** Volume of the free layer (m^3). */
export function freeLayerVolume({ shape, length, width, thickness }: Mtj): number {
  const fill = { 'elliptic-cylinder': Math.PI / 4, ellipsoid: Math.PI / 6, cuboid: 1 }[shape];
  return fill * length * width * thickness;
}

/** Junction area (m^2). */
export const junctionArea = ({ shape, length, width }: Mtj): number =>
  (shape === 'cuboid' ? 1 : Math.PI / 4) * length * width;

/** The factors of the device file, or those of its shape. */
export const demagnetisationOf = (mtj: Mtj): Vector3 =>
  mtj.demagnetisation ?? demagnetisingFactors(mtj.shape, [mtj.length, mtj.width, mtj.thickness]);

/** Perpendicular anisotropy energy density without demagnetisation (J/m^3): Ki/t + K_bulk. */
export const perpendicularAnisotropy = (mtj: Mtj): number =>
  mtj.interfaceAnisotropy / mtj.thickness + mtj.bulkAnisotropy;

/**
 * The anisotropy tensor A (T) of B_A = A m: -mu0 Ms N + (2/Ms)(Ki/t + K_bulk) z z^T + (2/Ms) K_ip e e^T,
 * the gradient of the energy density -(Ms/2) m.A m.
 */
export function anisotropyTensor(mtj: Mtj): Matrix3 {
  const { saturationMagnetisation: ms, inPlaneAxis } = mtj;
  const [nx, ny, nz] = demagnetisationOf(mtj);
  const shape = -VACUUM_PERMEABILITY * ms;
  const inPlane: Vector3 = [Math.cos(inPlaneAxis), Math.sin(inPlaneAxis), 0];
  const demagnetising: Matrix3 = [shape * nx, 0, 0, 0, shape * ny, 0, 0, 0, shape * nz];
  const perpendicular = axisTensor((2 / ms) * perpendicularAnisotropy(mtj), Z);
  if (mtj.inPlaneAnisotropy === 0) return addMatrices(demagnetising, perpendicular);
  return addMatrices(
    addMatrices(demagnetising, perpendicular),
    axisTensor((2 / ms) * mtj.inPlaneAnisotropy, inPlane),
  );
}
