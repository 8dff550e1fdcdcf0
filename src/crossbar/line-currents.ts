import { invalidInput } from '../errors/index.js';
import { endResistance } from './connectivity.js';
import type { Crossbar } from './spec.js';

/** The lines of one family with their resistances (ohm). */
export interface LineRun {
  readonly lines: number;
  readonly nodes: number;
  readonly lineStride: number;
  readonly nodeStride: number;
  /** Segment resistance, and resistance between an end node and its port (ohm). */
  readonly segment: number;
  readonly end: (line: number) => number;
  /** Whether ports exist at the first and at the last node. */
  readonly near: boolean;
  readonly far: boolean;
}

export interface LineState {
  readonly port: (line: number) => number;
  readonly node: Float64Array;
  /** Current leaving each node through its link (A). */
  readonly leaving: Float64Array;
}

export interface LineCurrents {
  /** Towards the far end; along[n] between nodes n - 1 and n (A). */
  readonly along: Float64Array;
  /** From the ports into the ends (A). */
  readonly near: number;
  readonly far: number;
}

/** Word lines and bit lines of a crossbar, near ends left and top. */
export function lineRuns(crossbar: Crossbar): {
  readonly wordLines: LineRun;
  readonly bitLines: LineRun;
} {
  const { rows, columns, wire, driveSide, senseSide, endSegments } = crossbar;
  const wordLines: LineRun = {
    lines: rows,
    nodes: columns,
    lineStride: columns,
    nodeStride: 1,
    segment: wire.wordLine,
    end: (i) => endResistance(crossbar.driver, i) + (endSegments ? wire.wordLine : 0),
    near: driveSide !== 'right',
    far: driveSide !== 'left',
  };
  const bitLines: LineRun = {
    lines: columns,
    nodes: rows,
    lineStride: 1,
    nodeStride: columns,
    segment: wire.bitLine,
    end: (j) => endResistance(crossbar.load, j) + (endSegments ? wire.bitLine : 0),
    near: senseSide !== 'bottom',
    far: senseSide !== 'top',
  };
  return { wordLines, bitLines };
}

/**
 * Currents of one line: from its ports into its ends, and along each segment towards the far end
 * (along[n] between nodes n - 1 and n). A line with one port follows from Kirchhoff's current law alone,
 * without differences of nearly equal voltages.
 */
export function lineCurrents(
  { nodes, lineStride, nodeStride, segment, end, near, far }: LineRun,
  line: number,
  { port, node, leaving }: LineState,
  undefinedSplit: (total: number) => number = refuseSplit,
): LineCurrents {
  const at = (n: number): number => line * lineStride + n * nodeStride;
  const along = new Float64Array(nodes);
  let total = 0;
  for (let n = 0; n < nodes; n += 1) total += leaving[at(n)];
  let entering = near ? (far ? splitCurrent() : total) : 0;
  const nearCurrent = entering;
  for (let n = 1; n < nodes; n += 1) {
    entering -= leaving[at(n - 1)];
    along[n] = entering;
  }
  return { along, near: nearCurrent, far: far ? total - nearCurrent : 0 };

  /** The near port's share where both ends are fed. */
  function splitCurrent(): number {
    const resistance = end(line);
    if (resistance > 0) return (port(line) - node[at(0)]) / resistance;
    if (nodes > 1 && segment > 0) return leaving[at(0)] + (node[at(0)] - node[at(1)]) / segment;
    return undefinedSplit(total);
  }
}

const refuseSplit = (): never => {
  throw invalidInput({
    code: 'crossbar.undefined-split',
    what: 'an ideal line fed from both sides through ideal ends',
    why: 'How its current divides between the two ends, hence the sensitivity, is not defined.',
    mend: 'Give the wire, driver or load a resistance, or feed the line from one side.',
  });
};
