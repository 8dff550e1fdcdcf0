import type { ModelCard, ModelDevice } from '../../../netlist/index.js';
import type { ElementSettings } from '../../system/element.js';
import {
  builtInPotential,
  capacitanceRatio,
  ELEMENTARY_CHARGE,
  EPSILON_OXIDE,
  EPSILON_SILICON,
  siliconGap,
  thermalVoltage,
} from '../semiconductor.js';

/** Intrinsic carrier density of silicon as SPICE takes it, 1/m^3. */
const INTRINSIC = 1.45e16;

/** One transistor at its temperature, in SI, n-channel signs (voltages of a p-channel negated). */
export interface MosfetParameters {
  /** +1 n-channel, -1 p-channel. */
  readonly sign: 1 | -1;
  readonly level: number;
  readonly card: ModelCard['parameters'];
  readonly kelvin: number;
  /** Temperature the card was taken at, K. */
  readonly nominalKelvin: number;
  readonly thermalVoltage: number;
  readonly width: number;
  readonly effectiveLength: number;
  readonly multiplicity: number;
  /** Oxide capacitance per area, F/m^2; 0 when a level 1 card gives no tox. */
  readonly oxide: number;
  /** Transconductance parameter kp, A/V^2. */
  readonly transconductance: number;
  /** Low-field mobility, m^2/(V s). */
  readonly mobility: number;
  /** Body effect gamma, sqrt(V). */
  readonly body: number;
  /** Surface potential phi, V. */
  readonly surfacePotential: number;
  /** Flat-band voltage plus phi, V: vto - gamma sqrt(phi). */
  readonly builtIn: number;
  /** Substrate doping, 1/m^3; 0 when not given. */
  readonly doping: number;
  /** Depletion width per sqrt(V), m: sqrt(2 eps / (q N)). */
  readonly depletionWidth: number;
  readonly drainConductance: number;
  readonly sourceConductance: number;
  readonly drainJunction: BulkJunction;
  readonly sourceJunction: BulkJunction;
  /** Overlap capacitances, F. */
  readonly overlap: { readonly source: number; readonly drain: number; readonly bulk: number };
}

/** Bulk to drain or bulk to source. */
export interface BulkJunction {
  /** A. */
  readonly saturationCurrent: number;
  /** F at zero bias: bottom and sidewall. */
  readonly bottom: number;
  readonly sidewall: number;
  readonly potential: number;
  readonly bottomGrading: number;
  readonly sidewallGrading: number;
  readonly forward: number;
}

/** Maps parameters of many devices; devices that share their parameters share the result. */
export function mapShared<T>(
  parameters: readonly MosfetParameters[],
  make: (parameters: MosfetParameters) => T,
): T[] {
  const made = new Map<MosfetParameters, T>();
  return parameters.map((p) => {
    if (!made.has(p)) made.set(p, make(p));
    return made.get(p)!;
  });
}

/**
 * Derives what a card leaves open from process data, as SPICE 2 and 3 do (Vladimirescu, Liu 1980,
 * section 3), and moves it to the device's temperature.
 */
