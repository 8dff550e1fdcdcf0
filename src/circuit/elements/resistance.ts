import type { Circuit, ModelCard, PassiveDevice } from '../../netlist/index.js';
import type { ElementSettings } from '../system/element.js';

const CELSIUS = 273.15;

/**
 * Kelvin above nominal at which a device runs: instance `temp` and `dtemp` (degree Celsius) and the
 * model's `tnom` included.
 */
export function temperatureRise(
  parameters: Readonly<Record<string, number>>,
  model: ModelCard | undefined,
  { temperature, nominalTemperature }: ElementSettings,
): number {
  const device =
    parameters.temp === undefined
      ? temperature + (parameters.dtemp ?? 0)
      : parameters.temp + CELSIUS;
  const nominal = model?.parameters.tnom ?? model?.parameters.t_measured;
  return device - (nominal === undefined ? nominalTemperature : nominal + CELSIUS);
}

/** 1 + tc1 dT + tc2 dT^2, or 1.01^(tce dT) where `tce` is given. */
export function temperatureFactor(
  parameters: Readonly<Record<string, number>>,
  model: ModelCard | undefined,
  rise: number,
): number {
  const of = (name: string) => parameters[name] ?? model?.parameters[name];
  const exponent = of('tce');
  if (exponent !== undefined) return 1.01 ** (exponent * rise);
  const [linear, quadratic] = [of('tc1') ?? 0, of('tc2') ?? 0];
  return 1 + (linear + quadratic * rise) * rise;
}

/**
 * Resistance (ohm) at the device's temperature: its value, or sheet resistance times squares
 * `rsh (l - 2 short) / (w - 2 narrow)`, or the model's `r`; divided by the multiplicity.
 */
export function resistanceOf(
  device: PassiveDevice,
  circuit: Circuit,
  settings: ElementSettings,
): number {
  const model = device.model === undefined ? undefined : circuit.models.get(device.model);
  const { parameters } = device;
  const card = model?.parameters ?? {};
  const length = parameters.l ?? card.l ?? 0;
  const width = parameters.w ?? card.w ?? card.defw ?? 1e-5;
  const sheet =
    card.rsh !== undefined && length > 0
      ? (card.rsh * (length - 2 * (card.short ?? 0))) / (width - 2 * (card.narrow ?? 0))
      : undefined;
  const scaled = model?.type === 'r' || model?.type === 'res' ? (card.r ?? card.res) : undefined;
  const nominal = device.value ?? sheet ?? scaled ?? 1e3;
  const factor = temperatureFactor(parameters, model, temperatureRise(parameters, model, settings));
  return (nominal * factor * (parameters.scale ?? 1)) / device.multiplicity;
}
