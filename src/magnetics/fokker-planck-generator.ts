import type { ComplexRows } from '../kernels/chebyshev.reference.js';
import type { Matrix3, Vector3 } from '../numerics/vector3.js';

/**
 * The Fokker-Planck generator of a macrospin on spherical-harmonic moments c = <Y_lm>, l <= degree, 0 <= m <=
 * order (c_l,-m = (-1)^m conj c_lm). For a function f of m, d<f>/dt = <k [H . iL f + C . grad f] + D lap f> with
 * k = g/(1 + alpha^2), H = B - alpha a + A m, C = alpha B + a + alpha A m, L = -i m x grad (Brown, Phys. Rev.
 * 130, 1677, 1963, in angular-momentum form). On Y_lm every operator is a ladder: |dl| <= 2, |dm| <= 2.
 * The truncation order = 0 is the Legendre reduction of axially symmetric problems.
 */
export interface GeneratorTerms {
  readonly degree: number;
  readonly order: number;
  readonly start: Int32Array;
  readonly middle: Int32Array;
  readonly column: Int32Array;
  readonly ghostSource: Int32Array;
  readonly ghostSign: Float64Array;
  /** Values of each term on the common pattern. */
  readonly terms: readonly Float64Array[];
}

/** Terms: iL_x, iL_y, iL_z, grad_x, grad_y, grad_z, anisotropy tensor, z-z anisotropy of 1 T, Laplacian. */
const TERM_COUNT = 9;
const ANISOTROPY = 6;
const VOLTAGE = 7;
const LAPLACIAN = 8;

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

type Accumulate = (term: number, dl: number, dm: number, re: number, im: number) => void;

/** Builds the common pattern and the terms; entries that vanish in all of `active` terms are left out. */
export function generatorTerms(
  degree: number,
  order: number,
  anisotropy: Matrix3,
  alpha: number,
  active: (term: number) => boolean,
): GeneratorTerms {
  const rows = momentCount(degree, order);
  const ghosts = ghostsOf(degree, order);
  const start = new Int32Array(rows + 1);
  const middle = new Int32Array(rows);
  const columns: number[] = [];
  const values: number[][] = Array.from({ length: TERM_COUNT }, () => []);
  // Complex couplings of one row: slot (dl + 2) * 5 + dm + 2, then re or im, then term.
  const row = new Float64Array(25 * 2 * TERM_COUNT);
  const accumulate: Accumulate = (term, dl, dm, re, im) => {
    const at = ((dl + 2) * 5 + dm + 2) * 2 * TERM_COUNT + term;
    row[at] += re;
    row[at + TERM_COUNT] += im;
  };
  const place = (l: number, m: number): number | undefined => {
    const n = Math.abs(m);
    if (l < 0 || l > degree || n > l || n > order) return undefined;
    if (m >= 0) return momentIndex(order, l, m);
    return rows + (n === 1 ? 0 : degree) + l - n;
  };
  for (let l = 0; l <= degree; l += 1) {
    for (let m = 0; m <= Math.min(l, order); m += 1) {
      row.fill(0);
      applyGenerator(l, m, anisotropy, alpha, active, accumulate);
      const index = momentIndex(order, l, m);
      for (let part = 0; part < 2; part += 1) {
        for (let slot = 0; slot < 25; slot += 1) {
          const column = place(l + Math.floor(slot / 5) - 2, m + (slot % 5) - 2);
          const from = (slot * 2 + part) * TERM_COUNT;
          const list = row.subarray(from, from + TERM_COUNT);
          if (column === undefined || list.every((v) => v === 0)) continue;
          columns.push(column);
          for (let term = 0; term < TERM_COUNT; term += 1) values[term].push(list[term]);
        }
        if (part === 0) middle[index] = columns.length;
      }
      start[index + 1] = columns.length;
    }
  }
  return {
    degree,
    order,
    start,
    middle,
    column: Int32Array.from(columns),
    ghostSource: Int32Array.from(ghosts, ({ l, n }) => momentIndex(order, l, n)),
    ghostSign: Float64Array.from(ghosts, ({ n }) => (n === 1 ? -1 : 1)),
    terms: values.map((list) => Float64Array.from(list)),
  };
}

function applyGenerator(
  l: number,
  m: number,
  anisotropy: Matrix3,
  alpha: number,
  active: (term: number) => boolean,
  accumulate: Accumulate,
): void {
  accumulate(LAPLACIAN, 0, 0, -l * (l + 1), 0);
  for (let i = 0; i < 3; i += 1) {
    const rotation = timesI(angularMomentum(i, l, m));
    const slope = gradient(i, l, m);
    if (active(i)) for (const t of rotation) accumulate(i, t.l - l, t.m - m, t.re, t.im);
    if (active(3 + i)) for (const t of slope) accumulate(3 + i, t.l - l, t.m - m, t.re, t.im);
    for (let j = 0; j < 3; j += 1) {
      const strength = anisotropy[3 * i + j];
      const voltage = i === 2 && j === 2 && active(VOLTAGE);
      if (strength === 0 && !voltage) continue;
      for (const [terms, factor] of [
        [rotation, 1],
        [slope, alpha],
      ] as const) {
        for (const t of terms) {
          for (const p of position(j, t.l, t.m)) {
            const re = factor * (p.re * t.re - p.im * t.im);
            const im = factor * (p.re * t.im + p.im * t.re);
            accumulate(ANISOTROPY, p.l - l, p.m - m, strength * re, strength * im);
            if (voltage) accumulate(VOLTAGE, p.l - l, p.m - m, re, im);
          }
        }
      }
    }
  }
}

