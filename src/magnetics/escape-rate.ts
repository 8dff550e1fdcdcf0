import { axialEigenvalue } from './axial-eigenvalue.js';
import { slowestRate } from './sphere-eigenvalue.js';
import type { WellFigures } from './well.js';

/** A rate (1/s) of thermal reversal with the formula it comes from and where that holds. */
export interface EscapeRate {
  /** Relaxation rate lambda_1 (1/s): the sum of both wells' escape rates. */
  readonly perSecond: number;
  readonly formula: 'brown' | 'langer' | 'exact-axial' | 'exact';
  readonly domain: string;
}

/**
 * Brown's high-barrier asymptote of a uniaxial magnet, both wells: (alpha g Bk/(1 + alpha^2)) 2 sqrt(Delta/pi)
 * e^-Delta (Brown, Phys. Rev. 130, 1677, 1963). Off by 0.79 to 1.6 below Delta = 10, by 0.95 at 20.
 */
export const brownRate = ({ attemptRate, delta }: WellFigures): number =>
  2 * attemptRate * Math.sqrt(delta / Math.PI) * Math.exp(-delta);

/**
 * Langer's rate over the two saddles between unlike wells axes (Langer, Ann. Phys. 54, 258, 1969; Brown, IEEE
 * Trans. Magn. 15, 1196, 1979): per well and saddle (kappa/2 pi) sqrt(well/|saddle| curvatures) e^-Delta, kappa the
 * growth rate at the saddle. Intermediate to high damping; both wells.
 */
export function langerRate(well: WellFigures): number {
  const { stiffness, damping, gyromagneticRatio: g, delta } = well;
  const [easy, hard] = stiffness;
  const across = hard - easy;
  const root = Math.sqrt((damping * hard) ** 2 + 4 * easy * across);
  const growth = (g / (2 * (1 + damping ** 2))) * (damping * (easy - across) + root);
  return 4 * (growth / (2 * Math.PI)) * Math.sqrt(hard / across) * Math.exp(-delta);
}

/** Relaxation rates of the undriven magnet that apply to it, the most exact first. */
export function escapeRates(well: WellFigures): EscapeRate[] {
  const { delta, attemptRate, stiffness, thermalField, damping } = well;
  const brown: EscapeRate = {
    perSecond: brownRate(well),
    formula: 'brown',
    domain:
      delta < 10 ? 'asymptote, poor below Delta = 10' : 'asymptote, within 12 % above Delta = 10',
  };
  const across = (stiffness[1] - stiffness[0]) / (2 * thermalField);
  if (across < 1e-6)
    return [
      {
        // lambda tau_N with tau_N = 1/(2D) = Delta in units of the attempt time.
        perSecond: (axialEigenvalue(delta) * attemptRate) / delta,
        formula: 'exact-axial',
        domain: 'any barrier',
      },
      brown,
    ];
  const loss = damping * 2 * delta;
  const langer: EscapeRate = {
    perSecond: langerRate(well),
    formula: 'langer',
    domain: `the saddle's own width is ${across.toPrecision(3)} kT (want above 3)${loss < 1 ? `; energy lost per turn about ${loss.toPrecision(2)} kT, below 1 the rate is lower` : ''}`,
  };
  return [...exactRate(well), ...(across > 3 ? [langer] : [langer, brown])];
}

/** Beyond this barrier rounding leaves no digits of the eigenvalue. */
const LARGEST_EXACT_DELTA = 24;

function exactRate(well: WellFigures): EscapeRate[] {
  const { delta, stiffness, damping, gyromagneticRatio, thermalField } = well;
  if (delta > LARGEST_EXACT_DELTA) return [];
  const [soft, stiff] = stiffness;
  const found = slowestRate({
    ...{ gyromagneticRatio, damping, thermalField, field: [0, 0, 0] },
    anisotropy: [-stiff, 0, 0, 0, -soft, 0, 0, 0, 0],
  });
  if (!found) return [];
  const { perSecond, relativeError, degree } = found;
  const domain = `eigenvalue in spherical harmonics to degree ${degree}, good to ${relativeError.toExponential(0)}`;
  return [{ perSecond, formula: 'exact', domain }];
}

/** Where the thermally activated forms hold. */
export interface ThermalSwitching {
  readonly probability: number;
  /** Escape rate (1/s) under the drive. */
  readonly rate: number;
  /** Brown's asymptote of that rate, sqrt(Delta/pi)(1 - i^2)(1 - i) exp(-Delta(1 - i)^2) attempt rates (exponent 2: collinear). */
  readonly asymptoticRate: number;
  /** Absent inside the domain. */
  readonly outside?: string;
}

/**
 * Thermally activated P_sw = 1 - exp(-rate t) of a uniaxial magnet under a collinear drive: i = I/Ic0 of spin
 * transfer, less h = B/Bk. Valid while the reduced barrier Delta (1 - i)^2 exceeds 3, i < 0.9 (from
 * which on the magnet switches by dynamics) and the pulse lasts ten attempt times or more: the first few only fill
 * the well, so that the form is high by about 5/(attempt times).
 */
export function thermalSwitching(
  { delta, attemptRate, uniaxial }: WellFigures,
  drive: number,
  seconds: number,
): ThermalSwitching {
  const rest = delta * (1 - drive) ** 2;
  const asymptoticRate =
    drive < 1
      ? attemptRate * Math.sqrt(delta / Math.PI) * (1 - drive ** 2) * (1 - drive) * Math.exp(-rest)
      : NaN;
  // The eigenvalue sums both wells' rates, and the wells' populations part it: escape from the upper well.
  const { stay } = populations(delta, drive);
  const rate = (axialEigenvalue(delta, -drive) / delta) * attemptRate * (1 - stay);
  const outside = !uniaxial
    ? 'the magnet is not uniaxial'
    : drive >= 0.9
      ? `i = ${drive.toPrecision(3)} is not below 0.9: dynamic switching`
      : rest < 3
        ? `the reduced barrier is ${rest.toPrecision(3)} kT, below 3`
        : seconds * attemptRate < 10
          ? `the pulse is ${(seconds * attemptRate).toPrecision(2)} attempt times long, below 10: the density still fills the well`
          : undefined;
  return {
    probability: -Math.expm1(-rate * seconds),
    rate,
    asymptoticRate,
    ...(outside === undefined ? {} : { outside }),
  };
}

/** Share of the stationary density exp(Delta (z^2 - 2 i z)) on the upper side of its barrier at z = i. */
function populations(delta: number, drive: number): { readonly stay: number } {
  const edge = Math.max(-1, Math.min(1, drive));
  const cells = 4000;
  let above = 0;
  let below = 0;
  for (let k = 0; k < cells; k += 1) {
    const z = -1 + (2 * (k + 0.5)) / cells;
    const weight = Math.exp(delta * (z * z - 1 - 2 * drive * z - 2 * Math.abs(drive)));
    if (z > edge) above += weight;
    else below += weight;
  }
  return { stay: above / (above + below) };
}
