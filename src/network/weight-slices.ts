import { weightLevelsOf, type LayerMapping } from './mapping.js';

/** One column group of a layer: every output's digit of one significance. */
export interface WeightSlice {
  /** Column-major: digit of output o and row k at o * rows + k; row order is the mapping's. */
  readonly digits: Int8Array;
  /** w_int = sum over slices of coefficient * digit, plus the offset. */
  readonly coefficient: number;
  /** Share of (on - off) conductance that one unit of digit stands for. */
  readonly cellShare: number;
}

/** A layer's weights as they stand in the arrays: w ~ unit[o] * (sum_s coefficient_s digit_s + offset). */
export interface SlicedWeights {
  readonly rows: number;
  readonly columns: number;
  /** Most significant slice last. */
  readonly slices: readonly WeightSlice[];
  readonly offset: number;
  /** Per output. */
  readonly unit: Float64Array;
}

/**
 * Quantises and slices `weight` (columns x rows, row-major, rows already in the mapping's order).
 * `analogOffset` subtracts an offset column before the converter (bit converters) instead of digitally.
 */
export function sliceWeights(
  weight: Float32Array,
  columns: number,
  mapping: LayerMapping,
  { analogOffset = false }: { readonly analogOffset?: boolean } = {},
): SlicedWeights {
  const rows = weight.length / columns;
  if (mapping.weightQuantiser.kind === 'away-from-zero')
    return awayFromZero(weight, columns, mapping);
  const { weightBits: bits, bitsPerSlice, signedScheme } = mapping;
  const scale = mapping.weightScale === 'max' ? largest(weight) : mapping.weightScale;
  const unsignedTop = 2 ** bits - 1;
  const magnitudeBits = bits - 1;
  const magnitudeTop = 2 ** magnitudeBits - 1;
  const common = { rows, columns };
  const filled = (unit: number): Float64Array => new Float64Array(columns).fill(unit);
  const clamp = (w: number): number => Math.max(-1, Math.min(1, w / scale));
  // Codes by nearest level; Math.round is exact and the same everywhere.
  const codesOf = (code: (w: number) => number): Int32Array => {
    const codes = new Int32Array(weight.length);
    for (let i = 0; i < codes.length; i += 1) codes[i] = code(weight[i]);
    return codes;
  };
  const offsetBinary = (): Int32Array =>
    codesOf((w) => Math.round(((clamp(w) + 1) / 2) * unsignedTop));
  const signedMagnitude = (): Int32Array => codesOf((w) => Math.round(clamp(w) * magnitudeTop));
  switch (signedScheme) {
    case 'differential':
      return {
        ...common,
        slices: sliceCodes(offsetBinary(), bits, bitsPerSlice, 'odd'),
        offset: 0,
        unit: filled(scale / unsignedTop),
      };
    case 'offset-column': {
      if (analogOffset) {
        const slices = sliceCodes(offsetBinary(), bits, bitsPerSlice, 'odd').map((slice) => ({
          ...slice,
          cellShare: slice.cellShare / 2,
        }));
        return { ...common, slices, offset: 0, unit: filled(scale / unsignedTop) };
      }
      const slices = sliceCodes(offsetBinary(), bits, bitsPerSlice, 'plain').map((slice) => ({
        ...slice,
        coefficient: 2 * slice.coefficient,
      }));
      return { ...common, slices, offset: -unsignedTop, unit: filled(scale / unsignedTop) };
    }
    case 'twos-complement': {
      const top = 2 ** magnitudeBits;
      const codes = codesOf((w) => {
        const signed = Math.max(-top, Math.min(top - 1, Math.round((w / scale) * magnitudeTop)));
        return signed < 0 ? signed + 2 * top : signed;
      });
      return {
        ...common,
        slices: twosComplementSlices(codes, bits, bitsPerSlice),
        offset: 0,
        unit: filled(scale / magnitudeTop),
      };
    }
    case 'sign-magnitude': {
      const signed = signedMagnitude();
      const slices = sliceCodes(signed.map(Math.abs), magnitudeBits, bitsPerSlice, 'plain');
      for (const { digits } of slices)
        for (let i = 0; i < digits.length; i += 1) if (signed[i] < 0) digits[i] = -digits[i];
      return { ...common, slices, offset: 0, unit: filled(scale / magnitudeTop) };
    }
    case 'separate-arrays': {
      const signed = signedMagnitude();
      const part = (sign: number): WeightSlice[] =>
        sliceCodes(
          signed.map((w) => Math.max(0, sign * w)),
          magnitudeBits,
          bitsPerSlice,
          'plain',
        ).map((slice) => ({ ...slice, coefficient: sign * slice.coefficient }));
      const negative = part(-1);
      const slices = part(1).flatMap((slice, s) => [negative[s], slice]);
      return { ...common, slices, offset: 0, unit: filled(scale / magnitudeTop) };
    }
  }
}

