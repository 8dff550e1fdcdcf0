import ndarray from 'ndarray';
import type { AcAnalysis } from '../../netlist/index.js';
import { solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult } from '../result.js';
import type { EquationSystem } from '../system/build-system.js';
import type { Evaluation } from '../system/element.js';
import { evaluate, newEvaluation } from '../system/evaluate.js';
import { statistics } from './operating-point.js';
import { recorder } from './recorder.js';
import { smallSignalSystem } from './small-signal.js';

/** `.ac`: complex amplitudes of all node voltages (V) and element currents (A). */
export function acAnalysis(prepared: PreparedCircuit, { frequencies }: AcAnalysis): AnalysisResult {
  const { solution } = prepared;
  const { system, evaluation } = solution;
  const { name: strategy } = solveDc(prepared, { holdInitialConditions: true });
  evaluate(system, evaluation);
  const linearised = smallSignalSystem(solution);
  const { size, nodes } = system;
  const { names } = recorder(system);
  const width = names.length;
  const real = new Float64Array(frequencies.length * width);
  const imaginary = new Float64Array(frequencies.length * width);
  const sources = smallSignalSources(system);
  const both = new Float64Array(2 * size);
  const response = { real: new Float64Array(size + 1), imaginary: new Float64Array(size + 1) };
  const currents = smallSignalCurrents(system, evaluation);

  frequencies.forEach((hertz, row) => {
    const omega = 2 * Math.PI * hertz;
    linearised.factor(omega);
    both.set(sources);
    linearised.solve(both);
    for (let i = 0; i < size; i++) {
      response.real[i] = both[2 * i];
      response.imaginary[i] = both[2 * i + 1];
    }
    const offset = row * width;
    real.set(response.real.subarray(0, nodes), offset);
    imaginary.set(response.imaginary.subarray(0, nodes), offset);
    currents(response, omega, real, imaginary, offset + nodes);
  });
  return {
    kind: 'ac',
    sweep: { name: 'frequency', values: Float64Array.from(frequencies) },
    names,
    values: ndarray(real, [frequencies.length, width]),
    imaginary: ndarray(imaginary, [frequencies.length, width]),
    statistics: { ...statistics(solution, frequencies.length), strategy },
  };
}

/** Right-hand side of the ac system, interleaved. */
function smallSignalSources({ size, groups }: EquationSystem): Float64Array {
  const real = new Float64Array(size + 1);
  const imaginary = new Float64Array(size + 1);
  for (const group of groups) group.loadSmallSignal?.(real, imaginary);
  const both = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) {
    both[2 * i] = real[i];
    both[2 * i + 1] = imaginary[i];
  }
  return both;
}

/** Voltage excursion of the central differences below, V: far under a thermal voltage. */
const EXCURSION = 1e-4;

/**
 * Element currents for a small-signal response. An element's current is a function of x and dx/dt;
 * its differential in the direction of the response is exact for linear elements and a central
 * difference for the others.
 */
function smallSignalCurrents(system: EquationSystem, point: Evaluation) {
  const { size, groups } = system;
  const probe = newEvaluation(system);
  probe.dc = false;
  probe.sourceScale = 0;
  probe.junctionConductance = point.junctionConductance;
  const total = groups.reduce((sum, { names }) => sum + names.length, 0);
  const minus = new Float64Array(total);
  const plus = new Float64Array(total);

  const along = (
    x: Float64Array,
    rate: Float64Array,
    rateScale: number,
    out: Float64Array,
    offset: number,
  ) => {
    let start = 0;
    let largest = 0;
    for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(x[i]));
    const scale = largest === 0 ? 1 : EXCURSION / largest;
    const shift = (factor: number, base: number) => {
      for (let i = 0; i < size; i++) {
        probe.x[i] = base * point.x[i] + factor * x[i];
        probe.rate[i] = factor * rateScale * rate[i];
      }
    };
    for (const group of groups) {
      if (group.load === undefined && group.linearise === undefined) {
        shift(1, 0);
        group.currents(probe, out, offset + start);
      } else {
        shift(scale, 1);
        group.currents(probe, plus, start);
        shift(-scale, 1);
        group.currents(probe, minus, start);
        for (let k = start; k < start + group.names.length; k++) {
          out[offset + k] = (plus[k] - minus[k]) / (2 * scale);
        }
      }
      start += group.names.length;
    }
  };

  return (
    response: { readonly real: Float64Array; readonly imaginary: Float64Array },
    omega: number,
    real: Float64Array,
    imaginary: Float64Array,
    offset: number,
  ) => {
    along(response.real, response.imaginary, -omega, real, offset);
    along(response.imaginary, response.real, omega, imaginary, offset);
    let start = offset;
    for (const group of groups) {
      group.smallSignalCurrents?.(real, imaginary, start);
      start += group.names.length;
    }
  };
}
