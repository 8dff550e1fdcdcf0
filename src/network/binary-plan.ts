import { chunkRows } from './chunks.js';
import type { EngineMemory } from './engine-memory.js';
import { samplesIn, type PartialSumLayer } from './partial-sum-layer.js';
import {
  conversionTable,
  differsByChunk,
  differsByColumn,
  sliceConversion,
  tableEntry,
  wholeMoves,
  type SliceConversion,
} from './slice-conversion.js';
import type { PaddedPlanes } from './padded-planes.js';
import type { SlicedWeights } from './weight-slices.js';

/** A slice with one T as the popcount kernels want it. */
export interface BinaryPlan {
  readonly samples: number;
  /** 8-lane vectors of thresholds an entry. */
  readonly vectors: number;
  readonly entryBytes: number;
  readonly shift: number;
  readonly perDriven: number;
  /** Whether rows inside the image add their count to the level. */
  readonly addsValid: boolean;
  readonly chunks: readonly {
    readonly words: number;
    readonly bits: Uint32Array;
    readonly level: Int32Array;
    /** Offsets of the two. */
    readonly weights: number;
    readonly columnLevel: number;
  }[];
}

/** The plan of slice `s` in stream `t`; streams of one T share it. */
export function binaryPlans(
  memory: EngineMemory,
  layer: PartialSumLayer,
  validity: RowValidity | undefined,
): (s: number, t: number) => BinaryPlan {
  const known = new Map<string, BinaryPlan>();
  const tables = new Map<string, number>();
  return (s, t) => {
    const name = `${s}/${samplesIn(layer, s, t)}`;
    const plan = known.get(name) ?? binaryPlan(memory, layer, { validity, tables }, s, t);
    known.set(name, plan);
    return plan;
  };
}

function binaryPlan(
  memory: EngineMemory,
  layer: PartialSumLayer,
  {
    validity,
    tables,
  }: {
    readonly validity: RowValidity | undefined;
    /** Offsets of the conversion tables placed so far. */
    readonly tables: Map<string, number>;
  },
  s: number,
  t: number,
): BinaryPlan {
  const { weights, mapping } = layer;
  const { rows, columns, slices } = weights;
  const bipolar = mapping.encoding === 'bipolar';
  const chunks = chunkRows(rows, mapping);
  const limit = largestChunk(chunks);
  const conversion = sliceConversion(layer, s, t);
  const entry = tableEntry(conversion.samples);
  const signed = digitKind(slices[s].digits) === 'signed';
  // Draws differ by slice in their factor and their T alone; values in whatever their slice is.
  const alike =
    conversion.samples > 0 ? `${conversion.factor}/${conversion.samples}` : `slice ${s}`;
  return {
    samples: conversion.samples,
    vectors: entry.vectors,
    entryBytes: entry.bytes,
    shift: Math.log2(entry.bytes * (signed && bipolar ? 4 : signed || bipolar ? 2 : 1)),
    perDriven: (signed ? (bipolar ? 2 : 1) : 0) * entry.bytes,
    // Bipolar unsigned rows do not add their own count: see the formulas of the engine.
    addsValid: signed && bipolar,
    chunks: chunks.map(([start, end], c) => {
      const { name, make, startOf } = columnTable(conversion, { limit, columns, s, c, alike });
      const table = tables.get(name) ?? memory.place(make());
      tables.set(name, table);
      const ones = columnLevels(weights, s, start, end, validity, bipolar ? (signed ? 2 : 1) : 0);
      const bits = columnBits(weights, s, start, end);
      const level = ones.map((value, i) => table + (startOf(i % columns) - value) * entry.bytes);
      return {
        words: Math.ceil((end - start) / 64),
        bits,
        level,
        weights: memory.place(bits),
        columnLevel: memory.place(level),
      };
    }),
  };
}

/** A chunk's conversion table. */
interface ColumnTable {
  /** Equal names, equal tables. */
  readonly name: string;
  readonly make: () => Uint16Array | Float64Array;
  /** The entry that holds a column's partial sum of -limit. */
  readonly startOf: (column: number) => number;
}

/** One table for all columns, for all moved by whole biases, or one for each in turn; for all chunks or each. */
function columnTable(
  conversion: SliceConversion,
  place: {
    readonly limit: number;
    readonly columns: number;
    readonly s: number;
    readonly c: number;
    readonly alike: string;
  },
): ColumnTable {
  const { limit, columns, s, c, alike } = place;
  const errors = conversion.errors(c);
  const moves = wholeMoves(conversion, limit, columns, c);
  if (!errors && moves)
    return {
      name: alike,
      make: () => conversionTable({ ...conversion, bias: 0 }, moves.reach, 1),
      startOf: (column) => moves.reach - limit + moves.biasAt(column),
    };
  if (!errors && !differsByColumn(conversion))
    return { name: alike, make: () => conversionTable(conversion, limit, 1), startOf: () => 0 };
  const byChunk = differsByChunk(conversion, columns);
  return {
    name: errors ? `${alike}/${s}/${c}` : byChunk ? `${alike}/chunk ${c}` : alike,
    make: () => conversionTable(conversion, limit, columns, { errors, chunk: c }),
    startOf: (column) => column * (2 * limit + 1),
  };
}

export const largestChunk = (chunks: readonly (readonly [number, number])[]): number =>
  Math.max(...chunks.map(([start, end]) => end - start));

/** `signed`: all +-1; `unsigned`: all 0 or 1. */
export function digitKind(digits: Int8Array): 'signed' | 'unsigned' | undefined {
  // Bits of what occurs: -1, 0, 1, anything else. Random digits make a branch for each a slow one.
  let seen = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const at = (digits[i] + 1) >>> 0;
    seen |= 1 << (at > 2 ? 3 : at);
  }
  if ((seen & ~0b101) === 0) return 'signed';
  return (seen & ~0b110) === 0 ? 'unsigned' : undefined;
}

/** Which rows of a chunk lie inside the image, for the few patterns that borders make. */
export interface RowValidity {
  /** Pattern of each pixel. */
  readonly pattern: Int32Array;
  /** Per pattern: 1 where the row is inside. */
  readonly inside: readonly Uint8Array[];
  /** Per chunk and pattern: how many rows are inside. */
  readonly count: readonly (readonly number[])[];
}

export function rowValidity(
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
  if (times === 0) return levels;
  for (const [index, inside] of patterns.entries())
    for (let o = 0; o < columns; o += 1) {
      let ones = 0;
      for (let k = start; k < end; k += 1) ones += inside[k] & Number(digits[o * rows + k] === 1);
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
  const { digits } = slices[s];
  for (let o = 0; o < columns; o += 1) {
    const first = o * rows + start;
    for (let k = 0; k < end - start; k += 1)
      bits[o * words * 2 + (k >> 5)] |= Number(digits[first + k] === 1) << (k & 31);
  }
  return bits;
}