export function mosfetParameters(
  model: ModelCard,
  { parameters: instance, multiplicity }: Pick<ModelDevice, 'parameters' | 'multiplicity'>,
  { temperature, nominalTemperature, options }: ElementSettings,
): MosfetParameters {
  const card = model.parameters;
  const sign = model.type === 'pmos' ? -1 : 1;
  const level = card.level ?? 1;
  const kelvin =
    instance.temp === undefined ? temperature + (instance.dtemp ?? 0) : instance.temp + 273.15;
  const nominal = card.tnom === undefined ? nominalTemperature : card.tnom + 273.15;
  const option = (name: string, fallback: number) =>
    typeof options[name] === 'number' ? options[name] : fallback;
  const width = instance.w ?? card.w ?? option('defw', 1e-4);
  const length = instance.l ?? card.l ?? option('defl', 1e-4);
  const effectiveLength = length - 2 * (card.ld ?? 0);

  const tox = card.tox ?? (level === 1 ? 0 : 1e-7);
  const oxide = tox > 0 ? EPSILON_OXIDE / tox : 0;
  const doping = (card.nsub ?? 0) * 1e6;
  const doped = doping > INTRINSIC && oxide > 0;
  const nominalVt = thermalVoltage(nominal);
  const potential =
    card.phi ?? (doped ? Math.max(0.1, 2 * nominalVt * Math.log(doping / INTRINSIC)) : 0.6);
  const body =
    card.gamma ?? (doped ? Math.sqrt(2 * EPSILON_SILICON * ELEMENTARY_CHARGE * doping) / oxide : 0);
  const threshold =
    card.vto ??
    card.vt0 ??
    (doped ? computedThreshold(card, sign, potential, body, oxide, nominal) : 0);
  const hot = Math.max(kelvin / nominal, 1e-3) ** 1.5;
  const surfaceMobility = (card.uo ?? card.u0 ?? 600) * 1e-4;
  const kp = card.kp ?? (oxide > 0 ? surfaceMobility * oxide : 2e-5);

  // In the signs of an n-channel device from here on.
  const surfacePotential = builtInPotential(potential, nominal, kelvin);
  const builtIn =
    sign * threshold -
    body * Math.sqrt(potential) +
    sign * 0.5 * (siliconGap(nominal) - siliconGap(kelvin)) +
    0.5 * (surfacePotential - potential);
  const junction = bulkJunction(card, level, nominal, kelvin);
  const sheet = card.rsh ?? 0;
  const conductance = (own: number | undefined, squares: number | undefined) => {
    const ohm = own !== undefined && own !== 0 ? own : sheet * (squares ?? 1);
    return ohm > 0 ? multiplicity / ohm : 0;
  };
  return {
    sign,
    level,
    card,
    kelvin,
    nominalKelvin: nominal,
    thermalVoltage: thermalVoltage(kelvin),
    width,
    effectiveLength,
    multiplicity,
    oxide,
    transconductance: kp / hot,
    mobility: surfaceMobility / hot,
    body,
    surfacePotential,
    builtIn,
    doping,
    depletionWidth:
      doping > 0 ? Math.sqrt((2 * EPSILON_SILICON) / (ELEMENTARY_CHARGE * doping)) : 0,
    drainConductance: conductance(card.rd, instance.nrd),
    sourceConductance: conductance(card.rs, instance.nrs),
    drainJunction: junction(instance.ad ?? 0, instance.pd ?? 0, card.cbd, multiplicity),
    sourceJunction: junction(instance.as ?? 0, instance.ps ?? 0, card.cbs, multiplicity),
    overlap: {
      source: (card.cgso ?? 0) * width * multiplicity,
      drain: (card.cgdo ?? 0) * width * multiplicity,
      bulk: (card.cgbo ?? 0) * effectiveLength * multiplicity,
    },
  };
}

/** Threshold from the gate's work function and the oxide charge. */
function computedThreshold(
  card: ModelCard['parameters'],
  sign: 1 | -1,
  potential: number,
  body: number,
  oxide: number,
  nominal: number,
): number {
  const gap = siliconGap(nominal);
  const gate = card.tpg ?? 1;
  const gateWork = gate === 0 ? 3.2 : 3.25 + 0.5 * gap - sign * gate * 0.5 * gap;
  const difference = gateWork - (3.25 + 0.5 * gap + sign * 0.5 * potential);
  const flatBand = difference - ((card.nss ?? 0) * 1e4 * ELEMENTARY_CHARGE) / oxide;
  return flatBand + sign * (body * Math.sqrt(potential) + potential);
}

function bulkJunction(
  card: ModelCard['parameters'],
  level: number,
  nominal: number,
  kelvin: number,
) {
  const potential = card.pb ?? 0.8;
  const bottomGrading = card.mj ?? 0.5;
  const sidewallGrading = card.mjsw ?? (level === 1 ? 0.5 : 0.33);
  const growth = Math.exp(
    siliconGap(nominal) / thermalVoltage(nominal) - siliconGap(kelvin) / thermalVoltage(kelvin),
  );
  const fromDoping =
    level > 1 && card.nsub !== undefined
      ? Math.sqrt((EPSILON_SILICON * ELEMENTARY_CHARGE * card.nsub * 1e6) / (2 * potential))
      : 0;
  const perArea = card.cj ?? fromDoping;
  const bottomRatio = capacitanceRatio(potential, bottomGrading, nominal, kelvin);
  const sidewallRatio = capacitanceRatio(potential, sidewallGrading, nominal, kelvin);
  return (
    area: number,
    perimeter: number,
    whole: number | undefined,
    multiplicity: number,
  ): BulkJunction => ({
    saturationCurrent:
      ((card.js ?? 0) > 0 && area > 0 ? card.js * area : (card.is ?? 1e-14)) *
      growth *
      multiplicity,
    bottom: (whole ?? perArea * area) * bottomRatio * multiplicity,
    sidewall: (card.cjsw ?? 0) * perimeter * sidewallRatio * multiplicity,
    potential: builtInPotential(potential, nominal, kelvin),
    bottomGrading,
    sidewallGrading,
    forward: card.fc ?? 0.5,
  });
}
