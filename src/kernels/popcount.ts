import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './popcount.generated.js';

/**
 * Partial sums of one-bit digits by popcount, and their conversion by table. Arguments are byte offsets into the
 * shared memory, or counts. One call handles one plane (stream, slice, chunk) of one image.
 *
 * Rows are bit-packed: `bits` u64 [pixels][words], `weights` u64 [columns][words], words <= 8. With
 * m = popcount(bits & weights), the byte address of a conversion's table entry is
 * level[pixel] + (m << shift) + columnLevel[pattern[pixel] / 4 + column].
 */
export interface PopcountKernel {
  /** out[pixel][column] (u16) = m. */
  countOnes(
    words: number,
    bits: number,
    weights: number,
    out: number,
    pixels: number,
    columns: number,
  ): void;
  /**
   * T = 1; entries are one u16 threshold: out (i32) += coefficient where the draw reaches it. `scratch` is room for
   * SCRATCH_BYTES.
   */
  convertDrawOne(
    words: number,
    bits: number,
    weights: number,
    level: number,
    pattern: number,
    columnLevel: number,
    draws: number,
    scratch: number,
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
   * [columns][4][words], `columnLevel` [pattern][columns][4], a slice's draws `drawBytes` after the one before. With
   * words = 0, `weights` are what countOnes has made of them: u16 [pixels][columns][4].
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
    scratch: number,
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
}

/** What thresholds of 64 columns of four slices take. */
export const SCRATCH_BYTES = 512;

export const popcountKernel = (memory: WebAssembly.Memory): PopcountKernel =>
  instantiateKernel<PopcountKernel>(wasmBase64, 0, memory).exports;
