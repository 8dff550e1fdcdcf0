// Fast convolution of whole numbers with 3 x 3 kernels, exact: F(4 x 4, 3 x 3) as in winograd-tiles.as.ts, interpolated
// at the whole points 0, +-1, +-2 and infinity (Lavin and Gray, Proc. CVPR 2016, section 4.3), in 16-bit whole numbers
// with 32-bit sums. Filters come times the denominators of G (4, 6, 6, 24, 24, 1), whose share of 24^2 = 576 the output
// transform makes up for: its sums are 576 times the result, modulo 2^32, which is no loss where that fits 32 bits.
//
// Planes are [channel][row][column][8 images] of 16 bits, as winograd-tiles.as.ts has them. The transformed side is
//   [36][tile][channel / 2][8 images][2] of 16 bits, or [36][tile][channel][8 images] for winograd-gradient.as.ts, and
// products [36][tile][output][8 images] of 32 bits,
// with `xiBytes` bytes from one of the 36 to the next. `rows` is scratch of 12 x (width + 2) + 6 vectors.

import { touch } from './shared/touch.as';

/** to[i * stride] = row i of B transposed times (d0 .. d5). */
// @ts-ignore: decorator
@inline
function storePoints(to: usize, stride: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const even = i16x8.sub(d4, i16x8.shl(d2, 2)), odd = i16x8.sub(d3, i16x8.shl(d1, 2));
  const even2 = i16x8.sub(d4, d2), odd2 = i16x8.shl(i16x8.sub(d3, d1), 1);
  v128.store(to, i16x8.add(i16x8.shl(i16x8.sub(d0, d2), 2), even2));
  to += stride;
  v128.store(to, i16x8.add(even, odd));
  to += stride;
  v128.store(to, i16x8.sub(even, odd));
  to += stride;
  v128.store(to, i16x8.add(even2, odd2));
  to += stride;
  v128.store(to, i16x8.sub(even2, odd2));
  to += stride;
  v128.store(to, i16x8.sub(i16x8.sub(d5, d3), i16x8.shl(odd2, 1)));
}

/** Planes, rows `rowBytes` apart, to transformed tiles: B^T d B. An even number of channels, in pairs or each `apart`. */
export function wholeInputTiles(
  x: usize, rowBytes: usize, channelBytes: usize, channels: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, apart: i32, rows: usize,
): void {
  const scratchRow = (<usize>width << 4) + 32, other = 6 * scratchRow;
  const block = rows + 2 * other;
  const tileBytes = <usize>channels << 4;
  const zero = i16x8.splat(0);
  for (let row = rows; row < block; row += scratchRow) {
    v128.store(row, zero);
    v128.store(row + scratchRow - 16, zero);
  }
  let first = tiles;
  for (let c = 0; c < channels; c += 2) {
    let to = first;
    for (let t = 0; t < tileRows; t++) {
      const y = (firstTileRow + t) << 2;
      const isTop = y == 0, isBottom = y + 4 == height;
      for (let k: usize = 0; k < 2; k++) {
        let row = x + k * channelBytes + <usize>y * rowBytes;
        touch(row, 4 * rowBytes, block);
        const start = rows + k * other;
        for (let target = start + 16; target < start + scratchRow - 16; target += 16) {
          const d0 = isTop ? zero : v128.load(row - rowBytes);
          const d5 = isBottom ? zero : v128.load(row + 4 * rowBytes);
          storePoints(
            target, scratchRow,
            d0, v128.load(row), v128.load(row + rowBytes), v128.load(row + 2 * rowBytes), v128.load(row + 3 * rowBytes), d5,
          );
          row += 16;
        }
      }
      for (let column = rows; column < rows + scratchRow - 32; column += 64) {
        let from = column, target = to;
        for (let r = 0; r < 6; r++) {
          storePoints(
            block, 16,
            v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48), v128.load(from, 64), v128.load(from, 80),
          );
          const second = from + other;
          storePoints(
            block + 96, 16,
            v128.load(second), v128.load(second, 16), v128.load(second, 32),
            v128.load(second, 48), v128.load(second, 64), v128.load(second, 80),
          );
          for (let at = block; at < block + 96; at += 16) {
            const a = v128.load(at), b = v128.load(at, 96);
            if (apart) {
              v128.store(target, a);
              v128.store(target, b, 16);
              target += xiBytes;
              continue;
            }
            v128.store(target, i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
            v128.store(target, i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
            target += xiBytes;
          }
          from += scratchRow;
        }
        to += tileBytes;
      }
    }
    x += 2 * channelBytes;
    first += 32;
  }
}

/**
 * out[count / 8][3 x 3][8] from 32-bit digits, `rowBytes` from output to output, of which rows from `low` to before
 * `high` are meant: quads of outputs beside pairs of channels (`byOutputs`), or of channels beside pairs of outputs.
 */
export function filterDigits(
  digits: usize, rowBytes: usize, low: i32, high: i32, outputs: i32, firstChannel: i32, channels: i32,
  byOutputs: i32, out: usize,
): void {
  const pairs = (byOutputs ? channels : outputs) >> 1;
  for (let m = 0; m < outputs; m++) {
    let from = digits + <usize>firstChannel * 36;
    for (let c = 0; c < channels; c++) {
      const quad = byOutputs ? m : c, pair = byOutputs ? c : m;
      let to = out + <usize>((quad >> 2) * pairs + (pair >> 1)) * 144 + (<usize>((quad & 3) * 2 + (pair & 1)) << 1);
      const row = (firstChannel + c) * 9;
      for (let k = row; k < row + 9; k++) {
        store<i16>(to, k >= low && k < high ? <i16>load<i32>(from) : 0);
        from += 4;
        to += 16;
      }
    }
    digits += rowBytes;
  }
}

/** to[i * stride] = row i of G times (a, b, c), without its denominator. */
function storeFilterPoints(to: usize, stride: usize, a: v128, b: v128, c: v128): void {
  const one = i16x8.add(a, c), two = i16x8.add(a, i16x8.shl(c, 2)), twice = i16x8.add(b, b);
  v128.store(to, a);
  to += stride;
  v128.store(to, i16x8.add(one, b));
  to += stride;
  v128.store(to, i16x8.sub(one, b));
  to += stride;
  v128.store(to, i16x8.add(two, twice));
  to += stride;
  v128.store(to, i16x8.sub(two, twice));
  to += stride;
  v128.store(to, c);
}

/** out[36][count][8] = G g G^T of filters g given as [count][3 x 3][8]; `scratch` holds 18 vectors. */
export function wholeFilters(filters: usize, count: i32, out: usize, xiBytes: usize, scratch: usize): void {
  for (let n = 0; n < count; n++) {
    for (let j: usize = 0; j < 48; j += 16) {
      const at = filters + j;
      storeFilterPoints(scratch + j, 48, v128.load(at), v128.load(at, 48), v128.load(at, 96));
    }
    let from = scratch;
    for (let i: usize = 0; i < 6; i++) {
      storeFilterPoints(out + 6 * i * xiBytes, xiBytes, v128.load(from), v128.load(from, 16), v128.load(from, 32));
      from += 48;
    }
    filters += 144;
    out += 16;
  }
}

/**
 * out[36][tile][outputs][8] = filters x tiles, point by point. Filters are packed [36][outputs / 4][pairs][4][2]; of a
 * tile that holds further channels too, some are meant: `tileBytes` lead from one tile to the next.
 */
export function wholeTileProducts(
  filters: usize, tiles: usize, tileBytes: usize, xiBytes: usize, out: usize, outXiBytes: usize,
  pairs: i32, outputs: i32, count: i32,
): void {
  const filterBytes = <usize>pairs * <usize>outputs << 2;
  for (let xi = 0; xi < 36; xi++) {
    let b = tiles, to = out;
    for (let n = 0; n < count; n++) {
      const end = b + (<usize>pairs << 5);
      let w = filters;
      for (let m = 0; m < outputs; m += 4) {
        let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (let at = b; at < end; at += 32) {
          const b0 = v128.load(at), b1 = v128.load(at, 16);
          let a = v128.load32_splat(w);
          c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a, b0)); c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 4);
          c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a, b0)); c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 8);
          c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a, b0)); c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 12);
          c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a, b0)); c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a, b1));
          w += 16;
        }
        v128.store(to, c00); v128.store(to, c01, 16);
        v128.store(to, c10, 32); v128.store(to, c11, 48);
        v128.store(to, c20, 64); v128.store(to, c21, 80);
        v128.store(to, c30, 96); v128.store(to, c31, 112);
        to += 128;
      }
      b += tileBytes;
    }
    filters += filterBytes;
    tiles += xiBytes;
    out += outXiBytes;
  }
}

