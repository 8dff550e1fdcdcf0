import { describe, expect, it } from 'vitest';
import {
  kernelKind,
  lookUpsOf,
  packBitTables,
  type BitKind,
} from '../../src/training/bit-tables.js';
import { createWorkspace } from '../../src/training/workspace.js';
import { noise } from '../training/support.js';

/** Pixels of a plane of `width`, of images of `row` x `row` outputs, as their offsets in elements. */
const imagePixels = (count: number, row: number, width: number): number[] =>
  Array.from({ length: count }, (_, p) => Math.floor(p / row) * width + (p % row));

const PLANE = 700;

describe.each<[string, BitKind, number, number, readonly number[]]>([
  ['whole rows of 32', 'unipolar', 25, 8, imagePixels(64, 32, 36)],
  ['rows of 10, -1 and 1', 'bipolar', 128, 16, imagePixels(104, 10, 14)],
  ['rows of 28 beside padding', 'padded-bipolar', 125, 4, imagePixels(56, 28, 32)],
  ['scattered pixels', 'bipolar', 7, 12, Array.from({ length: 40 }, (_, p) => (p * 37) % PLANE)],
  ['scattered beside padding', 'padded-bipolar', 9, 4, Array.from({ length: 8 }, (_, p) => p * 25)],
  ['long arrays', 'unipolar', 510, 4, imagePixels(24, 8, 10)],
])(
  'look-ups of one-bit partial sums are the dot products: %s',
  (_, kind, rows, outputs, pixels) => {
    const workspace = createWorkspace();
    const drawn = noise(2 * PLANE + rows, 3);
    const digitOf = (value: number): number => {
      if (kind === 'unipolar') return value > 0 ? 1 : 0;
      if (kind === 'padded-bipolar' && Math.abs(value) < 0.2) return 0;
      return value > 0 ? 1 : -1;
    };
    const digits = workspace.reserve(drawn.length);
    workspace.i16(digits).set(Array.from(drawn, digitOf));
    // Every array row reads the plane from a place of its own.
    const rowOffsets = Array.from({ length: Math.ceil(rows / 4) * 4 }, (__, k) =>
      k < rows ? (k * 13) % PLANE : 0,
    );
    const first = 3;
    const stride = rows + 5;
    const slices = [4, 5].map((seed) =>
      Int8Array.from(noise(outputs * stride, seed), (value) => (value > 0 ? 1 : -1)),
    );
    const words = Int32Array.from(slices[0], (own, i) => own + 1 + ((slices[1][i] + 1) << 8));
    const groups = rowOffsets.length / 4;
    const sliceLength = outputs * groups * lookUpsOf(kind) * 4;
    const tables = workspace.reserve(slices.length * sliceLength);
    packBitTables(
      workspace.i32(tables),
      kind,
      { words, slices: slices.length, first, rows, stride, outputs },
      sliceLength,
    );
    const rowTable = workspace.table(rowOffsets.map((offset) => offset * 4));
    const pixelTable = workspace.table(pixels.map((offset) => offset * 4));
    const guard = 40;
    const y = workspace.reserve(slices.length * outputs * (pixels.length + guard));
    const panel = workspace.reserve(groups * lookUpsOf(kind) * 8);

    it.each([16, 32])(
      'for every slice, output and pixel, in %i bits, and writes nothing else',
      (bits) => {
        const sums = (bits === 16 ? workspace.i16(y) : workspace.i32(y)).subarray(0, y.length);
        sums.fill(-7777);
        workspace.kernels.bits.bitForward(
          digits.offset,
          rowTable.offset,
          groups,
          pixelTable.offset,
          pixels.length,
          tables.offset,
          slices.length * outputs,
          y.offset,
          ((pixels.length + guard) * bits) / 8,
          bits === 16,
          kernelKind[kind],
          panel.offset,
        );
        const expected = Int32Array.from({ length: y.length }, (__, i) => {
          const [o, p] = [Math.floor(i / (pixels.length + guard)), i % (pixels.length + guard)];
          if (p >= pixels.length) return -7777;
          let sum = 0;
          for (let k = 0; k < rows; k += 1)
            sum +=
              slices[Math.floor(o / outputs)][(o % outputs) * stride + first + k] *
              digitOf(drawn[rowOffsets[k] + pixels[p]]);
          return sum;
        });
        expect(Int32Array.from(sums)).toEqual(expected);
      },
    );
  },
);
