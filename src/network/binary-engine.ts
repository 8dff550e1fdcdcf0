import { streamPlan } from './activation-streams.js';
import { chunkRows } from './chunks.js';
import { conversionKey } from './conversion-draws.js';
import { isBitConverter } from './converter.js';
import type { EngineMemory } from './engine-memory.js';
import { bitMergeFactor, type PartialSumLayer } from './partial-sum-layer.js';
import { byteOffsets, type PaddedPlanes } from './padded-planes.js';
import { conversionTable, sliceConversion, tableEntry } from './slice-conversion.js';
import type { SlicedWeights, WeightSlice } from './weight-slices.js';

/** One group of a mapped layer made ready. */
export interface GroupEngine {
  /** Reads the layer's shared input planes; writes (columns x pixels) into `out`. */
  run(image: number, out: Float32Array): void;
}

export interface GroupPlace {
  readonly planes: PaddedPlanes;
  readonly pixels: number;
  readonly seed: number;
  readonly group: number;
  /** Planes of the groups before this one: draws are keyed by the plane. */
  readonly firstPlane: number;
}

const MAX_WORDS = 8;

/** Whether popcounts can do it: one-bit streams, slices of digits +-1 or {0, 1}, table conversion. */
export function isBinary({ mapping, weights, converter }: PartialSumLayer): boolean {
  return (
    mapping.activationQuantiser === 'nearest' &&
    mapping.activationBits <= 8 &&
    streamPlan(mapping).bits.every((bits) => bits === 1) &&
    mapping.normalisation.kind === 'none' &&
    Math.min(mapping.rowsPerArray, weights.rows) <= 64 * MAX_WORDS &&
    weights.slices.every(({ digits }) => digitKind(digits) !== undefined) &&
    !(converter.kind === 'tanh' && converter.zero === 'zero')
  );
}

/** `signed`: all +-1; `unsigned`: all 0 or 1. */
function digitKind(digits: Int8Array): 'signed' | 'unsigned' | undefined {
  if (digits.every((digit) => digit === 1 || digit === -1)) return 'signed';
  return digits.every((digit) => digit === 0 || digit === 1) ? 'unsigned' : undefined;
}

/**
 * Popcount engine. With m = popcount(a & w), n_a driven ones, n_w ones of w on valid rows, n valid rows:
 * unipolar/unsigned PS = m; unipolar/signed 2m - n_a; bipolar/unsigned 2m - n_w; bipolar/signed
 * 4m - 2 n_a - 2 n_w + n. The row's part goes into `level`, the column's into `columnLevel`.
 * `codes` is the offset of the layer's padded code planes (u8).
 */
