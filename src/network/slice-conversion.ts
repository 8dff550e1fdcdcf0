import { columnErrors, type ColumnErrors } from './column-errors.js';
import { arrayPlace, biasOf, transferContext, type PartialSumLayer } from './partial-sum-layer.js';
import {
  argumentPerDigit,
  countThresholds,
  isSaturated,
  takesBias,
  transferOf,
  type Transfer,
} from './transfer.js';

/** One slice's conversion as the engines want it: a function of (partial sum + bias) alone. */
export interface SliceConversion {
  readonly transfer: Transfer;
  /** From (partial sum + bias) to the transfer's argument. */
  readonly factor: number;
  /** T, or 0 where the value is deterministic. */
  readonly samples: number;
  /** Added to the partial sum, by column or by chunk and column; one number where all agree. */
  readonly bias: number | readonly number[];
  readonly largestPartialSum: number;
  /** What the columns of chunk `c` make of the argument, where they differ from each other. */
  readonly errors: (chunk: number) => ColumnErrors | undefined;
}

/** The conversion of slice `s` in stream `t`. */
export function sliceConversion(layer: PartialSumLayer, s: number, t = 0): SliceConversion {
  const context = transferContext(layer, s, t);
  const transfer = transferOf(layer.converter, context);
  return {
    transfer,
    factor: argumentPerDigit(layer.converter, context),
    samples: transfer.kind === 'draw' ? transfer.samples : 0,
    bias: takesBias(layer.converter) ? layer.mapping.biasRow : 0,
    largestPartialSum: context.largestPartialSum,
    errors: (chunk) => columnErrors(layer.converter, context, arrayPlace(layer, s, chunk)),
  };
}

/** Entry size of a conversion table: 1 threshold, or whole vectors of 8 (a power of two), or one f64. */
export function tableEntry(samples: number): { readonly bytes: number; readonly vectors: number } {
  if (samples === 0) return { bytes: 8, vectors: 0 };
  if (samples === 1) return { bytes: 2, vectors: 0 };
  const vectors = 2 ** Math.ceil(Math.log2(Math.ceil(samples / 8)));
  return { bytes: 16 * vectors, vectors };
}

/**
 * Table over the integer partial sums -limit .. limit, one after the other; for every column in turn where
 * `columns` > 1. Thresholds (u16, unused ones 65535) or values (f64), as `samples` says.
 */
export function conversionTable(
  { transfer, factor, samples, bias }: SliceConversion,
  limit: number,
  columns: number,
  {
    errors,
    chunk = 0,
  }: { readonly errors?: ColumnErrors | undefined; readonly chunk?: number } = {},
): Uint16Array | Float64Array {
  const levels = 2 * limit + 1;
  const biasAt = biasesOf(bias, chunk, columns);
  const argument = (column: number, level: number): number => {
    const x = factor * (level - limit + biasAt(column));
    return errors ? errors.scale[column] * x + errors.shift[column] : x;
  };
  if (transfer.kind === 'value') {
    const table = new Float64Array(columns * levels);
    for (let i = 0; i < table.length; i += 1) {
      const column = Math.floor(i / levels);
      table[i] = (errors?.values?.[column] ?? transfer.value)(argument(column, i % levels));
    }
    return table;
  }
  const width = tableEntry(samples).bytes / 2;
  const table = new Uint16Array(columns * levels * width).fill(65535);
  for (let i = 0; i < columns * levels; i += 1)
    countThresholds(transfer, argument(Math.floor(i / levels), i % levels), table, i * width);
  return table;
}

/** Whether columns convert differently. */
export const differsByColumn = ({ bias }: SliceConversion): boolean => typeof bias !== 'number';

/** Whether the chunks of `columns` columns have biases of their own. */
export const differsByChunk = ({ bias }: SliceConversion, columns: number): boolean =>
  typeof bias !== 'number' && bias.length > columns;

/**
 * Whole biases move their columns along one table for all, up to `reach` either way. Undefined where columns agree,
 * where biases are not whole, or where that table would be larger than one for each column up to `limit`.
 */
export function wholeMoves(
  conversion: SliceConversion,
  limit: number,
  columns: number,
  chunk: number,
): { readonly reach: number; readonly biasAt: (column: number) => number } | undefined {
  if (!differsByColumn(conversion) || !wholeBias(conversion)) return undefined;
  const reach = limit + largestBias(conversion);
  if (reach > columns * limit) return undefined;
  return { reach, biasAt: biasesOf(conversion.bias, chunk, columns) };
}

/** Largest |bias| of any column. */
export const largestBias = ({ bias }: SliceConversion): number =>
  typeof bias === 'number'
    ? Math.abs(bias)
    : bias.reduce((top, b) => Math.max(top, Math.abs(b)), 0);

/** Bias of a column of one chunk. */
function biasesOf(
  bias: SliceConversion['bias'],
  chunk: number,
  columns: number,
): (column: number) => number {
  if (typeof bias === 'number') return () => bias;
  const first = bias.length > columns ? chunk * columns : 0;
  return (column) => bias[first + column];
}

