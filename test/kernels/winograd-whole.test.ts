import { describe, expect, it } from 'vitest';
import { channelsOf, fitsWholeTiles, packWholeFilters } from '../../src/training/whole-filters.js';
import { createWorkspace } from '../../src/training/workspace.js';
import { noise } from '../training/support.js';

interface Case {
  readonly channels: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  /** Rows of tiles done at once. */
  readonly tileRows: number;
  /** Array rows, nine a channel, that are meant. */
  readonly rows: readonly [number, number];
  readonly level: number;
  readonly digit: number;
}

/** Sums of rows' digits times levels, [output][row, column][8 images], a multiplication at a time. */
function directSums(
  levels: Int16Array,
  digits: Int32Array,
  { channels, outputs, height, width, rows: [first, end] }: Case,
): Int32Array {
  const sums = new Int32Array(outputs * height * width * 8);
  for (let o = 0; o < outputs; o += 1)
    for (let p = 0; p < height * width; p += 1)
      for (let k = first; k < end; k += 1) {
        const i = Math.floor(p / width) + (Math.floor(k / 3) % 3) - 1;
        const j = (p % width) + (k % 3) - 1;
        if (i < 0 || j < 0 || i >= height || j >= width) continue;
        const digit = digits[o * channels * 9 + k];
        const at = ((Math.floor(k / 9) * height + i) * width + j) * 8;
        for (let n = 0; n < 8; n += 1)
          sums[(o * height * width + p) * 8 + n] += digit * levels[at + n];
      }
  return sums;
}

function tileSums(levels: Int16Array, digits: Int32Array, extent: Case): Int32Array {
  const { channels, outputs, height, width, tileRows, rows } = extent;
  const workspace = createWorkspace();
  const { wholeTiles } = workspace.kernels;
  const tiles = (tileRows * width) / 4;
  const inputXiBytes = tiles * channels * 16 + 64;
  const outputXiBytes = tiles * outputs * 32 + 64;
  const own = channelsOf(rows[0], rows[1] - rows[0], 2);
  const planes = workspace.reserve(levels.length / 2);
  const filters = workspace.reserve(18 * own.count * outputs);
  const inputTiles = workspace.reserve(9 * inputXiBytes);
  const products = workspace.reserve(9 * outputXiBytes);
  const scratch = workspace.reserve((12 * (width + 2) + 12) * 4).offset;
  const block = tileRows * 4 * width * 8;
  const sums = workspace.reserve(outputs * block);
  workspace.i16(planes).set(levels);
  const held = workspace.reserve(digits.length);
  workspace.i32(held).set(digits);
  packWholeFilters(
    workspace,
    filters,
    { digits: held, stride: channels * 9, first: rows[0], rows: rows[1] - rows[0], outputs },
    own,
    { output: 0, all: outputs },
  );
  const found = new Int32Array(outputs * height * width * 8);
  for (let row = 0; row < height / 4; row += tileRows) {
    wholeTiles.wholeInputTiles(
      planes.offset,
      width * 16,
      height * width * 16,
      channels,
      height,
      width,
      row,
      tileRows,
      inputTiles.offset,
      inputXiBytes,
      0,
      scratch,
    );
    wholeTiles.wholeTileProducts(
      filters.offset,
      inputTiles.offset + own.first * 16,
      channels * 16,
      inputXiBytes,
      products.offset,
      outputXiBytes,
      own.count / 2,
      outputs,
      tiles,
    );
    wholeTiles.wholeOutputTiles(
      sums.offset,
      block * 4,
      outputs,
      width,
      tileRows,
      products.offset,
      outputXiBytes,
      scratch,
    );
    const all = workspace.i32(sums);
    for (let o = 0; o < outputs; o += 1)
      found.set(all.subarray(o * block, (o + 1) * block), (o * height + row * 4) * width * 8);
  }
  return found;
}

describe('convolution of whole numbers by fewer products is exact', () => {
  it.each<[string, Case]>([
    [
      'four bits, rows that begin and end within channels',
      {
        channels: 16,
        outputs: 8,
        height: 8,
        width: 12,
        tileRows: 1,
        rows: [20, 110],
        level: 15,
        digit: 15,
      },
    ],
    [
      'several rows of tiles at once',
      {
        channels: 8,
        outputs: 12,
        height: 16,
        width: 4,
        tileRows: 4,
        rows: [0, 72],
        level: 15,
        digit: 3,
      },
    ],
    [
      'the largest levels',
      {
        channels: 14,
        outputs: 4,
        height: 4,
        width: 4,
        tileRows: 1,
        rows: [0, 126],
        level: 327,
        digit: 15,
      },
    ],
    [
      'the largest digits',
      {
        channels: 14,
        outputs: 4,
        height: 4,
        width: 4,
        tileRows: 1,
        rows: [0, 126],
        level: 15,
        digit: 668,
      },
    ],
  ])('%s', (_, extent) => {
    const { channels, outputs, height, width, level, digit } = extent;
    const extreme = (value: number): number => (value < 0 ? -1 : 1);
    const levels = Int16Array.from(noise(channels * height * width * 8, 1), (value, i) =>
      Math.round(level * (i % 3 === 0 ? value : extreme(value))),
    );
    const digits = Int32Array.from(noise(outputs * channels * 9, 2), (value, i) =>
      Math.round(digit * (i % 3 === 0 ? value : extreme(value))),
    );
    expect(tileSums(levels, digits, extent)).toEqual(directSums(levels, digits, extent));
  });

  it('is asked for where every number fits its bits', () => {
    expect(fitsWholeTiles(15, 15, 128 * 225)).toBe(true);
    expect(fitsWholeTiles(327, 15, 128 * 225)).toBe(true);
    expect(fitsWholeTiles(328, 15, 128 * 225)).toBe(false);
    expect(fitsWholeTiles(15, 669, 128 * 225)).toBe(false);
    expect(fitsWholeTiles(255, 255, 128 * 255 * 255)).toBe(false);
  });
});
