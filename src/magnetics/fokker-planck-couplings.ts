import type { Matrix3 } from '../numerics/vector3.js';

/** Terms: iL_x, iL_y, iL_z, grad_x, grad_y, grad_z, anisotropy tensor, z-z anisotropy of 1 T, Laplacian. */
export const TERM_COUNT = 9;
export const ANISOTROPY = 6;
export const VOLTAGE = 7;
export const LAPLACIAN = 8;

/** What the terms are made of: an anisotropy tensor (T), damping, which terms are used, the axis of voltages. */
export interface GeneratorModel {
  readonly anisotropy: Matrix3;
  readonly alpha: number;
  readonly active: (term: number) => boolean;
  readonly voltageAxis: 0 | 1 | 2;
}

/** Couplings of one moment to others, whatever the truncation; real ones first, then imaginary ones. */
export interface CouplingRow {
  readonly middle: number;
  readonly dl: Int8Array;
  readonly dm: Int8Array;
  /** Value of the i-th active term of coupling k: values[k * terms + i]. */
  readonly values: Float64Array;
}

export interface Couplings {
  /** Which terms are active, in the order of the rows' values. */
  readonly terms: readonly number[];
  /** The couplings of <Y_lm>, made when first asked for. */
  readonly row: (l: number, m: number) => CouplingRow;
}

const known = new Map<string, Couplings>();
const MOST_KEPT = 3;

/** The couplings of a model; the last few models are kept, since all solves of a curve share one. */
export function couplingsOf(model: GeneratorModel): Couplings {
  const used = Array.from({ length: TERM_COUNT }, (_, t) => (model.active(t) ? 1 : 0)).join('');
  const key = [used, model.alpha, model.voltageAxis, ...model.anisotropy].join(' ');
  const found = known.get(key);
  if (found) return found;
  const rows: (CouplingRow | undefined)[] = [];
  const terms = Array.from({ length: TERM_COUNT }, (_, t) => t).filter((t) => model.active(t));
  const couplings: Couplings = {
    terms,
    row: (l, m) => (rows[(l * (l + 1)) / 2 + m] ??= couplingRow(l, m, model, terms)),
  };
  known.set(key, couplings);
  for (const oldest of known.keys()) {
    if (known.size <= MOST_KEPT) break;
    known.delete(oldest);
  }
  return couplings;
}

type Accumulate = (term: number, dl: number, dm: number, re: number, im: number) => void;

// Complex couplings of one row: slot (dl + 2) * 5 + dm + 2, then re or im, then term.
const scratch = new Float64Array(25 * 2 * TERM_COUNT);

function couplingRow(
  l: number,
  m: number,
  model: GeneratorModel,
  terms: readonly number[],
): CouplingRow {
  scratch.fill(0);
  applyGenerator(l, m, model, (term, dl, dm, re, im) => {
    const at = ((dl + 2) * 5 + dm + 2) * 2 * TERM_COUNT + term;
    scratch[at] += re;
    scratch[at + TERM_COUNT] += im;
  });
  const slots = [0, 1].map((part) =>
    Array.from({ length: 25 }, (_, slot) => slot).filter((slot) =>
      scratch.subarray(from(slot, part), from(slot, part) + TERM_COUNT).some((v) => v !== 0),
    ),
  );
  const all = slots.flatMap((list, part) => list.map((slot) => ({ slot, part })));
  const values = Float64Array.from({ length: all.length * terms.length }, (_, at) => {
    const { slot, part } = all[Math.floor(at / terms.length)];
    return scratch[from(slot, part) + terms[at % terms.length]];
  });
  return {
    middle: slots[0].length,
    dl: Int8Array.from(all, ({ slot }) => Math.floor(slot / 5) - 2),
    dm: Int8Array.from(all, ({ slot }) => (slot % 5) - 2),
    values,
  };
}

const from = (slot: number, part: number): number => (slot * 2 + part) * TERM_COUNT;

function applyGenerator(
  l: number,
  m: number,
  { anisotropy, alpha, active, voltageAxis }: GeneratorModel,
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
      const voltage = i === voltageAxis && j === voltageAxis && active(VOLTAGE);
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