export function binaryEngine(
  memory: EngineMemory,
  layer: PartialSumLayer,
  { planes, pixels, seed, firstPlane }: GroupPlace,
  codes: number,
): GroupEngine {
  const { weights, mapping, converter } = layer;
  const { rows, columns, slices } = weights;
  const { partialSum } = memory;
  const bipolar = mapping.encoding === 'bipolar';
  const plan = streamPlan(mapping);
  const streams = plan.coefficients.length;
  const chunks = chunkRows(rows, mapping);
  const limit = Math.max(...chunks.map(([start, end]) => end - start));
  const conversions = slices.map((_, s) => sliceConversion(layer, s));
  const { samples } = conversions[0];
  const entry = tableEntry(samples);
  const validity = bipolar ? rowValidity(planes, pixels, chunks) : undefined;
  const pattern = memory.place(
    Int32Array.from(
      { length: pixels },
      (_, p) => (validity ? validity.pattern[p] : 0) * columns * 4,
    ),
  );
  const plans = slices.map((slice, s) => {
    const { bias } = conversions[s];
    const tables = typeof bias === 'number' ? 1 : bias.length;
    const table = memory.place(conversionTable(conversions[s], limit, tables));
    const signed = digitKind(slice.digits) === 'signed';
    const tableStride = tables > 1 ? (2 * limit + 1) * entry.bytes : 0;
    return {
      shift: Math.log2(entry.bytes * (signed && bipolar ? 4 : signed || bipolar ? 2 : 1)),
      perDriven: (signed ? (bipolar ? 2 : 1) : 0) * entry.bytes,
      // Bipolar unsigned rows do not add their own count: see the formulas above.
      addsValid: signed && bipolar,
      chunks: chunks.map(([start, end], c) => {
        const firstTable = tables > columns ? c * columns : 0;
        const words = Math.ceil((end - start) / 64);
        const level = columnLevels(
          weights,
          s,
          start,
          end,
          validity,
          bipolar ? (signed ? 2 : 1) : 0,
        );
        const bits = columnBits(weights, s, start, end);
        const addresses = level.map(
          (value, i) => table + (firstTable + (i % columns)) * tableStride - value * entry.bytes,
        );
        return {
          words,
          bits,
          level: addresses,
          weights: memory.place(bits),
          columnLevel: memory.place(addresses),
        };
      }),
    };
  });
  const bases = chunks.map((_, c) => ({
    plain: memory.place(new Int32Array(pixels).fill(limit * entry.bytes)),
    valid: memory.place(
      Int32Array.from(
        { length: pixels },
        (_, p) => (limit + (validity ? validity.count[c][validity.pattern[p]] : 0)) * entry.bytes,
      ),
    ),
  }));
  const rowOffset = memory.place(byteOffsets(planes.rowOffset, 1, 64));
  const pixelOffset = memory.place(byteOffsets(planes.pixelOffset, 1));
  const fours = sliceFours(plans, slices, samples);
  const fourParts = chunks.map((_, c) =>
    Array.from({ length: fours }, (_unused, f) => {
      const parts = plans.slice(4 * f, 4 * f + 4).map((plan) => plan.chunks[c]);
      return {
        weights: memory.place(
          interleaved(
            parts.map(({ bits }) => bits),
            2 * parts[0].words,
          ),
        ),
        columnLevel: memory.place(
          interleaved(
            parts.map(({ level }) => level),
            1,
          ),
        ),
      };
    }),
  );
  const maxWords = Math.ceil(limit / 64);
  const streamBytes = pixels * maxWords * 8;
  const bits = memory.reserve(streamBytes * streams);
  const level = memory.reserve(pixels * 4);
  const blocks = Math.ceil((pixels * columns) / 32) * 4;
  const drawBytes = blocks * 16;
  const draws = memory.reserve(drawBytes * (fours > 0 ? 4 : 1));
  const sumBytes = pixels * columns * (samples > 0 ? 4 : 8);
  const sums = memory.reserve(sumBytes);
  const { key0, key1 } = conversionKey(seed, layer.name);
  const merge = mergeOf(layer, samples, chunks.length);
  const offsetColumn = weights.offset !== 0 && !isBitConverter(converter);
  const driven = offsetColumn ? memory.reserve(pixels * 4) : 0;
  const zeros = offsetColumn ? memory.place(new Int32Array(pixels)) : 0;

  const convert = (t: number, s: number, c: number, image: number): void => {
    const { shift, perDriven, addsValid, chunks: parts } = plans[s];
    const part = parts[c];
    const from = bits + t * streamBytes;
    const base = addsValid ? bases[c].valid : bases[c].plain;
    partialSum.rowLevels(from, part.words, pixels, base, perDriven, level);
    const coefficient = plan.coefficients[t] * slices[s].coefficient;
    const place = [part.words, from, part.weights, level, pattern, part.columnLevel] as const;
    if (samples === 0) {
      partialSum.convertValue(...place, sums, pixels, columns, shift, coefficient);
      return;
    }
    const plane = firstPlane + (t * slices.length + s) * chunks.length + c;
    partialSum.philoxDraws(key0, key1, plane, image, draws, blocks);
    if (samples === 1)
      partialSum.convertDrawOne(...place, draws, sums, pixels, columns, shift, coefficient);
    else
      partialSum.convertDrawMany(
        ...place,
        draws,
        sums,
        pixels,
        columns,
        shift,
        coefficient,
        entry.vectors,
      );
  };

  const convertFour = (t: number, f: number, c: number, image: number): void => {
    const { shift, perDriven, addsValid } = plans[4 * f];
    const { words } = plans[4 * f].chunks[c];
    const { weights: digits, columnLevel } = fourParts[c][f];
    const from = bits + t * streamBytes;
    const base = addsValid ? bases[c].valid : bases[c].plain;
    partialSum.rowLevels(from, words, pixels, base, perDriven, level);
    for (let i = 0; i < 4; i += 1) {
      const plane = firstPlane + (t * slices.length + 4 * f + i) * chunks.length + c;
      partialSum.philoxDraws(key0, key1, plane, image, draws + i * drawBytes, blocks);
    }
    const coefficient = plan.coefficients[t] * slices[4 * f].coefficient;
    const place = [words, from, digits, level, pattern, columnLevel, draws, drawBytes] as const;
    const rest = [sums, pixels, columns, shift, coefficient] as const;
    if (samples === 1) partialSum.convertDrawOneFour(...place, ...rest);
    else partialSum.convertDrawEightFour(...place, ...rest);
  };

  return {
    run(image, out) {
      memory.u8(sums, sumBytes).fill(0);
      const drivenSums = new Float64Array(offsetColumn ? pixels : 0);
      // Streams outermost in the sum's order, as the reference has it; chunks are packed once each.
      for (let c = 0; c < chunks.length; c += 1) {
        const [start, end] = chunks[c];
        const words = Math.ceil((end - start) / 64);
        partialSum.packBits(
          codes,
          rowOffset + start * 4,
          end - start,
          pixelOffset,
          pixels,
          words,
          streams,
          streamBytes,
          bits,
        );
        for (let t = 0; t < streams; t += 1) {
          for (let f = 0; f < fours; f += 1) convertFour(t, f, c, image);
          for (let s = 4 * fours; s < slices.length; s += 1) convert(t, s, c, image);
          if (!offsetColumn) continue;
          partialSum.rowLevels(bits + t * streamBytes, words, pixels, zeros, -1, driven);
          const ones = memory.i32(driven, pixels);
          for (let p = 0; p < pixels; p += 1) {
            const valid = validity ? validity.count[c][validity.pattern[p]] : 0;
            drivenSums[p] += plan.coefficients[t] * (bipolar ? 2 * ones[p] - valid : ones[p]);
          }
        }
      }
      const sum =
        samples > 0 ? memory.i32(sums, pixels * columns) : memory.f64(sums, pixels * columns);
      for (let o = 0; o < columns; o += 1) {
        const { unit, scale, shift, driven: share } = merge(o);
        const at = o * pixels;
        if (offsetColumn)
          for (let p = 0; p < pixels; p += 1)
            out[at + p] = (sum[p * columns + o] + share * drivenSums[p]) * unit * scale;
        else
          for (let p = 0; p < pixels; p += 1)
            out[at + p] = (sum[p * columns + o] - shift) * unit * scale;
      }
    },
  };
}

