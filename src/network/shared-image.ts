import type { PhiloxKey } from '../numerics/philox.js';
import type { EngineMemory } from './engine-memory.js';

/**
 * What the engines of one layer have in common for one image, where they differ in their converter alone: packed
 * rows and popcounts, and for one seed the draws. Each is made once, whichever engine wants it first.
 */
export interface SharedImage {
  /** Brings rows and counts to the image whose codes lie at `codes`. */
  read(codes: number): void;
  /** Brings the draws to this key and image. */
  draw(key: PhiloxKey, image: number): void;
  /** Offsets of a stream's packed rows, and of four slices' counts and draws. */
  rowsAt(stream: number, chunk: number): number;
  countsAt(stream: number, four: number, chunk: number): number;
  drawsAt(stream: number, four: number, chunk: number): number;
}

export interface SharedShape {
  /** Bytes of the padded code planes. */
  readonly codeBytes: number;
  readonly pixels: number;
  readonly columns: number;
  readonly streams: number;
  readonly fours: number;
  /** 64-bit words of each chunk's rows. */
  readonly words: readonly number[];
  readonly streamBytes: number;
  /** Bytes of one slice's draws. */
  readonly drawBytes: number;
  /** Packs a chunk's rows of every stream, `streamBytes` apart. */
  pack(codes: number, chunk: number, out: number): void;
  /** Draws of four slices, one slice's after the other's. */
  drawFour(
    key: PhiloxKey,
    image: number,
    stream: number,
    four: number,
    chunk: number,
    out: number,
  ): void;
  /** Offset of four slices' interleaved bits. */
  weightsOf(stream: number, four: number, chunk: number): number;
}

/** Conversions of an image and layer that are kept: 16 bits a count and a draw, a second-level cache full of both. */
export const SHARED_CONVERSIONS = 2 ** 18;

export function sharedImage(memory: EngineMemory, shape: SharedShape): SharedImage {
  const { codeBytes, pixels, columns, streams, fours, words, streamBytes, drawBytes } = shape;
  const chunks = words.length;
  const countBytes = pixels * columns * 8;
  const codeWords = Math.ceil(codeBytes / 4);
  const known = memory.reserve(codeWords * 4);
  const rows = memory.reserve(chunks * streams * streamBytes);
  const counts = memory.reserve(streams * fours * chunks * countBytes);
  const draws = memory.reserve(streams * fours * chunks * 4 * drawBytes);
  const placeOf = (t: number, f: number, c: number): number => (t * fours + f) * chunks + c;
  const rowsAt = (t: number, c: number): number => rows + (c * streams + t) * streamBytes;
  const countsAt = (t: number, f: number, c: number): number =>
    counts + placeOf(t, f, c) * countBytes;
  const drawsAt = (t: number, f: number, c: number): number =>
    draws + placeOf(t, f, c) * 4 * drawBytes;
  const everyPlace = (visit: (t: number, f: number, c: number) => void): void => {
    for (let t = 0; t < streams; t += 1)
      for (let f = 0; f < fours; f += 1) for (let c = 0; c < chunks; c += 1) visit(t, f, c);
  };
  let empty = true;
  let drawn: readonly number[] = [];
  return {
    rowsAt,
    countsAt,
    drawsAt,
    read(codes) {
      const own = memory.i32(codes, codeWords);
      const last = memory.i32(known, codeWords);
      if (!empty && equal(own, last)) return;
      empty = false;
      last.set(own);
      for (let c = 0; c < chunks; c += 1) shape.pack(codes, c, rowsAt(0, c));
      everyPlace((t, f, c) => {
        const weights = shape.weightsOf(t, f, c);
        memory.popcount.countOnes(
          words[c],
          rowsAt(t, c),
          weights,
          countsAt(t, f, c),
          pixels,
          4 * columns,
        );
      });
    },
    draw(key, image) {
      if (drawn[0] === key.key0 && drawn[1] === key.key1 && drawn[2] === image) return;
      drawn = [key.key0, key.key1, image];
      everyPlace((t, f, c) => {
        shape.drawFour(key, image, t, f, c, drawsAt(t, f, c));
      });
    },
  };
}

function equal(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
