import { evaluateCells } from './cells/model.js';
import { solveCrossbar, type SolveOptions } from './solve.js';
import type { Crossbar } from './spec.js';

/** Word-line by bit-line maps of one input vector, each M x N row-major. */
export interface CrossbarMaps {
  readonly rows: number;
  readonly columns: number;
  /** Voltage across each cell, w - b (V). */
  readonly cellVoltage: Float64Array;
  /** Part of the source voltage that wires, drivers and loads take from each cell: V_i - (w - b) (V). */
  readonly voltageDrop: Float64Array;
  /** Current through each cell (A). */
  readonly cellCurrent: Float64Array;
  /** Dissipation in each cell (W). */
  readonly cellPower: Float64Array;
  readonly wordLineVoltage: Float64Array;
  readonly bitLineVoltage: Float64Array;
  /** N column currents (A). */
  readonly currents: Float64Array;
}

/** Maps of a crossbar under one input vector (M volts, or gate drives). Throws as `solveCrossbar`. */
export function crossbarMaps(
  crossbar: Crossbar,
  inputs: ArrayLike<number>,
  options: Omit<SolveOptions, 'voltages'> = {},
): CrossbarMaps {
  const { rows, columns, conductance, cell, topology } = crossbar;
  if (inputs.length !== rows) throw new RangeError('invalid inputs: want one input vector');
  const solved = solveCrossbar(crossbar, inputs, { ...options, voltages: true });
  const wordLineVoltage = solved.wordLineVoltages ?? new Float64Array();
  const bitLineVoltage = solved.bitLineVoltages ?? new Float64Array();
  const cellVoltage = wordLineVoltage.map((w, k) => w - bitLineVoltage[k]);
  const gated = topology.kind === 'gated';
  const gate = gated ? Float64Array.from(inputs) : undefined;
  const cellCurrent = new Float64Array(cellVoltage.length);
  const slope = new Float64Array(cellVoltage.length);
  evaluateCells(cell, conductance, gate, columns, cellVoltage, cellCurrent, slope);
  const source = (k: number): number =>
    gated ? topology.readVolt : inputs[Math.floor(k / columns)];
  return {
    rows,
    columns,
    cellVoltage,
    voltageDrop: cellVoltage.map((v, k) => source(k) - v),
    cellCurrent,
    cellPower: cellVoltage.map((v, k) => v * cellCurrent[k]),
    wordLineVoltage,
    bitLineVoltage,
    currents: solved.currents,
  };
}
