import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './real-sums.generated.js';

/**
 * Conversion of real partial sums by interpolated thresholds, and their normalisation. Arguments are byte offsets
 * into the shared memory, or counts.
 */
export interface RealSumKernel {
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

export const realSumKernel = (memory: WebAssembly.Memory): RealSumKernel =>
  instantiateKernel<RealSumKernel>(wasmBase64, 0, memory).exports;