interface Harmonic {
  readonly l: number;
  readonly m: number;
  readonly re: number;
  readonly im: number;
}

const keep = (terms: readonly Harmonic[]): Harmonic[] =>
  terms.filter(({ l, m, re, im }) => l >= 0 && Math.abs(m) <= l && (re !== 0 || im !== 0));

const timesI = (terms: readonly Harmonic[]): Harmonic[] =>
  terms.map(({ l, m, re, im }) => ({ l, m, re: -im, im: re }));

/** From the raising and lowering parts: x = (+ + -)/2, y = (+ - -)/(2i). */
function cartesian(
  axis: number,
  raise: readonly Harmonic[],
  lower: readonly Harmonic[],
): Harmonic[] {
  const half = (terms: readonly Harmonic[], re: number, im: number): Harmonic[] =>
    terms.map((t) => ({ l: t.l, m: t.m, re: t.re * re, im: t.re * im }));
  return axis === 0
    ? [...half(raise, 0.5, 0), ...half(lower, 0.5, 0)]
    : [...half(raise, 0, -0.5), ...half(lower, 0, 0.5)];
}

/** L_i Y_lm. */
function angularMomentum(axis: number, l: number, m: number): Harmonic[] {
  if (axis === 2) return keep([{ l, m, re: m, im: 0 }]);
  const up = { l, m: m + 1, re: Math.sqrt((l - m) * (l + m + 1)), im: 0 };
  const down = { l, m: m - 1, re: Math.sqrt((l + m) * (l - m + 1)), im: 0 };
  return keep(cartesian(axis, [up], [down]));
}

/** m_i Y_lm (Condon-Shortley phase). */
function position(axis: number, l: number, m: number): Harmonic[] {
  if (axis === 2) {
    return keep([
      { l: l + 1, m, re: Math.sqrt(((l + 1) ** 2 - m * m) / (4 * (l + 1) ** 2 - 1)), im: 0 },
      { l: l - 1, m, re: Math.sqrt(Math.max(0, l * l - m * m) / (4 * l * l - 1 || 1)), im: 0 },
    ]);
  }
  const above = (2 * l + 1) * (2 * l + 3);
  const below = (2 * l - 1) * (2 * l + 1) || 1;
  const raise = keep([
    { l: l + 1, m: m + 1, re: -Math.sqrt(((l + m + 1) * (l + m + 2)) / above), im: 0 },
    { l: l - 1, m: m + 1, re: Math.sqrt(Math.max(0, (l - m) * (l - m - 1)) / below), im: 0 },
  ]);
  const lower = keep([
    { l: l + 1, m: m - 1, re: Math.sqrt(((l - m + 1) * (l - m + 2)) / above), im: 0 },
    { l: l - 1, m: m - 1, re: -Math.sqrt(Math.max(0, (l + m) * (l + m - 1)) / below), im: 0 },
  ]);
  return keep(cartesian(axis, raise, lower));
}

/** grad_i Y_lm = ([lap, m_i]/2 + m_i) Y_lm: the part that raises l times -l, the one that lowers it times l + 1. */
const gradient = (axis: number, l: number, m: number): Harmonic[] =>
  position(axis, l, m).map((t) => {
    const factor = t.l > l ? -l : l + 1;
    return { ...t, re: factor * t.re, im: factor * t.im };
  });

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

/** The generator (1/s) for one drive. `rate` is g/(1 + alpha^2) (1/(s T)), `diffusion` D (1/s). */
export function assembleGenerator(
  { degree, order, terms, ...pattern }: GeneratorTerms,
  drive: GeneratorDrive,
  { alpha, rate, diffusion }: { alpha: number; rate: number; diffusion: number },
): ComplexRows {
  const { rotation, slope } = vectors(drive, alpha);
  const weights = [...rotation, ...slope, 1, drive.perpendicularAnisotropy].map((w) => rate * w);
  weights.push(diffusion);
  const values = new Float64Array(pattern.column.length);
  for (const [term, weight] of weights.entries()) {
    if (weight === 0) continue;
    const source = terms[term];
    for (let k = 0; k < values.length; k += 1) values[k] += weight * source[k];
  }
  return { ...pattern, rows: momentCount(degree, order), values };
}
