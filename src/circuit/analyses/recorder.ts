import ndarray, { type NdArray } from 'ndarray';
import type { EquationSystem } from '../system/build-system.js';
import type { Evaluation } from '../system/element.js';

/** Rows of a result table, appended point by point. */
export interface Recorder {
  readonly names: readonly string[];
  /** Appends a row; `system` may be a rebuilt one of the same circuit. */
  readonly record: (evaluation: Evaluation, system?: EquationSystem) => void;
  readonly points: () => number;
  /** points x vectors. */
  readonly table: () => NdArray<Float64Array>;
}

/** Above this many numbers a table keeps node voltages and branch currents only (128 MB). */
const FULL_TABLE = 1 << 24;

/**
 * Numbers to reserve: three times as many points as expected, up to 16 MB, since memory that is never
 * written costs nothing while moving to a larger table does.
 */
function roomFor(width: number, expected: number): number {
  const spare = expected > 1 ? Math.min(3 * expected, Math.floor((1 << 21) / width)) : 1;
  return width * Math.max(1, Math.min(expected, 4096), spare);
}

/**
 * Records every node voltage and every element current; `expectedPoints` lets a long transient of
 * a large array fall back to nodes and branch currents, as ngspice records.
 */
export function recorder(
  system: EquationSystem,
  { expectedPoints = 1 }: { expectedPoints?: number } = {},
): Recorder {
  const { nodes, groups, circuit, voltages, branchNames } = system;
  const devices = groups.reduce((sum, { names }) => sum + names.length, 0);
  const full = (nodes + devices) * expectedPoints <= FULL_TABLE;
  const names = new Array<string>(nodes);
  for (let k = 0; k < nodes; k++) names[k] = `v(${circuit.nodeNames[k + 1]})`;
  const currentNames = full ? groups.flatMap((group) => group.names) : branchNames;
  for (const name of currentNames) names.push(`i(${name})`);
  const width = names.length;
  let data = new Float64Array(roomFor(width, expectedPoints));
  let points = 0;
  return {
    names,
    record(evaluation, { groups: present } = system) {
      if ((points + 1) * width > data.length) {
        const bigger = new Float64Array(2 * data.length + width);
        bigger.set(data);
        data = bigger;
      }
      let offset = points * width;
      data.set(evaluation.x.subarray(0, nodes), offset);
      offset += nodes;
      if (full) {
        for (const group of present) {
          group.currents(evaluation, data, offset);
          offset += group.names.length;
        }
      } else data.set(evaluation.x.subarray(voltages, system.size), offset);
      points++;
    },
    points: () => points,
    table: () => ndarray(data.subarray(0, points * width), [points, width]),
  };
}
