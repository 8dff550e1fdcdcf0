import type { Circuit, CircuitDevice } from '../../netlist/index.js';

/**
 * What every element reads and writes while the equations are evaluated at x:
 *   F(x, t) + dQ(x)/dt = 0,   G = dF/dx,   C = dQ/dx.
 * Rows are Kirchhoff's current law at the nodes (A, currents leaving a node positive) and the
 * branch equations (V). Elements add to `f`, `q`, `g`, `c`; they know nothing of the integration
 * method. The last entry of `x` is ground (0 V) and the last of the others is a bin, so that no
 * element has to test for ground.
 */
export interface Evaluation {
  readonly x: Float64Array;
  readonly f: Float64Array;
  readonly q: Float64Array;
  readonly g: Float64Array;
  readonly c: Float64Array;
  /** dx/dt by the integration formula; zero in dc. For reporting currents only. */
  readonly rate: Float64Array;
  /** s. */
  time: number;
  /** Sources follow their waveforms; else they hold their dc value. */
  waveforms: boolean;
  /** Nothing moves: charges are not needed. */
  dc: boolean;
  /** Scale of all independent sources, for source stepping. */
  sourceScale: number;
  /** Conductance (S) put across every pn junction. */
  junctionConductance: number;
  /** Set by an element that had to limit its voltages: not converged yet. */
  limited: boolean;
  /** First iteration of a solution from nothing: elements start at a sensible bias. */
  fresh: boolean;
}

/** Sums of the constant parts and of all that groups `linearise`, by slot and by unknown. */
export interface LinearSums {
  readonly g: Float64Array;
  readonly c: Float64Array;
  readonly f: Float64Array;
  readonly q: Float64Array;
  /** Evaluations since they were built; rounding of many changes adds up. */
  age: number;
}

/** A noise current from one unknown to another, one-sided: white + flicker / f, A^2/Hz and A^2. */
export interface NoiseSource {
  readonly device: string;
  readonly from: number;
  readonly to: number;
  readonly white: number;
  readonly flicker?: number;
}

/** All devices of one type, held as structure of arrays. */
export interface ElementGroup {
  readonly element: string;
  /** Flat device names; index k of every method is the position in this list. */
  readonly names: readonly string[];
  /** Arrays of matrix-entry handles; replaced in place by value slots when the pattern is known. */
  readonly entries: readonly Int32Array[];
  /** Its contributions to G and C are symmetric. */
  readonly symmetric: boolean;
  /** Adds what does not depend on x or t. */
  readonly stampConstant?: (g: Float64Array, c: Float64Array) => void;
  /** Adds what depends on t but not on x, to `f` only. */
  readonly loadSources?: (evaluation: Evaluation) => void;
  /**
   * Brings its part of the sums up to date: the derivatives by x in G and C, and in F and Q what is
   * left of them when G x and C x are taken off; the engine multiplies once for all groups. The sums
   * live on, so that only what has changed need be added; `afresh` says that they have been emptied.
   */
  readonly linearise?: (evaluation: Evaluation, sums: LinearSums, afresh: boolean) => void;
  /** Adds what depends on x. */
  readonly load?: (evaluation: Evaluation) => void;
  /** Forgets the history of limiting and of states. */
  readonly reset?: () => void;
  /** A time or sweep point has been accepted: states such as a switch's may follow. */
  readonly accept?: (evaluation: Evaluation) => void;
  /** Writes the current into the first node of each device (A) to out[offset + k]. */
  readonly currents: (evaluation: Evaluation, out: Float64Array, offset: number) => void;
  /** Changes a value; says what must be computed anew. */
  readonly setValue?: (
    index: number,
    value: number,
    parameter?: string,
  ) => 'sources' | 'matrix' | undefined;
  readonly value?: (index: number, parameter?: string) => number | undefined;
  /** Adds the small-signal right-hand side of the independent sources. */
  readonly loadSmallSignal?: (real: Float64Array, imaginary: Float64Array) => void;
  /** Times in [0, stop] at which a derivative jumps. */
  readonly breakpoints?: (stop: number) => readonly number[];
  /** Unknown pairs that conduct at dc, flat: a0, b0, a1, b1 ... */
  readonly conductingPaths?: Int32Array;
  /** Branches that fix v(a) - v(b) at dc, flat triples: branch, a, b. */
  readonly voltageBranches?: Int32Array;
  /**
   * Branches of an inductance that close a loop of given voltages: at dc, and only there, the group
   * gives them a small resistance, in proportion to the inductance, as if the currents had grown from
   * nothing. `stampDc` adds it to G.
   */
  readonly closeLoops?: (branches: ReadonlySet<number>) => void;
  readonly stampDc?: (g: Float64Array) => void;
  /** Those of `voltageBranches` that are ideal ties in every analysis (voltage sources). */
  readonly ideal?: boolean;
  /**
   * With `uic`: corrects `q`, which holds Q at the given node voltages, to the device's own initial
   * condition (`ic=`).
   */
  readonly initialCharge?: (evaluation: Evaluation) => void;
  /** Unknowns that store energy without a constant capacitance: the step control watches them. */
  readonly dynamicUnknowns?: readonly number[] | Int32Array;
  /** Longest step (s) from the last accepted point that still shows what happens inside the devices. */
  readonly largestStep?: () => number;
  /** A state such as a switch's differs from that at the last accepted point. */
  readonly changedState?: () => boolean;
  /** Noise at the operating point; a voltage noise is a source across an inner resistance. */
  readonly noise?: (evaluation: Evaluation) => readonly NoiseSource[];
  /** Adds the small-signal current of independent sources to out[offset + k], both parts. */
  readonly smallSignalCurrents?: (
    real: Float64Array,
    imaginary: Float64Array,
    offset: number,
  ) => void;
}

/** Reserves unknowns before their number is fixed. */
export interface Declarations {
  readonly circuit: Circuit;
  /** Names of devices whose current something else uses. */
  readonly controlling: ReadonlySet<string>;
  /** A current unknown of the device; one per device. */
  readonly branch: (device: string) => void;
  /** A node inside the device, named for messages, such as `m1#drain`. */
  readonly internalNode: (name: string) => void;
}

export interface BuildContext {
  readonly circuit: Circuit;
  readonly settings: ElementSettings;
  readonly controlling: ReadonlySet<string>;
  /** Number of unknowns; also the index of ground. */
  readonly size: number;
  readonly unknownOfNode: (node: number) => number;
  readonly unknownOfInternalNode: (name: string) => number;
  /** Current unknown of a device, or -1. */
  readonly branchOf: (device: string) => number;
  /** Handle of matrix entry (row, column). */
  readonly entry: (row: number, column: number) => number;
}

/** Numbers of the run that models depend on. */
export interface ElementSettings {
  /** Circuit temperature, K. */
  readonly temperature: number;
  /** Nominal temperature of model parameters, K. */
  readonly nominalTemperature: number;
  /** Print step and stop time (s) of the transient analysis, for waveform defaults. */
  readonly transientStep: number;
  readonly transientStop: number;
  readonly options: Readonly<Record<string, number | string>>;
}

/** A kind of device. New ones drop in beside the standard list. */
export interface ElementType {
  readonly name: string;
  /** Whether this type models the device. */
  readonly claims: (device: CircuitDevice, circuit: Circuit) => boolean;
  readonly declare?: (devices: readonly CircuitDevice[], declarations: Declarations) => void;
  /** One group or several; none when there is nothing to model. Called even without devices. */
  readonly build: (
    devices: readonly CircuitDevice[],
    context: BuildContext,
  ) => readonly ElementGroup[];
}
