import { instantiateKernel } from './instantiate.js';
import { wasmBase64 } from './gemm.generated.js';

/**
 * Single-precision products for inference. All arguments are byte offsets into the shared memory or counts.
 * An image lies as zero-padded planes; `rowOffset` (int32, one per im2col row) and `pixelOffset` (int32, one
 * per output pixel) are byte offsets whose sum addresses an element. The order of additions is fixed: the
 * same bits for any batch or thread.
 */
export interface GemmKernel {
  /**
   * out[outputs][pixels] = bias[outputs] + sum_k weight[o][k] image[rowOffset[k] + pixelOffset[p]].
   * outputs is a multiple of 4, pixels of 8; weights packed as [outputs / 4][rows][4] (`packBy`).
   * `panel` is scratch of rows * 32 bytes.
   */
  convolve(
    weights: number,
    image: number,
    rowOffset: number,
    pixelOffset: number,
    bias: number,
    out: number,
    panel: number,
    outputs: number,
    pixels: number,
    rows: number,
  ): void;
  /**
   * out[pixels][columns] = sum_k image[rowOffset[k] + pixelOffset[p]] weight[column][k].
   * pixels is a multiple of 4, columns of 8; weights packed as [columns / 8][rows][8] (`packBy`).
   * `panel` is scratch of rows * 20 + 4 bytes. Rows with digit 0 in all of four pixels cost nothing.
   */
  pixelProducts(
    weights: number,
    image: number,
    rowOffset: number,
    pixelOffset: number,
    out: number,
    panel: number,
    columns: number,
    pixels: number,
    rows: number,
  ): void;
  /**
   * out[outputs] = bias[outputs] + sum_k weight[o][k] x[k]. outputs is a multiple of 32; weights packed as
   * [outputs / 32][rows][32]. `list` is scratch of rows * 8 + 8 bytes. Rows whose x is 0 cost nothing.
   */
  multiplyVector(
    weights: number,
    x: number,
    bias: number,
    out: number,
    list: number,
    outputs: number,
    rows: number,
  ): void;
}

export const gemmKernel = (memory: WebAssembly.Memory): GemmKernel =>
  instantiateKernel<GemmKernel>(wasmBase64, 0, memory).exports;

/** (outputs x rows) row-major to [outputs / width][rows][width], missing outputs zero. */
export function packBy(
  width: 4 | 8 | 32,
  matrix: ArrayLike<number>,
  outputs: number,
  rows: number,
): Float32Array {
  const packed = new Float32Array(Math.ceil(outputs / width) * width * rows);
  for (let o = 0; o < outputs; o += 1) {
    const base = Math.floor(o / width) * width * rows + (o % width);
    for (let k = 0; k < rows; k += 1) packed[base + k * width] = matrix[o * rows + k];
  }
  return packed;
}
