// Partial sums of one-bit digits by popcount, and their conversion by tables. Layout and meaning of every argument:
// popcount.ts. Oracle: the plain layer, src/network/partial-sum-layer.ts.

/** Ones of `a` and a column's W words; with W = 0 they have been counted, and lie in `w` as 16 bits. */
// @ts-ignore: decorator
@inline
function ones(W: i32, a0: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64, a7: u64, w: usize): i32 {
  if (W == 0) return <i32>load<u16>(w);
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

/** Bytes from one column to the next: of its words, or of its count. */
// @ts-ignore: decorator
@inline
function stepOf(W: i32): usize {
  return W == 0 ? 2 : <usize>W << 3;
}

/** Columns whose thresholds are gathered before they are compared, and bytes of one slice's. */
const BLOCK = 64;
const SLICE = 128;

/** T = 1 of S slices (1 or 4, of weights 1, 2, 4, 8): thresholds one by one, comparisons by eight columns. */
// @ts-ignore: decorator
@inline
function drawOnes(
  W: i32,
  S: i32,
  bits: usize,
  weights: usize,
  level: usize,
  pattern: usize,
  columnLevel: usize,
  draws: usize,
  drawBytes: usize,
  scratch: usize,
  out: usize,
  pixels: i32,
  columns: i32,
  shift: i32,
  coefficient: i32,
): void {
  const step = stepOf(W);
  const factor = i32x4.splat(coefficient);
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
    let c = columnLevel + <usize>S * <usize>load<i32>(pattern + (<usize>p << 2));
    let w = weights;
    for (let o = 0; o < columns; o += BLOCK) {
      const count = min(BLOCK, columns - o);
      let t = scratch;
      const end = t + (<usize>count << 1);
      while (t < end) {
        const m0 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w);
        store<u16>(t, load<u16>(<usize>(base + (m0 << shift) + load<i32>(c))));
        if (S == 4) {
          const m1 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + step);
          store<u16>(t, load<u16>(<usize>(base + (m1 << shift) + load<i32>(c, 4))), SLICE);
          const m2 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 2 * step);
          store<u16>(t, load<u16>(<usize>(base + (m2 << shift) + load<i32>(c, 8))), 2 * SLICE);
          const m3 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 3 * step);
          store<u16>(t, load<u16>(<usize>(base + (m3 << shift) + load<i32>(c, 12))), 3 * SLICE);
        }
        w += <usize>S * step;
        c += <usize>S << 2;
        t += 2;
      }
      t = scratch;
      while (t + 16 <= end) {
        let hit = i16x8.ge_u(v128.load(draws), v128.load(t));
        let low: v128;
        let high: v128;
        if (S == 4) {
          hit = v128.and(hit, i16x8.splat(1));
          const hit1 = i16x8.ge_u(v128.load(draws + drawBytes), v128.load(t, SLICE));
          const hit2 = i16x8.ge_u(v128.load(draws + 2 * drawBytes), v128.load(t, 2 * SLICE));
          const hit3 = i16x8.ge_u(v128.load(draws + 3 * drawBytes), v128.load(t, 3 * SLICE));
          hit = v128.or(
            v128.or(hit, v128.and(hit1, i16x8.splat(2))),
            v128.or(v128.and(hit2, i16x8.splat(4)), v128.and(hit3, i16x8.splat(8))),
          );
          low = i32x4.mul(i32x4.extend_low_i16x8_u(hit), factor);
          high = i32x4.mul(i32x4.extend_high_i16x8_u(hit), factor);
        } else {
          low = v128.and(i32x4.extend_low_i16x8_s(hit), factor);
          high = v128.and(i32x4.extend_high_i16x8_s(hit), factor);
        }
        v128.store(out, i32x4.add(v128.load(out), low));
        v128.store(out, i32x4.add(v128.load(out, 16), high), 16);
        out += 32;
        draws += 16;
        t += 16;
      }
      while (t < end) {
        let v = i32(load<u16>(draws) >= load<u16>(t));
        if (S == 4) {
          v += i32(load<u16>(draws + drawBytes) >= load<u16>(t, SLICE)) << 1;
          v += i32(load<u16>(draws + 2 * drawBytes) >= load<u16>(t, 2 * SLICE)) << 2;
          v += i32(load<u16>(draws + 3 * drawBytes) >= load<u16>(t, 3 * SLICE)) << 3;
        }
        store<i32>(out, load<i32>(out) + coefficient * v);
        out += 4;
        draws += 2;
        t += 2;
      }
    }
    if (W == 0) weights = w;
  }
}

