import { numericalFailure, type SpinbarError } from '../errors/index.js';
import type { DriveSegment, Macrospin } from './macrospin.js';

/** Largest degree of the spherical harmonics; beyond, a solve takes many minutes. */
export const LARGEST_DEGREE = 550;

/** Throws `SpinbarError` for what the equation on spherical harmonics cannot express. */
export function refuseUnsolvable(spin: Macrospin, drive: readonly DriveSegment[]): void {
  if (!(spin.thermalField > 0))
    throw numericalFailure({
      code: 'magnetics.no-temperature',
      what: 'the Fokker-Planck equation needs a temperature above 0 K',
      mend: 'raise the temperature, or ask for a trajectory',
    });
  if (drive.some(({ angularTransfer }) => angularTransfer !== undefined))
    throw numericalFailure({
      code: 'magnetics.angular-transfer',
      what: 'the Fokker-Planck solver does not follow the angular asymmetry of spin transfer',
      why: '1/(1 + lambda m.p) couples every pair of spherical harmonics',
      mend: 'use Monte Carlo (--method mc), or set mtj.spinTransferAsymmetry to 0',
    });
}

/** `sharpness`: the largest difference of principal values over twice the thermal field. */
export const tooSharp = (sharpness: number): SpinbarError =>
  numericalFailure({
    code: 'magnetics.density-too-sharp',
    what: `the density needs spherical harmonics beyond degree ${LARGEST_DEGREE}`,
    why: `its sharpest curvature is ${sharpness.toPrecision(3)} kT`,
    mend: 'loosen the tolerance, raise the temperature, or use Monte Carlo',
  });
