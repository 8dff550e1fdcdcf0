import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './draws.generated.js';
import { wasmBase64 as sideBySideBase64 } from './draws-side-by-side.generated.js';

/** Draws for conversions. Arguments are byte offsets into the shared memory, or counts. */
export interface DrawKernel {
  /**
   * The draws of conversion-draws.ts, clamped to 65534: Philox4x32-10 of counters (block, plane, image, 0),
   * eight u16 a block; `blocks`, a multiple of 4, from `firstBlock` on. A `mask` of -1 gives the complements (antithetic draws), 0 the
   * draws themselves.
   */
  philoxDraws(
    key0: number,
    key1: number,
    plane: number,
    image: number,
    out: number,
    firstBlock: number,
    blocks: number,
    mask: number,
  ): void;
}

/** The same of eight images that stand side by side. */
export interface DrawSideBySideKernel {
  /**
   * images: eight numbers (u32), then a mask (u16) for each. Draws are those of `pixels` x `outputs` of every image, pixel
   * by pixel, from `firstBlock` on, and go to [output][pixel][8 images], rows `outStride` bytes apart. `panel`: 832 bytes.
   */
  philoxSideBySide(
    key0: number,
    key1: number,
    plane: number,
    images: number,
    firstBlock: number,
    pixels: number,
    outputs: number,
    out: number,
    outStride: number,
    panel: number,
  ): void;
}

export const drawKernel = (memory: WebAssembly.Memory): DrawKernel =>
  instantiateKernel<DrawKernel>(wasmBase64, 0, memory).exports;

export const drawSideBySideKernel = (memory: WebAssembly.Memory): DrawSideBySideKernel =>
  instantiateKernel<DrawSideBySideKernel>(sideBySideBase64, 0, memory).exports;