/** T = 1: out += coefficient where draw >= threshold. */
export function convertDrawOne(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, scratch: usize, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  switch (words) {
    case 1: drawOnes(1, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 2: drawOnes(2, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 3: drawOnes(3, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 4: drawOnes(4, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 5: drawOnes(5, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 6: drawOnes(6, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    case 7: drawOnes(7, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient); break;
    default: drawOnes(8, 1, bits, weights, level, pattern, columnLevel, draws, 0, scratch, out, pixels, columns, shift, coefficient);
  }
}
/** convertDrawOne for four slices of weights 1, 2, 4, 8. */
export function convertDrawOneFour(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, drawBytes: i32, scratch: usize, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  switch (words) {
    case 0: drawOnes(0, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 1: drawOnes(1, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 2: drawOnes(2, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 3: drawOnes(3, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 4: drawOnes(4, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 5: drawOnes(5, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 6: drawOnes(6, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    case 7: drawOnes(7, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient); break;
    default: drawOnes(8, 4, bits, weights, level, pattern, columnLevel, draws, drawBytes, scratch, out, pixels, columns, shift, coefficient);
  }
}

/** Of a draw against eight thresholds: which it reaches, as masks. */
// @ts-ignore: decorator
@inline
function reached(draw: usize, at: usize): v128 {
  return i16x8.ge_u(v128.load16_splat(draw), v128.load(at));
}

/** Of one column's four slices of weights 1, 2, 4, 8: four sums that together are minus its value. */
// @ts-ignore: decorator
@inline
function minusValue(W: i32, a0: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64, a7: u64, w: usize, base: i32, shift: i32, c: usize, draws: usize, drawBytes: usize): v128 {
  const step = stepOf(W);
  const m0 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w);
  const hit0 = reached(draws, <usize>(base + (m0 << shift) + load<i32>(c)));
  const m1 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + step);
  const hit1 = reached(draws + drawBytes, <usize>(base + (m1 << shift) + load<i32>(c, 4)));
  const low = i16x8.add(hit0, i16x8.add(hit1, hit1));
  const m2 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 2 * step);
  const hit2 = reached(draws + 2 * drawBytes, <usize>(base + (m2 << shift) + load<i32>(c, 8)));
  const m3 = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 3 * step);
  const hit3 = reached(draws + 3 * drawBytes, <usize>(base + (m3 << shift) + load<i32>(c, 12)));
  const high = i16x8.add(hit2, i16x8.add(hit3, hit3));
  return i32x4.dot_i16x8_s(i16x8.add(low, i16x8.shl(high, 2)), i16x8.splat(1));
}

/** T = 2 to 8 of four slices of weights 1, 2, 4, 8; draws of a slice are `drawBytes` after those of the one before. */
// @ts-ignore: decorator
@inline
function drawEights(
  W: i32,
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
  const step = stepOf(W) << 2;
  const minus = i32x4.splat(-coefficient);
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
    let c = columnLevel + (<usize>load<i32>(pattern + (<usize>p << 2)) << 2);
    let w = weights;
    const end = weights + <usize>columns * step;
    // Four columns' sums are added crosswise.
    while (w + 4 * step <= end) {
      const v0 = minusValue(W, a0, a1, a2, a3, a4, a5, a6, a7, w, base, shift, c, draws, drawBytes);
      const v1 = minusValue(W, a0, a1, a2, a3, a4, a5, a6, a7, w + step, base, shift, c + 16, draws + 2, drawBytes);
      const v01 = i32x4.add(i32x4.shuffle(v0, v1, 0, 4, 1, 5), i32x4.shuffle(v0, v1, 2, 6, 3, 7));
      const v2 = minusValue(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 2 * step, base, shift, c + 32, draws + 4, drawBytes);
      const v3 = minusValue(W, a0, a1, a2, a3, a4, a5, a6, a7, w + 3 * step, base, shift, c + 48, draws + 6, drawBytes);
      const v23 = i32x4.add(i32x4.shuffle(v2, v3, 0, 4, 1, 5), i32x4.shuffle(v2, v3, 2, 6, 3, 7));
      const v = i32x4.add(i32x4.shuffle(v01, v23, 0, 1, 4, 5), i32x4.shuffle(v01, v23, 2, 3, 6, 7));
      v128.store(out, i32x4.add(v128.load(out), i32x4.mul(v, minus)));
      w += 4 * step;
      c += 64;
      out += 16;
      draws += 8;
    }
    while (w < end) {
      const v = minusValue(W, a0, a1, a2, a3, a4, a5, a6, a7, w, base, shift, c, draws, drawBytes);
      const sum = i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
      store<i32>(out, load<i32>(out) - coefficient * sum);
      w += step;
      c += 16;
      out += 4;
      draws += 2;
    }
    if (W == 0) weights = end;
  }
}

/** convertDrawMany of up to eight samples for four slices of weights 1, 2, 4, 8. */
export function convertDrawEightFour(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, drawBytes: i32, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32): void {
  switch (words) {
    case 0: drawEights(0, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 1: drawEights(1, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 2: drawEights(2, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 3: drawEights(3, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 4: drawEights(4, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 5: drawEights(5, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 6: drawEights(6, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    case 7: drawEights(7, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient); break;
    default: drawEights(8, bits, weights, level, pattern, columnLevel, draws, drawBytes, out, pixels, columns, shift, coefficient);
  }
}

const EIGHT = 0;
const MANY = 1;
const VALUE = 2;
const ONES = 3;

/** One slice: counts of up to eight samples, of more, or a value of the table; or the partial sum's ones themselves. */
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
    const base = sink == ONES ? 0 : load<i32>(level + (<usize>p << 2));
    let c = sink == ONES ? 0 : columnLevel + <usize>load<i32>(pattern + (<usize>p << 2));
    let w = weights;
    const end = weights + ((<usize>columns * W) << 3);
    while (w < end) {
      const m = ones(W, a0, a1, a2, a3, a4, a5, a6, a7, w);
      w += <usize>W << 3;
      if (sink == ONES) {
        store<u16>(out, <u16>m);
        out += 2;
        continue;
      }
      const at = <usize>(base + (m << shift) + load<i32>(c));
      c += 4;
      if (sink == VALUE) {
        store<f64>(out, load<f64>(out) + value * load<f64>(at));
        out += 8;
      } else {
        let count = 0;
        if (sink == EIGHT) count = popcnt(i16x8.bitmask(reached(draws, at)));
        else
          for (let v = 0; v < vectors; v++)
            count += popcnt(i16x8.bitmask(reached(draws, at + (<usize>v << 4))));
        store<i32>(out, load<i32>(out) + coefficient * count);
        out += 4;
        draws += 2;
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

/** T of up to 8 vectors: out += coefficient * count. */
export function convertDrawMany(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, draws: usize, out: usize, pixels: i32, columns: i32, shift: i32, coefficient: i32, vectors: i32): void {
  if (vectors == 1) convertByWords(EIGHT, words, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, 0, 1);
  else convertByWords(MANY, words, bits, weights, level, pattern, columnLevel, draws, out, pixels, columns, shift, coefficient, 0, vectors);
}
/** Deterministic: out += value * table. */
export function convertValue(words: i32, bits: usize, weights: usize, level: usize, pattern: usize, columnLevel: usize, out: usize, pixels: i32, columns: i32, shift: i32, value: f64): void {
  convertByWords(VALUE, words, bits, weights, level, pattern, columnLevel, 0, out, pixels, columns, shift, 0, value, 0);
}
/** out[pixel][column] (u16) = ones of both. */
export function countOnes(words: i32, bits: usize, weights: usize, out: usize, pixels: i32, columns: i32): void {
  convertByWords(ONES, words, bits, weights, 0, 0, 0, 0, out, pixels, columns, 0, 0, 0, 0);
}
