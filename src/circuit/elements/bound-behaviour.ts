import { compileBehaviour, type Behaviour, type BehaviourInput } from '../../netlist/index.js';
import type { BuildContext, Evaluation } from '../system/element.js';

/** A behaviour bound to unknowns: its value and its partial derivatives at the present x. */
export interface BoundBehaviour {
  /** Unknowns that inputs depend on: value = x[plus] - x[minus]; -1 where the input is none. */
  readonly plus: Int32Array;
  readonly minus: Int32Array;
  readonly gradient: Float64Array;
  readonly evaluate: (evaluation: Evaluation) => number;
}

/** Finds the unknowns of a behaviour's inputs. */
export function bind(behaviour: Behaviour, context: BuildContext): BoundBehaviour {
  const { unknownOfNode, branchOf, size, settings } = context;
  const compiled = compileBehaviour(behaviour);
  const { inputs } = compiled;
  const plus = new Int32Array(inputs.length).fill(-1);
  const minus = new Int32Array(inputs.length).fill(size);
  inputs.forEach((input, k) => {
    if (input.kind === 'voltage') {
      plus[k] = unknownOfNode(input.positive);
      minus[k] = unknownOfNode(input.negative);
    } else if (input.kind === 'current') plus[k] = branchOf(input.device);
  });
  const values = new Float64Array(inputs.length);
  const gradient = new Float64Array(inputs.length);
  let finite = 0;
  const fixed = (input: BehaviourInput, { time, waveforms }: Evaluation): number => {
    if (input.kind === 'time') return waveforms ? time : 0;
    if (input.kind === 'temperature') return settings.temperature - 273.15;
    return 0;
  };
  return {
    plus,
    minus,
    gradient,
    evaluate(evaluation) {
      const { x } = evaluation;
      for (let k = 0; k < values.length; k++) {
        values[k] = plus[k] >= 0 ? x[plus[k]] - x[minus[k]] : fixed(inputs[k], evaluation);
      }
      const value = compiled.evaluateWithGradient(values, gradient);
      if (Number.isFinite(value) && gradient.every(Number.isFinite)) {
        finite = value;
        return value;
      }
      // log(0), 0/0 ...: an iterate, not an answer. Hold the last value until x has moved on.
      evaluation.limited = true;
      gradient.fill(0);
      return finite;
    },
  };
}

/** Handles of (row, plus) and (row, minus) for every input of every behaviour of a list. */
export function gradientEntries(
  bound: readonly BoundBehaviour[],
  rows: Int32Array,
  { entry, size }: BuildContext,
): Int32Array[] {
  return bound.map(({ plus, minus }, k) => {
    const entries = new Int32Array(2 * plus.length);
    for (let i = 0; i < plus.length; i++) {
      const column = plus[i] >= 0 ? plus[i] : size;
      entries[2 * i] = entry(rows[k], column);
      entries[2 * i + 1] = entry(rows[k], minus[i]);
    }
    return entries;
  });
}

/** Adds `factor` times the gradient to the entries of one behaviour. */
export function stampGradient(
  values: Float64Array,
  entries: Int32Array,
  gradient: Float64Array,
  factor: number,
): void {
  for (let i = 0; i < gradient.length; i++) {
    values[entries[2 * i]] += factor * gradient[i];
    values[entries[2 * i + 1]] -= factor * gradient[i];
  }
}