/** Sums over the six points at from[i * stride], times 24: the four rows of A transposed. */
// @ts-ignore: decorator
@inline
function storeSums(to: usize, stride: usize, from: usize, fromStride: usize, divides: bool): void {
  const m0 = v128.load(from);
  from += fromStride;
  const m1 = v128.load(from);
  from += fromStride;
  const m2 = v128.load(from);
  from += fromStride;
  const m3 = v128.load(from);
  from += fromStride;
  const m4 = v128.load(from);
  const m5 = v128.load(from + fromStride);
  const s = i32x4.shl(i32x4.add(m1, m2), 2), d = i32x4.shl(i32x4.sub(m2, m1), 2);
  const s2 = i32x4.add(m3, m4), d2 = i32x4.shl(i32x4.sub(m3, m4), 1);
  const six = i32x4.shl(i32x4.add(i32x4.shl(m0, 1), m0), 1);
  const last = i32x4.shl(i32x4.add(i32x4.shl(m5, 1), m5), 3);
  storeSum(to, i32x4.add(i32x4.sub(six, s), s2), divides);
  to += stride;
  storeSum(to, i32x4.add(d, d2), divides);
  to += stride;
  storeSum(to, i32x4.sub(i32x4.shl(s2, 2), s), divides);
  to += stride;
  storeSum(to, i32x4.add(i32x4.add(d, i32x4.shl(d2, 2)), last), divides);
}

/** What is 576 times a whole number, over 576: 64 is shifted out, and 9 times 0x38e38e39 is 1 modulo 2^32. */
function storeSum(to: usize, sum: v128, divides: bool): void {
  v128.store(to, divides ? i32x4.mul(i32x4.shr_s(sum, 6), i32x4.splat(0x38e38e39)) : sum);
}

/** Products to sums, [output][tile row, row, column][8 images] of 32 bits with `outputBytes` from output to output. */
export function wholeOutputTiles(
  sums: usize, outputBytes: usize, outputs: i32, width: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const tileBytes = <usize>outputs << 5;
  for (let o = 0; o < outputs; o++) {
    let tile = tiles + (<usize>o << 5);
    for (let t = 0; t < tileRows; t++) {
      const row = sums + <usize>(t << 2) * rowBytes;
      for (let column = row; column < row + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = tile + half;
          for (let to = rows; to < rows + 96; to += 16) {
            storeSums(to, 96, from, 6 * xiBytes, false);
            from += xiBytes;
          }
          let target = column + half;
          for (let source = rows; source < rows + 384; source += 96) {
            storeSums(target, 32, source, 16, true);
            target += rowBytes;
          }
        }
        tile += tileBytes;
      }
    }
    sums += outputBytes;
  }
}
