import { invalidInput } from '../../errors/index.js';
import { locate, type Circuit, type CircuitDevice } from '../../netlist/index.js';
import {
  compressEntries,
  rowView,
  type RowView,
  type SparsePattern,
} from '../../numerics/sparse/index.js';
import { controllingDevices } from './controlling-devices.js';
import type { ElementGroup, ElementSettings, ElementType, LinearSums } from './element.js';

/** The equations F(x, t) + dQ(x)/dt = 0 of one circuit: unknowns, pattern, element groups. */
export interface EquationSystem {
  readonly circuit: Circuit;
  readonly settings: ElementSettings;
  /** Unknowns: node voltages, voltages of internal nodes, branch currents; in this order. */
  readonly size: number;
  /** Number of unknowns that are voltages. */
  readonly voltages: number;
  /** Number of nodes of the netlist without ground; unknown k < nodes is node k + 1. */
  readonly nodes: number;
  readonly internalNames: readonly string[];
  /** Devices that own the branch unknowns, from unknown `voltages` on. */
  readonly branchNames: readonly string[];
  readonly pattern: SparsePattern;
  /** The pattern by rows, made when it is first asked for. */
  readonly rows: () => RowView;
  /** Slot of the diagonal of each voltage unknown. */
  readonly diagonal: Int32Array;
  readonly groups: readonly ElementGroup[];
  /** Constant parts of G and C, length nnz + 1 (the last is the bin); see `restamp`. */
  readonly constantG: Float64Array;
  readonly constantC: Float64Array;
  /** See `evaluate`. */
  readonly sums: LinearSums;
  /** No element has contributions that depend on x. */
  readonly linear: boolean;
  /** All that depends on x is linearised: expressions hold on beyond the point they were made at. */
  readonly continues: boolean;
  readonly symmetric: boolean;
}

/**
 * Gives every unknown a number, every device its type, every matrix entry its slot.
 * @throws SpinbarError for devices that no element type models and for unknown controlling devices.
 */
export function buildSystem(
  circuit: Circuit,
  elements: readonly ElementType[],
  settings: ElementSettings,
): EquationSystem {
  const claimed = claimDevices(circuit, elements);
  const controlling = controllingDevices(circuit);
  const internalIndex = new Map<string, number>();
  const branchIndex = new Map<string, number>();
  for (const [type, devices] of claimed) {
    type.declare?.(devices, {
      circuit,
      controlling,
      branch: (name) => branchIndex.set(name, branchIndex.size),
      internalNode: (name) => internalIndex.set(name, internalIndex.size),
    });
  }
  const nodes = circuit.nodeNames.length - 1;
  const voltages = nodes + internalIndex.size;
  const size = voltages + branchIndex.size;
  checkControls(circuit, branchIndex);

  const entries = entryList();
  const diagonal = new Int32Array(voltages);
  for (let i = 0; i < voltages; i++) diagonal[i] = entries.add(i, i);
  const groups = claimed.flatMap(([type, devices]) =>
    type.build(devices, {
      circuit,
      settings,
      controlling,
      size,
      unknownOfNode: (node) => (node === 0 ? size : node - 1),
      unknownOfInternalNode: (name) => nodes + internalIndex.get(name)!,
      branchOf: (device) => {
        const branch = branchIndex.get(device);
        return branch === undefined ? -1 : voltages + branch;
      },
      entry: entries.add,
    }),
  );
  const { pattern, slot } = compressEntries(size, entries.rows(), entries.columns());
  const resolve = (handles: Int32Array) => {
    for (let k = 0; k < handles.length; k++) handles[k] = slot[handles[k]];
  };
  resolve(diagonal);
  for (const group of groups) group.entries.forEach(resolve);
  const spare = pattern.columnStart[size] + 1;
  let rows: RowView | undefined;
  const system: EquationSystem = {
    circuit,
    settings,
    size,
    voltages,
    nodes,
    internalNames: [...internalIndex.keys()],
    branchNames: [...branchIndex.keys()],
    pattern,
    rows: () => (rows ??= rowView(pattern)),
    diagonal,
    groups,
    constantG: new Float64Array(spare),
    constantC: new Float64Array(spare),
    sums: {
      g: new Float64Array(spare),
      c: new Float64Array(spare),
      f: new Float64Array(size + 1),
      q: new Float64Array(size + 1),
      age: Infinity,
    },
    linear: groups.every((g) => g.load === undefined && g.linearise === undefined),
    continues: groups.every((g) => g.load === undefined),
    symmetric: groups.every(({ symmetric }) => symmetric),
  };
  restamp(system);
  return system;
}

