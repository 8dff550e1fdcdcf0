import { packBy } from '../kernels/gemm.js';
import { streamPlan } from './activation-streams.js';
import type { GroupEngine, GroupPlace } from './binary-engine.js';
import { chunkRows } from './chunks.js';
import { conversionKey } from './conversion-draws.js';
import { isBitConverter } from './converter.js';
import type { EngineMemory } from './engine-memory.js';
import { bitMergeFactor, type PartialSumLayer } from './partial-sum-layer.js';
import { byteOffsets } from './padded-planes.js';
import {
  biasColumns,
  integerGrid,
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
 * exact for integer digits. `digits` gives the offset of each stream's padded digit planes (f32); all
 * streams go through one product, as further pixels, so that a single pixel wastes no lanes.
 */
export function denseEngine(
  memory: EngineMemory,
  layer: PartialSumLayer,
  { planes, pixels, seed, group, firstPlane }: GroupPlace,
  digits: readonly number[],
  tiles?: TileTable,
): GroupEngine {
  const { weights, mapping, converter } = layer;
  const { rows, columns, slices } = weights;
  const { gemm, partialSum } = memory;
  const plan = streamPlan(mapping);
  const chunks = chunkRows(rows, mapping);
  const stride = Math.ceil(columns / 8) * 8;
  const allPixels = Math.ceil((digits.length * pixels) / 4) * 4;
  const normalised = mapping.normalisation.kind === 'per-pixel';
  const bias = chunks.map((_, c) => biasColumns(layer, c));
  const biases = bias.map((values) => memory.place(padded(values, stride)));
  const largestBias = bias
    .flatMap((values) => [...values])
    .reduce((top, b) => Math.max(top, Math.abs(b)), 0);
  const byChunk = typeof mapping.biasRow !== 'number' && mapping.biasRow.length > columns;
  const noBias = memory.place(new Float32Array(stride));
  // Slices of as many bits convert alike.
  const grids = new Map<string, ThresholdGrid>();
  const sharedGrid = (conversion: SliceConversion, limit: number): ThresholdGrid => {
    const key = `${conversion.factor}/${limit}`;
    const grid = grids.get(key) ?? realGrid(conversion, limit);
    grids.set(key, grid);
    return grid;
  };
  const placed = new Map<ThresholdGrid['thresholds'], number>();
  const place = (thresholds: ThresholdGrid['thresholds']): number => {
    const at = placed.get(thresholds) ?? memory.place(thresholds);
    placed.set(thresholds, at);
    return at;
  };
  const parts = slices.map((slice, s) => {
    const conversion = sliceConversion(layer, s);
    const limit = normalised ? Math.sqrt(columns) : conversion.largestPartialSum + largestBias;
    const { transfer, largestPartialSum } = conversion;
    const zeroIsSpecial = transfer.kind === 'draw' && transfer.zeroGivesZero;
    const exact = !normalised && !tiles && (wholeBias(conversion) || !zeroIsSpecial);
    const grid =
      transfer.kind !== 'draw'
        ? undefined
        : exact
          ? integerGrid(conversion, largestPartialSum)
          : sharedGrid(conversion, limit);
    return {
      conversion,
      grid: grid && { ...grid, thresholds: place(grid.thresholds) },
      chunks: chunks.map(([start, end], c) => {
        const tile = cutTile(slice.digits, rows, columns, start, end);
        const effective = tiles?.get(tileKey(layer.name, group, s, c));
        if (tiles && effective?.length !== tile.length)
          throw new RangeError(`no solved array for layer ${layer.name}, slice ${s}, chunk ${c}`);
        return memory.place(packBy(8, effective ?? tile, columns, end - start));
      }),
    };
  });
  const units = memory.place(weights.unit.map((unit) => unit * plan.unit));
  const rowOffset = memory.place(byteOffsets(planes.rowOffset, 4));
  const pixelOffset = memory.place(streamOffsets(byteOffsets(planes.pixelOffset, 4), digits));
  const longest = Math.max(...chunks.map(([start, end]) => end - start));
  const panel = memory.reserve(longest * 20 + 4);
  const blocks = Math.ceil((pixels * columns) / 32) * 4;
  const draws = memory.reserve(blocks * 16);
  const counts = memory.reserve(pixels * columns * 4);
  const { key0, key1 } = conversionKey(seed, layer.name);
  const { samples } = parts[0].conversion;
  // Counts add up in any order; values by streams, then slices, as in the plain layer.
  const areaBytes = allPixels * stride * 4;
  const sums = memory.reserve(areaBytes * (samples > 0 ? 1 : slices.length));
  const areaOf = (s: number): number => sums + (samples > 0 ? 0 : s * areaBytes);
  const bits = isBitConverter(converter);
  const factor = bitMergeFactor(weights, mapping) / Math.max(1, samples);

  /** Partial sums of every stream's pixels, one stream after the other. */
  const partialSums = (s: number, c: number): void => {
    const [start, end] = chunks[c];
    gemm.pixelProducts(
      parts[s].chunks[c],
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
      partialSum.normalisePixels(
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
    const { grid, conversion } = parts[s];
    const own = areaOf(s) + t * pixels * stride * 4;
    if (conversion.transfer.kind === 'value') {
      const { value } = conversion.transfer;
      const from = memory.f32(own, pixels * stride);
      for (let p = 0; p < pixels; p += 1)
        for (let o = 0; o < columns; o += 1)
          values[p * columns + o] +=
            coefficient * value(conversion.factor * (from[p * stride + o] + bias[c][o]));
    } else if (grid) {
      const plane = firstPlane + (t * slices.length + s) * chunks.length + c;
      partialSum.philoxDraws(key0, key1, plane, image, draws, blocks);
      const { columnStride, low, perCell, cells, vectors } = grid;
      const thresholds = grid.thresholds + (byChunk ? c * columns * columnStride : 0);
      const added = grid.includesBias ? noBias : biases[c];
      const zero = conversion.transfer.zeroGivesZero ? 1 : 0;
      // Spelled out: spreading common arguments costs as much as converting a hundred sums.
      if (samples === 1)
        // prettier-ignore
        partialSum.convertRealOne(own, stride, added, thresholds, columnStride, low, perCell, cells, draws, counts, pixels, columns, coefficient, zero);
      // prettier-ignore
      else partialSum.convertReal(own, stride, added, thresholds, columnStride, low, perCell, cells, vectors, draws, counts, pixels, columns, coefficient, samples, zero);
    }
  };

  return {
    run(image, out) {
      memory.i32(counts, pixels * columns).fill(0);
      const values = new Float64Array(samples > 0 ? 0 : pixels * columns);
      const streams = plan.coefficients.length;
      for (let c = 0; c < chunks.length; c += 1) {
        for (let s = 0; s < slices.length; s += 1) {
          partialSums(s, c);
          if (samples > 0) for (let t = 0; t < streams; t += 1) convert(image, t, s, c, values);
        }
        if (samples > 0) continue;
        for (let t = 0; t < streams; t += 1)
          for (let s = 0; s < slices.length; s += 1) convert(image, t, s, c, values);
      }
      const sum = samples > 0 ? memory.i32(counts, pixels * columns) : values;
      const driven =
        bits || weights.offset === 0
          ? undefined
          : drivenSums(digits.map((at) => memory.f32(at, planes.length)));
      for (let p = 0; p < pixels; p += 1)
        for (let o = 0; o < columns; o += 1) {
          const value = sum[p * columns + o];
          out[o * pixels + p] = bits
            ? value * factor
            : (value + weights.offset * (driven?.[p] ?? 0)) * plan.unit * weights.unit[o];
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
