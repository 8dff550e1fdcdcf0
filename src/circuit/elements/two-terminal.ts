import type { BuildContext } from '../system/element.js';

/**
 * Handles of the four entries of a conductance between a and b: aa, ab, ba, bb for each k. One with
 * both ends on a node goes to the bin: adding and taking it away would only leave rounding.
 */
export function conductanceEntries(
  { entry, size }: BuildContext,
  first: Int32Array,
  second: Int32Array,
): Int32Array {
  const entries = new Int32Array(4 * first.length);
  for (let k = 0; k < first.length; k++) {
    const loop = first[k] === second[k];
    const a = loop ? size : first[k];
    const b = loop ? size : second[k];
    entries[4 * k] = entry(a, a);
    entries[4 * k + 1] = entry(a, b);
    entries[4 * k + 2] = entry(b, a);
    entries[4 * k + 3] = entry(b, b);
  }
  return entries;
}

/** Adds conductance g_k (S) or capacitance (F) between the two nodes of each k. */
export function stampConductances(
  values: Float64Array,
  entries: Int32Array,
  conductances: Float64Array,
): void {
  for (let k = 0; k < conductances.length; k++) {
    const g = conductances[k];
    values[entries[4 * k]] += g;
    values[entries[4 * k + 1]] -= g;
    values[entries[4 * k + 2]] -= g;
    values[entries[4 * k + 3]] += g;
  }
}

/** Flat pairs a0, b0, a1, b1 ... */
export function pairs(first: Int32Array, second: Int32Array): Int32Array {
  const flat = new Int32Array(2 * first.length);
  for (let k = 0; k < first.length; k++) {
    flat[2 * k] = first[k];
    flat[2 * k + 1] = second[k];
  }
  return flat;
}

/** Flat triples branch, a, b. */
export function branchTriples(
  branch: Int32Array,
  first: Int32Array,
  second: Int32Array,
): Int32Array {
  const flat = new Int32Array(3 * first.length);
  for (let k = 0; k < first.length; k++) {
    flat[3 * k] = branch[k];
    flat[3 * k + 1] = first[k];
    flat[3 * k + 2] = second[k];
  }
  return flat;
}

/** Handles of the incidence of a branch current: (a, branch), (b, branch), (branch, a), (branch, b). */
export function branchEntries(
  { entry }: BuildContext,
  branch: Int32Array,
  first: Int32Array,
  second: Int32Array,
): Int32Array {
  const entries = new Int32Array(4 * branch.length);
  for (let k = 0; k < branch.length; k++) {
    entries[4 * k] = entry(first[k], branch[k]);
    entries[4 * k + 1] = entry(second[k], branch[k]);
    entries[4 * k + 2] = entry(branch[k], first[k]);
    entries[4 * k + 3] = entry(branch[k], second[k]);
  }
  return entries;
}

/** Current leaves the first node, enters the second; the branch equation starts with v(a) - v(b). */
export function stampBranches(g: Float64Array, entries: Int32Array): void {
  for (let p = 0; p < entries.length; p += 4) {
    g[entries[p]] += 1;
    g[entries[p + 1]] -= 1;
    g[entries[p + 2]] += 1;
    g[entries[p + 3]] -= 1;
  }
}

/** One array after another. */
export function concatenate(...lists: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const list of lists) {
    whole.set(list, offset);
    offset += list.length;
  }
  return whole;
}
