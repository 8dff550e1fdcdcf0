import type { LayerMapping } from '../network/index.js';
import { sliceWeights } from '../network/weight-slices.js';

export interface TrainingWeights {
  /** Digits of each slice, (outputs x rows) in the mapping's row order, least significant first. */
  readonly slices: readonly { readonly digits: Int8Array; readonly coefficient: number }[];
  /** sum_s c_s digit_s of every weight, same layout. */
  readonly integers: Int32Array;
  /** w ~ unit * integer. */
  readonly unit: number;
}

/**
 * The weights as the arrays hold them, from (outputs x rows) in natural order. The differential scheme
 * with nearest levels has its own tight loop (network/weight-slices.ts says what it means).
 */
export function sliceForTraining(
  natural: Float32Array,
  outputs: number,
  order: Int32Array,
  mapping: LayerMapping,
): TrainingWeights {
  const rows = order.length;
  const ordered = new Float32Array(natural.length);
  for (let m = 0; m < outputs; m += 1)
    for (let k = 0; k < rows; k += 1) ordered[m * rows + k] = natural[m * rows + order[k]];
  if (mapping.signedScheme === 'differential' && mapping.weightQuantiser.kind === 'nearest')
    return differential(ordered, mapping);
  const { slices, unit, offset } = sliceWeights(ordered, outputs, mapping);
  if (offset !== 0 || unit.some((value) => value !== unit[0]))
    throw new RangeError(`training knows no ${mapping.signedScheme} weights of this kind yet`);
  const integers = new Int32Array(natural.length);
  for (const { digits, coefficient } of slices)
    for (let i = 0; i < digits.length; i += 1) integers[i] += coefficient * digits[i];
  return { slices, integers, unit: unit[0] };
}

/** The odd number from -top to top nearest to `share` of top; beyond +-1 the outermost. */
export function oddLevel(share: number, top: number): number {
  const code = ((Math.max(-1, Math.min(1, share)) + 1) / 2) * top;
  // Math.round of what is small and not negative, in a third of its time: the fraction and its double are exact.
  const whole = code | 0;
  return 2 * (whole + ((2 * (code - whole)) | 0)) - top;
}

function differential(weights: Float32Array, mapping: LayerMapping): TrainingWeights {
  const { weightBits, bitsPerSlice, weightScale } = mapping;
  const top = 2 ** weightBits - 1;
  const scale = weightScale === 'max' ? largestMagnitude(weights) : weightScale;
  const integers = new Int32Array(weights.length);
  for (let i = 0; i < weights.length; i += 1) integers[i] = oddLevel(weights[i] / scale, top);
  const slices: { digits: Int8Array; coefficient: number }[] = [];
  for (let low = 0; low < weightBits; low += bitsPerSlice) {
    const mask = 2 ** Math.min(bitsPerSlice, weightBits - low) - 1;
    const digits = new Int8Array(weights.length);
    for (let i = 0; i < weights.length; i += 1)
      digits[i] = 2 * ((((integers[i] + top) >> 1) >> low) & mask) - mask;
    slices.push({ digits, coefficient: 2 ** low });
  }
  return { slices, integers, unit: scale / top };
}

export function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i]);
    if (size > largest) largest = size;
  }
  return largest === 0 ? 1 : largest;
}
