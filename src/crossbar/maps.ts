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

/** Maps of a crossbar of linear cells under one input vector (M volts). Throws as `solveCrossbar`. */
export function crossbarMaps(
  crossbar: Crossbar,
  inputs: ArrayLike<number>,
  options: Omit<SolveOptions, 'voltages'> = {},
): CrossbarMaps {
  const { rows, columns, conductance } = crossbar;
  if (inputs.length !== rows) throw new RangeError('invalid inputs: want one input vector');
  const solved = solveCrossbar(crossbar, inputs, { ...options, voltages: true });
  const wordLineVoltage = solved.wordLineVoltages ?? new Float64Array();
  const bitLineVoltage = solved.bitLineVoltages ?? new Float64Array();
  const cellVoltage = wordLineVoltage.map((w, k) => w - bitLineVoltage[k]);
  const cellCurrent = cellVoltage.map((v, k) => v * conductance[k]);
  return {
    rows,
    columns,
    cellVoltage,
    voltageDrop: cellVoltage.map((v, k) => inputs[Math.floor(k / columns)] - v),
    cellCurrent,
    cellPower: cellVoltage.map((v, k) => v * cellCurrent[k]),
    wordLineVoltage,
    bitLineVoltage,
    currents: solved.currents,
  };
}
