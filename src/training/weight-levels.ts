import type { LayerMapping } from '../network/index.js';
import { sliceWeights } from '../network/weight-slices.js';

/** Digits of weights (outputs x rows, in the mapping's row order), slice by slice. */
export interface TrainingWeights {
  /** Significance of every slice, least first. */
  readonly coefficients: readonly number[];
  readonly digits: (slice: number) => Int8Array | Int32Array;
  /** Up to four slices' digits from `slice` on, of one bit (-1, 0 or 1), in one word: digit + 1 a byte, least first. */
  readonly words: (slice: number) => Int32Array;
  /** sum_s c_s digit_s of every weight. */
  readonly integers: Int32Array;
  /** w ~ unit * integer. */
  readonly unit: number;
}

/**
 * The weights as the arrays hold them, from (outputs x rows) in natural order. The differential scheme
 * with nearest levels has its own tight loops (network/weight-slices.ts says what it means).
 */
export function sliceForTraining(
  natural: Float32Array,
  outputs: number,
  order: Int32Array,
  mapping: LayerMapping,
): TrainingWeights {
  const rows = order.length;
  const integers = new Int32Array(natural.length);
  if (hasOddLevels(mapping)) {
    const top = 2 ** mapping.weightBits - 1;
    const scale = scaleOf(natural, mapping);
    for (let first = 0; first < integers.length; first += rows)
      for (let k = 0; k < rows; k += 1)
        integers[first + k] = oddLevel(natural[first + order[k]] / scale, top);
    return oddWeights(integers, mapping, scale);
  }
  const ordered = new Float32Array(natural.length);
  for (let m = 0; m < outputs; m += 1)
    for (let k = 0; k < rows; k += 1) ordered[m * rows + k] = natural[m * rows + order[k]];
  const { slices, unit, offset } = sliceWeights(ordered, outputs, mapping);
  if (offset !== 0 || unit.some((value) => value !== unit[0]))
    throw new RangeError(`training knows no ${mapping.signedScheme} weights of this kind yet`);
  for (const { digits, coefficient } of slices)
    for (let i = 0; i < digits.length; i += 1) integers[i] += coefficient * digits[i];
  return {
    coefficients: slices.map(({ coefficient }) => coefficient),
    digits: (slice) => slices[slice].digits,
    words: (first) => {
      const words = new Int32Array(natural.length);
      for (const [s, { digits }] of slices.slice(first, first + 4).entries())
        for (let i = 0; i < words.length; i += 1) words[i] += (digits[i] + 1) << (8 * s);
      return words;
    },
    integers,
    unit: unit[0],
  };
}

/** The odd number from -top to top nearest to `share` of top; beyond +-1 the outermost. */
export function oddLevel(share: number, top: number): number {
  const code = (((share > 1 ? 1 : share < -1 ? -1 : share) + 1) / 2) * top;
  // Math.round of what is small and not negative, in less time: whole halves are exact.
  return 2 * ((((2 * code) | 0) + 1) >> 1) - top;
}

/** Whether weights become odd numbers: the differential scheme with nearest levels. */
export const hasOddLevels = ({ signedScheme, weightQuantiser }: LayerMapping): boolean =>
  signedScheme === 'differential' && weightQuantiser.kind === 'nearest';

/** The weight that the largest level stands for. */
export const scaleOf = (natural: Float32Array, { weightScale }: LayerMapping): number =>
  weightScale === 'max' ? largestMagnitude(natural) : weightScale;

/** Weights of these odd levels, of which the largest stands for `scale`. */
export function oddWeights(
  integers: Int32Array,
  { weightBits, bitsPerSlice }: LayerMapping,
  scale: number,
): TrainingWeights {
  const top = 2 ** weightBits - 1;
  const slices = Math.ceil(weightBits / bitsPerSlice);
  /** Of all levels -top, 2 - top .. top. */
  const digitsByCode = (slice: number): Int8Array => {
    const low = slice * bitsPerSlice;
    const mask = 2 ** Math.min(bitsPerSlice, weightBits - low) - 1;
    return Int8Array.from({ length: top + 1 }, (_, code) => 2 * ((code >> low) & mask) - mask);
  };
  return {
    coefficients: Array.from({ length: slices }, (_, slice) => 2 ** (slice * bitsPerSlice)),
    digits: (slice) => {
      if (slices === 1) return integers;
      const byCode = digitsByCode(slice);
      const digits = new Int8Array(integers.length);
      for (let i = 0; i < digits.length; i += 1) digits[i] = byCode[(integers[i] + top) >> 1];
      return digits;
    },
    words: (first) => {
      const byCode = new Int32Array(top + 1);
      for (let s = 0; s < Math.min(4, slices - first); s += 1)
        digitsByCode(first + s).forEach((digit, code) => (byCode[code] += (digit + 1) << (8 * s)));
      const words = new Int32Array(integers.length);
      for (let i = 0; i < words.length; i += 1) words[i] = byCode[(integers[i] + top) >> 1];
      return words;
    },
    integers,
    unit: scale / top,
  };
}

export function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i]);
    if (size > largest) largest = size;
  }
  return largest === 0 ? 1 : largest;
}