/** Cuts unsigned codes into digits of `bitsPerSlice` bits, least significant first. */
function sliceCodes(
  codes: Int32Array,
  bits: number,
  bitsPerSlice: number,
  kind: 'odd' | 'plain',
): WeightSlice[] {
  const slices: WeightSlice[] = [];
  for (let low = 0; low < bits; low += bitsPerSlice) {
    const top = 2 ** Math.min(bitsPerSlice, bits - low) - 1;
    const [step, start] = kind === 'odd' ? [2, -top] : [1, 0];
    const digits = new Int8Array(codes.length);
    for (let i = 0; i < codes.length; i += 1) digits[i] = step * ((codes[i] >> low) & top) + start;
    slices.push({ digits, coefficient: 2 ** low, cellShare: 1 / top });
  }
  return slices;
}

/** Unsigned slices of the lower bits and a top slice of the sign bit alone, which weighs negatively. */
function twosComplementSlices(
  codes: Int32Array,
  bits: number,
  bitsPerSlice: number,
): WeightSlice[] {
  const top = 2 ** (bits - 1);
  return [
    ...sliceCodes(
      codes.map((code) => code % top),
      bits - 1,
      bitsPerSlice,
      'plain',
    ),
    {
      digits: Int8Array.from(codes, (code) => (code >= top ? 1 : 0)),
      coefficient: -top,
      cellShare: 1,
    },
  ];
}

function largest(values: Float32Array): number {
  let result = 0;
  for (const value of values) result = Math.max(result, Math.abs(value));
  return result === 0 ? 1 : result;
}

/** The authors' quantiser (StoX-Net code, 2023): one multi-level slice, zero only for an exact zero. */
function awayFromZero(weight: Float32Array, columns: number, mapping: LayerMapping): SlicedWeights {
  const quantiser = mapping.weightQuantiser;
  if (quantiser.kind !== 'away-from-zero') throw new RangeError('not an away-from-zero quantiser');
  const rows = weight.length / columns;
  const steps = weightLevelsOf(mapping);
  const scale = mapping.weightScale === 'max' ? 1 : mapping.weightScale;
  const digits = new Int8Array(weight.length);
  const unit = new Float64Array(columns);
  for (let o = 0; o < columns; o += 1) {
    const column = Float64Array.from(weight.subarray(o * rows, (o + 1) * rows), (w) => w / scale);
    if (quantiser.standardise) standardise(column);
    const meanSize = column.reduce((sum, w) => sum + Math.abs(w), 0) / rows;
    unit[o] = (quantiser.powerOfTwoScale ? 2 ** Math.round(Math.log2(meanSize)) : scale) / steps;
    for (let k = 0; k < rows; k += 1) {
      const size = Math.ceil(Math.abs(column[k]) * steps);
      const limit = quantiser.clamp ? steps : 127;
      digits[o * rows + k] = Math.sign(column[k]) * Math.min(limit, size);
    }
  }
  return {
    rows,
    columns,
    slices: [{ digits, coefficient: 1, cellShare: 1 / steps }],
    offset: 0,
    unit,
  };
}

function standardise(column: Float64Array): void {
  const mean = column.reduce((sum, w) => sum + w, 0) / column.length;
  const squares = column.reduce((sum, w) => sum + (w - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, column.length - 1));
  for (let k = 0; k < column.length; k += 1) column[k] = (column[k] - mean) / (deviation || 1);
}
