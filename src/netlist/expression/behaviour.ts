/**
 * A voltage- or time-dependent expression, flattened into a tape: plain data, ready for Newton.
 * Instruction k computes value k from earlier values: `operations[k]` with operands `left[k]`,
 * `right[k]`, `third[k]` (indices of earlier values; for an input the index into `inputs`), or is
 * the constant `constants[k]`. The result is the last value. Use `compileBehaviour` to evaluate it
 * with its exact partial derivatives.
 */
export interface Behaviour {
  readonly inputs: readonly BehaviourInput[];
  readonly operations: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly third: readonly number[];
  readonly constants: readonly number[];
  /** Piecewise-linear tables used by `table` instructions: x ascending, then y. */
  readonly tables: readonly {
    readonly x: readonly number[];
    readonly y: readonly number[];
    /** Beyond its ends the outer segments continue, instead of the end values. */
    readonly extrapolate: boolean;
  }[];
  /** The expression as the user wrote it. */
  readonly text: string;
}

/** Part of a complex quantity in ac output; absent for the plain value. */
export type ComplexPart = 'real' | 'imaginary' | 'magnitude' | 'phase' | 'decibel';

/** What a behaviour depends on, with node indices and flat device names. */
export type BehaviourInput =
  /** v(positive) - v(negative), V; indices into `Circuit.nodeNames`. */
  | {
      readonly kind: 'voltage';
      readonly positive: number;
      readonly negative: number;
      readonly part?: ComplexPart;
    }
  /** Current into the first node of a device, A. */
  | { readonly kind: 'current'; readonly device: string; readonly part?: ComplexPart }
  /** A quantity of a device, such as `@m1[gm]` or Xyce's `r1:r`. */
  | { readonly kind: 'device'; readonly device: string; readonly parameter: string }
  /** Time, s. */
  | { readonly kind: 'time' }
  /** Circuit temperature in degree Celsius (`temper`). */
  | { readonly kind: 'temperature' }
  /** Frequency, Hz, in ac. */
  | { readonly kind: 'frequency' }
  /** Result of an earlier `.measure`. */
  | { readonly kind: 'measure'; readonly name: string };

/** A behaviour made runnable. One instance holds scratch space: do not share it between workers. */
export interface CompiledBehaviour {
  readonly inputs: readonly BehaviourInput[];
  /** Value at the given inputs (same order as `inputs`). */
  readonly evaluate: (values: ArrayLike<number>) => number;
  /** Value, and d value / d input k written to `gradient[k]`. */
  readonly evaluateWithGradient: (values: ArrayLike<number>, gradient: Float64Array) => number;
}
