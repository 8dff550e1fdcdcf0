// Integer products of the stochastic partial-sum layer: the three of training-columns.as.ts on 16-bit whole
// numbers, two rows (or pixels) an instruction, summed exactly in 32 bits. Twice the rate of single precision.
//
// Digits and levels are whole; gradients are rounded to 16 bits of their largest magnitude. The caller sees to
// it that no sum leaves 32 bits. Offset tables are those of training-columns.as.ts, in bytes of 32-bit
// elements, ascending by pixel; the 16-bit planes have the same elements, so half the offset is meant.

import { halfOffset } from './shared/half-offset.as';
import { narrowed } from './shared/narrowed.as';

/** Pixels a block of the weight gradient: its packed gradient (8 kB) stays in the first-level cache. */
const BLOCK: i32 = 512;

// Of activations, `planes` planes of height x width, the levels of the nearest codes, 2u - top (bipolar) or u
// (unipolar), into the interior of padded planes of 16 bits: rows rowBytes apart, planes planeBytes. Single-precision
// steps exactly as network/activation-streams.ts takes them.
export function quantise(
  x: usize, levels: usize, planes: i32, height: i32, width: i32, rowBytes: usize, planeBytes: usize,
  factor: f32, shift: f32, top: f32, bipolar: i32,
): void {
  const vector = (<usize>(width & ~7)) << 1, bytes = (<usize>width) << 1;
  const f = f32x4.splat(factor), s = f32x4.splat(shift), t = f32x4.splat(top);
  const last = i16x8.splat(<i16>top);
  for (let n = 0; n < planes; n++) {
    let target = levels + <usize>n * planeBytes;
    for (let r = 0; r < height; r++) {
      let o: usize = 0;
      for (; o < vector; o += 16) {
        const code = narrowed(codeOf(v128.load(x), f, s, t), codeOf(v128.load(x, 16), f, s, t));
        v128.store(target + o, bipolar ? i16x8.sub(i16x8.add(code, code), last) : code);
        x += 32;
      }
      for (; o < bytes; o += 2) {
        const code = <i32>floor(max<f32>(0, min(top, load<f32>(x) * factor + shift + 0.5)));
        store<i16>(target + o, bipolar ? (code << 1) - <i32>top : code);
        x += 4;
      }
      target += rowBytes;
    }
  }
}

function codeOf(x: v128, factor: v128, shift: v128, top: v128): v128 {
  const level = f32x4.add(f32x4.add(f32x4.mul(x, factor), shift), f32x4.splat(0.5));
  return f32x4.floor(f32x4.max(f32x4.splat(0), f32x4.min(top, level)));
}

// Of the code behind each level the digit of `bits` bits from bit `low` on, odd (bipolar) or plain: from padded planes
// to others of the same shape.
export function extractDigits(
  levels: usize, digits: usize, planes: i32, height: i32, width: i32, rowBytes: usize, planeBytes: usize,
  top: i32, low: i32, bits: i32, bipolar: i32,
): void {
  const vector = (<usize>(width & ~7)) << 1, bytes = (<usize>width) << 1;
  const mask = (1 << bits) - 1;
  const m = i16x8.splat(<i16>mask), t = i16x8.splat(<i16>top);
  for (let n = 0; n < planes; n++) {
    let row = <usize>n * planeBytes;
    for (let r = 0; r < height; r++) {
      let o = row;
      for (; o < row + vector; o += 16) {
        let code = v128.load(levels + o);
        if (bipolar) code = i16x8.shr_s(i16x8.add(code, t), 1);
        const digit = v128.and(i16x8.shr_u(code, low), m);
        v128.store(digits + o, bipolar ? i16x8.sub(i16x8.add(digit, digit), m) : digit);
      }
      for (; o < row + bytes; o += 2) {
        let code = <i32>load<i16>(levels + o);
        if (bipolar) code = (code + top) >> 1;
        const digit = (code >> low) & mask;
        store<i16>(digits + o, bipolar ? (digit << 1) - mask : digit);
      }
      row += rowBytes;
    }
  }
}

// Four gates of 16 bits times dy.
function gatedFour(gate: usize, dy: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load16x4_s(gate)), v128.load(dy));
}

