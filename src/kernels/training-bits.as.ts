// Partial sums of digits of one bit each way: four rows' digits of a pixel are an index into sixteen sums of their
// weights, and one shuffle looks up sixteen pixels. Offset tables are those of training-digits.as.ts.
// Oracle: the dot products of test/kernels/training-bits.test.ts.

import { halfOffset } from './shared/half-offset.as';

/** Look-ups whose sums, of four weights of +-1 each, fit 8 bits. */
const LONGEST: i32 = 31;

/**
 * Eight digits of a row, times `signs`, those below `least` as that: contiguous from `first` up to where `late` begins
 * to count, and then up to `last`.
 */
function eight(row: usize, first: usize, last: usize, late: v128, signs: v128, least: v128): v128 {
  const digits = v128.bitselect(v128.load(row + last - 14), v128.load(row + first), late);
  return i16x8.max_s(i16x8.mul(digits, signs), least);
}

/**
 * indices[group * 32 + 0 .. 7] = of eight pixels, which of the four rows' digits are of the sign `sign`, as bits, the
 * first row's lowest. `kind` as in bitForward.
 */
function packIndices(
  x: usize, rowOffsets: usize, groups: i32, pixelOffsets: usize, sign: i32, kind: i32, indices: usize,
): void {
  const first = halfOffset(pixelOffsets), last = halfOffset(pixelOffsets + 28);
  const bipolar = kind == 1, mixed = kind == 2;
  const fifteen = i16x8.splat(15), signs = i16x8.splat(<i16>sign), least = i16x8.splat(bipolar ? -1 : 0);
  const end = rowOffsets + ((<usize>groups) << 4);
  // Pixels of one row of the image, or of two that follow each other.
  let late = i16x8.splat(0), breaks = 0;
  for (let j: usize = 1; j < 8; j++) {
    const at = pixelOffsets + (j << 2);
    if (load<i32>(at) - load<i32>(at - 4) != 4) breaks++;
    if (breaks) late = v128.or(late, i16x8.eq(i16x8.splat(<i16>j), i16x8(0, 1, 2, 3, 4, 5, 6, 7)));
  }
  if (breaks == 0 && !mixed) {
    // What most layers have, with nothing to turn or leave out.
    const at = x + first;
    for (let table = rowOffsets; table < end; table += 16) {
      let sum = v128.load(at + halfOffset(table + 12));
      sum = i16x8.add(i16x8.add(sum, sum), v128.load(at + halfOffset(table + 8)));
      sum = i16x8.add(i16x8.add(sum, sum), v128.load(at + halfOffset(table + 4)));
      sum = i16x8.add(i16x8.add(sum, sum), v128.load(at + halfOffset(table)));
      if (bipolar) sum = i16x8.shr_u(i16x8.add(sum, fifteen), 1);
      v128.store64_lane(indices, i8x16.narrow_i16x8_u(sum, sum), 0);
      indices += 32;
    }
    return;
  }
  if (breaks <= 1) {
    for (let table = rowOffsets; table < end; table += 16) {
      let sum = eight(x + halfOffset(table + 12), first, last, late, signs, least);
      sum = i16x8.add(i16x8.add(sum, sum), eight(x + halfOffset(table + 8), first, last, late, signs, least));
      sum = i16x8.add(i16x8.add(sum, sum), eight(x + halfOffset(table + 4), first, last, late, signs, least));
      sum = i16x8.add(i16x8.add(sum, sum), eight(x + halfOffset(table), first, last, late, signs, least));
      if (bipolar) sum = i16x8.shr_u(i16x8.add(sum, fifteen), 1);
      v128.store64_lane(indices, i8x16.narrow_i16x8_u(sum, sum), 0);
      indices += 32;
    }
    return;
  }
  for (let table = rowOffsets; table < end; table += 16) {
    const r0 = x + halfOffset(table), r1 = x + halfOffset(table + 4);
    const r2 = x + halfOffset(table + 8), r3 = x + halfOffset(table + 12);
    for (let j: usize = 0; j < 8; j++) {
      const p = halfOffset(pixelOffsets + (j << 2));
      const low = i32(load<i16>(r0 + p) == sign) | (i32(load<i16>(r1 + p) == sign) << 1);
      store<u8>(indices + j, low | (i32(load<i16>(r2 + p) == sign) << 2) | (i32(load<i16>(r3 + p) == sign) << 3));
    }
    indices += 32;
  }
}

