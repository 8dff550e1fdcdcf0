import type { LineFamily, LineGrid } from './line-grid.js';

/** The same grid with horizontal and vertical lines exchanged, factors and all. */
export function transposeGrid({ rows, columns, links, horizontal, vertical }: LineGrid): LineGrid {
  const turn = (field: Float64Array): Float64Array => {
    const turned = new Float64Array(field.length);
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) turned[j * rows + i] = field[i * columns + j];
    }
    return turned;
  };
  const family = (lines: LineFamily): LineFamily => ({
    ...lines,
    pivot: lines.lumped ? lines.pivot : turn(lines.pivot),
    profile: turn(lines.profile),
  });
  return {
    rows: columns,
    columns: rows,
    links: turn(links),
    horizontal: family(vertical),
    vertical: family(horizontal),
  };
}
