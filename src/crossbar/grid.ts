import { factorLineGrid, type LineGrid } from '../numerics/line-grid.js';
import { endResistance } from './connectivity.js';
import type { Crossbar } from './spec.js';

/** The crossbar as a factored line grid: word lines horizontal, bit lines vertical. */
export function crossbarGrid(
  crossbar: Crossbar,
  links: Float64Array = crossbar.conductance,
): LineGrid {
  const { rows, columns, wire, driver, load, driveSide, senseSide, endSegments } = crossbar;
  const extra = endSegments ? 1 : 0;
  const word = Float64Array.from({ length: rows }, (_, i) =>
    conductanceOf(endResistance(driver, i) + extra * wire.wordLine),
  );
  const bit = Float64Array.from({ length: columns }, (_, j) =>
    conductanceOf(endResistance(load, j) + extra * wire.bitLine),
  );
  const open = (ends: Float64Array): Float64Array => new Float64Array(ends.length);
  return factorLineGrid({
    rows,
    columns,
    links,
    horizontal: {
      segment: conductanceOf(wire.wordLine),
      near: driveSide === 'right' ? open(word) : word,
      far: driveSide === 'left' ? open(word) : word,
    },
    vertical: {
      segment: conductanceOf(wire.bitLine),
      near: senseSide === 'bottom' ? open(bit) : bit,
      far: senseSide === 'top' ? open(bit) : bit,
    },
  });
}

/** 1 / R with 0 -> Infinity (ideal) and Infinity -> 0 (open). */
const conductanceOf = (resistanceOhm: number): number => 1 / resistanceOhm;
