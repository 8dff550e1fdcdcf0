import { lineCurrents, lineRuns, type LineRun, type LineState } from './line-currents.js';
import type { CrossbarMaps } from './maps.js';
import type { Crossbar } from './spec.js';

/** Where the power of one input vector goes (W). */
export interface CrossbarPower {
  /** What the sources deliver: source voltage times the current of the row's cells. */
  readonly delivered: number;
  readonly cells: number;
  readonly wordLines: number;
  readonly bitLines: number;
  /** Drivers and loads, with the end segments where there are any. */
  readonly drivers: number;
  readonly loads: number;
  /** Segment between (i, j - 1) and (i, j), M x N row-major; 0 for j = 0, where the driver is. */
  readonly wordLineSegments: Float64Array;
  /** Segment between (i - 1, j) and (i, j), M x N row-major; 0 for i = 0. */
  readonly bitLineSegments: Float64Array;
}

/**
 * Power in every resistance for source voltages `source` (M; for gated rows the read voltage). Currents
 * along lines follow from Kirchhoff's law, not from differences of voltages, so that wires of any
 * resistance are right.
 */
export function crossbarPower(
  crossbar: Crossbar,
  { cellCurrent, cellPower, wordLineVoltage, bitLineVoltage }: CrossbarMaps,
  source: ArrayLike<number>,
): CrossbarPower {
  const { rows, columns } = crossbar;
  const { wordLines, bitLines } = lineRuns(crossbar);
  const entering = cellCurrent.map((current) => -current);
  const word = dissipation(wordLines, {
    port: (i) => source[i],
    node: wordLineVoltage,
    leaving: cellCurrent,
  });
  const bit = dissipation(bitLines, { port: () => 0, node: bitLineVoltage, leaving: entering });
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  let delivered = 0;
  for (let k = 0; k < rows * columns; k += 1) {
    delivered += source[Math.floor(k / columns)] * cellCurrent[k];
  }
  return {
    delivered,
    cells: sum(cellPower),
    wordLines: sum(word.segments),
    bitLines: sum(bit.segments),
    drivers: word.ends,
    loads: bit.ends,
    wordLineSegments: word.segments,
    bitLineSegments: bit.segments,
  };
}

function dissipation(
  run: LineRun,
  state: LineState,
): { readonly segments: Float64Array; readonly ends: number } {
  const segments = new Float64Array(run.lines * run.nodes);
  let ends = 0;
  for (let line = 0; line < run.lines; line += 1) {
    // Where the split between two ideal ends is not defined, nothing on the line takes power.
    const { along, near, far } = lineCurrents(run, line, state, (total) => total / 2);
    for (let n = 1; n < run.nodes; n += 1) {
      segments[line * run.lineStride + n * run.nodeStride] = along[n] ** 2 * run.segment;
    }
    const end = run.end(line);
    // An open end carries nothing: 0 times Infinity is not a number.
    if (end < Infinity) ends += (near ** 2 + far ** 2) * end;
  }
  return { segments, ends };
}
