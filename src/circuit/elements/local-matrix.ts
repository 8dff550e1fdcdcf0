/** Sum of the linear expressions of a group's devices on the slots of the whole matrix. */
export interface LocalMatrix {
  readonly clear: () => void;
  /** Adds device k's values and slopes around `at` (see `TerminalBlocks`), less the `before` ones. */
  readonly add: (k: number, now: BlockArrays, before?: BlockArrays) => void;
  /** Sums: matrix by slot, vector by unknown. */
  readonly matrix: Float64Array;
  readonly vector: Float64Array;
}

/** Values (3) and slopes (9) around voltages (3); `index` says where device k's begin. */
export interface BlockArrays {
  readonly at: Float64Array;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
  /** The arrays hold one device only. */
  readonly single?: boolean;
}

/** `slots`: 16 value slots per device; `terminals`: its 4 unknowns. */
export function localMatrix(
  slots: Int32Array,
  terminals: Int32Array,
  { size, nonzeros }: { size: number; nonzeros: number },
): LocalMatrix {
  const matrix = new Float64Array(nonzeros + 1);
  const vector = new Float64Array(size + 1);
  const difference = new Float64Array(12);

  /** values - slopes at, and slopes of block k, added to `difference` with a sign. */
  const collect = (k: number, { at, values, slopes, single }: BlockArrays, sign: 1 | -1) => {
    const v = single ? 0 : 3 * k;
    const m = single ? 0 : 9 * k;
    for (let i = 0; i < 3; i++) {
      const a = slopes[m + 3 * i];
      const b = slopes[m + 3 * i + 1];
      const c = slopes[m + 3 * i + 2];
      difference[i] += sign * (values[v + i] - (a * at[v] + b * at[v + 1] + c * at[v + 2]));
      difference[3 + 3 * i] += sign * a;
      difference[4 + 3 * i] += sign * b;
      difference[5 + 3 * i] += sign * c;
    }
  };

  return {
    matrix,
    vector,
    clear() {
      matrix.fill(0);
      vector.fill(0);
    },
    add(k, now, before) {
      difference.fill(0);
      collect(k, now, 1);
      if (before) collect(k, before, -1);
      const intoDrain = difference[0];
      const intoGate = difference[1];
      const intoBulk = difference[2];
      const dd = difference[3];
      const dg = difference[4];
      const db = difference[5];
      const gd = difference[6];
      const gg = difference[7];
      const gb = difference[8];
      const bd = difference[9];
      const bg = difference[10];
      const bb = difference[11];
      const t = 4 * k;
      const e = 16 * k;
      vector[terminals[t]] += intoDrain;
      vector[terminals[t + 1]] += intoGate;
      vector[terminals[t + 2]] -= intoDrain + intoGate + intoBulk;
      vector[terminals[t + 3]] += intoBulk;
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
    },
  };
}
