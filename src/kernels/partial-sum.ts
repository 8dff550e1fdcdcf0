import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './partial-sum.generated.js';

/**
 * Partial sums of one-bit digits by popcount, conversion by table, and the draws. Arguments are byte offsets
 * into the shared memory, or counts. One call handles one plane (stream, slice, chunk) of one image.
 *
 * Rows are bit-packed: `bits` u64 [pixels][words], `weights` u64 [columns][words], words <= 8. With
 * m = popcount(bits & weights), the byte address of a conversion's table entry is
 * level[pixel] + (m << shift) + columnLevel[pattern[pixel] / 4 + column].
 */
export interface PartialSumKernel {
  /**
   * The draws of conversion-draws.ts, clamped to 65534: Philox4x32-10 of counters (block, plane, image, 0),
   * eight u16 a block; `blocks` is a multiple of 4.
   */
  philoxDraws(
    key0: number,
    key1: number,
    plane: number,
    image: number,
    out: number,
    blocks: number,
  ): void;
  /** Bit planes of im2col rows: bit k of stream t is bit t of codes[pixelOffset[p] + rowOffset[k]]. */
  packBits(
    codes: number,
    rowOffset: number,
    rows: number,
    pixelOffset: number,
    pixels: number,
    words: number,
    streams: number,
    streamBytes: number,
    out: number,
  ): void;
  /** out[p] = base[p] - perDriven * popcount(bits[p]). */
  rowLevels(
    bits: number,
    words: number,
    pixels: number,
    base: number,
    perDriven: number,
    out: number,
  ): void;
  /** T = 1; entries are one u16 threshold: out (i32) += coefficient where the draw reaches it. */
  convertDrawOne(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    draws: number,
    out: number,
    pixels: number,
    columns: number,
    shift: number,
    coefficient: number,
  ): void;
  /** T > 1; entries are vectors * 8 u16 thresholds, unused ones 65535: out (i32) += coefficient * count. */
  convertDrawMany(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    draws: number,
    out: number,
    pixels: number,
    columns: number,
    shift: number,
    coefficient: number,
    vectors: number,
  ): void;
  /**
   * convertDrawOne for four slices at once, whose coefficients are 1, 2, 4, 8 times `coefficient`: `weights`
   * [columns][4][words], `columnLevel` [pattern][columns][4], a slice's draws `drawBytes` after the one before.
   */
  convertDrawOneFour(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    draws: number,
    drawBytes: number,
    out: number,
    pixels: number,
    columns: number,
    shift: number,
    coefficient: number,
  ): void;
  /** The same for 2 to 8 samples. */
  convertDrawEightFour(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    draws: number,
    drawBytes: number,
    out: number,
    pixels: number,
    columns: number,
    shift: number,
    coefficient: number,
  ): void;
  /** Deterministic; entries are one f64: out (f64) += coefficient * entry. */
  convertValue(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    out: number,
    pixels: number,
    columns: number,
    shift: number,
    coefficient: number,
  ): void;
  /**
   * Real sums (f32 [pixels][stride]): x = scale[column] sum + bias[column]; thresholds interpolated between the
   * cells + 1 nodes of a grid (u16 [node][8 * vectors], unused ones 65535) that starts at `low` with
   * `perCell` cells a unit, a further `columnStride` bytes for each column; out (i32) += coefficient * (2 count - samples).
   */
  convertReal(
    sums: number,
    stride: number,
    scale: number,
    bias: number,
    grid: number,
    columnStride: number,
    low: number,
    perCell: number,
    cells: number,
    vectors: number,
    draws: number,
    out: number,
    pixels: number,
    columns: number,
    coefficient: number,
    samples: number,
    zeroGivesZero: number,
  ): void;
  /** convertReal for T = 1; nodes are one f32 threshold each. */
  convertRealOne(
    sums: number,
    stride: number,
    scale: number,
    bias: number,
    grid: number,
    columnStride: number,
    low: number,
    perCell: number,
    cells: number,
    draws: number,
    out: number,
    pixels: number,
    columns: number,
    coefficient: number,
    zeroGivesZero: number,
  ): void;
  /** per-pixel-normalisation.ts on f32 [pixels][stride], unit f64 [columns]. */
  normalisePixels(
    sums: number,
    stride: number,
    unit: number,
    pixels: number,
    columns: number,
    epsilon: number,
  ): void;
}

export const partialSumKernel = (memory: WebAssembly.Memory): PartialSumKernel =>
  instantiateKernel<PartialSumKernel>(wasmBase64, 0, memory).exports;