/** How many fours of slices, from the first on, have coefficients of 1, 2, 4, 8 and one kind of digits. */
function sliceFours(
  plans: readonly { readonly shift: number; readonly addsValid: boolean }[],
  slices: readonly WeightSlice[],
  samples: number,
): number {
  if (samples < 1 || samples > 8) return 0;
  let fours = 0;
  for (; 4 * fours + 4 <= slices.length; fours += 1) {
    const first = 4 * fours;
    const alike = [1, 2, 3].every(
      (i) =>
        slices[first + i].coefficient === slices[first].coefficient * 2 ** i &&
        plans[first + i].shift === plans[first].shift &&
        plans[first + i].addsValid === plans[first].addsValid,
    );
    if (!alike) return fours;
  }
  return fours;
}

/** Items of `size` elements of several arrays, one array's item after the other's. */
function interleaved<Values extends Int32Array | Uint32Array>(
  arrays: readonly Values[],
  size: number,
): Values {
  const [first] = arrays;
  const out = new (first.constructor as new (length: number) => Values)(
    first.length * arrays.length,
  );
  for (const [a, values] of arrays.entries())
    for (let i = 0; i < values.length; i += 1)
      out[(Math.floor(i / size) * arrays.length + a) * size + (i % size)] = values[i];
  return out;
}