// The larger of `largest` and the largest |gate dy|: 16-bit gates. count a multiple of 4.
export function largestGated(gate: usize, dy: usize, count: i32, largest: f32): f32 {
  const end = (<usize>count) << 2;
  let top = f32x4.splat(largest);
  for (let o: usize = 0; o < end; o += 16) top = f32x4.pmax(top, f32x4.abs(gatedFour(gate + (o >> 1), dy + o)));
  return max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

// y = round(gate dy factor) as 16 bits; count a multiple of 8.
export function roundGated(gate: usize, dy: usize, y: usize, count: i32, factor: f32): void {
  const end = (<usize>count) << 1;
  const f = f32x4.splat(factor);
  for (let o: usize = 0; o < end; o += 16) {
    const low = gatedFour(gate + o, dy + (o << 1)), high = gatedFour(gate + o + 8, dy + (o << 1) + 16);
    v128.store(y + o, narrowed(f32x4.mul(low, f), f32x4.mul(high, f)));
  }
}

// sum gate dy over `count` elements.
export function sumGated(gate: usize, dy: usize, count: i32): f64 {
  const vector = count & ~3;
  let sum = f64x2.splat(0);
  for (let p: usize = 0; p < <usize>vector; p += 4) {
    const product = gatedFour(gate + (p << 1), dy + (p << 2));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(product));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(i32x4.shuffle(product, product, 2, 3, 2, 3)));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (let p: usize = vector; p < <usize>count; p++)
    total += <f64>(<f32>load<i16>(gate + (p << 1)) * load<f32>(dy + (p << 2)));
  return total;
}

