import { packBy } from '../kernels/gemm.js';
import { streamPlan } from './activation-streams.js';
import type { GroupEngine, GroupPlace } from './binary-engine.js';
import { chunkRows } from './chunks.js';
import { conversionKeys } from './conversion-draws.js';
import { isBitConverter } from './converter.js';
import type { EngineMemory } from './engine-memory.js';
import type { ColumnErrors } from './column-errors.js';
import {
  bitMergeFactor,
  commonSamples,
  samplesIn,
  type PartialSumLayer,
} from './partial-sum-layer.js';
import { byteOffsets } from './padded-planes.js';
import {
  biasColumns,
  conversionTable,
  differsByChunk,
  integerGrid,
  largestBias,
  realGrid,
  sliceConversion,
  wholeBias,
  type SliceConversion,
  type ThresholdGrid,
} from './slice-conversion.js';
import { tileKey, type TileTable } from './tiles.js';

/**
 * The engine for everything popcounts cannot do: multi-level digits, sign-magnitude, exact wires (a tile's
 * transfer matrix in place of its digits), per-pixel normalisation. Partial sums are float32 products,
 * exact for integer digits. `digits` gives the offset of each stream's padded digit planes (f32).
 */
export function denseEngine(
  memory: EngineMemory,
  layer: PartialSumLayer,
  { planes, pixels, group, firstPlane }: GroupPlace,
  digits: readonly number[],
  tiles?: TileTable,
): GroupEngine {
  const { weights, mapping, converter } = layer;
  const { rows, columns, slices } = weights;
  const { gemm, realSums } = memory;
  const plan = streamPlan(mapping);
  const chunks = chunkRows(rows, mapping);
  const stride = Math.ceil(columns / 8) * 8;
  const allPixels = Math.ceil((digits.length * pixels) / 4) * 4;
  const normalised = mapping.normalisation.kind === 'per-pixel';
  const bias = chunks.map((_, c) => biasColumns(layer, c));
  const streams = plan.coefficients.length;
  const tilesOf = slices.map((slice, s) =>
    chunks.map(([start, end], c) => {
      const tile = cutTile(slice.digits, rows, columns, start, end);
      const effective = tiles?.get(tileKey(layer.name, group, s, c));
      if (tiles && effective?.length !== tile.length)
        throw new RangeError(`no solved array for layer ${layer.name}, slice ${s}, chunk ${c}`);
      return memory.place(packBy(8, effective ?? tile, columns, end - start));
    }),
  );
  const real = normalised || tiles !== undefined;
  /** Conversions by slice and T: streams of the same T share them. */
  const known = new Map<string, readonly DenseConversion[]>();
  const shared = new Map<string, PlacedGrid>();
  const conversionsOf = (s: number, t: number): readonly DenseConversion[] => {
    const name = `${s}/${samplesIn(layer, s, t)}`;
    const made =
      known.get(name) ??
      denseConversions(memory, sliceConversion(layer, s, t), {
        columns,
        stride,
        bias,
        real,
        shared,
        limit: normalised ? Math.sqrt(columns) : undefined,
      });
    known.set(name, made);
    return made;
  };
  const conversions = slices.map((_, s) =>
    Array.from({ length: streams }, (_unused, t) => conversionsOf(s, t)),
  );
  const units = memory.place(weights.unit.map((unit) => unit * plan.unit));
  const rowOffset = memory.place(byteOffsets(planes.rowOffset, 4));
  const pixelOffset = memory.place(streamOffsets(byteOffsets(planes.pixelOffset, 4), digits));
  const longest = Math.max(...chunks.map(([start, end]) => end - start));
  const panel = memory.reserve(longest * 20 + 4);
  const blocks = Math.ceil((pixels * columns) / 32) * 4;
  const draws = memory.reserve(blocks * 16);
  const counts = memory.reserve(pixels * columns * 4);
  const keyOf = conversionKeys(layer.name);
  let { key0, key1 } = keyOf(0);
  const common = commonSamples(layer);
  // Counts add up in any order; values by streams, then slices, as in the plain layer.
  const areaBytes = allPixels * stride * 4;
  const sums = memory.reserve(areaBytes * (common > 0 ? 1 : slices.length));
  const areaOf = (s: number): number => sums + (common > 0 ? 0 : s * areaBytes);
  const bits = isBitConverter(converter);
  const factor = bitMergeFactor(weights, mapping) / Math.max(1, common);

  /** Partial sums of every stream's pixels, one stream after the other. */
  const partialSums = (s: number, c: number): void => {
    const [start, end] = chunks[c];
    gemm.pixelProducts(
      tilesOf[s][c],
      digits[0],
      rowOffset + start * 4,
      pixelOffset,
      areaOf(s),
      panel,
      stride,
      allPixels,
      end - start,
    );
    if (mapping.normalisation.kind === 'per-pixel')
      realSums.normalisePixels(
        areaOf(s),
        stride,
        units,
        digits.length * pixels,
        columns,
        mapping.normalisation.epsilon,
      );
  };

  /** Converts one plane of partial sums into `values`, or draws into the counts. */
  const convert = (image: number, t: number, s: number, c: number, values: Float64Array): void => {
    const coefficient = plan.coefficients[t] * slices[s].coefficient;
    const { conversion, grid, errors, scales, biases, table } = conversions[s][t][c];
    const { transfer, samples } = conversion;
    const own = areaOf(s) + t * pixels * stride * 4;
    if (transfer.kind === 'value' && table) {
      const from = memory.f32(own, pixels * stride);
      const reach = (table.length - 1) / 2;
      for (let o = 0; o < columns; o += 1)
        for (let p = 0; p < pixels; p += 1)
          values[p * columns + o] += coefficient * table[from[p * stride + o] + bias[c][o] + reach];
    } else if (transfer.kind === 'value') {
      const from = memory.f32(own, pixels * stride);
      for (let o = 0; o < columns; o += 1) {
        const value = errors?.values?.[o] ?? transfer.value;
        const scale = errors?.scale[o] ?? 1;
        const shift = errors?.shift[o] ?? 0;
        for (let p = 0; p < pixels; p += 1)
          values[p * columns + o] +=
            coefficient *
            value(scale * (conversion.factor * (from[p * stride + o] + bias[c][o])) + shift);
      }
    } else if (grid) {
      const plane = firstPlane + (t * slices.length + s) * chunks.length + c;
      memory.draws.philoxDraws(key0, key1, plane, image, draws, 0, blocks, 0);
      const { thresholds, columnStride, low, perCell, cells, vectors } = grid;
      const weight = (coefficient * common) / samples;
      const zero = transfer.zeroGivesZero ? 1 : 0;
      // Spelled out: spreading common arguments costs as much as converting a hundred sums.
      if (samples === 1)
        // prettier-ignore
        realSums.convertRealOne(own, stride, scales, biases, thresholds, columnStride, low, perCell, cells, draws, counts, pixels, columns, weight, zero);
      // prettier-ignore
      else realSums.convertReal(own, stride, scales, biases, thresholds, columnStride, low, perCell, cells, vectors, draws, counts, pixels, columns, weight, samples, zero);
    }
  };

  return {
    run(image, seed, out) {
      ({ key0, key1 } = keyOf(seed));
      memory.i32(counts, pixels * columns).fill(0);
      const values = new Float64Array(common > 0 ? 0 : pixels * columns);
      for (let c = 0; c < chunks.length; c += 1) {
        for (let s = 0; s < slices.length; s += 1) {
          partialSums(s, c);
          if (common > 0) for (let t = 0; t < streams; t += 1) convert(image, t, s, c, values);
        }
        if (common > 0) continue;
        for (let t = 0; t < streams; t += 1)
          for (let s = 0; s < slices.length; s += 1) convert(image, t, s, c, values);
      }
      const sum = common > 0 ? memory.i32(counts, pixels * columns) : values;
      const driven =
        bits || weights.offset === 0
          ? undefined
          : drivenSums(digits.map((at) => memory.f32(at, planes.length)));
      for (let o = 0; o < columns; o += 1) {
        const at = o * pixels;
        const unit = weights.unit[o];
        for (let p = 0; p < pixels; p += 1) {
          const value = sum[p * columns + o];
          out[at + p] = bits
            ? value * factor
            : (value + weights.offset * (driven ? driven[p] : 0)) * plan.unit * unit;
        }
      }
    },
  };

  /** sum_t c_t sum_k a_t of every pixel, over this group's rows. */
  function drivenSums(streams: readonly Float32Array[]): Float64Array {
    const result = new Float64Array(pixels);
    for (const [t, stream] of streams.entries())
      for (let p = 0; p < pixels; p += 1)
        for (let k = 0; k < rows; k += 1)
          result[p] += plan.coefficients[t] * stream[planes.rowOffset[k] + planes.pixelOffset[p]];
    return result;
  }
}

