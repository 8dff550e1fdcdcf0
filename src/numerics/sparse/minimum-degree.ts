import type { SparsePattern } from './compressed-columns.js';

const flip = (i: number) => -i - 2;

/**
 * Approximate minimum degree ordering of a symmetric pattern (both triangles, no diagonal):
 * quotient graph with element absorption, approximate external degrees, mass elimination and
 * indistinguishable-node detection (Amestoy, Davis, Duff 1996, algorithm 2 and section 4;
 * Amestoy, Davis, Duff 2004 for dense rows). Returns the order: result[k] is the k-th pivot.
 */
export function minimumDegreeOrder(graph: SparsePattern): Int32Array {
  const n = graph.size;
  const order = new Int32Array(n);
  if (n === 0) return order;
  const edges = graph.columnStart[n];
  // Lists of variables and elements share one workspace, compacted when it is full.
  let space = new Int32Array(edges + (edges >> 2) + 4 * n + 16);
  space.set(graph.rowIndex.subarray(0, edges));
  let free = edges;

  const start = new Int32Array(n); // list of a live node, or flip(absorber)
  const length = new Int32Array(n);
  const elements = new Int32Array(n); // leading elements in a variable's list; -1 marks an element
  const weight = new Int32Array(n).fill(1); // nodes a principal variable stands for; 0: absorbed
  const degree = new Int32Array(n);
  const mark = new Int32Array(n).fill(1); // 0: dead element
  const head = new Int32Array(n + 1).fill(-1);
  const next = new Int32Array(n).fill(-1);
  const previous = new Int32Array(n).fill(-1);
  const hashHead = new Int32Array(n + 1).fill(-1);
  const pivots = new Int32Array(n);
  let pivotCount = 0;
  let stamp = 2;
  let eliminated = 0;
  let lowest = 0;

  const listInsert = (i: number, d: number) => {
    const old = head[d];
    if (old !== -1) previous[old] = i;
    next[i] = old;
    previous[i] = -1;
    head[d] = i;
  };
  const listRemove = (i: number) => {
    if (next[i] !== -1) previous[next[i]] = previous[i];
    if (previous[i] !== -1) next[previous[i]] = next[i];
    else head[degree[i]] = next[i];
  };

  const dense = Math.max(16, Math.floor(10 * Math.sqrt(n)));
  const denseNodes: number[] = [];
  for (let i = 0; i < n; i++) {
    start[i] = graph.columnStart[i];
    length[i] = graph.columnStart[i + 1] - start[i];
    degree[i] = length[i];
    if (length[i] === 0) {
      pivots[pivotCount++] = i;
      elements[i] = -1;
      mark[i] = 0;
      eliminated++;
    } else if (length[i] > dense) {
      denseNodes.push(i);
      weight[i] = 0;
      eliminated++;
    } else listInsert(i, degree[i]);
  }
  for (const i of denseNodes) start[i] = flip(-1);

  /** Slides every live list to the front of the workspace. */
  const compact = (needed: number) => {
    const owners = [];
    for (let i = 0; i < n; i++) if (start[i] >= 0 && length[i] > 0) owners.push(i);
    owners.sort((a, b) => start[a] - start[b]);
    const target = new Int32Array(Math.max(space.length, 0));
    let position = 0;
    for (const i of owners) {
      const from = start[i];
      start[i] = position;
      for (let p = 0; p < length[i]; p++) target[position++] = space[from + p];
    }
    free = position;
    space = target;
    if (free + needed > space.length) {
      const bigger = new Int32Array(free + needed + n);
      bigger.set(space.subarray(0, free));
      space = bigger;
    }
  };

  while (eliminated < n) {
    while (lowest <= n && head[lowest] === -1) lowest++;
    const me = head[lowest];
    head[lowest] = next[me];
    if (next[me] !== -1) previous[next[me]] = -1;
    const meElements = elements[me];
    let meWeight = weight[me];
    eliminated += meWeight;
    pivots[pivotCount++] = me;

    // The new element: union of the pivot's variables and of its elements' variables.
    let needed = length[me];
    for (let p = 0; p < meElements; p++) needed += length[space[start[me] + p]];
    if (free + needed > space.length) compact(needed);
    weight[me] = -meWeight;
    let elementDegree = 0;
    const elementStart = free;
    const collect = (from: number, to: number) => {
      for (let p = from; p < to; p++) {
        const i = space[p];
        const wi = weight[i];
        if (wi <= 0) continue;
        elementDegree += wi;
        weight[i] = -wi;
        space[free++] = i;
        listRemove(i);
      }
    };
    for (let k = 0; k < meElements; k++) {
      const e = space[start[me] + k];
      collect(start[e], start[e] + length[e]);
      start[e] = flip(me);
      mark[e] = 0;
      length[e] = 0;
    }
    collect(start[me] + meElements, start[me] + length[me]);
    start[me] = elementStart;
    length[me] = free - elementStart;
    elements[me] = -1;
    degree[me] = elementDegree;
    const elementEnd = free;

    // |Le \ Lme| of every element touched, kept as mark[e] - stamp.
    if (stamp > 0x3fffffff - 2 * n) {
      for (let i = 0; i < n; i++) if (mark[i] !== 0) mark[i] = 1;
      stamp = 2;
    }
    for (let q = elementStart; q < elementEnd; q++) {
      const i = space[q];
      const wi = -weight[i];
      for (let p = start[i]; p < start[i] + elements[i]; p++) {
        const e = space[p];
        if (mark[e] >= stamp) mark[e] -= wi;
        else if (mark[e] !== 0) mark[e] = degree[e] + stamp - wi;
      }
    }

    // Degree update of the element's variables, absorption, hashing.
    for (let q = elementStart; q < elementEnd; q++) {
      const i = space[q];
      const from = start[i];
      const elementsEnd = from + elements[i];
      const end = from + length[i];
      let write = from;
      let hash = 0;
      let d = 0;
      for (let p = from; p < elementsEnd; p++) {
        const e = space[p];
        if (mark[e] === 0) continue;
        const outside = mark[e] - stamp;
        if (outside > 0) {
          d += outside;
          space[write++] = e;
          hash += e;
        } else {
          start[e] = flip(me); // aggressive absorption: Le lies within Lme
          mark[e] = 0;
          length[e] = 0;
        }
      }
      const keptElements = write - from + 1;
      const firstVariable = write;
      for (let p = elementsEnd; p < end; p++) {
        const j = space[p];
        if (weight[j] <= 0) continue;
        d += weight[j];
        space[write++] = j;
        hash += j;
      }
      if (keptElements === 1 && write === firstVariable) {
        start[i] = flip(me); // mass elimination: nothing outside the element
        const wi = -weight[i];
        elementDegree -= wi;
        meWeight += wi;
        eliminated += wi;
        weight[i] = 0;
        length[i] = 0;
        elements[i] = -1;
      } else {
        degree[i] = Math.min(degree[i], d);
        // Room for `me` in front: at least one entry (the pivot or an absorbed element) has gone.
        space[write] = space[firstVariable];
        space[firstVariable] = space[from];
        space[from] = me;
        length[i] = write + 1 - from;
        elements[i] = keptElements;
        const bucket = hash % n;
        next[i] = hashHead[bucket];
        hashHead[bucket] = i;
        previous[i] = bucket;
      }
    }
    degree[me] = elementDegree;
    stamp += n + 1;

    // Indistinguishable variables: same bucket, same lists.
    for (let q = elementStart; q < elementEnd; q++) {
      const first = space[q];
      if (weight[first] >= 0) continue;
      const bucket = previous[first];
      let i = hashHead[bucket];
      hashHead[bucket] = -1;
      for (; i !== -1 && next[i] !== -1; i = next[i]) {
        const size = length[i];
        const elementCount = elements[i];
        for (let p = start[i] + 1; p < start[i] + size; p++) mark[space[p]] = stamp;
        let last = i;
        for (let j = next[i]; j !== -1;) {
          let same = length[j] === size && elements[j] === elementCount;
          for (let p = start[j] + 1; same && p < start[j] + size; p++) {
            if (mark[space[p]] !== stamp) same = false;
          }
          if (same) {
            start[j] = flip(i);
            weight[i] += weight[j];
            weight[j] = 0;
            length[j] = 0;
            elements[j] = -1;
            j = next[j];
            next[last] = j;
          } else {
            last = j;
            j = next[j];
          }
        }
        stamp++;
      }
    }

    // The survivors go back into the degree lists; the element keeps principal variables only.
    let write = elementStart;
    for (let q = elementStart; q < elementEnd; q++) {
      const i = space[q];
      const wi = -weight[i];
      if (wi <= 0) continue;
      weight[i] = wi;
      const d = Math.min(degree[i] + elementDegree - wi, n - eliminated - wi);
      degree[i] = d;
      listInsert(i, d);
      if (d < lowest) lowest = d;
      space[write++] = i;
    }
    weight[me] = meWeight;
    length[me] = write - elementStart;
    if (length[me] === 0) mark[me] = 0;
    free = write;
  }

  return expandPivots(order, pivots.subarray(0, pivotCount), start, denseNodes);
}

