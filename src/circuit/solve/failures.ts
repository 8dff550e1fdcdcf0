import { numericalFailure, type SpinbarError } from '../../errors/index.js';
import { locate, type Circuit } from '../../netlist/index.js';
import { unknownName, type EquationSystem } from '../system/build-system.js';
import type { Solution } from './newton.js';
import type { Strategy } from './operating-point.js';

/** A pivot vanished although the structure is sound: the values make the equations dependent. */
export function singularFailure(system: EquationSystem, unknown: number): SpinbarError {
  const touching = devicesAt(system, unknown);
  return numericalFailure({
    code: 'circuit.singular',
    what: `the equations do not determine the ${unknownName(system, unknown)}`,
    ...placeOf(system.circuit, touching[0]),
    why: `the matrix is singular there${touching.length > 0 ? `; devices at it: ${touching.slice(0, 6).join(', ')}` : ''}`,
    mend: 'look for controlled sources whose gains cancel, conductances that sum to zero, or a node without a path to ground',
  });
}

/** Newton and every homotopy failed. */
export function convergenceFailure(solution: Solution, tried: readonly Strategy[]): SpinbarError {
  const { system } = solution;
  const worst = tried.at(-1)?.outcome.worst ?? 0;
  const touching = devicesAt(system, worst);
  return numericalFailure({
    code: 'circuit.no-convergence',
    what: `no operating point found; the worst unknown is the ${unknownName(system, worst)}`,
    ...placeOf(system.circuit, touching[0]),
    why: `tried ${tried.map(({ name, outcome }) => `${name} (${outcome.iterations} iterations in the last step)`).join(', ')}${touching.length > 0 ? `; devices at it: ${touching.slice(0, 6).join(', ')}` : ''}`,
    mend: 'check the models of these devices; give a start with .nodeset, loosen .options reltol, or raise itl1 or gmin',
  });
}

/** Names of devices connected to a node unknown, or the owner of a branch unknown. */
export function devicesAt(system: EquationSystem, unknown: number): string[] {
  const { circuit, nodes, voltages, branchNames, internalNames } = system;
  if (unknown >= voltages) return [branchNames[unknown - voltages]];
  if (unknown >= nodes) return [internalNames[unknown - nodes].replace(/#.*$/, '')];
  const node = unknown + 1;
  const names: string[] = [];
  for (const { names: list, nodes: ends, count } of [circuit.resistors, circuit.capacitors]) {
    for (let k = 0; k < count && names.length < 8; k++) {
      if (ends[2 * k] === node || ends[2 * k + 1] === node) names.push(list[k]);
    }
  }
  for (const device of circuit.devices) if (device.nodes.includes(node)) names.push(device.name);
  return names;
}

/** Where a device was written, as a part of a diagnostic. */
export function placeOf(circuit: Circuit, device: string | undefined) {
  if (device === undefined) return {};
  for (const { names, places } of [circuit.resistors, circuit.capacitors]) {
    const index = names.indexOf(device);
    if (index >= 0) return { where: locate(circuit.sources, places[index]) };
  }
  const found = circuit.devices.find(({ name }) => name === device);
  return found ? { where: locate(circuit.sources, found.place) } : {};
}
