// Popcount partial sums of one-bit digits, their conversion by tables, and the draws that decide them.
// Layout and meaning of every argument: partial-sum.ts. Oracle: the plain layer, src/network/partial-sum-layer.ts.

// @ts-ignore: decorator
@inline
function low4(x: v128, m: v128): v128 {
  // The low words of four unsigned 32 x 32 products.
  return i32x4.mul(x, m);
}
// @ts-ignore: decorator
@inline
function high4(x: v128, m: v128): v128 {
  return i32x4.shuffle(
    i64x2.extmul_low_i32x4_u(x, m),
    i64x2.extmul_high_i32x4_u(x, m),
    1,
    3,
    5,
    7,
  );
}

/** Philox4x32-10 of counters (block, plane, image, 0), as 16-bit draws clamped to 65534; blocks % 4 == 0. */
export function philoxDraws(
  key0: u32,
  key1: u32,
  plane: u32,
  image: u32,
  out: usize,
  blocks: i32,
): void {
  const m0 = i32x4.splat(<i32>0xd2511f53);
  const m1 = i32x4.splat(<i32>0xcd9e8d57);
  const w0 = i32x4.splat(<i32>0x9e3779b9);
  const w1 = i32x4.splat(<i32>0xbb67ae85);
  const top = i16x8.splat(<i16>65534);
  // The first round's product of the image is the same for all blocks.
  const product = <u64>image * 0xcd9e8d57;
  const first0 = i32x4.splat(<i32>(<u32>(product >> 32) ^ plane ^ key0));
  const first1 = i32x4.splat(<i32>(<u32>product));
  for (let block = 0; block < blocks; block += 4) {
    const x = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
    let c0 = first0;
    let c1 = first1;
    let c2 = v128.xor(high4(x, m0), i32x4.splat(key1));
    let c3 = low4(x, m0);
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < 9; round++) {
      k0 = i32x4.add(k0, w0);
      k1 = i32x4.add(k1, w1);
      const h0 = high4(c0, m0);
      const l0 = low4(c0, m0);
      const h1 = high4(c2, m1);
      const l1 = low4(c2, m1);
      c0 = v128.xor(v128.xor(h1, c1), k0);
      c1 = l1;
      c2 = v128.xor(v128.xor(h0, c3), k1);
      c3 = l0;
    }
    // Lanes are blocks; memory wants each block's four words together: a 4 x 4 transpose.
    const a = i32x4.shuffle(c0, c1, 0, 4, 1, 5);
    const b = i32x4.shuffle(c2, c3, 0, 4, 1, 5);
    const c = i32x4.shuffle(c0, c1, 2, 6, 3, 7);
    const d = i32x4.shuffle(c2, c3, 2, 6, 3, 7);
    v128.store(out, i16x8.min_u(i64x2.shuffle(a, b, 0, 2), top));
    v128.store(out, i16x8.min_u(i64x2.shuffle(a, b, 1, 3), top), 16);
    v128.store(out, i16x8.min_u(i64x2.shuffle(c, d, 0, 2), top), 32);
    v128.store(out, i16x8.min_u(i64x2.shuffle(c, d, 1, 3), top), 48);
    out += 64;
  }
}

/**
 * Bit planes of im2col rows. For every pixel and stream t < streams: bit k of `out[t][pixel]` is bit t of
 * codes[pixelOffset[pixel] + rowOffset[k]], k < rows; bits beyond the rows are 0.
 */
