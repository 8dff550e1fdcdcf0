import {
  compileBehaviour,
  type Behaviour,
  type BehaviourInput,
  type Circuit,
  type ComplexPart,
} from '../../netlist/index.js';
import type { AnalysisResult } from '../result.js';

/** What a behaviour may look at besides a table of results. */
export interface ProbeContext {
  readonly circuit: Circuit;
  /** Values of earlier measures by name. */
  readonly measures: ReadonlyMap<string, number | undefined>;
  /** Quantity of a device such as `r1:r`; NaN when unknown. */
  readonly deviceQuantity: (device: string, parameter: string) => number;
}

/**
 * Evaluates a behaviour at every point of a result: NaN where an input does not exist. In ac a
 * quantity without a stated part is its real part.
 */
export function probe(
  behaviour: Behaviour,
  analysis: AnalysisResult,
  context: ProbeContext,
): Float64Array {
  const compiled = compileBehaviour(behaviour);
  const readers = compiled.inputs.map((input) => reader(input, analysis, context));
  const points = analysis.values.shape[0];
  const inputs = new Float64Array(readers.length);
  const values = new Float64Array(points);
  for (let row = 0; row < points; row++) {
    readers.forEach((read, k) => (inputs[k] = read(row)));
    values[row] = compiled.evaluate(inputs);
  }
  return values;
}

function reader(
  input: BehaviourInput,
  analysis: AnalysisResult,
  { circuit, measures, deviceQuantity }: ProbeContext,
): (row: number) => number {
  const { names, values, imaginary, sweep, kind } = analysis;
  const width = values.shape[1];
  const at = (table: typeof values | undefined, name: string) => {
    if (name === 'v(0)' || table === undefined) return () => 0;
    const column = names.indexOf(name);
    if (column < 0) return () => NaN;
    return (row: number) => table.data[row * width + column];
  };
  switch (input.kind) {
    case 'voltage': {
      const name = (node: number) => `v(${circuit.nodeNames[node]})`;
      const difference = (table: typeof values | undefined) => {
        const plus = at(table, name(input.positive));
        const minus = at(table, name(input.negative));
        return (row: number) => plus(row) - minus(row);
      };
      return complexPart(difference(values), difference(imaginary), input.part);
    }
    case 'current': {
      const name = `i(${input.device})`;
      return complexPart(at(values, name), at(imaginary, name), input.part);
    }
    case 'time':
      return kind === 'tran' ? (row) => sweep!.values[row] : () => 0;
    case 'frequency':
      return kind === 'ac' ? (row) => sweep!.values[row] : () => 0;
    case 'temperature':
      return () => circuit.temperature - 273.15;
    case 'measure': {
      const value = measures.get(input.name) ?? NaN;
      return () => value;
    }
    case 'device': {
      const value = deviceQuantity(input.device, input.parameter);
      return () => value;
    }
  }
}

function complexPart(
  real: (row: number) => number,
  imaginary: (row: number) => number,
  part: ComplexPart | undefined,
): (row: number) => number {
  switch (part) {
    case undefined:
    case 'real':
      return real;
    case 'imaginary':
      return imaginary;
    case 'magnitude':
      return (row) => Math.hypot(real(row), imaginary(row));
    case 'phase':
      return (row) => Math.atan2(imaginary(row), real(row));
    case 'decibel':
      return (row) => 20 * Math.log10(Math.hypot(real(row), imaginary(row)));
  }
}
