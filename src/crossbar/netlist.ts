import { cellLines } from './cells/netlist.js';
import { endResistance } from './connectivity.js';
import { countVectors } from './solve.js';
import type { Crossbar } from './spec.js';

/**
 * The crossbar with one input vector (M volts, or gate drives) as SPICE text with `.op`, numbers in full precision.
 * Sources `vin<i>` (node `in<i>`), cells `rc<i>_<j>` between `w<i>_<j>` and `b<i>_<j>`, wires `rw..`,
 * `rb..`, non-linear cells as
 * behavioural sources `bc<i>_<j>`, sense sources `vs<j>` (node `out<j>`, 0 V): the column current is i(vs<j>). Resistances of 0
 * join their nodes, open ends and cells are left out, so that every solver accepts the text.
 */
export function crossbarToNetlist(crossbar: Crossbar, inputs: ArrayLike<number>): string {
  const { rows, columns, conductance, wire, driveSide, senseSide, cell, topology } = crossbar;
  if (countVectors(inputs, rows) !== 1)
    throw new RangeError('invalid inputs: want one input vector');
  const word = (i: number, j: number): string => wordNode(crossbar, i, j);
  const bit = (i: number, j: number): string => bitNode(crossbar, i, j);
  const lines = [`* crossbar ${rows} x ${columns}, wires ${wire.wordLine} and ${wire.bitLine} ohm`];
  const gated = topology.kind === 'gated';
  for (let i = 0; i < rows; i += 1) {
    lines.push(`vin${i} in${i} 0 DC ${gated ? topology.readVolt : inputs[i]}`);
  }
  for (let j = 0; j < columns; j += 1) lines.push(`vs${j} out${j} 0 DC 0`);
  const resistor = (name: string, from: string, to: string, ohm: number): void => {
    if (from !== to && ohm < Infinity) lines.push(`r${name} ${from} ${to} ${ohm}`);
  };
  for (let i = 0; i < rows; i += 1) {
    const end = wordEnd(crossbar, i);
    if (driveSide !== 'right') resistor(`dl${i}`, `in${i}`, word(i, 0), end);
    for (let j = 1; j < columns; j += 1) {
      resistor(`w${i}_${j}`, word(i, j - 1), word(i, j), wire.wordLine);
    }
    if (driveSide !== 'left') resistor(`dr${i}`, `in${i}`, word(i, columns - 1), end);
  }
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const g = conductance[i * columns + j];
      const nodes = { name: `c${i}_${j}`, from: word(i, j), to: bit(i, j) };
      lines.push(...cellLines(cell, g, gated ? inputs[i] : 1, nodes));
    }
  }
  for (let j = 0; j < columns; j += 1) {
    const end = bitEnd(crossbar, j);
    if (senseSide !== 'bottom') resistor(`lt${j}`, bit(0, j), `out${j}`, end);
    for (let i = 1; i < rows; i += 1) {
      resistor(`b${i}_${j}`, bit(i - 1, j), bit(i, j), wire.bitLine);
    }
    if (senseSide !== 'top') resistor(`lb${j}`, bit(rows - 1, j), `out${j}`, end);
  }
  return [...lines, '.op', '.end', ''].join('\n');
}

const wordEnd = ({ driver, endSegments, wire }: Crossbar, i: number): number =>
  endResistance(driver, i) + (endSegments ? wire.wordLine : 0);
const bitEnd = ({ load, endSegments, wire }: Crossbar, j: number): number =>
  endResistance(load, j) + (endSegments ? wire.bitLine : 0);

/** Node of word line i at column j: ideal wires make the line one node, ideal ends the source's. */
function wordNode(crossbar: Crossbar, i: number, j: number): string {
  const { columns, wire, driveSide } = crossbar;
  const ideal = wordEnd(crossbar, i) === 0;
  if (wire.wordLine === 0) return ideal ? `in${i}` : `w${i}_0`;
  const atLeft = j === 0 && driveSide !== 'right';
  const atRight = j === columns - 1 && driveSide !== 'left';
  return ideal && (atLeft || atRight) ? `in${i}` : `w${i}_${j}`;
}

function bitNode(crossbar: Crossbar, i: number, j: number): string {
  const { rows, wire, senseSide } = crossbar;
  const ideal = bitEnd(crossbar, j) === 0;
  if (wire.bitLine === 0) return ideal ? `out${j}` : `b0_${j}`;
  const atTop = i === 0 && senseSide !== 'bottom';
  const atBottom = i === rows - 1 && senseSide !== 'top';
  return ideal && (atTop || atBottom) ? `out${j}` : `b${i}_${j}`;
}
