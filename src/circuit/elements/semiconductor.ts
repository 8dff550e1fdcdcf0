/** Physics that all junction devices share. Constants: CODATA 2018 exact values; silicon. */
export const ELEMENTARY_CHARGE = 1.602176634e-19;
export const BOLTZMANN = 1.380649e-23;
export const EPSILON_SILICON = 11.7 * 8.8541878128e-12;
export const EPSILON_OXIDE = 3.9 * 8.8541878128e-12;
/** Reference temperature of SPICE's intrinsic-density formulas, K. */
const REFERENCE = 300.15;

/** kT/q, V. */
export const thermalVoltage = (kelvin: number): number => (BOLTZMANN * kelvin) / ELEMENTARY_CHARGE;

/** Thermal noise of a conductance (S): 4 k T g, A^2/Hz (Johnson, Nyquist 1928). */
export const thermalNoise = (kelvin: number, siemens: number): number =>
  4 * BOLTZMANN * kelvin * Math.abs(siemens);

/** Band gap of silicon, eV (Sze 1981, eq. 1.2.1 with SPICE's constants). */
export const siliconGap = (kelvin: number): number =>
  1.16 - (7.02e-4 * kelvin * kelvin) / (kelvin + 1108);

/** Shift of a built-in potential with temperature (Antognetti, Massobrio 1988, section 1.6). */
function potentialShift(kelvin: number): number {
  const ratio = kelvin / REFERENCE;
  const exponent =
    -siliconGap(kelvin) / (2 * thermalVoltage(kelvin)) +
    1.1150877 / (2 * thermalVoltage(REFERENCE));
  return -2 * thermalVoltage(kelvin) * (1.5 * Math.log(ratio) + exponent);
}

/** Built-in potential (V) at `kelvin` of one given at `nominal`. */
export function builtInPotential(potential: number, nominal: number, kelvin: number): number {
  if (nominal === kelvin) return potential;
  const atReference = (potential - potentialShift(nominal)) / (nominal / REFERENCE);
  return potentialShift(kelvin) + (kelvin / REFERENCE) * atReference;
}

/** Zero-bias junction capacitance at `kelvin`, relative to that at `nominal`. */
export function capacitanceRatio(
  potential: number,
  grading: number,
  nominal: number,
  kelvin: number,
): number {
  if (nominal === kelvin) return 1;
  const atReference = (potential - potentialShift(nominal)) / (nominal / REFERENCE);
  const factor = (temperature: number) => {
    const present = builtInPotential(potential, nominal, temperature);
    return 1 + grading * (4e-4 * (temperature - REFERENCE) - (present - atReference) / atReference);
  };
  return factor(kelvin) / factor(nominal);
}

/** Voltage above which a junction's exponential must be limited, V. */
export const criticalVoltage = (slopeVoltage: number, saturationCurrent: number): number =>
  slopeVoltage * Math.log(slopeVoltage / (Math.SQRT2 * saturationCurrent));

/**
 * Limits the step of a junction voltage so that the exponential cannot run away: beyond the
 * critical voltage a step is taken in the current instead of the voltage (Nagel 1975, section 4.2.3).
 */
export function limitJunction(
  wanted: number,
  last: number,
  slopeVoltage: number,
  critical: number,
): number {
  if (!(wanted > critical) || Math.abs(wanted - last) <= 2 * slopeVoltage) return wanted;
  if (last > 0) {
    const argument = 1 + (wanted - last) / slopeVoltage;
    return argument > 0 ? last + slopeVoltage * Math.log(argument) : critical;
  }
  return slopeVoltage * Math.log(wanted / slopeVoltage);
}

/** Depletion charge (C) and capacitance (F) per unit zero-bias capacitance; `out` = [q, c]. */
export function depletion(
  voltage: number,
  potential: number,
  grading: number,
  forward: number,
  out: Float64Array,
): void {
  const knee = forward * potential;
  if (voltage < knee) {
    const argument = 1 - voltage / potential;
    const power = Math.exp(-grading * Math.log(argument));
    out[0] = (potential * (1 - argument * power)) / (1 - grading);
    out[1] = power;
    return;
  }
  // Linear continuation of the capacitance beyond the knee.
  const f2 = Math.exp((1 + grading) * Math.log(1 - forward));
  const f3 = 1 - forward * (1 + grading);
  const atKnee =
    (potential * (1 - Math.exp((1 - grading) * Math.log(1 - forward)))) / (1 - grading);
  const quadratic = (grading / (2 * potential)) * (voltage * voltage - knee * knee);
  out[0] = atKnee + (f3 * (voltage - knee) + quadratic) / f2;
  out[1] = (f3 + (grading * voltage) / potential) / f2;
}
