import type { Diagnostic } from '../errors/index.js';
import type {
  Analysis,
  MeasureDescription,
  NodeVoltage,
  OutputRequest,
  SweepDescription,
} from './analysis-description.js';
import type { Behaviour } from './expression/behaviour.js';
import type { SourceText } from './source-text.js';
import type { Waveform } from './waveform-description.js';

/**
 * The flat circuit that elaboration produces: no subcircuits, no parameters, only numbers, node
 * indices and the behaviours of voltage-dependent elements. Plain data that a test can print and a
 * worker can receive. SI units throughout.
 *
 * Names are lower case. A node `n` inside instance `x1` is `x1.n`; a device `r1` inside it is
 * `r.x1.r1`, as in ngspice.
 */
export interface Circuit {
  readonly title: string;
  /** Node index -> name; index 0 is ground and is named `0`. */
  readonly nodeNames: readonly string[];
  /** Constant linear resistors (ohm): the bulk of a crossbar, held as structure of arrays. */
  readonly resistors: TwoTerminals;
  /** Constant linear capacitors (farad) without initial condition. */
  readonly capacitors: TwoTerminals;
  /** Every other device, in netlist order. */
  readonly devices: readonly CircuitDevice[];
  /** Model cards by the name that `CircuitDevice.model` carries. */
  readonly models: ReadonlyMap<string, ModelCard>;
  readonly analyses: readonly Analysis[];
  /** `.step`, `.data` and multi-valued `.temp`: the first entry is the innermost loop. */
  readonly steps: readonly SweepDescription[];
  readonly outputs: readonly OutputRequest[];
  readonly measures: readonly MeasureDescription[];
  /** `.options` in lower case; a flag without value is 1. */
  readonly options: Readonly<Record<string, number | string>>;
  /** Circuit temperature in kelvin (`.temp`, `.options temp`, default 300.15). */
  readonly temperature: number;
  /** Temperature in kelvin at which model parameters were measured (`tnom`, default 300.15). */
  readonly nominalTemperature: number;
  /** `.ic`: forced during the operating point, then freed; with `uic` the starting voltages. */
  readonly initialConditions: readonly NodeVoltage[];
  /** `.nodeset`: forced only during the first iterations. */
  readonly nodesets: readonly NodeVoltage[];
  /** Values of the global parameters, by lower-case name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Warnings and notes; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that `place` numbers refer to; see `locate`. */
  readonly sources: readonly SourceText[];
}

/**
 * Many two-terminal elements with one constant value each. Element k connects
 * `nodes[2 k]` and `nodes[2 k + 1]`; its current flows from the first into the second.
 * Multiplicity `m=` is already folded into `values`.
 */
export interface TwoTerminals {
  readonly count: number;
  readonly names: readonly string[];
  /** Length 2 count. */
  readonly nodes: Int32Array;
  /** Length count: ohm or farad. */
  readonly values: Float64Array;
  /** Length count: where each was written, see `locate`. */
  readonly places: Int32Array;
}

interface DeviceBase {
  /** Flat lower-case name such as `m.x1.m3`. */
  readonly name: string;
  /** Node indices in netlist order. */
  readonly nodes: readonly number[];
  /** Number of identical devices in parallel (`m=`), product over the hierarchy; default 1. */
  readonly multiplicity: number;
  /** Where the device was written, see `locate`. */
  readonly place: number;
}

/** R, C or L that needs more than one constant: model, temperature, initial condition, behaviour. */
export interface PassiveDevice extends DeviceBase {
  readonly kind: 'r' | 'c' | 'l';
  /** Ohm, farad or henry at nominal temperature; absent when `behaviour` or the model gives it. */
  readonly value?: number;
  /** Value (ohm, farad, henry) as a function of voltages, currents, time. */
  readonly behaviour?: Behaviour;
  /** Of a capacitor: the behaviour is its charge (C), not its capacitance. */
  readonly charge?: true;
  readonly model?: string;
  /** `tc1` (1/K), `tc2` (1/K^2), `ic` (V or A), `l`, `w` (m), `temp`, `dtemp` (degree Celsius) ... */
  readonly parameters: Readonly<Record<string, number>>;
}

/** Coupling of two or more inductors, each pair with the same coefficient. */
export interface CouplingDevice extends DeviceBase {
  readonly kind: 'k';
  /** Flat names of the coupled inductors. */
  readonly inductors: readonly string[];
  /** Coupling coefficient, |k| <= 1. */
  readonly coupling: number;
}

/** Independent source. Positive current flows from the first node through the source to the second. */
export interface IndependentSource extends DeviceBase {
  readonly kind: 'v' | 'i';
  /** Operating-point value, V or A: `DC`, else the waveform at time 0, else 0. */
  readonly dc: number;
  /** Small-signal magnitude (V or A) and phase (degree). */
  readonly ac: { readonly magnitude: number; readonly phase: number };
  readonly waveform?: Waveform;
}

/** Linear controlled source E (V/V), G (A/V): nodes out+, out-, control+, control-. */
export interface VoltageControlledSource extends DeviceBase {
  readonly kind: 'e' | 'g';
  readonly gain: number;
}

/** Linear controlled source F (A/A), H (V/A): nodes out+, out-; controlled by a device's current. */
export interface CurrentControlledSource extends DeviceBase {
  readonly kind: 'f' | 'h';
  readonly gain: number;
  /** Flat name of the device whose current controls (usually a voltage source). */
  readonly control: string;
}

/**
 * Behavioural source: B, and E, F, G, H with POLY, VALUE, TABLE or an expression. `output` says
 * whether the behaviour is the voltage v(n+) - v(n-) or the current from n+ through the source to n-.
 */
export interface BehaviouralSource extends DeviceBase {
  readonly kind: 'b';
  readonly output: 'voltage' | 'current';
  readonly behaviour: Behaviour;
}

/**
 * A device that lives by its model: diode `d`, MOSFET `m`, bipolar `q`, JFET `j`, switches
 * `s` (n+, n-, control+, control-) and `w` (n+, n-, with `control`), and our own `y` devices
 * (memristor, MTJ; also written as an R whose model is one of them).
 */
export interface ModelDevice extends DeviceBase {
  readonly kind: 'd' | 'm' | 'q' | 'j' | 's' | 'w' | 'y';
  /** Key into `Circuit.models`. */
  readonly model: string;
  /** `w`, `l` (m), `ad`, `as` (m^2), `area`, `ic`, `ic2`, `ic3` (V), `temp`, `dtemp` (degree C), flags `off`, `on` as 1. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Current-controlled switch: flat name of the controlling source. */
  readonly control?: string;
}

export type CircuitDevice =
  | PassiveDevice
  | CouplingDevice
  | IndependentSource
  | VoltageControlledSource
  | CurrentControlledSource
  | BehaviouralSource
  | ModelDevice;

export type DeviceKind = CircuitDevice['kind'];

/** A `.model` card with its parameters evaluated. */
export interface ModelCard {
  /** As in `CircuitDevice.model`: `nch`, or `x1.nch` for a model local to a subcircuit instance. */
  readonly name: string;
  /** Lower-case type: `r`, `c`, `d`, `nmos`, `pmos`, `npn`, `pnp`, `sw`, `csw`, `memristor` ... */
  readonly type: string;
  /** Only the parameters that the card states, lower case. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Parameters that are text, such as a file name. */
  readonly texts: Readonly<Record<string, string>>;
  readonly place: number;
}
