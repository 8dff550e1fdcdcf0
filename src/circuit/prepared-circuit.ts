import { invalidInput } from '../errors/index.js';
import type { Circuit, NodeVoltage, TransientAnalysis } from '../netlist/index.js';
import { standardElements } from './elements/index.js';
import { simulationSettings, type SimulationSettings } from './settings.js';
import { forgetFactors, newSolution, type Solution } from './solve/newton.js';
import { solveOperatingPoint, type Strategy } from './solve/operating-point.js';
import { buildSystem, findDevice, restamp } from './system/build-system.js';
import type { ElementType } from './system/element.js';
import { checkLoopVoltages, checkTopology } from './system/topology.js';

/** A circuit made ready to solve again and again; holds its own workspace, so do not share it. */
export interface PreparedCircuit {
  readonly circuit: Circuit;
  readonly settings: SimulationSettings;
  readonly solution: Solution;
  /** Whether the structure has been found sound, and for which held nodes. */
  checked: string | undefined;
}

export interface PrepareOptions {
  /** Further element types, asked before the standard ones. */
  readonly elements?: readonly ElementType[];
  /** Temperature in kelvin instead of the circuit's. */
  readonly temperature?: number;
}

/**
 * Numbers the unknowns, builds the matrix pattern and checks the structure.
 * @throws SpinbarError for unsupported devices, loops of voltage sources, floating nodes.
 */
export function prepareCircuit(
  circuit: Circuit,
  { elements = [], temperature = circuit.temperature }: PrepareOptions = {},
): PreparedCircuit {
  const transient = circuit.analyses.find(
    (analysis): analysis is TransientAnalysis => analysis.kind === 'tran',
  );
  const stop = transient?.stop ?? 0;
  const system = buildSystem(circuit, [...elements, ...standardElements], {
    temperature,
    nominalTemperature: circuit.nominalTemperature,
    transientStop: stop,
    transientStep: transient?.step || stop / 50,
    options: circuit.options,
  });
  const solution = newSolution(system);
  solution.evaluation.fresh = true;
  return { circuit, settings: simulationSettings(circuit), solution, checked: undefined };
}

/** Node voltages of `.ic` or `.nodeset` as unknowns. */
export const heldNodes = (list: readonly NodeVoltage[]) =>
  list.filter(({ node }) => node > 0).map(({ node, voltage }) => ({ unknown: node - 1, voltage }));

/**
 * Solves for the operating point, starting from where the last solution ended. With
 * `holdInitialConditions` the nodes of `.ic` are held.
 * @throws SpinbarError (exit code 3 for structural faults, 4 when nothing converges).
 */
export function solveDc(
  prepared: PreparedCircuit,
  { holdInitialConditions = false } = {},
): Strategy {
  const { circuit, settings, solution } = prepared;
  const forced = holdInitialConditions ? heldNodes(circuit.initialConditions) : [];
  const nodesets = heldNodes(circuit.nodesets);
  const held = forced.map(({ unknown }) => unknown);
  if (prepared.checked !== held.join()) checkTopology(solution.system, held);
  prepared.checked = held.join();
  const strategy = solveOperatingPoint(solution, { settings, forced, nodesets });
  checkLoopVoltages(solution.system, solution.evaluation.x);
  return strategy;
}

/**
 * Changes the value of a device in place: the dc value of a source (V, A), a resistance (ohm), a
 * gain, a capacitance (F). A source value leaves the factorisation valid.
 * @throws SpinbarError when there is no such device or nothing to set.
 */
export function setDeviceValue(
  { solution }: PreparedCircuit,
  name: string,
  value: number,
  parameter?: string,
): void {
  const { system } = solution;
  const found = findDevice(system, name.toLowerCase());
  const effect = found?.group.setValue?.(found.index, value, parameter);
  if (effect === undefined) {
    throw invalidInput({
      code: 'circuit.cannot-set',
      what: `${name} ${found ? `has no ${parameter ?? 'value'} that can be changed` : 'is no device of this circuit'}`,
      mend: 'name a source, resistor, capacitor, inductor or linear controlled source',
    });
  }
  if (effect === 'matrix') {
    restamp(system);
    forgetFactors(solution);
  }
}

/** Present value of a device, as `setDeviceValue` would set it. */
export function deviceValue(
  { solution }: PreparedCircuit,
  name: string,
  parameter?: string,
): number | undefined {
  const found = findDevice(solution.system, name.toLowerCase());
  return found?.group.value?.(found.index, parameter);
}