// panel[k / 2][0..7] = the pair X[k][p+j], X[k+1][p+j] for the 8 pixels whose offsets start at pixelOffsets.
function packPairs(x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, panel: usize): void {
  const tableEnd = rowOffsets + ((<usize>rows) << 2);
  const p0 = x + halfOffset(pixelOffsets);
  if (load<i32>(pixelOffsets, 28) - load<i32>(pixelOffsets) == 28) {
    for (let table = rowOffsets; table < tableEnd; table += 8) {
      const a = v128.load(p0 + halfOffset(table)), b = v128.load(p0 + halfOffset(table + 4));
      v128.store(panel, i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(panel, i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      panel += 32;
    }
    return;
  }
  for (let table = rowOffsets; table < tableEnd; table += 8) {
    const r0 = x + halfOffset(table), r1 = x + halfOffset(table + 4);
    for (let j: usize = 0; j < 32; j += 4) {
      const pixel = halfOffset(pixelOffsets + j);
      store<i16>(panel + j, load<i16>(r0 + pixel));
      store<i16>(panel + j, load<i16>(r1 + pixel), 2);
    }
    panel += 32;
  }
}

// y[m][p] = sum_k w[m][k] X[k][p] 2^-shift, rounded to 32-bit whole numbers. rows even; weights packed
// [outputs / 4][rows / 2][4] pairs; y rows yStride bytes apart; panel holds rows * 16 bytes.
// Where `field` is not 0 (and shift is), a weight holds two, u + 2^field v, of which every sum has less than `field`
// bits: y has the sums of u for the first `group` outputs, then those of v for them, and so on.
export function integerForward(
  x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  weights: usize, outputs: i32, y: usize, yStride: usize, shift: i32, field: i32, group: i32, panel: usize,
): void {
  const panelEnd = panel + ((<usize>rows) << 4);
  const second = <usize>group * yStride;
  const half = i32x4.splat((1 << shift) >> 1);
  for (let p = 0; p < pixels; p += 8) {
    packPairs(x, rowOffsets, rows, pixelOffsets + ((<usize>p) << 2), panel);
    let w = weights;
    let target = y + ((<usize>p) << 2);
    let left = group;
    for (let m = 0; m < outputs; m += 4) {
      let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      for (let b = panel; b < panelEnd; b += 32) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
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
      if (field) {
        storeBoth(target, second, c00, c01, field); target += yStride;
        storeBoth(target, second, c10, c11, field); target += yStride;
        storeBoth(target, second, c20, c21, field); target += yStride;
        storeBoth(target, second, c30, c31, field); target += yStride;
        left -= 4;
        if (left == 0) {
          left = group;
          target += second;
        }
      } else {
        storeRow(target, c00, c01, half, shift); target += yStride;
        storeRow(target, c10, c11, half, shift); target += yStride;
        storeRow(target, c20, c21, half, shift); target += yStride;
        storeRow(target, c30, c31, half, shift); target += yStride;
      }
    }
  }
}

function storeRow(target: usize, low: v128, high: v128, half: v128, shift: i32): void {
  v128.store(target, i32x4.shr_s(i32x4.add(low, half), shift));
  v128.store(target, i32x4.shr_s(i32x4.add(high, half), shift), 16);
}

// u + 2^field v to u at `target` and v `second` bytes behind.
function storeBoth(target: usize, second: usize, low: v128, high: v128, field: i32): void {
  const rest = 32 - field;
  const u0 = i32x4.shr_s(i32x4.shl(low, rest), rest), u1 = i32x4.shr_s(i32x4.shl(high, rest), rest);
  v128.store(target, u0);
  v128.store(target, u1, 16);
  v128.store(target + second, i32x4.shr_s(i32x4.sub(low, u0), field));
  v128.store(target + second, i32x4.shr_s(i32x4.sub(high, u1), field), 16);
}

function addScaled(address: usize, value: v128, factor: v128): void {
  v128.store(address, f32x4.add(v128.load(address), f32x4.mul(factor, f32x4.convert_i32x4_s(value))));
}

function scatterScaled(row: usize, pixelOffsets: usize, low: v128, high: v128, factor: v128): void {
  const a = f32x4.mul(factor, f32x4.convert_i32x4_s(low)), b = f32x4.mul(factor, f32x4.convert_i32x4_s(high));
  addOne(row, pixelOffsets, f32x4.extract_lane(a, 0));
  addOne(row, pixelOffsets + 4, f32x4.extract_lane(a, 1));
  addOne(row, pixelOffsets + 8, f32x4.extract_lane(a, 2));
  addOne(row, pixelOffsets + 12, f32x4.extract_lane(a, 3));
  addOne(row, pixelOffsets + 16, f32x4.extract_lane(b, 0));
  addOne(row, pixelOffsets + 20, f32x4.extract_lane(b, 1));
  addOne(row, pixelOffsets + 24, f32x4.extract_lane(b, 2));
  addOne(row, pixelOffsets + 28, f32x4.extract_lane(b, 3));
}

function addOne(row: usize, table: usize, value: f32): void {
  const at = row + load<i32>(table);
  store<f32>(at, load<f32>(at) + value);
}

// dX[k][p] += factor sum_m w[m][k] dy[m][p], scattered (single precision) to the addresses X is gathered
// from. weights packed [rows / 4][outputs / 2][4] pairs, outputs even; panel holds outputs * 16 bytes.
export function integerInputGradient(
  dx: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  weights: usize, outputs: i32, dy: usize, dyStride: usize, factor: f32, panel: usize,
): void {
  const panelEnd = panel + ((<usize>outputs) << 4);
  const f = f32x4.splat(factor);
  for (let p = 0; p < pixels; p += 8) {
    let source = dy + ((<usize>p) << 1);
    for (let b = panel; b < panelEnd; b += 32) {
      const first = v128.load(source), second = v128.load(source + dyStride);
      v128.store(b, i16x8.shuffle(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(b, i16x8.shuffle(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      source += dyStride << 1;
    }
    const offsets = pixelOffsets + ((<usize>p) << 2);
    const low = load<i32>(offsets), high = load<i32>(offsets, 16);
    const fast = load<i32>(offsets, 28) - low == 28;
    let w = weights;
    for (let k = 0; k < rows; k += 4) {
      let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      for (let b = panel; b < panelEnd; b += 32) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
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
      const table = rowOffsets + ((<usize>k) << 2);
      const r0 = dx + load<i32>(table), r1 = dx + load<i32>(table, 4);
      const r2 = dx + load<i32>(table, 8), r3 = dx + load<i32>(table, 12);
      if (fast) {
        addScaled(r0 + low, c00, f); addScaled(r0 + high, c01, f);
        addScaled(r1 + low, c10, f); addScaled(r1 + high, c11, f);
        addScaled(r2 + low, c20, f); addScaled(r2 + high, c21, f);
        addScaled(r3 + low, c30, f); addScaled(r3 + high, c31, f);
      } else {
        scatterScaled(r0, offsets, c00, c01, f);
        scatterScaled(r1, offsets, c10, c11, f);
        scatterScaled(r2, offsets, c20, c21, f);
        scatterScaled(r3, offsets, c30, c31, f);
      }
    }
  }
}

// gradient[k][m] += sum_p X[k][p] dy[m][p] in whole units: rows of `outputs` floats (a multiple of 8).
// pixels even; panel holds BLOCK * 28 bytes. Block by block in ascending order of pixels.
export function integerWeightGradient(
  x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  dy: usize, dyStride: usize, outputs: i32, gradient: usize, panel: usize,
): void {
  const gradientStride = (<usize>outputs) << 2;
  // Behind the packed gradient: four rows of X gathered pixel by pixel, and the table of their offsets.
  const gathered = panel + ((<usize>BLOCK) << 4), plainTable = gathered + ((<usize>BLOCK) << 3);
  for (let p = 0; p < BLOCK; p++) store<i32>(plainTable + ((<usize>p) << 2), p << 2);
  for (let start = 0; start < pixels; start += BLOCK) {
    const count = min(BLOCK, pixels - start);
    const offsets = pixelOffsets + ((<usize>start) << 2);
    const paired = pairsAdjoin(offsets, count);
    const panelEnd = panel + ((<usize>count) << 4);
    for (let m = 0; m < outputs; m += 8) {
      packTransposed(dy + <usize>m * dyStride + ((<usize>start) << 1), dyStride, count, panel);
      for (let k = 0; k < rows; k += 4) {
        const table = rowOffsets + ((<usize>k) << 2);
        let x0 = x + halfOffset(table), x1 = x + halfOffset(table + 4);
        let x2 = x + halfOffset(table + 8), x3 = x + halfOffset(table + 12);
        let offset = offsets;
        if (!paired) {
          x0 = gatherRow(x0, offsets, count, gathered);
          x1 = gatherRow(x1, offsets, count, gathered + (<usize>BLOCK << 1));
          x2 = gatherRow(x2, offsets, count, gathered + (<usize>BLOCK << 2));
          x3 = gatherRow(x3, offsets, count, gathered + <usize>BLOCK * 6);
          offset = plainTable;
        }
        let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (let b = panel; b < panelEnd; b += 32) {
          const pixel = halfOffset(offset);
          const b0 = v128.load(b), b1 = v128.load(b, 16);
          let a = v128.load32_splat(x0 + pixel);
          c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a, b0)); c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(x1 + pixel);
          c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a, b0)); c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(x2 + pixel);
          c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a, b0)); c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(x3 + pixel);
          c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a, b0)); c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a, b1));
          offset += 8;
        }
        const one = f32x4.splat(1);
        let g = gradient + <usize>k * gradientStride + ((<usize>m) << 2);
        addScaled(g, c00, one); addScaled(g + 16, c01, one); g += gradientStride;
        addScaled(g, c10, one); addScaled(g + 16, c11, one); g += gradientStride;
        addScaled(g, c20, one); addScaled(g + 16, c21, one); g += gradientStride;
        addScaled(g, c30, one); addScaled(g + 16, c31, one);
      }
    }
  }
}