/** Puts each absorbed variable behind the pivot it was eliminated with; dense rows come last. */
function expandPivots(
  order: Int32Array,
  pivots: Int32Array,
  start: Int32Array,
  denseNodes: readonly number[],
): Int32Array {
  const n = order.length;
  const position = new Int32Array(n).fill(-1);
  for (let k = 0; k < pivots.length; k++) position[pivots[k]] = k;
  const isDense = new Uint8Array(n);
  for (const i of denseNodes) isDense[i] = 1;
  const followers = new Int32Array(pivots.length).fill(-1);
  const chain = new Int32Array(n).fill(-1);
  for (let i = n - 1; i >= 0; i--) {
    if (position[i] >= 0 || isDense[i] === 1) continue;
    let root = i;
    while (position[root] < 0) root = flip(start[root]);
    for (let j = i; position[j] < 0;) {
      const up = flip(start[j]);
      start[j] = flip(root);
      j = up;
    }
    chain[i] = followers[position[root]];
    followers[position[root]] = i;
  }
  let count = 0;
  for (let k = 0; k < pivots.length; k++) {
    order[count++] = pivots[k];
    for (let i = followers[k]; i !== -1; i = chain[i]) order[count++] = i;
  }
  for (const i of denseNodes) order[count++] = i;
  return order;
}
