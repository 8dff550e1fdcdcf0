/** CODATA 2018 values (exact since the 2019 SI where marked), SI units. */

/** Boltzmann constant (J/K), exact. */
export const BOLTZMANN = 1.380649e-23;
/** Elementary charge (C), exact. */
export const ELEMENTARY_CHARGE = 1.602176634e-19;
/** Reduced Planck constant (J s). */
export const REDUCED_PLANCK = 1.054571817e-34;
/** Electron gyromagnetic ratio, absolute value (rad/(s T)). */
export const GYROMAGNETIC_RATIO = 1.76085963e11;
/** Vacuum permeability (T m/A). */
export const VACUUM_PERMEABILITY = 1.25663706212e-6;
/** Vacuum permittivity (F/m). */
export const VACUUM_PERMITTIVITY = 8.8541878128e-12;
/** 0 degrees Celsius in kelvin, exact. */
export const ZERO_CELSIUS = 273.15;
