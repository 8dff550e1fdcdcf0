// The transforms of fast convolution with 3 x 3 kernels: F(4 x 4, 3 x 3) of Winograd (Arithmetic Complexity of
// Computations, 1980) as Lavin and Gray use it for networks (Proc. CVPR 2016, section 4.3: B, G and A there).
// A tile of 4 x 4 outputs comes from 6 x 6 inputs; in the transformed domain it takes 36 products an input
// channel and output channel instead of 144. The polynomials are interpolated at 0, +-a, +-b and infinity with
// a = sqrt(1/2), b = sqrt(2): powers up to 2.8 instead of the 8 of whole points, and half the rounding error.
//
// Planes are [channel][row][column][8 images] in 4-byte floats: those of one group of images, `channelBytes` from
// channel to channel, without padding; the convolution pads by 1. One call does `tileRows` rows of tiles.
// The transformed side is
//   [36][tile][channel][8 images]    with `xiBytes` bytes from one of the 36 to the next,
// tiles in row order. `rows` is scratch of 12 x (width + 2) vectors.

import { touch } from './shared/touch.as';

/** The points a and b, their squares and cubes. */
const A1: f32 = 0.70710678118654752, B1: f32 = 1.4142135623730951;
const A2: f32 = 0.5, B2: f32 = 2;
const A3: f32 = A1 * A2, B3: f32 = B1 * B2;

/** Four points from their even and odd parts: sums and differences, at to[0 .. 3 * stride]. */
function storePairs(to: usize, stride: usize, even: v128, odd: v128, even2: v128, odd2: v128): void {
  v128.store(to, f32x4.add(even, odd));
  to += stride;
  v128.store(to, f32x4.sub(even, odd));
  to += stride;
  v128.store(to, f32x4.add(even2, odd2));
  to += stride;
  v128.store(to, f32x4.sub(even2, odd2));
}

/** to[i * stride] = row i of B transposed times (d0 .. d5). */
// @ts-ignore: decorator
@inline
function storeInputPoints(to: usize, stride: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const half = f32x4.splat(A2), two = f32x4.splat(B2), sum = f32x4.splat(A2 + B2);
  const even = f32x4.sub(d4, f32x4.mul(two, d2)), odd = f32x4.mul(f32x4.splat(A1), f32x4.sub(d3, f32x4.mul(two, d1)));
  const even2 = f32x4.sub(d4, f32x4.mul(half, d2)), odd2 = f32x4.mul(f32x4.splat(B1), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(to, f32x4.sub(f32x4.add(d0, d4), f32x4.mul(sum, d2)));
  storePairs(to + stride, stride, even, odd, even2, odd2);
  v128.store(to + 5 * stride, f32x4.sub(f32x4.add(d1, d5), f32x4.mul(sum, d3)));
}

/** x planes to transformed tiles: B^T d B. */
export function inputTiles(
  x: usize, channelBytes: usize, channels: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const scratchRow = rowBytes + 64;
  const tileBytes = <usize>channels << 5;
  const zero = f32x4.splat(0);
  for (let r: usize = 0; r < 6; r++) clearBorders(rows + r * scratchRow, scratchRow);
  let first = tiles;
  for (let c = 0; c < channels; c++) {
    let to = first;
    for (let t = 0; t < tileRows; t++) {
      const y = (firstTileRow + t) << 2;
      const isTop = y == 0, isBottom = y + 4 == height;
      let row = x + <usize>y * rowBytes;
      touch(row, 4 * rowBytes, rows + 6 * scratchRow);
      for (let target = rows + 32; target < rows + scratchRow - 32; target += 16) {
        const d0 = isTop ? zero : v128.load(row - rowBytes);
        const d5 = isBottom ? zero : v128.load(row + 4 * rowBytes);
        storeInputPoints(
          target, scratchRow,
          d0, v128.load(row), v128.load(row + rowBytes), v128.load(row + 2 * rowBytes), v128.load(row + 3 * rowBytes), d5,
        );
        row += 16;
      }
      for (let column = rows; column < rows + scratchRow - 64; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = column + half, target = to + half;
          for (let r = 0; r < 6; r++) {
            storeInputPoints(
              target, xiBytes,
              v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96), v128.load(from, 128), v128.load(from, 160),
            );
            from += scratchRow;
            target += 6 * xiBytes;
          }
        }
        to += tileBytes;
      }
    }
    x += channelBytes;
    first += 32;
  }
}

