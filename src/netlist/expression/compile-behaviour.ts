import type { Behaviour, CompiledBehaviour } from './behaviour.js';
import { applyOperation, differentiateOperation, OPERATION } from './operations.js';

/**
 * Makes a behaviour runnable. The value comes from one pass over the tape, all partial derivatives
 * together from one pass back (reverse accumulation, Griewank and Walther 2008, chapter 3): exact,
 * and about three times the cost of the value however many inputs there are.
 */
export function compileBehaviour(behaviour: Behaviour): CompiledBehaviour {
  const { inputs, tables } = behaviour;
  const length = behaviour.operations.length;
  const operations = Int32Array.from(behaviour.operations);
  const left = Int32Array.from(behaviour.left);
  const right = Int32Array.from(behaviour.right);
  const third = Int32Array.from(behaviour.third);
  const values = Float64Array.from(behaviour.constants);
  const adjoints = new Float64Array(length);
  const partials = new Float64Array(3);

  function evaluate(at: ArrayLike<number>): number {
    for (let k = 0; k < length; k += 1) {
      const operation = operations[k];
      if (operation === OPERATION.constant) continue;
      if (operation === OPERATION.input) values[k] = at[left[k]];
      else if (operation === OPERATION.table)
        values[k] = tableValue(tables[right[k]], values[left[k]]);
      else {
        values[k] = applyOperation(operation, values[left[k]], values[right[k]], values[third[k]]);
      }
    }
    return values[length - 1];
  }

  function evaluateWithGradient(at: ArrayLike<number>, gradient: Float64Array): number {
    const result = evaluate(at);
    gradient.fill(0, 0, inputs.length);
    adjoints.fill(0);
    adjoints[length - 1] = 1;
    for (let k = length - 1; k >= 0; k -= 1) {
      const adjoint = adjoints[k];
      const operation = operations[k];
      if (adjoint === 0 || operation === OPERATION.constant) continue;
      if (operation === OPERATION.input) gradient[left[k]] += adjoint;
      else if (operation === OPERATION.table) {
        adjoints[left[k]] += adjoint * tableSlope(tables[right[k]], values[left[k]]);
      } else {
        const a = left[k];
        const b = right[k];
        differentiateOperation(operation, values[a], values[b], values[k], partials);
        // A zero partial is skipped: 0 times an infinite slope further down would be NaN.
        if (partials[0] !== 0) adjoints[a] += adjoint * partials[0];
        if (partials[1] !== 0) adjoints[b] += adjoint * partials[1];
        if (partials[2] !== 0) adjoints[third[k]] += adjoint * partials[2];
      }
    }
    return result;
  }

  return { inputs, evaluate, evaluateWithGradient };
}

type Table = Behaviour['tables'][number];

/** Segment k with x[k] <= at < x[k + 1]; -1 below the table, x.length - 1 beyond it. */
function segmentOf({ x, extrapolate }: Table, at: number): number {
  let low = -1;
  let high = x.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return extrapolate && x.length > 1 ? Math.max(0, Math.min(low, x.length - 2)) : low;
}

function tableValue(table: Table, at: number): number {
  const { x, y } = table;
  const k = segmentOf(table, at);
  if (k < 0) return y[0];
  if (k >= x.length - 1) return y[y.length - 1];
  return y[k] + ((at - x[k]) / (x[k + 1] - x[k])) * (y[k + 1] - y[k]);
}

function tableSlope(table: Table, at: number): number {
  const { x, y } = table;
  const k = segmentOf(table, at);
  return k < 0 || k >= x.length - 1 ? 0 : (y[k + 1] - y[k]) / (x[k + 1] - x[k]);
}
