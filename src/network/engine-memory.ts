import { activationKernel, type ActivationKernel } from '../kernels/activations.js';
import { gemmKernel, type GemmKernel } from '../kernels/gemm.js';
import { bitPlaneKernel, type BitPlaneKernel } from '../kernels/bit-planes.js';
import { drawKernel, type DrawKernel } from '../kernels/draws.js';
import { popcountKernel, type PopcountKernel } from '../kernels/popcount.js';
import { realSumKernel, type RealSumKernel } from '../kernels/real-sums.js';

/** One linear memory for all layers of a network, with the kernels that work in it. */
export interface EngineMemory {
  readonly activations: ActivationKernel;
  readonly gemm: GemmKernel;
  readonly draws: DrawKernel;
  readonly bitPlanes: BitPlaneKernel;
  readonly popcount: PopcountKernel;
  readonly realSums: RealSumKernel;
  /** Reserves zeroed bytes for good, 16-byte aligned; gives their offset. */
  reserve(bytes: number): number;
  /** Reserves room for `data` and copies it there; gives its offset. */
  place(
    data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array,
  ): number;
  /** What engines of several networks in this memory share by name; nothing where it serves a single one. */
  shared<Shared>(name: string, make: () => Shared): Shared | undefined;
  /** Views stay valid until the next `reserve`. */
  f32(offset: number, length: number): Float32Array;
  f64(offset: number, length: number): Float64Array;
  i32(offset: number, length: number): Int32Array;
  u8(offset: number, length: number): Uint8Array;
}

const PAGE = 65536;
/** Vector loads at the end of a plane may read past it. */
const SLACK = 256;

/** `shares`: several networks are compiled into it that run the same images. */
export function engineMemory(shares = false): EngineMemory {
  const memory = new WebAssembly.Memory({ initial: 16 });
  let top = 1024;
  const reserve = (bytes: number): number => {
    const offset = (top + 15) & ~15;
    top = offset + bytes + SLACK;
    const missing = top - memory.buffer.byteLength;
    // In steps of a quarter: every growth makes a new buffer, which costs the collector more than its pages.
    if (missing > 0) memory.grow(Math.ceil(Math.max(missing, memory.buffer.byteLength / 4) / PAGE));
    return offset;
  };
  const known = new Map<string, unknown>();
  return {
    shared<Shared>(name: string, make: () => Shared) {
      if (!shares) return undefined;
      const made = known.get(name) ?? make();
      known.set(name, made);
      return made as Shared;
    },
    activations: activationKernel(memory),
    gemm: gemmKernel(memory),
    draws: drawKernel(memory),
    bitPlanes: bitPlaneKernel(memory),
    popcount: popcountKernel(memory),
    realSums: realSumKernel(memory),
    reserve,
    place(data) {
      const offset = reserve(data.byteLength);
      new Uint8Array(memory.buffer, offset, data.byteLength).set(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
      return offset;
    },
    f32: (offset, length) => new Float32Array(memory.buffer, offset, length),
    f64: (offset, length) => new Float64Array(memory.buffer, offset, length),
    i32: (offset, length) => new Int32Array(memory.buffer, offset, length),
    u8: (offset, length) => new Uint8Array(memory.buffer, offset, length),
  };
}
