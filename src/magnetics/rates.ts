import type { Mtj } from './device.js';
import {
  escapeRates,
  thermalSwitching,
  type EscapeRate,
  type ThermalSwitching,
} from './escape-rate.js';
import { deviceFigures, type DeviceFigures } from './figures.js';
import { regimeOf, type Regime } from './regime.js';
import { atTemperature } from './temperature.js';
import { writeErrorRate } from './write-error.js';

/** One drive of the table of rates: i = I/Ic0, positive against the state the magnet starts in. */
export interface DrivenRate {
  readonly drive: number;
  /** Junction current (A); absent where spin transfer is not collinear. */
  readonly junctionCurrent?: number;
  readonly regimes: readonly Regime[];
  /** Thermally activated switching at each pulse, with the reason where it does not hold. */
  readonly thermal: readonly ThermalSwitching[];
  /** Exact probability of an error at each pulse, after ten relaxation times; axially symmetric magnets only. */
  readonly writeErrors?: readonly number[];
}

export interface DeviceRates {
  readonly figures: DeviceFigures;
  readonly retention: readonly EscapeRate[];
  /** Pulses of the table (s). */
  readonly pulses: readonly number[];
  readonly driven: readonly DrivenRate[];
  /** What the tables leave out and why. */
  readonly notes: readonly string[];
}

export interface RatesOptions {
  readonly pulses?: readonly number[];
  readonly drives?: readonly number[];
}

/** Retention, thermally activated switching, write errors and regimes of a device at its temperature (above 0 K). */
export function deviceRates(
  device: Mtj,
  {
    pulses = [1e-9, 2e-9, 5e-9, 10e-9, 100e-9, 1e-6],
    drives = [0, 0.25, 0.5, 0.7, 0.85, 1, 1.5, 2, 2.5, 3, 5],
  }: RatesOptions = {},
): DeviceRates {
  const mtj = atTemperature(device);
  const figures = deviceFigures(mtj);
  const { well } = figures;
  const notes: string[] = [];
  if (!well.uniaxial)
    notes.push(
      'Not uniaxial: no exact rates under current here; calibrate by Fokker-Planck instead.',
    );
  if (figures.spinTransferCurrent === undefined)
    notes.push('The reference layer is not along the easy axis: i is not a junction current.');
  if (mtj.externalField.some((b) => b !== 0) || mtj.exchangeField.some((b) => b !== 0))
    notes.push('The tables leave out the external and exchange fields.');
  const driven = drives.map((drive): DrivenRate => {
    const current = figures.spinTransferCurrent;
    return {
      drive,
      ...(current === undefined ? {} : { junctionCurrent: drive * current }),
      regimes: pulses.map((pulse) => regimeOf(well, drive, pulse)),
      thermal: pulses.map((pulse) => thermalSwitching(well, drive, pulse)),
      ...(well.uniaxial
        ? {
            writeErrors: pulses.map((pulse) =>
              writeErrorRate(
                well.delta,
                [
                  { bias: -drive, tau: pulse * well.attemptRate },
                  { bias: 0, tau: 10 },
                ],
                { tolerance: 1e-4 },
              ),
            ),
          }
        : {}),
    };
  });
  return { figures, retention: escapeRates(well), pulses, driven, notes };
}
