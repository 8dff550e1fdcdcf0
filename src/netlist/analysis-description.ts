import type { Behaviour } from './expression/behaviour.js';

/** One requested analysis, every argument evaluated, in netlist order. */
export type Analysis =
  | OperatingPointAnalysis
  | DcAnalysis
  | AcAnalysis
  | TransientAnalysis
  | TransferFunctionAnalysis
  | SensitivityAnalysis
  | NoiseAnalysis;

export type AnalysisKind = Analysis['kind'];

interface AnalysisBase {
  /** Where the directive was written, see `locate`. */
  readonly place: number;
}

export interface OperatingPointAnalysis extends AnalysisBase {
  readonly kind: 'op';
}

export interface DcAnalysis extends AnalysisBase {
  readonly kind: 'dc';
  /** The first sweep is the inner loop. */
  readonly sweeps: readonly SweepDescription[];
}

export interface AcAnalysis extends AnalysisBase {
  readonly kind: 'ac';
  /** Frequencies in hertz, expanded from `dec`, `oct`, `lin` or `.data`. */
  readonly frequencies: readonly number[];
}

export interface TransientAnalysis extends AnalysisBase {
  readonly kind: 'tran';
  /** Suggested print step, s; 0 when the user gave 0. */
  readonly step: number;
  /** Stop time, s. */
  readonly stop: number;
  /** First time reported, s. */
  readonly start: number;
  /** Largest internal step, s, where given. */
  readonly maximumStep?: number;
  /** `uic`: start from initial conditions instead of an operating point. */
  readonly useInitialConditions: boolean;
}

export interface TransferFunctionAnalysis extends AnalysisBase {
  readonly kind: 'tf';
  readonly output: OutputVariable;
  /** Flat name of the input source. */
  readonly source: string;
}

export interface SensitivityAnalysis extends AnalysisBase {
  readonly kind: 'sens';
  readonly output: OutputVariable;
}

export interface NoiseAnalysis extends AnalysisBase {
  readonly kind: 'noise';
  readonly output: OutputVariable;
  readonly source: string;
  /** Frequencies in hertz. */
  readonly frequencies: readonly number[];
}

/** What a sweep changes. Parameters need a new elaboration; the others a change of one number. */
export type SweepTarget =
  /** Value of an independent source (V, A) or a resistor, capacitor, inductor by flat name. */
  | { readonly kind: 'device'; readonly name: string; readonly parameter?: string }
  | { readonly kind: 'model'; readonly name: string; readonly parameter: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Values in degree Celsius, as written. */
  | { readonly kind: 'temperature' };

/** One loop: all targets take their k-th value together (`.data` sweeps several targets at once). */
export interface SweepDescription {
  readonly targets: readonly SweepTarget[];
  /** values[t][k]: k-th value of target t; all of equal length. */
  readonly values: readonly (readonly number[])[];
  /** Name as written, lower case: `v1`, `temp`, `rload`, or the `.data` table. */
  readonly name: string;
  readonly place: number;
}

export interface NodeVoltage {
  readonly node: number;
  /** V. */
  readonly voltage: number;
  readonly place: number;
}

/** Something to print or measure: `v(out)`, `i(v1)`, `{v(a)*i(v1)}`. */
export interface OutputVariable {
  /** Lower-case text as ngspice would name the vector, such as `v(x1.n)` or `i(v1)`. */
  readonly label: string;
  readonly behaviour: Behaviour;
}

/** `.save`, `.print`, `.plot`, `.probe`. */
export interface OutputRequest {
  readonly directive: 'save' | 'print' | 'plot' | 'probe';
  /** The analysis it is limited to, where stated. */
  readonly analysis?: AnalysisKind;
  /** `all`, or no variables named: everything. */
  readonly all: boolean;
  readonly variables: readonly OutputVariable[];
  readonly place: number;
}

/** When two expressions cross: `v(out)=0.5 rise=2`. */
export interface CrossingEvent {
  readonly left: Behaviour;
  readonly right: Behaviour;
  /** Which direction of left - right through zero counts; `cross` is either. */
  readonly edge: 'rise' | 'fall' | 'cross';
  /** 1-based occurrence, or the last one. */
  readonly count: number | 'last';
  /** Ignore crossings before this abscissa (`td=`). */
  readonly delay: number;
}

/** A point on the abscissa: a fixed value (`at=`) or a crossing. */
export type MeasureEvent =
  { readonly kind: 'at'; readonly at: number } | ({ readonly kind: 'when' } & CrossingEvent);

export type MeasureTask =
  | {
      readonly kind: 'trigger-target';
      readonly trigger: MeasureEvent;
      readonly target: MeasureEvent;
    }
  /** Value of the expression at the event. */
  | { readonly kind: 'find'; readonly expression: Behaviour; readonly event: MeasureEvent }
  /** Abscissa of the event. */
  | { readonly kind: 'when'; readonly event: MeasureEvent }
  /** Derivative of the expression by the abscissa at the event. */
  | { readonly kind: 'derivative'; readonly expression: Behaviour; readonly event: MeasureEvent }
  | {
      readonly kind: 'statistic';
      readonly statistic: 'avg' | 'rms' | 'min' | 'max' | 'pp' | 'integ' | 'min-at' | 'max-at';
      readonly expression: Behaviour;
    }
  /** Expression over other measures and parameters. */
  | { readonly kind: 'parameter'; readonly expression: Behaviour };

export interface MeasureDescription {
  /** Lower-case name. */
  readonly name: string;
  readonly analysis: AnalysisKind;
  readonly task: MeasureTask;
  /** Window on the abscissa, where given; from > to is legal for a falling dc sweep. */
  readonly from?: number;
  readonly to?: number;
  /** Further settings as written, lower case: `output=sv`, `default_val` ... */
  readonly settings: Readonly<Record<string, string>>;
  readonly place: number;
}
