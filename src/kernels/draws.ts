import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './draws.generated.js';

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

export const drawKernel = (memory: WebAssembly.Memory): DrawKernel =>
  instantiateKernel<DrawKernel>(wasmBase64, 0, memory).exports;
