import { streamPlan } from './activation-streams.js';
import { SCRATCH_BYTES } from '../kernels/popcount.js';
import { chunkRows } from './chunks.js';
import { conversionKeys } from './conversion-draws.js';
import { isBitConverter } from './converter.js';
import type { EngineMemory } from './engine-memory.js';
import {
  binaryPlans,
  digitKind,
  largestChunk,
  rowValidity,
  type BinaryPlan,
  type RowValidity,
} from './binary-plan.js';
import { foursOfStreams } from './four-slices.js';
import { bitMergeFactor, commonSamples, type PartialSumLayer } from './partial-sum-layer.js';
import { byteOffsets, type PaddedPlanes } from './padded-planes.js';
import { SHARED_CONVERSIONS, sharedImage, type SharedShape } from './shared-image.js';

/** One group of a mapped layer made ready. */
export interface GroupEngine {
  /** Reads the layer's shared input planes; writes (columns x pixels) into `out`. */
  run(image: number, seed: number, out: Float32Array): void;
}

export interface GroupPlace {
  readonly planes: PaddedPlanes;
  readonly pixels: number;
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

/**
 * Popcount engine. With m = popcount(a & w), n_a driven ones, n_w ones of w on valid rows, n valid rows:
 * unipolar/unsigned PS = m; unipolar/signed 2m - n_a; bipolar/unsigned 2m - n_w; bipolar/signed
 * 4m - 2 n_a - 2 n_w + n. The row's part goes into `level`, the column's into `columnLevel`.
 * `codes` is the offset of the layer's padded code planes (u8).
 */
export function binaryEngine(
  memory: EngineMemory,
  layer: PartialSumLayer,
  { planes, pixels, group, firstPlane }: GroupPlace,
  codes: number,
): GroupEngine {
  const { weights, mapping, converter } = layer;
  const { rows, columns, slices } = weights;
  const { bitPlanes, popcount } = memory;
  const bipolar = mapping.encoding === 'bipolar';
  const plan = streamPlan(mapping);
  const streams = plan.coefficients.length;
  const chunks = chunkRows(rows, mapping);
  const limit = largestChunk(chunks);
  const common = commonSamples(layer);
  const validity = bipolar ? rowValidity(planes, pixels, chunks) : undefined;
  const pattern = memory.place(
    Int32Array.from(
      { length: pixels },
      (_, p) => (validity ? validity.pattern[p] : 0) * columns * 4,
    ),
  );
  const planOf = binaryPlans(memory, layer, validity);
  const plans = Array.from({ length: streams }, (_, t) => slices.map((_slice, s) => planOf(s, t)));
  const baseOf = rowBases(memory, limit, pixels, validity);
  // All places are taken before the first image: memory that grows takes its views away.
  const bases = chunks.map(
    (_, c) =>
      new Map(
        plans
          .flat()
          .map(({ entryBytes, addsValid }) => [
            2 * entryBytes + Number(addsValid),
            baseOf(entryBytes, addsValid, c),
          ]),
      ),
  );
  const rowOffset = memory.place(byteOffsets(planes.rowOffset, 1, 64));
  const pixelOffset = memory.place(byteOffsets(planes.pixelOffset, 1));
  const fourParts = foursOfStreams(memory, plans, slices, chunks.length);
  const wordsOf = chunks.map(([start, end]) => Math.ceil((end - start) / 64));
  const streamBytes = pixels * Math.max(...wordsOf) * 8;
  const bits = memory.reserve(streamBytes * streams);
  const level = memory.reserve(pixels * 4);
  const blocks = Math.ceil((pixels * columns) / 32) * 4;
  const drawBytes = blocks * 16;
  const pack = (from: number, c: number, to: number): void => {
    const [start, end] = chunks[c];
    // prettier-ignore
    bitPlanes.packBits(from, rowOffset + start * 4, end - start, pixelOffset, pixels, wordsOf[c], streams, streamBytes, to);
  };
  const drawFour: SharedShape['drawFour'] = ({ key0, key1 }, image, t, f, c, to) => {
    for (let i = 0; i < 4; i += 1) {
      const plane = firstPlane + (t * slices.length + 4 * f + i) * chunks.length + c;
      memory.draws.philoxDraws(key0, key1, plane, image, to + i * drawBytes, 0, blocks, 0);
    }
  };
  const conversions = pixels * columns * streams * slices.length * chunks.length;
  const fours = slices.length / 4;
  const shared =
    conversions <= SHARED_CONVERSIONS && fourParts.every(({ length }) => length === fours)
      ? memory.shared(`${layer.name}/${group}`, () =>
          sharedImage(memory, {
            codeBytes: planes.length,
            pixels,
            columns,
            streams,
            fours,
            words: wordsOf,
            streamBytes,
            drawBytes,
            pack,
            drawFour,
            weightsOf: (t, f, c) => fourParts[t][f][c].weights,
          }),
        )
      : undefined;
  const draws = memory.reserve(drawBytes * (fourParts.some(({ length }) => length > 0) ? 4 : 1));
  const scratch = memory.reserve(SCRATCH_BYTES);
  const sumBytes = pixels * columns * (common > 0 ? 4 : 8);
  const sums = memory.reserve(sumBytes);
  const keyOf = conversionKeys(layer.name);
  let key = keyOf(0);
  const mergeAt = mergeOf(layer, common, chunks.length);
  const merges = Array.from({ length: columns }, (_, o) => mergeAt(o));
  const offsetColumn = weights.offset !== 0 && !isBitConverter(converter);
  const driven = offsetColumn ? memory.reserve(pixels * 4) : 0;
  const zeros = offsetColumn ? memory.place(new Int32Array(pixels)) : 0;

  const rowsAt = (t: number, c: number): number => shared?.rowsAt(t, c) ?? bits + t * streamBytes;

  /** Packed rows of a stream; writes their levels for one plan. */
  const levelled = (t: number, { perDriven, addsValid, entryBytes }: BinaryPlan, c: number) => {
    const from = rowsAt(t, c);
    const base = bases[c].get(2 * entryBytes + Number(addsValid)) ?? 0;
    bitPlanes.rowLevels(from, wordsOf[c], pixels, base, perDriven, level);
    return from;
  };

  const convert = (t: number, s: number, c: number, image: number): void => {
    const own = plans[t][s];
    const { shift, samples, vectors } = own;
    const part = own.chunks[c];
    const coefficient = plan.coefficients[t] * slices[s].coefficient;
    const from = levelled(t, own, c);
    // prettier-ignore
    if (samples === 0) {
      popcount.convertValue(wordsOf[c], from, part.weights, level, pattern, part.columnLevel, sums, pixels, columns, shift, coefficient);
      return;
    }
    const plane = firstPlane + (t * slices.length + s) * chunks.length + c;
    memory.draws.philoxDraws(key.key0, key.key1, plane, image, draws, 0, blocks, 0);
    const weight = (coefficient * common) / samples;
    // prettier-ignore
    if (samples === 1) popcount.convertDrawOne(wordsOf[c], from, part.weights, level, pattern, part.columnLevel, draws, scratch, sums, pixels, columns, shift, weight);
    else popcount.convertDrawMany(wordsOf[c], from, part.weights, level, pattern, part.columnLevel, draws, sums, pixels, columns, shift, weight, vectors);
  };

  const convertFour = (t: number, f: number, c: number, image: number): void => {
    const own = plans[t][4 * f];
    const { shift, samples } = own;
    const part = fourParts[t][f][c];
    const drawn = shared?.drawsAt(t, f, c) ?? draws;
    if (!shared) drawFour(key, image, t, f, c, draws);
    const from = levelled(t, own, c);
    const words = shared ? 0 : wordsOf[c];
    const factors = shared?.countsAt(t, f, c) ?? part.weights;
    const weight = (plan.coefficients[t] * slices[4 * f].coefficient * common) / samples;
    // prettier-ignore
    if (samples === 1) popcount.convertDrawOneFour(words, from, factors, level, pattern, part.columnLevel, drawn, drawBytes, scratch, sums, pixels, columns, shift, weight);
    else popcount.convertDrawEightFour(words, from, factors, level, pattern, part.columnLevel, drawn, drawBytes, sums, pixels, columns, shift, weight);
  };

  return {
    run(image, seed, out) {
      key = keyOf(seed);
      shared?.read(codes);
      shared?.draw(key, image);
      memory.u8(sums, sumBytes).fill(0);
      const drivenSums = new Float64Array(offsetColumn ? pixels : 0);
      // Streams outermost in the sum's order, as the reference has it; chunks are packed once each.
      for (let c = 0; c < chunks.length; c += 1) {
        if (!shared) pack(codes, c, bits);
        for (let t = 0; t < streams; t += 1) {
          const fours = fourParts[t].length;
          for (let f = 0; f < fours; f += 1) convertFour(t, f, c, image);
          for (let s = 4 * fours; s < slices.length; s += 1) convert(t, s, c, image);
          if (!offsetColumn) continue;
          bitPlanes.rowLevels(rowsAt(t, c), wordsOf[c], pixels, zeros, -1, driven);
          const ones = memory.i32(driven, pixels);
          for (let p = 0; p < pixels; p += 1) {
            const valid = validity ? validity.count[c][validity.pattern[p]] : 0;
            drivenSums[p] += plan.coefficients[t] * (bipolar ? 2 * ones[p] - valid : ones[p]);
          }
        }
      }
      const sum =
        common > 0 ? memory.i32(sums, pixels * columns) : memory.f64(sums, pixels * columns);
      for (let o = 0; o < columns; o += 1) {
        const { unit, scale, shift, driven: share } = merges[o];
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

/** Where the levels of a chunk's rows start: by bytes an entry, with or without the count of valid rows. */
function rowBases(
  memory: EngineMemory,
  limit: number,
  pixels: number,
  validity: RowValidity | undefined,
): (entryBytes: number, addsValid: boolean, chunk: number) => number {
  const known = new Map<string, number>();
  return (entryBytes, addsValid, chunk) => {
    const counts = addsValid ? validity?.count[chunk] : undefined;
    const name = `${entryBytes}/${counts ? chunk : ''}`;
    const base =
      known.get(name) ??
      memory.place(
        Int32Array.from(
          { length: pixels },
          (_, p) => (limit + (counts && validity ? counts[validity.pattern[p]] : 0)) * entryBytes,
        ),
      );
    known.set(name, base);
    return base;
  };
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
