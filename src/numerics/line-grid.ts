/**
 * A grid of two families of lines, as linear algebra: M horizontal lines of N nodes and N vertical
 * lines of M nodes; node (i, j) of horizontal line i is tied to node (i, j) of vertical line j by the
 * link conductance g(i, j). Lines may be tied to ports at their near end (j = 0, i = 0) and far end.
 * Eliminating one family exactly costs one tridiagonal solve a line: see line-pcg.ts.
 *
 * All conductances in siemens. A segment conductance of Infinity makes a line one single node
 * ("lumped"); an end conductance of Infinity pins the end node to its port; 0 leaves it open.
 */
export interface LineGridSpec {
  readonly rows: number;
  readonly columns: number;
  /** Links, rows x columns, row-major, each finite and not negative (S). */
  readonly links: Float64Array;
  readonly horizontal: LineFamilySpec;
  readonly vertical: LineFamilySpec;
}

export interface LineFamilySpec {
  /** Conductance between neighbouring nodes of a line (S). */
  readonly segment: number;
  /** Conductance from each line's first and last node to its port (S), one entry a line. */
  readonly near: Float64Array;
  readonly far: Float64Array;
}

/** A family factored for exact line solves with the other family held at zero. */
export interface LineFamily {
  readonly lumped: boolean;
  /** Segment conductance (S); 0 when lumped, so that differences along the line drop out. */
  readonly segment: number;
  /** End conductances (S) with pinned ends entered as 0: their node is not an unknown. */
  readonly near: Float64Array;
  readonly far: Float64Array;
  /**
   * Reciprocal pivots (ohm) of the tridiagonal elimination: rows x columns, row-major; 0 at pinned
   * nodes. For a lumped family one entry a line.
   */
  readonly pivot: Float64Array;
  /** Node voltages of each line for 1 V at its port, the other family at zero; rows x columns. */
  readonly profile: Float64Array;
}

export interface LineGrid {
  readonly rows: number;
  readonly columns: number;
  readonly links: Float64Array;
  readonly horizontal: LineFamily;
  readonly vertical: LineFamily;
}

/** Factors both families: O(rows x columns) work, 4 arrays of rows x columns doubles. */
export function factorLineGrid({
  rows,
  columns,
  links,
  horizontal,
  vertical,
}: LineGridSpec): LineGrid {
  const across: LineLayout = { lines: rows, nodes: columns, lineStride: columns, nodeStride: 1 };
  const down: LineLayout = { lines: columns, nodes: rows, lineStride: 1, nodeStride: columns };
  return {
    rows,
    columns,
    links,
    horizontal: factorFamily(links, horizontal, across),
    vertical: factorFamily(links, vertical, down),
  };
}

interface LineLayout {
  readonly lines: number;
  readonly nodes: number;
  readonly lineStride: number;
  readonly nodeStride: number;
}

function factorFamily(links: Float64Array, spec: LineFamilySpec, layout: LineLayout): LineFamily {
  const lumped = spec.segment === Infinity;
  const factored = lumped ? factorLumped(links, spec, layout) : factorChains(links, spec, layout);
  const free = (ends: Float64Array): Float64Array => ends.map((g) => (g === Infinity ? 0 : g));
  return {
    lumped,
    segment: lumped ? 0 : spec.segment,
    near: free(spec.near),
    far: free(spec.far),
    ...factored,
  };
}

type Factors = Pick<LineFamily, 'pivot' | 'profile'>;

function factorLumped(
  links: Float64Array,
  { near, far }: LineFamilySpec,
  { lines, nodes, lineStride, nodeStride }: LineLayout,
): Factors {
  const pivot = new Float64Array(lines);
  const profile = new Float64Array(lines * nodes);
  for (let line = 0; line < lines; line += 1) {
    const port = near[line] + far[line];
    let total = port;
    for (let node = 0; node < nodes; node += 1) {
      total += links[line * lineStride + node * nodeStride];
    }
    // A line that nothing touches stays at 0 V.
    pivot[line] = total > 0 ? 1 / total : 0;
    const voltage = port === Infinity ? 1 : port * pivot[line];
    for (let node = 0; node < nodes; node += 1) {
      profile[line * lineStride + node * nodeStride] = voltage;
    }
  }
  return { pivot, profile };
}

/**
 * Elimination of chains from their near end. The pivot is built from the conductance to ground seen so
 * far, ground(k) = g(k) + series(ground(k-1), segment), not from diagonal minus product: no
 * subtraction, hence full relative accuracy for any ratio of segment to link (Grassmann, Taksar,
 * Heyman, Oper. Res. 33, 1107, 1985, for M-matrices). A strip of lines goes side by side, since a
 * division waits for the one before it along a line.
 */
function factorChains(links: Float64Array, spec: LineFamilySpec, layout: LineLayout): Factors {
  const { lines, nodes, lineStride } = layout;
  const factors = {
    pivot: new Float64Array(lines * nodes),
    profile: new Float64Array(lines * nodes),
  };
  const width = lineStride === 1 ? 256 : 8;
  for (let first = 0; first < lines; first += width) {
    factorStrip(links, spec, layout, factors, first, Math.min(lines, first + width));
  }
  return factors;
}

