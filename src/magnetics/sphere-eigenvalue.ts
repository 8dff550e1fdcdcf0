import type { ComplexRows } from '../kernels/chebyshev.reference.js';
import {
  analyseLu,
  compressEntries,
  factorLu,
  isSingular,
  solveLu,
  type LuFactors,
} from '../numerics/sparse/index.js';
import { apply, type Matrix3 } from '../numerics/vector3.js';
import { couplingsOf } from './fokker-planck-couplings.js';
import { activeTerms, assembleGenerator, momentIndex } from './fokker-planck-generator.js';
import { rung } from './fokker-planck-truncation.js';
import type { Macrospin } from './macrospin.js';
import { principalFrame } from './principal-frame.js';

export interface SlowestRate {
  /** lambda_1 (1/s): the slowest relaxation, the sum of the escape rates where two wells share the magnet. */
  readonly perSecond: number;
  /** Estimate from the last two truncations and from rounding. */
  readonly relativeError: number;
  /** Degree of the spherical harmonics. */
  readonly degree: number;
}

const LARGEST = 163;
/** A last change above this is no answer. */
const WORST = 1e-2;

/**
 * Smallest non-zero eigenvalue of the full Fokker-Planck operator on the sphere (Brown, Phys. Rev. 130, 1677, 1963), for
 * any anisotropy and static field: the exact Neel-Brown rate of magnets that are not uniaxial. Inverse iteration
 * on the spherical-harmonic moments l > 0, by sparse LU. Rounding leaves a relative error of 1e-16 times the largest
 * rate over this one: at Delta = 20 about 1e-6. Little damping sharpens the density across the separatrix and wants a
 * higher degree. Undefined where the slowest mode rotates or the density is too sharp.
 */
export function slowestRate(spin: Macrospin, { tolerance = 1e-6 } = {}): SlowestRate | undefined {
  if (!(spin.thermalField > 0)) throw new RangeError('the slowest rate wants thermalField > 0');
  const { values } = principalFrame(spin.anisotropy);
  const sharpness = (Math.max(...values) - Math.min(...values)) / (2 * spin.thermalField);
  let best: SlowestRate | undefined;
  for (
    let degree = rung(4 * Math.sqrt(sharpness) + 8);
    degree <= LARGEST;
    degree = rung(degree, 1)
  ) {
    const found = eigenvalueAt(spin, degree);
    if (!found) continue;
    const change = best === undefined ? Infinity : Math.abs(found.rate / best.perSecond - 1);
    const rounding = (1e-16 * found.largest) / found.rate;
    const relativeError = Math.max(change, rounding);
    best = { perSecond: found.rate, relativeError, degree };
    if (change < Math.max(tolerance, rounding)) break;
  }
  return best && best.relativeError < WORST ? best : undefined;
}

function eigenvalueAt(
  spin: Macrospin,
  degree: number,
): { readonly rate: number; readonly largest: number } | undefined {
  const { rotation, values } = principalFrame(spin.anisotropy);
  const anisotropy: Matrix3 = [values[0] - values[1], 0, 0, 0, 0, 0, 0, 0, values[2] - values[1]];
  const alpha = spin.damping;
  const rate = spin.gyromagneticRatio / (1 + alpha * alpha);
  const drive = {
    field: apply(rotation, spin.field),
    dampingLike: [0, 0, 0] as const,
    perpendicularAnisotropy: 0,
  };
  const couplings = couplingsOf({
    ...{ anisotropy, alpha, voltageAxis: 2 },
    active: activeTerms([drive], alpha),
  });
  const constants = { alpha, rate, diffusion: rate * alpha * spin.thermalField };
  const order = degree;
  const matrix = assembleGenerator({ degree, order }, couplings, drive, constants);
  const real = realSystem(matrix, degree, order);
  const lu = real.factors;
  if (!lu) return undefined;
  let x: Float64Array = Float64Array.from(
    { length: real.size },
    (_, i) => 1 + ((i * 7919) % 101) / 101,
  );
  let y: Float64Array = new Float64Array(real.size);
  let last = 0;
  for (let k = 0; k < 400; k += 1) {
    const length = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
    for (let i = 0; i < x.length; i += 1) x[i] /= length;
    solveLu(lu, x, y);
    const inverse = x.reduce((sum, v, i) => sum + v * y[i], 0);
    const settled = Math.max(1e-12, 1e-16 * real.largest * Math.abs(inverse));
    if (k > 3 && Math.abs(inverse - last) < settled * Math.abs(inverse))
      return inverse < 0 ? { rate: -1 / inverse, largest: real.largest } : undefined;
    last = inverse;
    [x, y] = [y, x];
  }
  return undefined;
}

/** The generator on real and imaginary parts of the moments l > 0; those of m = 0 are real. */
function realSystem(
  { rows, start, middle, column, values, ghostSource, ghostSign }: ComplexRows,
  degree: number,
  order: number,
): { readonly size: number; readonly largest: number; readonly factors?: LuFactors } {
  const place = new Int32Array(2 * rows).fill(-1);
  let size = 0;
  for (let l = 1; l <= degree; l += 1) {
    for (let m = 0; m <= Math.min(l, order); m += 1) {
      const at = 2 * momentIndex(order, l, m);
      place[at] = size++;
      if (m > 0) place[at + 1] = size++;
    }
  }
  const [toRow, toColumn, entries]: [number[], number[], number[]] = [[], [], []];
  const put = (row: number, from: number, value: number): void => {
    if (place[row] < 0 || place[from] < 0) return;
    toRow.push(place[row]);
    toColumn.push(place[from]);
    entries.push(value);
  };
  let largest = 0;
  for (let r = 1; r < rows; r += 1) {
    for (let k = start[r]; k < start[r + 1]; k += 1) {
      const ghost = column[k] - rows;
      const source = ghost < 0 ? column[k] : ghostSource[ghost];
      // A ghost is sign times the conjugate of its source.
      const re = ghost < 0 ? values[k] : values[k] * ghostSign[ghost];
      const im = ghost < 0 ? values[k] : -re;
      largest = Math.max(largest, Math.abs(values[k]));
      if (k < middle[r]) {
        put(2 * r, 2 * source, re);
        put(2 * r + 1, 2 * source + 1, im);
      } else {
        put(2 * r, 2 * source + 1, -im);
        put(2 * r + 1, 2 * source, re);
      }
    }
  }
  const { pattern, slot } = compressEntries(
    size,
    Int32Array.from(toRow),
    Int32Array.from(toColumn),
  );
  const packed = new Float64Array(pattern.rowIndex.length);
  for (const [k, value] of entries.entries()) packed[slot[k]] += value;
  const factors = factorLu(analyseLu(pattern), packed);
  return { size, largest, ...(isSingular(factors) ? {} : { factors }) };
}