function put(to: usize, value: v128, adds: bool): void {
  v128.store(to, adds ? i32x4.add(v128.load(to), value) : value);
}

function putShort(to: usize, value: v128, adds: bool): void {
  v128.store(to, adds ? i16x8.add(v128.load(to), value) : value);
}

/** Sixteen sums to 16 or 32 bits, eight at a time as far as `octets` goes. */
// @ts-ignore: decorator
@inline
function putSums(to: usize, sums: v128, octets: i32, short: bool, adds: bool): void {
  if (octets <= 0) return;
  const low = i16x8.extend_low_i8x16_s(sums), high = i16x8.extend_high_i8x16_s(sums);
  if (short) {
    putShort(to, low, adds);
    if (octets > 1) putShort(to + 16, high, adds);
    return;
  }
  put(to, i32x4.extend_low_i16x8_s(low), adds);
  put(to + 16, i32x4.extend_high_i16x8_s(low), adds);
  if (octets <= 1) return;
  put(to + 32, i32x4.extend_low_i16x8_s(high), adds);
  put(to + 48, i32x4.extend_high_i16x8_s(high), adds);
}

// y[column][p] = sum over rows of weight x digit, in 16 bits where `short`, or 32. Rows come in `groups` of four, pixels are a multiple of 8,
// columns of 4. Digits (16 bits) are 0 and 1; -1 and 1 where `kind` is 1; -1, 0 and 1 where it is 2: there look-ups go
// through the rows twice, for the digits of 1 and for those of -1. tables: [columns / 4][look-ups][4][16] sums (8 bits)
// by index; y rows are yStride bytes apart; panel holds 32 bytes a look-up.
export function bitForward(
  x: usize, rowOffsets: usize, groups: i32, pixelOffsets: usize, pixels: i32,
  tables: usize, columns: i32, y: usize, yStride: usize, short: bool, kind: i32, panel: usize,
): void {
  const size: usize = short ? 1 : 2, sixteen: usize = 16 << size;
  const lookUps = kind == 2 ? groups << 1 : groups;
  const half = panel + ((<usize>groups) << 5), panelEnd = panel + ((<usize>lookUps) << 5);
  const parts = (lookUps + LONGEST - 1) / LONGEST;
  const part = (<usize>((lookUps + parts - 1) / parts)) << 5;
  for (let p = 0; p < pixels; p += 32) {
    const octets = min(4, (pixels - p) >> 3);
    for (let q = 0; q < octets; q++) {
      const offsets = pixelOffsets + (<usize>(p + (q << 3)) << 2), column = (<usize>q) << 3;
      packIndices(x, rowOffsets, groups, offsets, 1, kind, panel + column);
      if (kind == 2) packIndices(x, rowOffsets, groups, offsets, -1, kind, half + column);
    }
    let table = tables;
    let target = y + ((<usize>p) << size);
    for (let m = 0; m < columns; m += 4) {
      for (let from = panel; from < panelEnd; from += part) {
        const end = min(from + part, panelEnd);
        let a0 = i8x16.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (let at = from; at < end; at += 32) {
          const i = v128.load(at), j = v128.load(at, 16);
          let t = v128.load(table);
          a0 = i8x16.add(a0, i8x16.swizzle(t, i)); b0 = i8x16.add(b0, i8x16.swizzle(t, j));
          t = v128.load(table, 16);
          a1 = i8x16.add(a1, i8x16.swizzle(t, i)); b1 = i8x16.add(b1, i8x16.swizzle(t, j));
          t = v128.load(table, 32);
          a2 = i8x16.add(a2, i8x16.swizzle(t, i)); b2 = i8x16.add(b2, i8x16.swizzle(t, j));
          t = v128.load(table, 48);
          a3 = i8x16.add(a3, i8x16.swizzle(t, i)); b3 = i8x16.add(b3, i8x16.swizzle(t, j));
          table += 64;
        }
        const adds = from > panel;
        let to = target;
        putSums(to, a0, octets, short, adds); putSums(to + sixteen, b0, octets - 2, short, adds); to += yStride;
        putSums(to, a1, octets, short, adds); putSums(to + sixteen, b1, octets - 2, short, adds); to += yStride;
        putSums(to, a2, octets, short, adds); putSums(to + sixteen, b2, octets - 2, short, adds); to += yStride;
        putSums(to, a3, octets, short, adds); putSums(to + sixteen, b3, octets - 2, short, adds);
      }
      target += yStride << 2;
    }
  }
}
