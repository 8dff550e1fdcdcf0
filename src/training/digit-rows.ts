import { WEIGHT_GRADIENT_BLOCK } from '../kernels/training.js';
import { rowTable, type ColumnGeometry, type PackSource } from './columns.js';
import { lookUpsOf, type BitKind } from './bit-tables.js';
import {
  channelsOf,
  filterScratch,
  LARGEST_SHORT,
  LARGEST_SUM,
  type ChannelRange,
} from './whole-filters.js';
import { POINTS } from './winograd-filters.js';
import type { Slot, Workspace } from './workspace.js';

/** One array's rows with the integer kernels' packed weights. */
export interface DigitRows {
  readonly first: number;
  readonly rows: number;
  /** Rows rounded up to 4; the table repeats offset 0 there, the weights are zero. */
  readonly paddedRows: number;
  readonly table: Slot;
  /** The channels that the rows are of, for tiles: an even number. */
  readonly channels: ChannelRange;
  /**
   * Digits packed for the forward product, slice by slice: [outputs / 4][rows / 2][4] pairs, or the tables of
   * bit-tables.ts; or all slices' filters of whole-filters.ts.
   */
  readonly forward: Slot;
  /** Whole weights packed for the input gradient through columns: [rows / 4][outputs / 2][4] pairs. */
  readonly backward: Slot;
}

export function reserveDigitRows(
  workspace: Workspace,
  geometry: ColumnGeometry,
  {
    order,
    first,
    rows,
    slices,
    bitKind,
    throughTiles,
    sumsThroughTiles,
  }: {
    order: Int32Array;
    first: number;
    rows: number;
    slices: number;
    bitKind: BitKind | undefined;
    throughTiles: boolean;
    sumsThroughTiles: boolean;
  },
): DigitRows {
  const table = rowTable(geometry, { order, first, rows });
  const paddedRows = table.length;
  const paddedOutputs = Math.ceil(geometry.outputs / 4) * 4;
  const channels = channelsOf(first, rows, 2);
  if (sumsThroughTiles) filterScratch(workspace, geometry.outputs, channels.count);
  const ownLength = sumsThroughTiles
    ? (POINTS * channels.count) / 2
    : paddedRows * (bitKind ? lookUpsOf(bitKind) : 0.5);
  return {
    first,
    rows,
    paddedRows,
    table: workspace.table(table),
    channels,
    forward: workspace.reserve(paddedOutputs * slices * ownLength),
    backward: workspace.reserve(throughTiles ? 0 : (paddedRows * paddedOutputs) / 2),
  };
}

/**
 * Packs a matrix as target[outer / 4][inner / 2][outer % 4][inner % 2], `paddedInner` (even) entries long; where
 * another of the same layout is given, times 2^field it is added.
 */
export function packPairs(
  target: Int16Array,
  { values, start, outerStride, innerStride }: PackSource,
  { outer, inner, paddedInner }: { outer: number; inner: number; paddedInner: number },
  above?: { readonly values: PackSource['values']; readonly field: number },
): void {
  const factor = above ? 2 ** above.field : 0;
  const added = above?.values ?? values;
  for (let o = 0; o < outer; o += 1) {
    const to = (o >> 2) * paddedInner * 4 + (o & 3) * 2;
    let from = start + o * outerStride;
    for (let i = 0; i < inner; i += 1) {
      target[to + (i >> 1) * 8 + (i & 1)] = values[from] + factor * added[from];
      from += innerStride;
    }
  }
}

/** Bits that a signed sum up to `largestSum` takes, where a pair of digits fits 16 bits around them; 0 where not. */
export function pairField(largestSum: number, bitsPerSlice: number): number {
  const field = Math.ceil(Math.log2(largestSum + 1)) + 1;
  return (2 ** bitsPerSlice - 1) * (1 + 2 ** field) <= LARGEST_SHORT ? field : 0;
}

/**
 * What the largest gradient is rounded to: 16 bits, or fewer where products with levels up to `levelTop`
 * over a block of pixels, or with weights up to `weightTop` over the outputs, would leave 32 bits.
 */
export const gradientTop = (levelTop: number, weightTop: number, outputs: number): number =>
  Math.floor(
    Math.min(
      LARGEST_SHORT,
      LARGEST_SUM / (levelTop * WEIGHT_GRADIENT_BLOCK),
      LARGEST_SUM / (weightTop * outputs),
    ),
  );
