import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './bit-planes.generated.js';

/**
 * Activation codes as packed bits: u64 [pixels][words] for each stream. Arguments are byte offsets into the shared
 * memory, or counts.
 */
export interface BitPlaneKernel {
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
}

export const bitPlaneKernel = (memory: WebAssembly.Memory): BitPlaneKernel =>
  instantiateKernel<BitPlaneKernel>(wasmBase64, 0, memory).exports;
