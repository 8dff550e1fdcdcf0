import type { ComplexRows } from '../kernels/chebyshev.reference.js';
import type { Vector3 } from '../numerics/vector3.js';
import { ANISOTROPY, LAPLACIAN, VOLTAGE, type Couplings } from './fokker-planck-couplings.js';

/** What the generator is made of at one moment: field (T), damping-like vector (T), extra z-z anisotropy (T). */
export interface GeneratorDrive {
  readonly field: Vector3;
  readonly dampingLike: Vector3;
  readonly perpendicularAnisotropy: number;
}

/** Position of <Y_lm> among the complex moments, ordered by l, then m. */
export const momentIndex = (order: number, l: number, m: number): number => {
  const full = Math.min(l, order + 1);
  return (full * (full + 1)) / 2 + (l - full) * (order + 1) + m;
};

/** Number of complex moments. */
export const momentCount = (degree: number, order: number): number =>
  momentIndex(order, degree + 1, 0);

/** Length of a vector of moments (re, im), with the mirrored moments m = -1, -2 behind. */
export const momentLength = (degree: number, order: number): number =>
  2 * (momentCount(degree, order) + ghostsOf(degree, order).length);

interface Ghost {
  readonly l: number;
  readonly n: number;
}

const ghostsOf = (degree: number, order: number): Ghost[] =>
  [1, 2].flatMap((n) =>
    n > order
      ? []
      : Array.from({ length: Math.max(0, degree - n + 1) }, (_, k) => ({ l: n + k, n })),
  );

/** Which terms a set of drives needs. */
export const activeTerms = (drives: readonly GeneratorDrive[], alpha: number) => {
  const used = new Set<number>([ANISOTROPY, LAPLACIAN]);
  for (const drive of drives) {
    const { rotation, slope } = vectors(drive, alpha);
    rotation.forEach((v, i) => v !== 0 && used.add(i));
    slope.forEach((v, i) => v !== 0 && used.add(3 + i));
    if (drive.perpendicularAnisotropy !== 0) used.add(VOLTAGE);
  }
  return (term: number): boolean => used.has(term);
};

const vectors = ({ field, dampingLike }: GeneratorDrive, alpha: number) => ({
  rotation: field.map((b, i) => b - alpha * dampingLike[i]),
  slope: field.map((b, i) => alpha * b + dampingLike[i]),
});

/**
 * The Fokker-Planck generator of a macrospin on spherical-harmonic moments c = <Y_lm>, l <= degree, 0 <= m <=
 * order (c_l,-m = (-1)^m conj c_lm). For a function f of m, d<f>/dt = <k [H . iL f + C . grad f] + D lap f> with
 * k = g/(1 + alpha^2), H = B - alpha a + A m, C = alpha B + a + alpha A m, L = -i m x grad (Brown, Phys. Rev.
 * 130, 1677, 1963, in angular-momentum form). On Y_lm every operator is a ladder: |dl| <= 2, |dm| <= 2.
 * The truncation order = 0 is the Legendre reduction of axially symmetric problems. Gives the generator (1/s)
 * for one drive; `rate` is k (1/(s T)), `diffusion` D (1/s).
 */
export function assembleGenerator(
  { degree, order }: { readonly degree: number; readonly order: number },
  couplings: Couplings,
  drive: GeneratorDrive,
  { alpha, rate, diffusion }: { alpha: number; rate: number; diffusion: number },
): ComplexRows {
  const { rotation, slope } = vectors(drive, alpha);
  const all = [...rotation, ...slope, 1, drive.perpendicularAnisotropy].map((w) => rate * w);
  all.push(diffusion);
  if (all.some((weight, term) => weight !== 0 && !couplings.terms.includes(term)))
    throw new RangeError('a term of the generator was left out');
  const weights = Float64Array.from(couplings.terms, (term) => all[term]);
  const count = weights.length;
  const rows = momentCount(degree, order);
  const ghosts = ghostsOf(degree, order);
  const start = new Int32Array(rows + 1);
  const middle = new Int32Array(rows);
  const base = Int32Array.from({ length: degree + 1 }, (_, l) => momentIndex(order, l, 0));
  // Ghosts of m = -1 stand behind the rows from l = 1 on, those of m = -2 behind them from l = 2 on.
  const ghost = [0, rows - 1, rows + degree - 2];
  let column = new Int32Array(24 * rows);
  let values = new Float64Array(24 * rows);
  let size = 0;
  let index = 0;
  for (let l = 0; l <= degree; l += 1) {
    const last = Math.min(l, order);
    for (let m = 0; m <= last; m += 1) {
      const row = couplings.row(l, m);
      const entries = row.dl.length;
      if (size + entries > column.length) {
        column = grown(column, new Int32Array(2 * column.length));
        values = grown(values, new Float64Array(2 * values.length));
      }
      for (let k = 0; k < entries; k += 1) {
        if (k === row.middle) middle[index] = size;
        const toL = l + row.dl[k];
        const toM = m + row.dm[k];
        const n = toM < 0 ? -toM : toM;
        if (toL < 0 || toL > degree || n > toL || n > order) continue;
        let value = 0;
        for (let t = 0; t < count; t += 1) value += weights[t] * row.values[k * count + t];
        if (value === 0) continue;
        column[size] = toM >= 0 ? base[toL] + toM : ghost[n] + toL;
        values[size] = value;
        size += 1;
      }
      if (row.middle === entries) middle[index] = size;
      index += 1;
      start[index] = size;
    }
  }
  return {
    rows,
    start,
    middle,
    column: column.slice(0, size),
    values: values.slice(0, size),
    ghostSource: Int32Array.from(ghosts, ({ l, n }) => momentIndex(order, l, n)),
    ghostSign: Float64Array.from(ghosts, ({ n }) => (n === 1 ? -1 : 1)),
  };
}

function grown<List extends Int32Array | Float64Array>(from: List, to: List): List {
  to.set(from);
  return to;
}