function pairsAdjoin(offsets: usize, count: i32): bool {
  const end = offsets + ((<usize>count) << 2);
  for (let at = offsets; at < end; at += 8) if (load<i32>(at, 4) - load<i32>(at) != 4) return false;
  return true;
}

function gatherRow(row: usize, offsets: usize, count: i32, to: usize): usize {
  for (let p: usize = 0; p < <usize>count; p++)
    store<i16>(to + (p << 1), load<i16>(row + halfOffset(offsets + (p << 2))));
  return to;
}

// panel[p / 2][0..7] = the pair dy[0..7][p], dy[0..7][p+1]: 4 x 4 blocks of pairs transposed in registers.
function packTransposed(dy: usize, stride: usize, count: i32, panel: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const r0 = dy + half * 4 * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    let target = panel + (half << 4);
    const end = (<usize>count) << 1;
    for (let o: usize = 0; o < end; o += 16) {
      const a = v128.load(r0 + o), b = v128.load(r1 + o), c = v128.load(r2 + o), d = v128.load(r3 + o);
      const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(target, i32x4.shuffle(ab0, cd0, 0, 1, 4, 5));
      v128.store(target, i32x4.shuffle(ab0, cd0, 2, 3, 6, 7), 32);
      v128.store(target, i32x4.shuffle(ab1, cd1, 0, 1, 4, 5), 64);
      v128.store(target, i32x4.shuffle(ab1, cd1, 2, 3, 6, 7), 96);
      target += 128;
    }
  }
}
