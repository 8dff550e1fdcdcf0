import { dissectLines } from './line-dissection.js';
import type { LineFamily, LineGrid } from './line-grid.js';
import { analyseLdl, compressEntries, factorLdl, solveLdl } from './sparse/index.js';

/** A factored grid: S x = rhs by one forward and back substitution. */
export interface LineDirect {
  /** x <- S^-1 rhs (rows x columns); pinned nodes give 0. */
  solve(rhs: Float64Array, x: Float64Array): void;
  /** Entries of L. */
  readonly fill: number;
}

/**
 * Sparse L D L^T of the whole grid, both families, ordered by nested dissection (by minimum degree when
 * lines are lumped): for grids on which line-preconditioned iteration is slow. Returns undefined when a
 * pivot vanishes.
 */
export function factorLineDirect(grid: LineGrid): LineDirect | undefined {
  const { rows, columns, links, horizontal, vertical } = grid;
  const size = rows * columns;
  const nodes = numberNodes(grid);
  const entries = assemble(grid, nodes);
  const { pattern, slot } = compressEntries(
    nodes.count,
    Int32Array.from(entries.row),
    Int32Array.from(entries.column),
  );
  const values = new Float64Array(pattern.rowIndex.length);
  slot.forEach((place, k) => {
    values[place] += entries.value[k];
  });
  const lumped = horizontal.lumped || vertical.lumped;
  const natural = Int32Array.from({ length: nodes.count }, (_, k) => k);
  const factors = analyseLdl(pattern, lumped ? {} : { order: natural });
  if (factorLdl(factors, values, { pivotTolerance: 0 }) >= 0) return undefined;
  const b = new Float64Array(nodes.count);
  const work = new Float64Array(nodes.count);
  return {
    fill: factors.rowIndex.length,
    solve(rhs, x) {
      b.fill(0);
      for (let k = 0; k < size; k += 1) {
        if (nodes.down[k] >= 0) b[nodes.down[k]] += rhs[k];
      }
      solveLdl(factors, b, work);
      for (let k = 0; k < size; k += 1) x[k] = nodes.down[k] >= 0 ? b[nodes.down[k]] : 0;
    },
  };

  interface Entries {
    readonly row: number[];
    readonly column: number[];
    readonly value: number[];
  }

  function assemble({ horizontal: h, vertical: v }: LineGrid, { across, down }: Nodes): Entries {
    const list: Entries = { row: [], column: [], value: [] };
    const push = (p: number, q: number, value: number): void => {
      if (p < 0 || q < 0) return;
      list.row.push(p);
      list.column.push(q);
      list.value.push(value);
    };
    const tie = (p: number, q: number, g: number): void => {
      if (g === 0 || p === q) return;
      push(p, p, g);
      push(q, q, g);
      push(p, q, -g);
      push(q, p, -g);
    };
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) {
        const k = i * columns + j;
        tie(across[k], down[k], links[k]);
        if (j > 0) tie(across[k - 1], across[k], h.segment);
        if (i > 0) tie(down[k - columns], down[k], v.segment);
      }
      push(across[i * columns], across[i * columns], h.near[i]);
      push(across[i * columns + columns - 1], across[i * columns + columns - 1], h.far[i]);
    }
    for (let j = 0; j < columns; j += 1) {
      push(down[j], down[j], v.near[j]);
      push(down[size - columns + j], down[size - columns + j], v.far[j]);
    }
    return list;
  }
}

interface Nodes {
  /** Unknown of each node, -1 where pinned; the nodes of a lumped line share one. */
  readonly across: Int32Array;
  readonly down: Int32Array;
  readonly count: number;
}

function numberNodes({ rows, columns, horizontal, vertical }: LineGrid): Nodes {
  const across = new Int32Array(rows * columns).fill(-1);
  const down = new Int32Array(rows * columns).fill(-1);
  let count = 0;
  const lumpedNodes = new Map<string, number>();
  const number = (family: LineFamily, name: string, line: number, k: number): number => {
    if (!family.lumped) return family.pivot[k] === 0 ? -1 : count++;
    if (family.pivot[line] === 0) return -1;
    const key = `${name}${line}`;
    const known = lumpedNodes.get(key);
    if (known !== undefined) return known;
    lumpedNodes.set(key, count);
    return count++;
  };
  dissectLines(rows, columns, (family, i, j) => {
    const k = i * columns + j;
    if (family === 'horizontal') across[k] = number(horizontal, 'h', i, k);
    else down[k] = number(vertical, 'v', j, k);
  });
  return { across, down, count };
}
