/**
 * Instantiates an inlined WebAssembly module with its own linear memory.
 * Kernels take and give byte offsets; callers lay their arrays out in `memory` with an `Arena`.
 */
export interface KernelInstance<Exports> {
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
}

const PAGE = 65536;

/**
 * Decodes and instantiates synchronously (kernels are a few kB); `bytes` is the memory to reserve, unless
 * the kernel is to share the `memory` of another.
 */
export function instantiateKernel<Exports>(
  wasmBase64: string,
  bytes: number,
  memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE)) }),
): KernelInstance<Exports> {
  const abort = (): never => {
    throw new Error('kernel aborted');
  };
  const instance = new WebAssembly.Instance(compile(wasmBase64), { env: { memory, abort } });
  return { memory, exports: instance.exports as Exports };
}

const compiled = new Map<string, WebAssembly.Module>();

function compile(wasmBase64: string): WebAssembly.Module {
  let module = compiled.get(wasmBase64);
  if (!module) {
    const text = atob(wasmBase64);
    module = new WebAssembly.Module(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    compiled.set(wasmBase64, module);
  }
  return module;
}

/** A bump allocator over a kernel's memory: typed views at 16-byte aligned offsets. */
export interface Arena {
  readonly used: number;
  f32(length: number): Float32Array;
  f64(length: number): Float64Array;
  i32(length: number): Int32Array;
  u32(length: number): Uint32Array;
  u8(length: number): Uint8Array;
}

/** Grows `memory` as needed. Views taken before a growth are detached: allocate all, then use. */
export function arenaOver(memory: WebAssembly.Memory, start = 1024): Arena {
  let top = start;
  const take = (bytes: number): number => {
    const offset = (top + 15) & ~15;
    top = offset + bytes;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return offset;
  };
  return {
    get used() {
      return top;
    },
    f32: (length) => {
      const offset = take(length * 4);
      return new Float32Array(memory.buffer, offset, length);
    },
    f64: (length) => {
      const offset = take(length * 8);
      return new Float64Array(memory.buffer, offset, length);
    },
    i32: (length) => {
      const offset = take(length * 4);
      return new Int32Array(memory.buffer, offset, length);
    },
    u32: (length) => {
      const offset = take(length * 4);
      return new Uint32Array(memory.buffer, offset, length);
    },
    u8: (length) => {
      const offset = take(length);
      return new Uint8Array(memory.buffer, offset, length);
    },
  };
}