export function packBits(
  codes: usize,
  rowOffset: usize,
  rows: i32,
  pixelOffset: usize,
  pixels: i32,
  words: i32,
  streams: i32,
  streamBytes: usize,
  out: usize,
): void {
  for (let p = 0; p < pixels; p++) {
    const at = codes + <usize>load<i32>(pixelOffset + (<usize>p << 2));
    for (let w = 0; w < words; w++) {
      let b0: u64 = 0;
      let b1: u64 = 0;
      let b2: u64 = 0;
      let b3: u64 = 0;
      let b4: u64 = 0;
      let b5: u64 = 0;
      let b6: u64 = 0;
      let b7: u64 = 0;
      const first = w << 6;
      const full = min(64, rows - first);
      let k = 0;
      let offsets = rowOffset + (<usize>first << 2);
      for (; k + 16 <= full; k += 16) {
        let v = i8x16.splat(0);
        v = v128.load8_lane(at + <usize>load<i32>(offsets), v, 0);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 4), v, 1);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 8), v, 2);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 12), v, 3);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 16), v, 4);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 20), v, 5);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 24), v, 6);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 28), v, 7);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 32), v, 8);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 36), v, 9);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 40), v, 10);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 44), v, 11);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 48), v, 12);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 52), v, 13);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 56), v, 14);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 60), v, 15);
        b0 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 7))) << k;
        if (streams > 1) b1 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 6))) << k;
        if (streams > 2) b2 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 5))) << k;
        if (streams > 3) b3 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 4))) << k;
        if (streams > 4) {
          b4 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 3))) << k;
          b5 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 2))) << k;
          b6 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 1))) << k;
          b7 |= <u64>(<u32>i8x16.bitmask(v)) << k;
        }
        offsets += 64;
      }
      for (; k < full; k++) {
        const code = <u64>load<u8>(at + <usize>load<i32>(offsets));
        b0 |= (code & 1) << k;
        b1 |= ((code >> 1) & 1) << k;
        b2 |= ((code >> 2) & 1) << k;
        b3 |= ((code >> 3) & 1) << k;
        b4 |= ((code >> 4) & 1) << k;
        b5 |= ((code >> 5) & 1) << k;
        b6 |= ((code >> 6) & 1) << k;
        b7 |= ((code >> 7) & 1) << k;
        offsets += 4;
      }
      let to = out + (<usize>(p * words + w) << 3);
      store<u64>(to, b0);
      if (streams > 1) store<u64>((to += streamBytes), b1);
      if (streams > 2) store<u64>((to += streamBytes), b2);
      if (streams > 3) store<u64>((to += streamBytes), b3);
      if (streams > 4) store<u64>((to += streamBytes), b4);
      if (streams > 5) store<u64>((to += streamBytes), b5);
      if (streams > 6) store<u64>((to += streamBytes), b6);
      if (streams > 7) store<u64>((to += streamBytes), b7);
    }
  }
}

/** level[p] = (base[p] - perDriven * popcount(row p)) as a byte offset into the conversion table. */
export function rowLevels(
  bits: usize,
  words: i32,
  pixels: i32,
  base: usize,
  perDriven: i32,
  out: usize,
): void {
  for (let p = 0; p < pixels; p++) {
    let n: u64 = 0;
    for (let w = 0; w < words; w++) {
      n += popcnt(load<u64>(bits));
      bits += 8;
    }
    store<i32>(out + (<usize>p << 2), load<i32>(base + (<usize>p << 2)) - perDriven * <i32>n);
  }
}

const DRAW_ONE = 0;
const DRAW_EIGHT = 1;
const DRAW_MANY = 2;
const VALUE = 3;