/** The columns left and right of a row of scratch. */
function clearBorders(row: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  v128.store(row, zero);
  v128.store(row, zero, 16);
  v128.store(row + bytes - 32, zero);
  v128.store(row + bytes - 32, zero, 16);
}

/** to[i * stride] = row i of A transposed times (m0 .. m5). */
function storeOutputs(to: usize, stride: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const s = f32x4.add(m1, m2), d = f32x4.sub(m1, m2), s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, s), s2));
  to += stride;
  v128.store(to, f32x4.add(f32x4.mul(f32x4.splat(A1), d), f32x4.mul(f32x4.splat(B1), d2)));
  to += stride;
  v128.store(to, f32x4.add(f32x4.mul(f32x4.splat(A2), s), f32x4.mul(f32x4.splat(B2), s2)));
  to += stride;
  v128.store(to, f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(A3), d), f32x4.mul(f32x4.splat(B3), d2)), m5));
}

/** Transformed tiles to y planes: A^T m A. */
export function outputTiles(
  y: usize, channelBytes: usize, channels: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const tileBytes = <usize>channels << 5;
  y += <usize>(firstTileRow << 2) * rowBytes;
  for (let c = 0; c < channels; c++) {
    let tile = tiles + (<usize>c << 5);
    for (let t = 0; t < tileRows; t++) {
      const row = y + <usize>(t << 2) * rowBytes;
      touch(row, 4 * rowBytes, rows);
      for (let column = row; column < row + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = tile + half;
          // Down the columns: rows[i][j] = (A^T m)[i][j].
          for (let j: usize = 0; j < 6; j++) {
            storeOutputs(
              rows + (j << 4), 96,
              v128.load(from), v128.load(from + 6 * xiBytes), v128.load(from + 12 * xiBytes),
              v128.load(from + 18 * xiBytes), v128.load(from + 24 * xiBytes), v128.load(from + 30 * xiBytes),
            );
            from += xiBytes;
          }
          let target = column + half;
          for (let source = rows; source < rows + 384; source += 96) {
            storeOutputs(
              target, 32,
              v128.load(source), v128.load(source, 16), v128.load(source, 32),
              v128.load(source, 48), v128.load(source, 64), v128.load(source, 80),
            );
            target += rowBytes;
          }
        }
        tile += tileBytes;
      }
    }
    y += channelBytes;
  }
}

/** to[i * stride] = row i of A times (y0 .. y3). */
function storeOutputPoints(to: usize, stride: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  const even = f32x4.add(y0, f32x4.mul(f32x4.splat(A2), y2));
  const odd = f32x4.add(f32x4.mul(f32x4.splat(A1), y1), f32x4.mul(f32x4.splat(A3), y3));
  const even2 = f32x4.add(y0, f32x4.mul(f32x4.splat(B2), y2));
  const odd2 = f32x4.add(f32x4.mul(f32x4.splat(B1), y1), f32x4.mul(f32x4.splat(B3), y3));
  v128.store(to, y0);
  storePairs(to + stride, stride, even, odd, even2, odd2);
  v128.store(to + 5 * stride, y3);
}

