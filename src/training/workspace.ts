import { trainingKernels, type TrainingKernels } from '../kernels/training.js';

/** A stretch of the workspace's memory: `length` 4-byte elements from byte `offset` on. */
export interface Slot {
  readonly offset: number;
  readonly length: number;
}

/**
 * The memory one shard of a batch is computed in: slots are reserved while the network is compiled,
 * and stay where they are. Views are taken afresh because reserving may grow (and detach) the memory.
 */
export interface Workspace {
  readonly kernels: TrainingKernels;
  /** Reserves `length` zeroed 4-byte elements at a 16-byte boundary. */
  reserve(length: number): Slot;
  /**
   * At least `length` elements that every asker of the same purpose shares: what one of them leaves there
   * is gone when the next begins.
   */
  scratch(purpose: string, length: number): Slot;
  /** Elements that only a backward pass needs apart: reserved, or scratch where there will be none. */
  forBackward(purpose: string, length: number): Slot;
  /** Reserves and fills a table of 32-bit integers. */
  table(values: ArrayLike<number>): Slot;
  f32(slot: Slot): Float32Array;
  /** Half as many 8-byte elements: an even-length slot. */
  f64(slot: Slot): Float64Array;
  /** Twice as many 2-byte elements. */
  i16(slot: Slot): Int16Array;
  i32(slot: Slot): Int32Array;
  u32(slot: Slot): Uint32Array;
  readonly bytes: number;
}

const PAGE = 65536;
/** 16 MB: every growth makes the garbage collector think. */
const PAGES_TOGETHER = 256;
/** Kernels may read a vector beyond the last element; nothing is written there. */
const GUARD_BYTES = 64;
/** Low addresses are the AssemblyScript modules' own static data. */
const START = 4096;

export interface WorkspaceOptions {
  /** No backward pass will run: what only it needs is shared. */
  readonly inference?: boolean | undefined;
}

export function createWorkspace({ inference = false }: WorkspaceOptions = {}): Workspace {
  const kernels = trainingKernels();
  const { memory } = kernels;
  let top = START;
  const reserve = (length: number): Slot => {
    const offset = (top + 15) & ~15;
    top = offset + length * 4;
    const missing = top + GUARD_BYTES - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.max(Math.ceil(missing / PAGE), PAGES_TOGETHER));
    return { offset, length };
  };
  const shared = new Map<string, Slot>();
  const workspace: Workspace = {
    kernels,
    reserve,
    scratch: (purpose, length) => {
      let slot = shared.get(purpose);
      if (!slot || slot.length < length) shared.set(purpose, (slot = reserve(length)));
      return { offset: slot.offset, length };
    },
    forBackward: (purpose, length) =>
      inference ? workspace.scratch(purpose, length) : reserve(length),
    table: (values) => {
      const slot = reserve(values.length);
      workspace.i32(slot).set(Array.from(values));
      return slot;
    },
    f32: ({ offset, length }) => new Float32Array(memory.buffer, offset, length),
    f64: ({ offset, length }) => new Float64Array(memory.buffer, offset, length / 2),
    i16: ({ offset, length }) => new Int16Array(memory.buffer, offset, length * 2),
    i32: ({ offset, length }) => new Int32Array(memory.buffer, offset, length),
    u32: ({ offset, length }) => new Uint32Array(memory.buffer, offset, length),
    get bytes() {
      return top;
    },
  };
  return workspace;
}