/** A grid of thresholds over real partial sums, for tiles with wires and normalised sums. */
export interface ThresholdGrid {
  readonly low: number;
  readonly perCell: number;
  readonly cells: number;
  /** 8-lane vectors of one node; 0 for T = 1. */
  readonly vectors: number;
  /**
   * (cells + 1) nodes of 8 * vectors thresholds (u16, or one f32 for T = 1) in units of 2^-16, for one
   * column after the other.
   */
  readonly thresholds: Float32Array | Uint16Array;
  /** Bytes from one column's nodes to the next; 0 where all columns share them. */
  readonly columnStride: number;
  /** Whether the bias is in the thresholds already. */
  readonly includesBias: boolean;
}

const GRID_CELLS = 8192;

/** Whether every bias is a whole number of digits: biased sums stay integers. */
export const wholeBias = ({ bias }: SliceConversion): boolean =>
  typeof bias === 'number' ? Number.isInteger(bias) : bias.every((b) => Number.isInteger(b));

/** One node for each integer partial sum of one chunk, biases and the columns' errors included: exact. */
export function integerGrid(
  conversion: SliceConversion,
  limit: number,
  columns: number,
  { errors, chunk }: { readonly errors: ColumnErrors | undefined; readonly chunk: number },
): ThresholdGrid {
  const { bias } = conversion;
  const shared = typeof bias === 'number' && !errors;
  const biasAt = biasesOf(bias, chunk, columns);
  const cells = 2 * limit;
  const parts = Array.from({ length: shared ? 1 : columns }, (_, o) =>
    nodes(conversion, -limit, 1, cells, {
      added: biasAt(o),
      scale: errors?.scale[o] ?? 1,
      shift: errors?.shift[o] ?? 0,
    }),
  );
  // The kernel takes four columns at a time: surplus ones read, and ignore, zeros.
  const length = (parts.length + 3) * parts[0].length;
  const thresholds = conversion.samples === 1 ? new Float32Array(length) : new Uint16Array(length);
  parts.forEach((part, i) => thresholds.set(part, i * part.length));
  return {
    low: -limit,
    perCell: 1,
    cells,
    vectors: vectorsOf(conversion),
    thresholds,
    columnStride: parts.length > 1 ? parts[0].byteLength : 0,
    includesBias: true,
  };
}

/**
 * 8192 cells over the part of [-limit, limit] where the probability is not saturated; between nodes the
 * thresholds are interpolated, with an error below h^2/8 max|p''| (under 1e-6 for a sigmoid that rises
 * within the range).
 */
export function realGrid(conversion: SliceConversion, limit: number): ThresholdGrid {
  const { transfer, factor } = conversion;
  if (transfer.kind !== 'draw') throw new RangeError('only draws have thresholds');
  const [low, high] = activeRange((sum) => isSaturated(transfer, factor * sum), limit);
  return {
    low,
    perCell: GRID_CELLS / (high - low),
    cells: GRID_CELLS,
    vectors: vectorsOf(conversion),
    thresholds: nodes(conversion, low, (high - low) / GRID_CELLS, GRID_CELLS),
    columnStride: 0,
    includesBias: false,
  };
}

const vectorsOf = ({ samples }: SliceConversion): number =>
  samples === 1 ? 0 : Math.ceil(samples / 8);

function nodes(
  { transfer, factor, samples }: SliceConversion,
  low: number,
  step: number,
  cells: number,
  { added, scale, shift } = { added: 0, scale: 1, shift: 0 },
): Float32Array | Uint16Array {
  if (transfer.kind !== 'draw') throw new RangeError('only draws have thresholds');
  const width = samples === 1 ? 1 : Math.ceil(samples / 8) * 8;
  const length = (cells + 1) * width;
  const thresholds = samples === 1 ? new Float32Array(length) : new Uint16Array(length).fill(65535);
  const node = new Uint16Array(samples);
  for (let i = 0; i <= cells; i += 1) {
    const argument = scale * (factor * (low + step * i + added)) + shift;
    countThresholds(transfer, argument, node);
    thresholds.set(node, i * width);
  }
  return thresholds;
}

function activeRange(
  saturated: (sum: number) => boolean,
  limit: number,
): readonly [number, number] {
  const edge = (sign: number): number => {
    if (!saturated(sign * limit)) return sign * limit;
    let inside = 0;
    let outside = limit;
    for (let i = 0; i < 60; i += 1) {
      const middle = (inside + outside) / 2;
      if (saturated(sign * middle)) outside = middle;
      else inside = middle;
    }
    return sign * outside;
  };
  return saturated(0) ? [-limit, limit] : [edge(-1), edge(1)];
}

/** The bias of every column of one chunk, as the dense engine adds it. */
export const biasColumns = (layer: PartialSumLayer, chunk: number): Float32Array =>
  Float32Array.from({ length: layer.weights.columns }, (_, o) =>
    takesBias(layer.converter) ? biasOf(layer.mapping, o, chunk, layer.weights.columns) : 0,
  );
