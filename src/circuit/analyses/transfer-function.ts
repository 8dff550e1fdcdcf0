import ndarray from 'ndarray';
import { invalidInput } from '../../errors/index.js';
import {
  locate,
  type OutputVariable,
  type SensitivityAnalysis,
  type TransferFunctionAnalysis,
} from '../../netlist/index.js';
import { solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult } from '../result.js';
import { type EquationSystem } from '../system/build-system.js';
import { evaluate } from '../system/evaluate.js';
import { statistics } from './operating-point.js';

/** Weights of the output on the unknowns: v(a,b) or the current of a device with its own unknown. */
export function outputWeights(prepared: PreparedCircuit, output: OutputVariable, place: number) {
  const { system } = prepared.solution;
  const weights = new Float64Array(system.size + 1);
  const [input, more] = output.behaviour.inputs;
  if (input?.kind === 'voltage' && !more) {
    if (input.positive > 0) weights[input.positive - 1] += 1;
    if (input.negative > 0) weights[input.negative - 1] -= 1;
    return weights;
  }
  const branch = input?.kind === 'current' ? system.branchNames.indexOf(input.device) : -1;
  if (branch >= 0 && !more) {
    weights[system.voltages + branch] = 1;
    return weights;
  }
  throw invalidInput({
    code: 'circuit.output-variable',
    what: `${output.label} cannot be the output of this analysis`,
    where: locate(prepared.circuit.sources, place),
    mend: 'use v(node), v(a,b) or the current of a voltage source',
  });
}

/** Solves J^T y = weights at the operating point: y is d(output)/d(right-hand side). */
function adjoint(prepared: PreparedCircuit, weights: Float64Array): Float64Array {
  const { solution } = prepared;
  evaluate(solution.system, solution.evaluation);
  solution.jacobian.set(solution.evaluation.g);
  solution.solver.factor(solution.jacobian);
  solution.factored = undefined;
  const y = new Float64Array(solution.system.size + 1);
  solution.solver.solveTransposed(weights, y);
  return y;
}

/**
 * `.tf`: small-signal dc gain from a source to an output, resistance seen by the source and at the
 * output (ohm), by one solution with the transposed Jacobian and two with the Jacobian.
 */
export function transferFunctionAnalysis(
  prepared: PreparedCircuit,
  { output, source, place }: TransferFunctionAnalysis,
): AnalysisResult {
  const { solution, circuit } = prepared;
  const { system } = solution;
  const { name: strategy } = solveDc(prepared);
  const weights = outputWeights(prepared, output, place);
  const y = adjoint(prepared, weights);
  const device = circuit.devices.find(({ name }) => name === source);
  if (device?.kind !== 'v' && device?.kind !== 'i') {
    throw invalidInput({
      code: 'circuit.no-source',
      what: `${source} is no independent source of this circuit`,
      where: locate(circuit.sources, place),
      mend: 'name a V or I source as the input of .tf',
    });
  }
  const drive = excitation(system, device.name, device.kind, device.nodes);
  let gain = 0;
  for (let i = 0; i < system.size; i++) gain += y[i] * drive[i];
  const response = new Float64Array(system.size + 1);
  solution.solver.solve(drive, response);
  const branch = system.voltages + system.branchNames.indexOf(device.name);
  const across = (x: Float64Array) =>
    at(x, device.nodes[0], system.size) - at(x, device.nodes[1], system.size);
  const inputResistance = device.kind === 'v' ? -1 / response[branch] : -across(response);
  // A unit current into the output, or a unit voltage in its branch.
  const back = new Float64Array(system.size + 1);
  solution.solver.solve(weights, back);
  let outputResistance = 0;
  for (let i = 0; i < system.size; i++) outputResistance += weights[i] * back[i];
  const isCurrent = output.behaviour.inputs[0]?.kind === 'current';
  return {
    kind: 'tf',
    names: [
      'transfer_function',
      `${source}#input_impedance`,
      `output_impedance_at_${output.label}`,
    ],
    values: ndarray(
      Float64Array.of(gain, inputResistance, isCurrent ? -1 / outputResistance : outputResistance),
      [1, 3],
    ),
    statistics: { ...statistics(solution, 1), strategy },
  };
}

const at = (x: Float64Array, node: number, size: number) => (node === 0 ? x[size] : x[node - 1]);

/** Right-hand side of a unit change of a source: J dx = drive. */
export function excitation(
  { size, voltages, branchNames }: EquationSystem,
  name: string,
  kind: 'v' | 'i',
  nodes: readonly number[],
): Float64Array {
  const drive = new Float64Array(size + 1);
  if (kind === 'v') drive[voltages + branchNames.indexOf(name)] = 1;
  else {
    drive[nodes[0] === 0 ? size : nodes[0] - 1] -= 1;
    drive[nodes[1] === 0 ? size : nodes[1] - 1] += 1;
  }
  drive[size] = 0;
  return drive;
}

/** Relative step of the parameter differences. */
const STEP = 1e-6;

/**
 * `.sens`: derivative of the output by the value of every source, resistor and linear controlled
 * source (output unit per V, A, ohm, or unit of gain). One adjoint solution serves all of them:
 * d(output)/dp = -y . dF/dp.
 */
export function sensitivityAnalysis(
  prepared: PreparedCircuit,
  { output, place }: SensitivityAnalysis,
): AnalysisResult {
  const { solution } = prepared;
  const { system, evaluation } = solution;
  const { name: strategy } = solveDc(prepared);
  const y = adjoint(prepared, outputWeights(prepared, output, place));
  const names: string[] = [];
  const values: number[] = [];
  const { size } = system;
  const scratch = {
    f: new Float64Array(size + 1),
    g: new Float64Array(evaluation.g.length),
    c: new Float64Array(evaluation.c.length),
  };
  for (const group of system.groups) {
    if (!group.setValue || !group.value || group.load || group.linearise) continue;
    for (let k = 0; k < group.names.length; k++) {
      const value = group.value(k);
      if (value === undefined) continue;
      const projected = (changed: number) => {
        if (group.setValue!(k, changed) === undefined) return NaN;
        scratch.f.fill(0);
        group.loadSources?.({ ...evaluation, f: scratch.f });
        let sum = 0;
        for (let i = 0; i < size; i++) sum += y[i] * scratch.f[i];
        return sum + projectedMatrix();
      };
      const projectedMatrix = () => {
        if (!group.stampConstant) return 0;
        scratch.g.fill(0);
        scratch.c.fill(0);
        group.stampConstant(scratch.g, scratch.c);
        return bilinear(system, scratch.g, y, evaluation.x);
      };
      const step = Math.abs(value) * STEP || STEP;
      const slope = (projected(value + step) - projected(value - step)) / (2 * step);
      group.setValue(k, value);
      names.push(group.names[k]);
      values.push(-slope);
    }
  }
  return {
    kind: 'sens',
    names,
    values: ndarray(Float64Array.from(values), [1, names.length]),
    statistics: { ...statistics(solution, 1), strategy },
  };
}

/** y^T A x. */
function bilinear(
  { pattern, size }: EquationSystem,
  values: Float64Array,
  y: Float64Array,
  x: Float64Array,
): number {
  const { columnStart, rowIndex } = pattern;
  let sum = 0;
  for (let j = 0; j < size; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      sum += y[rowIndex[p]] * values[p] * x[j];
    }
  }
  return sum;
}