/** From the accumulated counts or values to y = (sum - shift + driven * drivenSum) unit scale, by column. */
interface Merge {
  readonly unit: number;
  readonly scale: number;
  readonly shift: number;
  readonly driven: number;
}

function mergeOf(
  { weights, mapping, converter }: PartialSumLayer,
  samples: number,
  chunks: number,
): (column: number) => Merge {
  const plan = streamPlan(mapping);
  if (!isBitConverter(converter))
    return (column) => ({
      unit: plan.unit,
      scale: weights.unit[column],
      shift: 0,
      driven: weights.offset,
    });
  const factor = bitMergeFactor(weights, mapping) / Math.max(1, samples);
  if (samples === 0) return () => ({ unit: 1, scale: factor, shift: 0, driven: 0 });
  const streamSum = plan.coefficients.reduce((sum, value) => sum + value, 0);
  const sliceSum = weights.slices.reduce((sum, { coefficient }) => sum + coefficient, 0);
  // The sum of coefficient * (2 count - T) over all planes is twice (counts - half of all).
  const half = (samples * streamSum * sliceSum * chunks) / 2;
  return () => ({ unit: 1, scale: 2 * factor, shift: half, driven: 0 });
}

/** Which rows of a chunk lie inside the image, for the few patterns that borders make. */
interface RowValidity {
  /** Pattern of each pixel. */
  readonly pattern: Int32Array;
  /** Per pattern: 1 where the row is inside. */
  readonly inside: readonly Uint8Array[];
  /** Per chunk and pattern: how many rows are inside. */
  readonly count: readonly (readonly number[])[];
}

function rowValidity(
  planes: PaddedPlanes,
  pixels: number,
  chunks: readonly (readonly [number, number])[],
): RowValidity {
  const inside: Uint8Array[] = [];
  const known = new Map<string, number>();
  const mark = planes.insideMask();
  const pattern = Int32Array.from({ length: pixels }, (_, p) => {
    const rows = Uint8Array.from(
      planes.rowOffset,
      (offset) => mark[offset + planes.pixelOffset[p]],
    );
    const name = rows.join('');
    const index = known.get(name) ?? inside.push(rows) - 1;
    known.set(name, index);
    return index;
  });
  const count = chunks.map(([start, end]) =>
    inside.map((rows) => rows.subarray(start, end).reduce((sum, value) => sum + value, 0)),
  );
  return { pattern, inside, count };
}

/** Per pattern and column: `times` the count of set weight bits on valid rows of the chunk. */
function columnLevels(
  { rows, columns, slices }: SlicedWeights,
  s: number,
  start: number,
  end: number,
  validity: RowValidity | undefined,
  times: number,
): Int32Array {
  const { digits } = slices[s];
  const patterns = validity ? validity.inside : [new Uint8Array(rows)];
  const levels = new Int32Array(patterns.length * columns);
  for (const [index, inside] of patterns.entries())
    for (let o = 0; o < columns; o += 1) {
      let ones = 0;
      for (let k = start; k < end; k += 1)
        if (inside[k] === 1 && digits[o * rows + k] === 1) ones += 1;
      levels[index * columns + o] = times * ones;
    }
  return levels;
}

/** Bit k set where the digit is +1: two u32 for each 64-bit word, [columns][words]. */
function columnBits(
  { rows, columns, slices }: SlicedWeights,
  s: number,
  start: number,
  end: number,
): Uint32Array {
  const words = Math.ceil((end - start) / 64);
  const bits = new Uint32Array(columns * words * 2);
  for (let o = 0; o < columns; o += 1)
    for (let k = start; k < end; k += 1)
      if (slices[s].digits[o * rows + k] === 1)
        bits[o * words * 2 + ((k - start) >> 5)] |= 2 ** ((k - start) & 31);
  return bits;
}