function factorStrip(
  links: Float64Array,
  { segment, near, far }: LineFamilySpec,
  { nodes, lineStride, nodeStride }: LineLayout,
  { pivot, profile }: Factors,
  first: number,
  end: number,
): void {
  const ground = near.slice(first, end);
  const carried = near.slice(first, end);
  for (let node = 0; node < nodes; node += 1) {
    const last = node === nodes - 1;
    const beyond = last ? 0 : segment;
    for (let line = 0; line < end - first; line += 1) {
      const at = (first + line) * lineStride + node * nodeStride;
      const port = last ? far[first + line] : 0;
      const own = ground[line] + links[at] + port;
      if (own === Infinity) {
        profile[at] = 1;
        carried[line] = segment;
        ground[line] = segment;
        continue;
      }
      const diagonal = own + beyond;
      const inverse = diagonal > 0 ? 1 / diagonal : 0;
      const voltage = (carried[line] + port) * inverse;
      pivot[at] = inverse;
      profile[at] = voltage;
      carried[line] = voltage * segment;
      ground[line] = own * inverse * segment;
    }
  }
  for (let node = nodes - 2; node >= 0; node -= 1) {
    for (let line = first; line < end; line += 1) {
      const at = line * lineStride + node * nodeStride;
      profile[at] += segment * pivot[at] * profile[at + nodeStride];
    }
  }
}

/** x <- H^-1 x for all horizontal lines, vertical lines at zero; pinned nodes give 0. In place. */
export function solveHorizontal({ rows, columns, horizontal }: LineGrid, x: Float64Array): void {
  const { lumped, pivot, segment } = horizontal;
  if (lumped) {
    for (let i = 0; i < rows; i += 1) {
      let total = 0;
      for (let k = i * columns; k < (i + 1) * columns; k += 1) total += x[k];
      x.fill(total * pivot[i], i * columns, (i + 1) * columns);
    }
    return;
  }
  let i = 0;
  for (; i + 4 <= rows; i += 4) solveFourChains(pivot, segment, columns, i * columns, x);
  for (; i < rows; i += 1) solveOneChain(pivot, segment, columns, i * columns, x);
}

function solveOneChain(
  pivot: Float64Array,
  segment: number,
  nodes: number,
  start: number,
  x: Float64Array,
): void {
  let t = 0;
  for (let k = start; k < start + nodes; k += 1) {
    t = pivot[k] * (x[k] + segment * t);
    x[k] = t;
  }
  for (let k = start + nodes - 2; k >= start; k -= 1) {
    t = x[k] + segment * pivot[k] * t;
    x[k] = t;
  }
}

/** Four neighbouring lines at once: the recurrence along one line is bound by latency. */
function solveFourChains(
  pivot: Float64Array,
  segment: number,
  nodes: number,
  start: number,
  x: Float64Array,
): void {
  let [t0, t1, t2, t3] = [0, 0, 0, 0];
  for (let node = 0; node < nodes; node += 1) {
    const a = start + node;
    const b = a + nodes;
    const c = b + nodes;
    const d = c + nodes;
    t0 = pivot[a] * (x[a] + segment * t0);
    x[a] = t0;
    t1 = pivot[b] * (x[b] + segment * t1);
    x[b] = t1;
    t2 = pivot[c] * (x[c] + segment * t2);
    x[c] = t2;
    t3 = pivot[d] * (x[d] + segment * t3);
    x[d] = t3;
  }
  for (let node = nodes - 2; node >= 0; node -= 1) {
    const a = start + node;
    const b = a + nodes;
    const c = b + nodes;
    const d = c + nodes;
    t0 = x[a] + segment * pivot[a] * t0;
    x[a] = t0;
    t1 = x[b] + segment * pivot[b] * t1;
    x[b] = t1;
    t2 = x[c] + segment * pivot[c] * t2;
    x[c] = t2;
    t3 = x[d] + segment * pivot[d] * t3;
    x[d] = t3;
  }
}

/** x <- V^-1 x for all vertical lines, horizontal lines at zero; pinned nodes give 0. In place. */
export function solveVertical({ rows, columns, vertical }: LineGrid, x: Float64Array): void {
  const { lumped, pivot, segment } = vertical;
  const size = rows * columns;
  if (lumped) {
    for (let k = columns; k < size; k += 1) x[k % columns] += x[k];
    for (let j = 0; j < columns; j += 1) x[j] *= pivot[j];
    for (let i = 1; i < rows; i += 1) x.copyWithin(i * columns, 0, columns);
    return;
  }
  for (let k = 0; k < columns; k += 1) x[k] *= pivot[k];
  for (let k = columns; k < size; k += 1) x[k] = pivot[k] * (x[k] + segment * x[k - columns]);
  for (let k = size - columns - 1; k >= 0; k -= 1) x[k] += segment * pivot[k] * x[k + columns];
}
