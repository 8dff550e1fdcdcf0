import type { SparsePattern } from './compressed-columns.js';

/** Parts of this size and less are not cut further. */
const LEAF = 10;

/**
 * Nested dissection of a graph that lies like a grid in the plane (arrays of cells, meshes of
 * wires; George 1973), or `undefined` when this one does not. Coordinates come from distances to
 * two neighbouring corners: in a grid i = (dA + dB) / 2 and j = (dA - dB) / 2. Parts are halved
 * across their longer side; the separator is the smaller of the two rims. `graph` is a symmetric
 * pattern without diagonal. Returns the order: result[k] is the k-th pivot.
 */
export function gridDissection(graph: SparsePattern): Int32Array | undefined {
  const n = graph.size;
  if (n < 4 * LEAF || graph.columnStart[n] > 8 * n) return undefined;
  const place = landmarkCoordinates(graph);
  if (!place) return undefined;
  const order = new Int32Array(n);
  const vertices = Int32Array.from({ length: n }, (_, i) => i);
  const scratch = new Int32Array(n);
  const side = new Int32Array(n); // 0: ordered or outside the present part
  const histogram = new Int32Array(2 * place.span + 2);
  const { columnStart, rowIndex } = graph;
  let stamp = 0;
  let sound = true;

  /** Orders vertices[low..high) into order[low..high): halves first, separator last. */
  const dissect = (low: number, high: number): void => {
    const count = high - low;
    if (count <= LEAF) {
      for (let p = low; p < high; p++) order[p] = vertices[p];
      return;
    }
    const axis = longerAxis(vertices, low, high, place.x, place.y);
    const median = medianOf(vertices, low, high, axis, histogram);
    const left = ++stamp;
    const right = ++stamp;
    let lefts = 0;
    for (let p = low; p < high; p++) {
      const v = vertices[p];
      const inLeft = axis[v] <= median;
      side[v] = inLeft ? left : right;
      if (inLeft) lefts++;
    }
    if (lefts === count) {
      for (let p = low; p < high; p++) order[p] = vertices[p]; // all on one spot
      return;
    }
    const rim = (from: number, to: number): number => {
      let size = 0;
      for (let p = low; p < high; p++) {
        const v = vertices[p];
        if (side[v] !== from) continue;
        for (let q = columnStart[v]; q < columnStart[v + 1]; q++) {
          if (side[rowIndex[q]] !== to) continue;
          size++;
          break;
        }
      }
      return size;
    };
    const fromLeft = rim(left, right) <= rim(right, left);
    const [from, to] = fromLeft ? [left, right] : [right, left];
    const separator = ++stamp;
    for (let p = low; p < high; p++) {
      const v = vertices[p];
      if (side[v] !== from) continue;
      for (let q = columnStart[v]; q < columnStart[v + 1]; q++) {
        const other = side[rowIndex[q]];
        if (other !== to) continue;
        side[v] = -separator;
        break;
      }
    }
    // Stable three-way partition: left, right, separator.
    let write = low;
    for (let p = low; p < high; p++) if (side[vertices[p]] === left) scratch[write++] = vertices[p];
    const middle = write;
    for (let p = low; p < high; p++)
      if (side[vertices[p]] === right) scratch[write++] = vertices[p];
    const cut = write;
    for (let p = low; p < high; p++) {
      const v = vertices[p];
      if (side[v] !== -separator) continue;
      scratch[write++] = v;
      side[v] = 0;
    }
    if (count > 1000 && high - cut > 3 * Math.sqrt(count)) sound = false;
    if (!sound) return;
    for (let p = low; p < high; p++) vertices[p] = scratch[p];
    for (let p = cut; p < high; p++) order[p] = vertices[p];
    dissect(low, middle);
    dissect(middle, cut);
  };
  dissect(0, n);
  return sound ? order : undefined;
}

interface Coordinates {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** |x| and |y| are below this. */
  readonly span: number;
}

/** Distances to two adjacent corners; undefined for a graph that is not connected. */
function landmarkCoordinates(graph: SparsePattern): Coordinates | undefined {
  const n = graph.size;
  const start = distances(graph, 0);
  if (start === undefined) return undefined;
  const cornerA = farthest(start, () => true);
  const fromA = distances(graph, cornerA)!;
  const cornerC = farthest(fromA, () => true); // opposite to A
  const fromC = distances(graph, cornerC)!;
  // Half way between A and C lies the other diagonal; its ends are the corners next to A.
  const reach = fromA[cornerC];
  const between = (v: number) => Math.abs(fromA[v] - fromC[v]) <= 3;
  let waist = cornerA;
  for (let v = 0; v < n; v++) {
    if (Math.min(fromA[v], fromC[v]) > Math.min(fromA[waist], fromC[waist])) waist = v;
  }
  const fromWaist = distances(graph, waist)!;
  const cornerB = farthest(fromWaist, between);
  const fromB = distances(graph, cornerB)!;
  const x = fromA.map((d, v) => d + fromB[v]);
  const y = fromA.map((d, v) => d - fromB[v]);
  return { x, y, span: 2 * reach + 4 };
}

/** Breadth-first distances from a vertex; undefined when some vertex is not reached. */
function distances({ size, columnStart, rowIndex }: SparsePattern, from: number) {
  const distance = new Int32Array(size).fill(-1);
  const queue = new Int32Array(size);
  distance[from] = 0;
  queue[0] = from;
  let write = 1;
  for (let read = 0; read < write; read++) {
    const v = queue[read];
    for (let p = columnStart[v]; p < columnStart[v + 1]; p++) {
      const w = rowIndex[p];
      if (distance[w] >= 0) continue;
      distance[w] = distance[v] + 1;
      queue[write++] = w;
    }
  }
  return write === size ? distance : undefined;
}

function farthest(distance: Int32Array, among: (v: number) => boolean): number {
  let best = 0;
  let most = -1;
  for (let v = 0; v < distance.length; v++) {
    if (distance[v] > most && among(v)) {
      best = v;
      most = distance[v];
    }
  }
  return best;
}

function longerAxis(
  vertices: Int32Array,
  low: number,
  high: number,
  x: Int32Array,
  y: Int32Array,
): Int32Array {
  const extent = (axis: Int32Array) => {
    let least = Infinity;
    let most = -Infinity;
    for (let p = low; p < high; p++) {
      const value = axis[vertices[p]];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return most - least;
  };
  return extent(x) >= extent(y) ? x : y;
}

/** Largest coordinate that keeps at most about half of the part on its left. */
function medianOf(
  vertices: Int32Array,
  low: number,
  high: number,
  axis: Int32Array,
  histogram: Int32Array,
): number {
  const shift = histogram.length >> 1;
  let least = Infinity;
  let most = -Infinity;
  for (let p = low; p < high; p++) {
    const value = axis[vertices[p]];
    histogram[value + shift]++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const half = (high - low) / 2;
  let below = 0;
  let median = least;
  for (let value = least; value < most; value++) {
    below += histogram[value + shift];
    median = value;
    if (below >= half) break;
  }
  for (let value = least; value <= most; value++) histogram[value + shift] = 0;
  return median;
}
