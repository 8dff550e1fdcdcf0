import type { Crossbar } from './spec.js';

/** Resistance of one end (ohm) for line `index`. */
export const endResistance = (value: number | Float64Array, index: number): number =>
  typeof value === 'number' ? value : value[index];

/**
 * Names every word and bit line that no path of wires, conducting cells, drivers and loads ties to a
 * source or sense node: breadth-first over lines, O(M N).
 */
export function floatingLines({
  rows,
  columns,
  conductance,
  driver,
  load,
}: Pick<Crossbar, 'rows' | 'columns' | 'conductance' | 'driver' | 'load'>): string[] {
  const reached = new Uint8Array(rows + columns);
  const queue: number[] = [];
  const reach = (line: number): void => {
    if (reached[line]) return;
    reached[line] = 1;
    queue.push(line);
  };
  for (let i = 0; i < rows; i += 1) if (endResistance(driver, i) < Infinity) reach(i);
  for (let j = 0; j < columns; j += 1) if (endResistance(load, j) < Infinity) reach(rows + j);
  for (let line = queue.pop(); line !== undefined; line = queue.pop()) {
    if (line < rows) {
      for (let j = 0; j < columns; j += 1) if (conductance[line * columns + j] > 0) reach(rows + j);
    } else {
      for (let i = 0; i < rows; i += 1) {
        if (conductance[i * columns + line - rows] > 0) reach(i);
      }
    }
  }
  const names: string[] = [];
  reached.forEach((known, line) => {
    if (!known) names.push(line < rows ? `word line ${line}` : `bit line ${line - rows}`);
  });
  return names;
}