/** One array's conversion, placed in memory. */
interface DenseConversion {
  readonly conversion: SliceConversion;
  readonly errors: ColumnErrors | undefined;
  /** Offsets of each column's factor and addend, which take a sum to the grid's axis. */
  readonly scales: number;
  readonly biases: number;
  readonly grid?: PlacedGrid;
  /** Values of whole (partial sum + bias), from the least on. */
  readonly table?: Float64Array;
}

type PlacedGrid = Omit<ThresholdGrid, 'thresholds'> & { readonly thresholds: number };

interface DenseColumns {
  readonly columns: number;
  readonly stride: number;
  /** By chunk. */
  readonly bias: readonly Float32Array[];
  /** Whether sums are real numbers, or integers with a node of the grid each. */
  readonly real: boolean;
  /** Grids of real sums by what they depend on: slices of as many bits convert alike. */
  readonly shared: Map<string, PlacedGrid>;
  /** Largest |sum| where it is not the array's own. */
  readonly limit: number | undefined;
}

function denseConversions(
  memory: EngineMemory,
  conversion: SliceConversion,
  { columns, stride, bias, real, shared: grids, limit }: DenseColumns,
): readonly DenseConversion[] {
  const { transfer, factor, largestPartialSum } = conversion;
  const ones = memory.place(new Float32Array(stride).fill(1));
  const zeros = memory.place(new Float32Array(stride));
  const mostBias = largestBias(conversion);
  const whole = wholeBias(conversion);
  const zeroIsSpecial = transfer.kind === 'draw' && transfer.zeroGivesZero;
  const exact = !real && (whole || !zeroIsSpecial || mostBias === 0);
  const byChunk = differsByChunk(conversion, columns);
  let shared: DenseConversion | undefined;
  return bias.map((own, c): DenseConversion => {
    const errors = conversion.errors(c);
    if (!errors && !byChunk && shared) return shared;
    if (transfer.kind !== 'draw') {
      const plain = { conversion, errors, scales: ones, biases: zeros };
      if (errors || real || !whole) return plain;
      const reach = largestPartialSum + mostBias;
      const table = conversionTable({ ...conversion, bias: 0 }, reach, 1);
      shared = table instanceof Float64Array ? { ...plain, table } : plain;
      return shared;
    }
    const place = (grid: ThresholdGrid): PlacedGrid => ({
      ...grid,
      thresholds: memory.place(grid.thresholds),
    });
    if (exact && whole && !errors) {
      // Biased sums stay integers: one grid over all of them, and the bias is added before.
      const reach = largestPartialSum + mostBias;
      const key = `whole/${factor}/${reach}/${transfer.samples}`;
      const plain = { ...conversion, bias: 0 };
      const grid =
        grids.get(key) ?? place(integerGrid(plain, reach, columns, { errors, chunk: c }));
      grids.set(key, grid);
      const biases = memory.place(padded(own, stride));
      const made = { conversion, errors, scales: ones, biases, grid };
      shared = made;
      return made;
    }
    if (exact) {
      const grid = place(integerGrid(conversion, largestPartialSum, columns, { errors, chunk: c }));
      const made = { conversion, errors, scales: ones, biases: zeros, grid };
      shared = made;
      return made;
    }
    // The grid's axis is the nominal column's argument over the factor.
    const scale = Float32Array.from(own, (_unused, o) => errors?.scale[o] ?? 1);
    const added = Float32Array.from(
      own,
      (value, o) => (errors?.scale[o] ?? 1) * value + (errors?.shift[o] ?? 0) / factor,
    );
    const reach = added.reduce(
      (top, value, o) => Math.max(top, scale[o] * (limit ?? largestPartialSum) + Math.abs(value)),
      0,
    );
    const key = `${factor}/${reach}/${transfer.samples}`;
    const grid = grids.get(key) ?? place(realGrid(conversion, reach));
    grids.set(key, grid);
    const made = {
      conversion,
      errors,
      scales: memory.place(padded(scale, stride)),
      biases: memory.place(padded(added, stride)),
      grid,
    };
    shared = made;
    return made;
  });
}

function padded(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length);
  result.set(values);
  return result;
}

/** Where the pixels of every stream lie (bytes), relative to the first stream, filled up to fours. */
function streamOffsets(pixelOffset: Int32Array, streams: readonly number[]): Int32Array {
  const all = streams.flatMap((at) => [...pixelOffset].map((offset) => at - streams[0] + offset));
  const length = Math.ceil(all.length / 4) * 4;
  return Int32Array.from({ length }, (_, i) => all[Math.min(i, all.length - 1)]);
}

/** Rows [start, end) of a column-major digit matrix. */
function cutTile(
  digits: Int8Array,
  rows: number,
  columns: number,
  start: number,
  end: number,
): Float32Array {
  const tile = new Float32Array(columns * (end - start));
  for (let o = 0; o < columns; o += 1)
    for (let k = start; k < end; k += 1) tile[o * (end - start) + k - start] = digits[o * rows + k];
  return tile;
}
