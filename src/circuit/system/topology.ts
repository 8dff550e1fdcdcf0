import { invalidInput, type Diagnostic } from '../../errors/index.js';
import { devicesAt, placeOf } from '../solve/failures.js';
import { unknownName, type EquationSystem } from './build-system.js';

type Finding = Omit<Diagnostic, 'severity'>;

/** A loop of given voltages: its branches, the last of them closing it. */
interface VoltageLoop {
  readonly branches: readonly number[];
  /** Ends of the closing branch. */
  readonly ends: readonly [number, number];
}

/**
 * Structural check before any number is computed: loops of voltage sources, and nodes without a dc
 * path to ground, each named with its devices. `held` lists unknowns that an initial condition holds.
 * Loops with an inductor are allowed: `checkLoopVoltages` looks at them when the dc solution is known.
 * @throws SpinbarError with every finding.
 */
export function checkTopology(system: EquationSystem, held: readonly number[] = []): void {
  const inductive = inductorBranches(system);
  const loops = voltageLoops(system);
  const hopeless = loops.filter(({ branches }) => !branches.some((i) => inductive.has(i)));
  const findings = [
    ...hopeless.map((loop) => loopFinding(system, loop)),
    ...floatingNodes(system, held),
  ];
  if (findings.length > 0) throw invalidInput(findings);
  const closing = new Set(
    loops.flatMap(({ branches }) => branches.filter((i) => inductive.has(i))),
  );
  for (const { closeLoops } of system.groups) closeLoops?.(closing);
}

/** Dc voltage (V) across an inductor in a loop from which on the loop's sources contradict each other. */
const CONTRADICTION = 1e-5;

/**
 * Looks at the loops of voltage sources and inductors: where the sources do not add up to nothing, the
 * dc current through the inductor has no bound.
 * @throws SpinbarError with every such loop.
 */
export function checkLoopVoltages(system: EquationSystem, x: Float64Array): void {
  const ends = inductorBranches(system);
  if (ends.size === 0) return;
  const findings = voltageLoops(system).flatMap((loop) => {
    const across = loop.branches.reduce((most, i) => {
      const [a, b] = ends.get(i) ?? [system.size, system.size];
      return Math.max(most, Math.abs(x[a] - x[b]));
    }, 0);
    return across > CONTRADICTION ? [loopFinding(system, loop, across)] : [];
  });
  if (findings.length > 0) throw invalidInput(findings);
}

/** Ends of each branch of an inductor. */
function inductorBranches({
  groups,
}: EquationSystem): ReadonlyMap<number, readonly [number, number]> {
  const ends = new Map<number, readonly [number, number]>();
  for (const { closeLoops, voltageBranches } of groups) {
    if (!closeLoops || !voltageBranches) continue;
    for (let k = 0; k < voltageBranches.length; k += 3)
      ends.set(voltageBranches[k], [voltageBranches[k + 1], voltageBranches[k + 2]]);
  }
  return ends;
}

/** Spanning forest of the voltage-defined branches: a branch within one tree closes a loop. */
function voltageLoops(system: EquationSystem): VoltageLoop[] {
  const { size, groups } = system;
  const parent = unionFind(size + 1);
  const links = new Map<number, { to: number; branch: number }[]>();
  const loops: VoltageLoop[] = [];
  const connect = (from: number, to: number, branch: number) => {
    const list = links.get(from) ?? [];
    list.push({ to, branch });
    links.set(from, list);
  };
  for (const { voltageBranches = new Int32Array(0) } of groups) {
    for (let k = 0; k < voltageBranches.length; k += 3) {
      const [branch, a, b] = voltageBranches.subarray(k, k + 3);
      if (find(parent, a) !== find(parent, b)) {
        parent[find(parent, a)] = find(parent, b);
        connect(a, b, branch);
        connect(b, a, branch);
        continue;
      }
      loops.push({ branches: [...pathBetween(links, a, b), branch], ends: [a, b] });
    }
  }
  return loops;
}

function loopFinding(
  { branchNames, voltages, circuit }: EquationSystem,
  { branches, ends: [a, b] }: VoltageLoop,
  contradiction?: number,
): Finding {
  const names = branches.map((i) => branchNames[i - voltages]);
  const name = names[names.length - 1];
  return {
    code: 'circuit.voltage-loop',
    what:
      a === b
        ? `${name} has both ends on the same node`
        : `${names.join(', ')} form a loop of voltage sources, inductors or shorts`,
    ...placeOf(circuit, name),
    why:
      contradiction === undefined
        ? 'the voltages around the loop are given, so its current is undetermined or infinite'
        : `at dc ${contradiction.toPrecision(3)} V would lie across an inductor, whose current has no bound`,
    mend: `put a small resistance in series with ${name}${contradiction === undefined ? '' : ', or start the transient with uic'}`,
  };
}

/** Branches on the path from a to b in the forest. */
function pathBetween(
  links: ReadonlyMap<number, readonly { to: number; branch: number }[]>,
  a: number,
  b: number,
): number[] {
  const cameFrom = new Map<number, { from: number; branch: number }>();
  const queue = [a];
  for (let node = queue.pop(); node !== undefined && node !== b; node = queue.pop()) {
    for (const { to, branch } of links.get(node) ?? []) {
      if (to === a || cameFrom.has(to)) continue;
      cameFrom.set(to, { from: node, branch });
      queue.push(to);
    }
  }
  const path: number[] = [];
  for (let step = cameFrom.get(b); step; step = cameFrom.get(step.from)) path.push(step.branch);
  return path;
}

/** Nodes in islands that nothing connects to ground at dc. */
function floatingNodes(system: EquationSystem, held: readonly number[]): Finding[] {
  const { size, voltages, groups, circuit } = system;
  const parent = unionFind(size + 1);
  for (const { conductingPaths = new Int32Array(0) } of groups) {
    for (let k = 0; k < conductingPaths.length; k += 2) {
      parent[find(parent, conductingPaths[k])] = find(parent, conductingPaths[k + 1]);
    }
  }
  for (const unknown of held) parent[find(parent, unknown)] = find(parent, size);
  const islands = new Map<number, number[]>();
  const ground = find(parent, size);
  for (let i = 0; i < voltages; i++) {
    const root = find(parent, i);
    if (root === ground) continue;
    const island = islands.get(root) ?? [];
    island.push(i);
    islands.set(root, island);
  }
  return [...islands.values()].map((island) => {
    const devices = [...new Set(island.slice(0, 20).flatMap((i) => devicesAt(system, i)))];
    const names = island.slice(0, 5).map((i) => unknownName(system, i));
    const more = island.length > names.length ? ` and ${island.length - names.length} more` : '';
    return {
      code: 'circuit.floating-node',
      what: `${names.join(', ')}${more} ${island.length === 1 ? 'has' : 'have'} no dc path to ground`,
      ...placeOf(circuit, devices[0]),
      why: `only ${devices.slice(0, 6).join(', ')} ${devices.length === 1 ? 'touches' : 'touch'} it, and capacitors, current sources and control inputs carry no dc voltage`,
      mend: 'connect it, put a large resistor to ground, or hold it with .ic',
    };
  });
}

const unionFind = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

function find(parent: Int32Array, i: number): number {
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}