// @ts-ignore: decorator
@inline
function convertBits(
  W: i32,
  sink: i32,
  bits: usize,
  weights: usize,
  level: usize,
  pattern: usize,
  columnLevel: usize,
  draws: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  shift: i32,
  coefficient: i32,
  value: f64,
  vectors: i32,
): void {
  for (let p = 0; p < pixels; p++) {
    const a0 = load<u64>(bits);
    const a1 = W > 1 ? load<u64>(bits, 8) : 0;
    const a2 = W > 2 ? load<u64>(bits, 16) : 0;
    const a3 = W > 3 ? load<u64>(bits, 24) : 0;
    const a4 = W > 4 ? load<u64>(bits, 32) : 0;
    const a5 = W > 5 ? load<u64>(bits, 40) : 0;
    const a6 = W > 6 ? load<u64>(bits, 48) : 0;
    const a7 = W > 7 ? load<u64>(bits, 56) : 0;
    bits += <usize>W << 3;
    const base = load<i32>(level + (<usize>p << 2));
    let c = columnLevel + <usize>load<i32>(pattern + (<usize>p << 2));
    let w = weights;
    const end = weights + ((<usize>columns * W) << 3);
    while (w < end) {
      let m = popcnt(a0 & load<u64>(w));
      if (W > 1) m += popcnt(a1 & load<u64>(w, 8));
      if (W > 2) m += popcnt(a2 & load<u64>(w, 16));
      if (W > 3) m += popcnt(a3 & load<u64>(w, 24));
      if (W > 4) m += popcnt(a4 & load<u64>(w, 32));
      if (W > 5) m += popcnt(a5 & load<u64>(w, 40));
      if (W > 6) m += popcnt(a6 & load<u64>(w, 48));
      if (W > 7) m += popcnt(a7 & load<u64>(w, 56));
      w += <usize>W << 3;
      const at = <usize>(base + (<i32>m << shift) + load<i32>(c));
      c += 4;
      if (sink == DRAW_ONE) {
        store<i32>(
          out,
          load<i32>(out) + (load<u16>(draws) >= load<u16>(at) ? coefficient : 0),
        );
        out += 4;
        draws += 2;
      } else if (sink == DRAW_EIGHT) {
        const hit = i16x8.bitmask(i16x8.ge_u(v128.load16_splat(draws), v128.load(at)));
        store<i32>(out, load<i32>(out) + coefficient * popcnt(hit));
        out += 4;
        draws += 2;
      } else if (sink == DRAW_MANY) {
        const u = v128.load16_splat(draws);
        let count = 0;
        for (let v = 0; v < vectors; v++)
          count += popcnt(i16x8.bitmask(i16x8.ge_u(u, v128.load(at + (<usize>v << 4)))));
        store<i32>(out, load<i32>(out) + coefficient * count);
        out += 4;
        draws += 2;
      } else {
        store<f64>(out, load<f64>(out) + value * load<f64>(at));
        out += 8;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function convertByWords(
  sink: i32,
  words: i32,
  bits: usize,
  weights: usize,
  level: usize,
  pattern: usize,
  columnLevel: usize,
  draws: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  shift: i32,
  coefficient: i32,
  value: f64,
  vectors: i32,
): void {
  switch (words) {
    case 1: convertBits(1, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 2: convertBits(2, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 3: convertBits(3, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 4: convertBits(4, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 5: convertBits(5, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 6: convertBits(6, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    case 7: convertBits(7, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors); break;
    default: convertBits(8, sink, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, value, vectors);
  }
}

/** T = 1: out += coefficient where draw >= threshold. */
export function convertDrawOne(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  convertByWords(DRAW_ONE, words, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, 0, 0);
}
/** T <= 8 vectors * 8: out += coefficient * count. */
export function convertDrawMany(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32, vectors: i32): void {
  if (vectors == 1) convertByWords(DRAW_EIGHT, words, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, 0, 1);
  else convertByWords(DRAW_MANY, words, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, 0, vectors);
}
/** Deterministic: out += value * table. */
export function convertValue(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, out: usize, pixels: i32, columns: i32, shift: i32, value: f64): void {
  convertByWords(VALUE, words, bits, weights, level, pattern, columnLevel, 0, out, pixels, columns, shift, 0, value, 0);
}

// @ts-ignore: decorator
@inline
function ones(W: i32, a0: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64, a7: u64, w: usize): i32 {
  let m = popcnt(a0 & load<u64>(w));
  if (W > 1) m += popcnt(a1 & load<u64>(w, 8));
  if (W > 2) m += popcnt(a2 & load<u64>(w, 16));
  if (W > 3) m += popcnt(a3 & load<u64>(w, 24));
  if (W > 4) m += popcnt(a4 & load<u64>(w, 32));
  if (W > 5) m += popcnt(a5 & load<u64>(w, 40));
  if (W > 6) m += popcnt(a6 & load<u64>(w, 48));
  if (W > 7) m += popcnt(a7 & load<u64>(w, 56));
  return <i32>m;
}

// @ts-ignore: decorator
@inline
function hits(sink: i32, draw: usize, at: usize): i32 {
  return sink == DRAW_ONE
    ? i32(load<u16>(draw) >= load<u16>(at))
    : popcnt(i16x8.bitmask(i16x8.ge_u(v128.load16_splat(draw), v128.load(at))));
}

/** Four slices of weights 1, 2, 4, 8 at once; draws of a slice are `drawBytes` after those of the one before. */
// @ts-ignore: decorator
@inline
function convertFour(
  W: i32,
  sink: i32,
  bits: usize,
  weights: usize,
  level: usize,
  pattern: usize,
  columnLevel: usize,
  draws: usize,
  drawBytes: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  shift: i32,
  coefficient: i32,
): void {
  const step = <usize>W << 3;
  for (let p = 0; p < pixels; p++) {
    const a0 = load<u64>(bits);
    const a1 = W > 1 ? load<u64>(bits, 8) : 0;
    const a2 = W > 2 ? load<u64>(bits, 16) : 0;
    const a3 = W > 3 ? load<u64>(bits, 24) : 0;
    const a4 = W > 4 ? load<u64>(bits, 32) : 0;
    const a5 = W > 5 ? load<u64>(bits, 40) : 0;
    const a6 = W > 6 ? load<u64>(bits, 48) : 0;
    const a7 = W > 7 ? load<u64>(bits, 56) : 0;
    bits += step;
    const base = load<i32>(level + (<usize>p << 2));
    let c = columnLevel + (<usize>load<i32>(pattern + (<usize>p << 2)) << 2);
    let w = weights;
    const end = weights + <usize>columns * (step << 2);
    while (w < end) {
      const m0 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w);
      const m1 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + step);
      const m2 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 2 * step);
      const m3 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 3 * step);
      w += 4 * step;
      let v = hits(sink, draws, <usize>(base + (m0 << shift) + load<i32>(c)));
      v += hits(sink, draws + drawBytes, <usize>(base + (m1 << shift) + load<i32>(c, 4))) << 1;
      v += hits(sink, draws + 2 * drawBytes, <usize>(base + (m2 << shift) + load<i32>(c, 8))) << 2;
      v += hits(sink, draws + 3 * drawBytes, <usize>(base + (m3 << shift) + load<i32>(c, 12))) << 3;
      store<i32>(out, load<i32>(out) + coefficient * v);
      c += 16;
      out += 4;
      draws += 2;
    }
  }
}

// @ts-ignore: decorator
@inline
function fourByWords(
  sink: i32,
  words: i32,
  bits: usize,
  weights: usize,
  level: usize,
  pattern: usize,
  columnLevel: usize,
  draws: usize,
  drawBytes: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  shift: i32,
  coefficient: i32,
): void {
  switch (words) {
    case 1: convertFour(1, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 2: convertFour(2, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 3: convertFour(3, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 4: convertFour(4, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 5: convertFour(5, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 6: convertFour(6, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 7: convertFour(7, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    default: convertFour(8, sink, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient);
  }
}

/** convertDrawOne for four slices of weights 1, 2, 4, 8. */
export function convertDrawOneFour(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, drawBytes: i32, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  fourByWords(DRAW_ONE, words, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient);
}
/** convertDrawMany of up to eight samples for four slices of weights 1, 2, 4, 8. */
export function convertDrawEightFour(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, drawBytes: i32, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  fourByWords(DRAW_EIGHT, words, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient);
}

/** Which of eight thresholds, interpolated between two nodes, a draw reaches. */
// @ts-ignore: decorator
@inline
function interpolatedHits(u: f32, here: v128, next: v128, share: f32): i32 {
  const draw = f32x4.splat(u);
  const part = f32x4.splat(share);
  const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(here));
  const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(here));
  const lowRise = f32x4.sub(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(next)), low);
  const highRise = f32x4.sub(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(next)), high);
  return (
    i32x4.bitmask(f32x4.ge(draw, f32x4.add(low, f32x4.mul(part, lowRise)))) |
    (i32x4.bitmask(f32x4.ge(draw, f32x4.add(high, f32x4.mul(part, highRise)))) << 4)
  );
}

/**
 * Real partial sums (pixels x stride, f32): x = scale[column] sum + bias[column]; the thresholds (u16, 8 * vectors a
 * node) are interpolated between the nodes of a grid; out += coefficient * (2 count - samples), or nothing
 * for x = 0 where `zeroGivesZero`. A draw that both nodes count alike, as nearly all are, needs no
 * interpolation: the threshold lies between theirs.
 */
export function convertReal(
  sums: usize,
  stride: i32,
  scale: usize,
  bias: usize,
  grid: usize,
  columnStride: i32,
  low: f32,
  perCell: f32,
  cells: i32,
  vectors: i32,
  draws: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  coefficient: i32,
  samples: i32,
  zeroGivesZero: i32,
): void {
  const bytes = <usize>vectors << 4;
  const lows = f32x4.splat(low);
  const cellsPerUnit = f32x4.splat(perCell);
  const zeros = f32x4.splat(0);
  const tops = f32x4.splat(<f32>cells);
  const lastCell = i32x4.splat(cells - 1);
  for (let p = 0; p < pixels; p++) {
    const row = sums + <usize>p * (<usize>stride << 2);
    for (let o = 0; o < columns; o += 4) {
      const x = f32x4.add(
        f32x4.mul(v128.load(row + (<usize>o << 2)), v128.load(scale + (<usize>o << 2))),
        v128.load(bias + (<usize>o << 2)),
      );
      const place = f32x4.pmax(
        zeros,
        f32x4.pmin(tops, f32x4.mul(f32x4.sub(x, lows), cellsPerUnit)),
      );
      const cell = i32x4.min_s(lastCell, i32x4.trunc_sat_f32x4_s(place));
      const share = f32x4.sub(place, f32x4.convert_i32x4_s(cell));
      const still = zeroGivesZero ? i32x4.bitmask(f32x4.eq(x, zeros)) : 0;
      const left = columns - o;
      let at = grid + <usize>o * <usize>columnStride;
      countOne(still & 1, at + <usize>i32x4.extract_lane(cell, 0) * bytes, bytes, load<u16>(draws), f32x4.extract_lane(share, 0), out, coefficient, samples);
      at += <usize>columnStride;
      if (left > 1) countOne(still & 2, at + <usize>i32x4.extract_lane(cell, 1) * bytes, bytes, load<u16>(draws, 2), f32x4.extract_lane(share, 1), out + 4, coefficient, samples);
      at += <usize>columnStride;
      if (left > 2) countOne(still & 4, at + <usize>i32x4.extract_lane(cell, 2) * bytes, bytes, load<u16>(draws, 4), f32x4.extract_lane(share, 2), out + 8, coefficient, samples);
      at += <usize>columnStride;
      if (left > 3) countOne(still & 8, at + <usize>i32x4.extract_lane(cell, 3) * bytes, bytes, load<u16>(draws, 6), f32x4.extract_lane(share, 3), out + 12, coefficient, samples);
      const done = min(4, left);
      out += <usize>done << 2;
      draws += <usize>done << 1;
    }
  }
}

/** One conversion: out += coefficient * (2 count - samples). */
// @ts-ignore: decorator
@inline
function countOne(
  still: i32, at: usize, bytes: usize, draw: u16, share: f32, out: usize, coefficient: i32, samples: i32,
): void {
  if (still) return;
  const u = i16x8.splat(draw);
  let count = 0;
  const end = at + bytes;
  while (at < end) {
    const here = v128.load(at);
    const next = v128.load(at + bytes);
    let hit = i16x8.bitmask(i16x8.ge_u(u, here));
    if (hit != i16x8.bitmask(i16x8.ge_u(u, next)))
      hit = interpolatedHits(<f32>draw, here, next, share);
    count += popcnt(hit);
    at += 16;
  }
  store<i32>(out, load<i32>(out) + coefficient * (2 * count - samples));
}

/** z = (t - mean)/sqrt(variance + epsilon) over the columns of each pixel, t = unit[column] * sum, in place. */
export function normalisePixels(
  sums: usize,
  stride: i32,
  unit: usize,
  pixels: i32,
  columns: i32,
  epsilon: f64,
): void {
  for (let p = 0; p < pixels; p++) {
    const row = sums + <usize>p * (<usize>stride << 2);
    let total: f64 = 0;
    for (let o = 0; o < columns; o++)
      total += <f64>f32.load(row + (<usize>o << 2)) * f64.load(unit + (<usize>o << 3));
    const mean = total / <f64>columns;
    let squares: f64 = 0;
    for (let o = 0; o < columns; o++) {
      const d = <f64>f32.load(row + (<usize>o << 2)) * f64.load(unit + (<usize>o << 3)) - mean;
      squares += d * d;
    }
    const deviation = sqrt(squares / <f64>max(1, columns - 1) + epsilon);
    for (let o = 0; o < columns; o++) {
      const at = row + (<usize>o << 2);
      f32.store(at, <f32>((<f64>f32.load(at) * f64.load(unit + (<usize>o << 3)) - mean) / deviation));
    }
  }
}

/** convertReal for T = 1, with one threshold a node: four columns at a time. */
export function convertRealOne(
  sums: usize,
  stride: i32,
  scale: usize,
  bias: usize,
  grid: usize,
  columnStride: i32,
  low: f32,
  perCell: f32,
  cells: i32,
  draws: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  coefficient: i32,
  zeroGivesZero: i32,
): void {
  const lows = f32x4.splat(low);
  const cellsPerUnit = f32x4.splat(perCell);
  const zeros = f32x4.splat(0);
  const tops = f32x4.splat(<f32>cells);
  const lastCell = i32x4.splat(cells - 1);
  const strides = i32x4.mul(i32x4.splat(columnStride), i32x4(0, 1, 2, 3));
  const plus = i32x4.splat(coefficient);
  const minus = i32x4.splat(-coefficient);
  const keepZero = i32x4.splat(zeroGivesZero ? -1 : 0);
  for (let p = 0; p < pixels; p++) {
    const row = sums + <usize>p * (<usize>stride << 2);
    for (let o = 0; o < columns; o += 4) {
      const x = f32x4.add(
        f32x4.mul(v128.load(row + (<usize>o << 2)), v128.load(scale + (<usize>o << 2))),
        v128.load(bias + (<usize>o << 2)),
      );
      const place = f32x4.pmax(
        zeros,
        f32x4.pmin(tops, f32x4.mul(f32x4.sub(x, lows), cellsPerUnit)),
      );
      const cell = i32x4.min_s(lastCell, i32x4.trunc_sat_f32x4_s(place));
      const share = f32x4.sub(place, f32x4.convert_i32x4_s(cell));
      const at = i32x4.add(i32x4.shl(cell, 2), strides);
      const from = grid + <usize>o * <usize>columnStride;
      const n0 = v128.load64_zero(from + <usize>i32x4.extract_lane(at, 0));
      const n1 = v128.load64_zero(from + <usize>i32x4.extract_lane(at, 1));
      const n2 = v128.load64_zero(from + <usize>i32x4.extract_lane(at, 2));
      const n3 = v128.load64_zero(from + <usize>i32x4.extract_lane(at, 3));
      const n01 = i32x4.shuffle(n0, n1, 0, 4, 1, 5);
      const n23 = i32x4.shuffle(n2, n3, 0, 4, 1, 5);
      const here = i64x2.shuffle(n01, n23, 0, 2);
      const next = i64x2.shuffle(n01, n23, 1, 3);
      const threshold = f32x4.add(here, f32x4.mul(share, f32x4.sub(next, here)));
      const u = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load64_zero(draws)));
      let signed = v128.bitselect(plus, minus, f32x4.ge(u, threshold));
      signed = v128.andnot(signed, v128.and(keepZero, f32x4.eq(x, zeros)));
      if (o + 4 <= columns) {
        v128.store(out, i32x4.add(v128.load(out), signed));
        out += 16;
        draws += 8;
      } else {
        for (let left = columns - o; left > 0; left--) {
          store<i32>(out, load<i32>(out) + i32x4.extract_lane(signed, 0));
          signed = i32x4.shuffle(signed, signed, 1, 2, 3, 0);
          out += 4;
          draws += 2;
        }
      }
    }
  }
}