/** Computes the constant parts of G and C anew, after a value has changed. */
export function restamp({ groups, constantG, constantC, sums }: EquationSystem): void {
  constantG.fill(0);
  constantC.fill(0);
  for (const group of groups) group.stampConstant?.(constantG, constantC);
  constantG[constantG.length - 1] = 0;
  constantC[constantC.length - 1] = 0;
  sums.age = Infinity;
}

/** `node out` or `current of l1`: the unknown in words. */
export function unknownName(system: EquationSystem, unknown: number): string {
  const { nodes, voltages, circuit, internalNames, branchNames } = system;
  if (unknown < nodes) return `node ${circuit.nodeNames[unknown + 1]}`;
  if (unknown < voltages) return `internal node ${internalNames[unknown - nodes]}`;
  return `current of ${branchNames[unknown - voltages]}`;
}

/** Finds a device by flat name. */
export function findDevice(
  { groups }: EquationSystem,
  name: string,
): { group: ElementGroup; index: number } | undefined {
  for (const group of groups) {
    const index = group.names.indexOf(name);
    if (index >= 0) return { group, index };
  }
  return undefined;
}

function claimDevices(circuit: Circuit, elements: readonly ElementType[]) {
  const claimed = elements.map((type) => [type, [] as CircuitDevice[]] as const);
  const refused: CircuitDevice[] = [];
  for (const device of circuit.devices) {
    const home = claimed.find(([type]) => type.claims(device, circuit));
    if (home) home[1].push(device);
    else refused.push(device);
  }
  if (refused.length > 0) throw invalidInput(refused.map((device) => unsupported(device, circuit)));
  return claimed;
}

function unsupported(device: CircuitDevice, circuit: Circuit) {
  const card = 'model' in device && device.model ? circuit.models.get(device.model) : undefined;
  const level = card?.parameters.level;
  const model = card
    ? ` with model ${card.name} (${card.type}${level ? ` level ${level}` : ''})`
    : '';
  return {
    code: 'circuit.unsupported-device',
    what: `${device.name}${model} is of a kind this simulator has no model for`,
    where: locate(circuit.sources, device.place),
    why: 'R, C, L, K, V, I, E, F, G, H, B, D, M (levels 1, 2, 3 and 44, EKV), S, W, memristors and magnetic tunnel junctions are modelled',
    mend: 'use one of these, or describe the device by a B source',
  };
}

function checkControls(circuit: Circuit, branches: ReadonlyMap<string, number>): void {
  const findings = circuit.devices.flatMap((device) => {
    const control = 'control' in device ? device.control : undefined;
    const used = 'behaviour' in device && device.behaviour ? device.behaviour.inputs : [];
    const names = [
      ...(control === undefined ? [] : [control]),
      ...used.flatMap((input) => (input.kind === 'current' ? [input.device] : [])),
    ];
    return names
      .filter((name) => !branches.has(name))
      .map((name) => ({
        code: 'circuit.no-controlling-current',
        what: `${device.name} uses the current of ${name}, which has no current of its own to use`,
        where: locate(circuit.sources, device.place),
        why: 'the current of V, E, H, L, R and B (voltage) devices can control; others and missing ones cannot',
        mend: `put a 0 V source in series with ${name} and use its current`,
      }));
  });
  if (findings.length > 0) throw invalidInput(findings);
}

/** Growable (row, column) list. */
function entryList() {
  let rows = new Int32Array(1024);
  let columns = new Int32Array(1024);
  let count = 0;
  return {
    add: (row: number, column: number): number => {
      if (count === rows.length) {
        const grow = (old: Int32Array) => {
          const bigger = new Int32Array(2 * old.length);
          bigger.set(old);
          return bigger;
        };
        rows = grow(rows);
        columns = grow(columns);
      }
      rows[count] = row;
      columns[count] = column;
      return count++;
    },
    rows: () => rows.subarray(0, count),
    columns: () => columns.subarray(0, count),
  };
}