/** dy planes to transformed tiles: A dy A^T, the transpose of `outputTiles`. */
export function outputGradientTiles(
  dy: usize, channelBytes: usize, channels: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const tileBytes = <usize>channels << 5;
  dy += <usize>(firstTileRow << 2) * rowBytes;
  for (let c = 0; c < channels; c++) {
    let tile = tiles + (<usize>c << 5);
    for (let t = 0; t < tileRows; t++) {
      const row = dy + <usize>(t << 2) * rowBytes;
      touch(row, 4 * rowBytes, rows);
      for (let column = row; column < row + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = column + half;
          for (let target = rows; target < rows + 384; target += 96) {
            storeOutputPoints(target, 16, v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96));
            from += rowBytes;
          }
          let to = tile + half;
          for (let source = rows; source < rows + 96; source += 16) {
            storeOutputPoints(to, 6 * xiBytes, v128.load(source), v128.load(source, 96), v128.load(source, 192), v128.load(source, 288));
            to += xiBytes;
          }
        }
        tile += tileBytes;
      }
    }
    dy += channelBytes;
  }
}

/** to[r * stride] += row r of B times (v0 .. v5); the first and the last where asked for. */
// @ts-ignore: decorator
@inline
function spreadInputPoints(to: usize, stride: usize, first: bool, last: bool, v0: v128, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128): void {
  const half = f32x4.splat(A2), two = f32x4.splat(B2), sum = f32x4.splat(A2 + B2);
  const s = f32x4.add(v1, v2), d = f32x4.mul(f32x4.splat(A1), f32x4.sub(v1, v2));
  const s2 = f32x4.add(v3, v4), d2 = f32x4.mul(f32x4.splat(B1), f32x4.sub(v3, v4));
  if (first) addAt(to, v0);
  to += stride;
  addAt(to, f32x4.sub(f32x4.sub(v5, f32x4.mul(two, d)), f32x4.mul(half, d2)));
  to += stride;
  addAt(to, f32x4.neg(f32x4.add(f32x4.add(f32x4.mul(sum, v0), f32x4.mul(two, s)), f32x4.mul(half, s2))));
  to += stride;
  addAt(to, f32x4.sub(f32x4.add(d, d2), f32x4.mul(sum, v5)));
  to += stride;
  addAt(to, f32x4.add(f32x4.add(v0, s), s2));
  to += stride;
  if (last) addAt(to, v5);
}

function addAt(to: usize, value: v128): void {
  v128.store(to, f32x4.add(v128.load(to), value));
}

/** Transformed tiles added to dx planes: B dv B^T, the transpose of `inputTiles`. */
export function addInputGradientTiles(
  dx: usize, channelBytes: usize, channels: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const scratchRow = rowBytes + 64;
  const tileBytes = <usize>channels << 5;
  for (let c = 0; c < channels; c++) {
    let tile = tiles + (<usize>c << 5);
    for (let t = 0; t < tileRows; t++) {
      memory.fill(rows, 0, 6 * scratchRow);
      for (let column = rows; column < rows + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = tile + half, target = column + half;
          for (let r = 0; r < 6; r++) {
            spreadInputPoints(
              target, 32, true, true,
              v128.load(from), v128.load(from + xiBytes), v128.load(from + 2 * xiBytes),
              v128.load(from + 3 * xiBytes), v128.load(from + 4 * xiBytes), v128.load(from + 5 * xiBytes),
            );
            target += scratchRow;
            from += 6 * xiBytes;
          }
        }
        tile += tileBytes;
      }
      const y = (firstTileRow + t) << 2;
      const hasAbove = y > 0, hasBelow = y + 4 < height;
      const start = rows + 32, end = start + rowBytes;
      let to = dx + <usize>y * rowBytes - rowBytes;
      touch(to + rowBytes, 4 * rowBytes, rows);
      for (let from = start; from < end; from += 16) {
        spreadInputPoints(
          to, rowBytes, hasAbove, hasBelow,
          v128.load(from), v128.load(from + scratchRow), v128.load(from + 2 * scratchRow),
          v128.load(from + 3 * scratchRow), v128.load(from + 4 * scratchRow), v128.load(from + 5 * scratchRow),
        );
        to += 16;
      }
    }
    dx += channelBytes;
  }
}
