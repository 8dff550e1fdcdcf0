import { wasmBase64 } from './activations.generated.js';
import { instantiateKernel } from './instantiate.js';

/**
 * Activations to digits. `x` is f32 (planes, height, width) without gaps; `out` the place of the first inner
 * element of zero-padded planes, `rowBytes` from one row to the next, `planeBytes` from one plane to the next.
 * Offsets and sizes in bytes of the shared memory. A code is trunc(clamp(x factor + shift + 0.5, 0, top)), every
 * step in single precision, NaN giving 0.
 */
export interface ActivationKernel {
  /** Codes as u8. */
  encodeCodes(
    x: number,
    out: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    factor: number,
    shift: number,
    top: number,
  ): void;
  /** One stream's digits as f32: ((code >> low) & mask) scale + offset. */
  encodeDigits(
    x: number,
    out: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    factor: number,
    shift: number,
    top: number,
    low: number,
    mask: number,
    scale: number,
    offset: number,
  ): void;
  /** sign(x) min(limit, ceil(|x| perUnit)) as f32; perUnit must be a power of two. */
  encodeAwayFromZero(
    x: number,
    out: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    perUnit: number,
    limit: number,
  ): void;
}

export const activationKernel = (memory: WebAssembly.Memory): ActivationKernel =>
  instantiateKernel<ActivationKernel>(wasmBase64, 0, memory).exports;
