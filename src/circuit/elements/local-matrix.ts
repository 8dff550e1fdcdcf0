import type { LinearSums } from '../system/element.js';

/** Numbers that describe one device's linear expression: constants and slopes of currents, charges. */
const BLOCK = 24;

/** Keeps the linear expressions of a group's devices within the sums of the whole circuit. */
export interface LocalMatrix {
  /** Takes device k's expression as it is in the block arrays. */
  readonly take: (k: number) => void;
  /** Adds to the sums what the last `take`, of device k, has changed. */
  readonly follow: (k: number, sums: LinearSums) => void;
  /** The sums have been emptied: adds all devices. */
  readonly addAll: (sums: LinearSums) => void;
}

/** Values (3 a device) around the voltages `at` (3) with their slopes (9 a device, by rows). */
export interface BlockArrays {
  readonly at: Float64Array;
  readonly currents: Float64Array;
  readonly charges: Float64Array;
  readonly conductances: Float64Array;
  readonly capacitances: Float64Array;
}

/**
 * `slots`: 16 value slots per device; `terminals`: its 4 unknowns (drain, gate, source, bulk), where
 * `ground` stands for ground. Where bulk and source are one node, only drain and gate are looked at.
 */
export function localMatrix(
  slots: Int32Array,
  terminals: Int32Array,
  ground: number,
  { at, currents, charges, conductances, capacitances }: BlockArrays,
): LocalMatrix {
  const count = terminals.length / 4;
  const held = new Float64Array(BLOCK * count);
  const change = new Float64Array(BLOCK);

  /** held := values - slopes at, slopes; `change` := by how much that differs from before. */
  const takePart = (k: number, from: number, values: Float64Array, slopes: Float64Array): void => {
    const v = 3 * k;
    const m = 9 * k;
    const h = BLOCK * k + from;
    const d = at[v];
    const g = at[v + 1];
    const b = at[v + 2];
    for (let i = 0; i < 3; i++) {
      const r = m + 3 * i;
      const value = values[v + i] - (slopes[r] * d + slopes[r + 1] * g + slopes[r + 2] * b);
      change[from + i] = value - held[h + i];
      held[h + i] = value;
    }
    for (let i = 0; i < 9; i++) {
      const slope = slopes[m + i];
      change[from + 3 + i] = slope - held[h + 3 + i];
      held[h + 3 + i] = slope;
    }
  };

  /** Adds 12 numbers of `part` to a matrix and a vector; the source's row and column balance them. */
  const scatter = (
    k: number,
    part: Float64Array,
    from: number,
    matrix: Float64Array,
    vector: Float64Array,
  ): void => {
    const t = 4 * k;
    const e = 16 * k;
    const drain = part[from];
    const gate = part[from + 1];
    const bulk = part[from + 2];
    vector[terminals[t]] += drain;
    vector[terminals[t + 1]] += gate;
    vector[terminals[t + 2]] -= drain + gate + bulk;
    vector[terminals[t + 3]] += bulk;
    const dd = part[from + 3];
    const dg = part[from + 4];
    const db = part[from + 5];
    const gd = part[from + 6];
    const gg = part[from + 7];
    const gb = part[from + 8];
    const bd = part[from + 9];
    const bg = part[from + 10];
    const bb = part[from + 11];
    const ds = dd + dg + db;
    const gs = gd + gg + gb;
    const bs = bd + bg + bb;
    matrix[slots[e]] += dd;
    matrix[slots[e + 1]] += dg;
    matrix[slots[e + 2]] -= ds;
    matrix[slots[e + 3]] += db;
    matrix[slots[e + 4]] += gd;
    matrix[slots[e + 5]] += gg;
    matrix[slots[e + 6]] -= gs;
    matrix[slots[e + 7]] += gb;
    matrix[slots[e + 8]] -= dd + gd + bd;
    matrix[slots[e + 9]] -= dg + gg + bg;
    matrix[slots[e + 10]] += ds + gs + bs;
    matrix[slots[e + 11]] -= db + gb + bb;
    matrix[slots[e + 12]] += bd;
    matrix[slots[e + 13]] += bg;
    matrix[slots[e + 14]] -= bs;
    matrix[slots[e + 15]] += bb;
  };

  /** `takePart` for a device whose bulk is its source: bulk and source carry what is left together. */
  const takeTied = (k: number, from: number, values: Float64Array, slopes: Float64Array): void => {
    const d = at[3 * k];
    const g = at[3 * k + 1];
    for (let i = 0; i < 2; i++) {
      const r = 9 * k + 3 * i;
      const h = BLOCK * k + from + 3 + 3 * i;
      const byDrain = slopes[r];
      const byGate = slopes[r + 1];
      const value = values[3 * k + i] - (byDrain * d + byGate * g);
      change[from + i] = value - held[BLOCK * k + from + i];
      held[BLOCK * k + from + i] = value;
      change[from + 3 + 3 * i] = byDrain - held[h];
      held[h] = byDrain;
      change[from + 4 + 3 * i] = byGate - held[h + 1];
      held[h + 1] = byGate;
    }
  };

  const scatterTied = (
    k: number,
    part: Float64Array,
    from: number,
    matrix: Float64Array,
    vector: Float64Array,
  ): void => {
    const t = 4 * k;
    const e = 16 * k;
    const drain = part[from];
    const gate = part[from + 1];
    const dd = part[from + 3];
    const dg = part[from + 4];
    const gd = part[from + 6];
    const gg = part[from + 7];
    vector[terminals[t]] += drain;
    vector[terminals[t + 1]] += gate;
    matrix[slots[e]] += dd;
    matrix[slots[e + 1]] += dg;
    matrix[slots[e + 4]] += gd;
    matrix[slots[e + 5]] += gg;
    const source = terminals[t + 2];
    if (source === ground) return;
    vector[source] -= drain + gate;
    matrix[slots[e + 2]] -= dd + dg;
    matrix[slots[e + 6]] -= gd + gg;
    matrix[slots[e + 8]] -= dd + gd;
    matrix[slots[e + 9]] -= dg + gg;
    matrix[slots[e + 10]] += dd + dg + gd + gg;
  };

  const tied = (k: number): boolean => terminals[4 * k + 2] === terminals[4 * k + 3];

  return {
    take(k) {
      if (tied(k)) {
        takeTied(k, 0, currents, conductances);
        takeTied(k, 12, charges, capacitances);
        return;
      }
      takePart(k, 0, currents, conductances);
      takePart(k, 12, charges, capacitances);
    },
    follow(k, { f, q, g, c }) {
      const add = tied(k) ? scatterTied : scatter;
      add(k, change, 0, g, f);
      add(k, change, 12, c, q);
    },
    addAll({ f, q, g, c }) {
      for (let k = 0; k < count; k++) {
        const add = tied(k) ? scatterTied : scatter;
        add(k, held, BLOCK * k, g, f);
        add(k, held, BLOCK * k + 12, c, q);
      }
    },
  };
}
