// The conversion of a stochastic layer's integer partial sums: by tables of thresholds, with draws of draws.as.ts, or of
// values.

// Draws (16 bits) of 8 pixels at a time, `rowBytes` from pixel to pixel and `stepBytes` from eight to eight, all outputs
// side by side, to [output][pixel]: rows of `out` are outStride bytes, a multiple of 16, and as many as there are outputs,
// rounded up to 8. Reads up to 8 draws beyond the last output, and no pixel beyond the one at `last`.
export function transposeDraws(
  draws: usize, pixels: i32, outputs: i32, out: usize, outStride: usize, rowBytes: usize, stepBytes: usize, last: usize,
): void {
  const row = (<usize>outputs) << 1;
  for (let p = 0; p < pixels; p += 8) {
    const d0 = draws, d1 = min(d0 + rowBytes, last), d2 = min(d1 + rowBytes, last), d3 = min(d2 + rowBytes, last);
    const d4 = min(d3 + rowBytes, last), d5 = min(d4 + rowBytes, last), d6 = min(d5 + rowBytes, last), d7 = min(d6 + rowBytes, last);
    draws += stepBytes;
    let to = out + ((<usize>p) << 1);
    for (let o: usize = 0; o < row; o += 16) {
      const a0 = v128.load(d0 + o), a1 = v128.load(d1 + o), a2 = v128.load(d2 + o), a3 = v128.load(d3 + o);
      const a4 = v128.load(d4 + o), a5 = v128.load(d5 + o), a6 = v128.load(d6 + o), a7 = v128.load(d7 + o);
      const b0 = i16x8.shuffle(a0, a1, 0, 8, 1, 9, 2, 10, 3, 11), b1 = i16x8.shuffle(a0, a1, 4, 12, 5, 13, 6, 14, 7, 15);
      const b2 = i16x8.shuffle(a2, a3, 0, 8, 1, 9, 2, 10, 3, 11), b3 = i16x8.shuffle(a2, a3, 4, 12, 5, 13, 6, 14, 7, 15);
      const b4 = i16x8.shuffle(a4, a5, 0, 8, 1, 9, 2, 10, 3, 11), b5 = i16x8.shuffle(a4, a5, 4, 12, 5, 13, 6, 14, 7, 15);
      const b6 = i16x8.shuffle(a6, a7, 0, 8, 1, 9, 2, 10, 3, 11), b7 = i16x8.shuffle(a6, a7, 4, 12, 5, 13, 6, 14, 7, 15);
      const c0 = i32x4.shuffle(b0, b2, 0, 4, 1, 5), c1 = i32x4.shuffle(b0, b2, 2, 6, 3, 7);
      const c2 = i32x4.shuffle(b1, b3, 0, 4, 1, 5), c3 = i32x4.shuffle(b1, b3, 2, 6, 3, 7);
      const c4 = i32x4.shuffle(b4, b6, 0, 4, 1, 5), c5 = i32x4.shuffle(b4, b6, 2, 6, 3, 7);
      const c6 = i32x4.shuffle(b5, b7, 0, 4, 1, 5), c7 = i32x4.shuffle(b5, b7, 2, 6, 3, 7);
      v128.store(to, i64x2.shuffle(c0, c4, 0, 2)); to += outStride;
      v128.store(to, i64x2.shuffle(c0, c4, 1, 3)); to += outStride;
      v128.store(to, i64x2.shuffle(c1, c5, 0, 2)); to += outStride;
      v128.store(to, i64x2.shuffle(c1, c5, 1, 3)); to += outStride;
      v128.store(to, i64x2.shuffle(c2, c6, 0, 2)); to += outStride;
      v128.store(to, i64x2.shuffle(c2, c6, 1, 3)); to += outStride;
      v128.store(to, i64x2.shuffle(c3, c7, 0, 2)); to += outStride;
      v128.store(to, i64x2.shuffle(c3, c7, 1, 3)); to += outStride;
    }
  }
}

// Minus the number of thresholds among `bytes` / 2 (a multiple of 8, sixteen bits each) that the draw reaches.
// @ts-ignore: decorator
@inline
function reached(thresholds: usize, bytes: usize, draw: usize): i32 {
  const u = v128.load16_splat(draw);
  const end = thresholds + bytes;
  let count = 0;
  for (; thresholds < end; thresholds += 16)
    count -= popcnt(i16x8.bitmask(i16x8.ge_u(u, v128.load(thresholds))));
  return count;
}

// round(scale ps + move), kept within the tables.
function moved(ps: v128, scale: v128, move: v128, top: v128): v128 {
  const value = f32x4.add(f32x4.mul(ps, scale), move);
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.max(f32x4.neg(top), f32x4.min(top, value))));
}

function movedOne(ps: i32, scale: f32, move: f32, span: i32): i32 {
  const top = <f32>span;
  return <i32>nearest(max(-top, min(top, <f32>ps * scale + move)));
}

// The four entries of 32 bits that the whole numbers at `index` count off from `table`.
function entries(table: usize, index: usize): v128 {
  let e = v128.load32_zero(table + (<usize>load<i32>(index) << 2));
  e = v128.load32_lane(table + (<usize>load<i32>(index, 4) << 2), e, 1);
  e = v128.load32_lane(table + (<usize>load<i32>(index, 8) << 2), e, 2);
  return v128.load32_lane(table + (<usize>load<i32>(index, 12) << 2), e, 3);
}

// The four entries of 32 bits that the whole numbers in `index` count off from `table`.
function entriesOf(table: usize, index: v128): v128 {
  // Two at a time leave the vector with fewer moves than one by one.
  const at = i32x4.shl(index, 2);
  const i01 = i64x2.extract_lane(at, 0), i23 = i64x2.extract_lane(at, 1);
  let e = v128.load32_zero(table + <usize>(<i32>i01));
  e = v128.load32_lane(table + <usize>(i01 >> 32), e, 1);
  e = v128.load32_lane(table + <usize>(<i32>i23), e, 2);
  return v128.load32_lane(table + <usize>(i23 >> 32), e, 3);
}

// Adds minus the coefficient, its sign turned where the lowest bit of `turned` is set.
function addSigned(sums: usize, keep: v128, minus: v128, turned: v128): void {
  const term = v128.xor(minus, i32x4.shl(turned, 31));
  v128.store(sums, f32x4.add(v128.and(v128.load(sums), keep), term));
}

// The partial sums (i32) get their column's bias (i32), and the column's sum without it is added to
// `observed` (f64). For every output and pixel: count of +1 among `samples` from one draw,
// sum += coefficient (2 count - samples), gate += slope[PS]. Where `affine` is given (scale, move: f32
// pairs a column), the tables are read at scale PS + move instead, and slopes take the factor. Partial sums, sums,
// gates and draws are [output][pixel]; sums in single precision, slopes and gates in 16-bit whole numbers.
// The tables are indexed by PS + span; thresholds of one sample hold the 16-bit threshold and the slope an index, of
// more `samples` 16-bit entries filled up with 65535 to a multiple of 8.
// Bit 0 of `first` overwrites the gate, bit 1 the sum.
// Returns the sum of squares of the biased partial sums.
export function convertDraws(
  partialSums: usize, stride: usize, outputs: i32, pixels: i32, draws: usize, drawStride: usize,
  thresholds: usize, slopes: usize, span: i32, samples: i32, coefficient: f32,
  sums: usize, sumStride: usize, gates: usize, gateStride: usize, first: i32, biases: usize,
  affine: usize, observed: usize,
): f64 {
  const bytes = (<usize>pixels) << 2, quads = (<usize>(pixels & ~3)) << 2, eights = (<usize>(pixels & ~7)) << 2;
  const keep = i32x4.splat(first & 1 ? 0 : -1), keepSum = i32x4.splat(first & 2 ? 0 : -1);
  const weight = f32x4.splat(coefficient), minus = f32x4.splat(-coefficient);
  const shift = i32x4.splat(span), top = f32x4.splat(<f32>span);
  const count0 = i32x4.splat(samples);
  const bytesEach = <usize>(samples == 1 ? 4 : ((samples + 7) & ~7) << 1);
  let squares: f64 = 0;
  for (let o = 0; o < outputs; o++) {
    let draw = draws;
    let rowSquares = f32x4.splat(0), rowSum = i32x4.splat(0);
    const oneBias = load<i32>(biases + ((<usize>o) << 2)), bias = i32x4.splat(oneBias);
    const column = affine + ((<usize>o) << 3);
    const oneScale = affine ? load<f32>(column) : 1, oneMove = affine ? load<f32>(column, 4) : 0;
    const scale = f32x4.splat(oneScale), move = f32x4.splat(oneMove);
    let p: usize = 0;
    if (samples == 1 && !affine) {
      // The same with fewer values to keep at hand: what does not fit the registers is stored and loaded every time.
      const table = thresholds + (<usize>(span + oneBias) << 2);
      for (; p < eights; p += 32) {
        const at = partialSums + p, half = p >> 1;
        const whole0 = i32x4.add(v128.load(at), bias), whole1 = i32x4.add(v128.load(at, 16), bias);
        const e0 = entries(table, at), e1 = entries(table, at + 16);
        addSigned(sums + p, keepSum, minus, i16x8.ge_u(v128.load16x4_u(draw + half), e0));
        addSigned(sums + p + 16, keepSum, minus, i16x8.ge_u(v128.load16x4_u(draw + half, 8), e1));
        const slope = i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16));
        v128.store(gates + half, i16x8.add_sat_s(v128.and(v128.load(gates + half), keep), slope));
        rowSum = i32x4.add(rowSum, i32x4.add(whole0, whole1));
        const ps0 = f32x4.convert_i32x4_s(whole0), ps1 = f32x4.convert_i32x4_s(whole1);
        rowSquares = f32x4.add(rowSquares, f32x4.add(f32x4.mul(ps0, ps0), f32x4.mul(ps1, ps1)));
      }
      draw += p >> 1;
    } else for (; p < quads; p += 16) {
      const whole = i32x4.add(v128.load(partialSums + p), bias);
      const ps = f32x4.convert_i32x4_s(whole);
      rowSum = i32x4.add(rowSum, whole);
      rowSquares = f32x4.add(rowSquares, f32x4.mul(ps, ps));
      const index = i32x4.add(affine ? moved(ps, scale, move, top) : whole, shift);
      let slope: v128;
      if (samples == 1) {
        const e = entriesOf(thresholds, index);
        addSigned(sums + p, keepSum, minus, i16x8.ge_u(v128.load16x4_u(draw), e));
        slope = i32x4.shr_s(e, 16);
      } else {
        const i01 = i64x2.extract_lane(index, 0), i23 = i64x2.extract_lane(index, 1);
        const i0 = <usize>(<u32>i01), i1 = <usize>(i01 >>> 32), i2 = <usize>(<u32>i23), i3 = <usize>(i23 >>> 32);
        let count = i32x4.splat(0);
        count = i32x4.replace_lane(count, 0, reached(thresholds + i0 * bytesEach, bytesEach, draw));
        count = i32x4.replace_lane(count, 1, reached(thresholds + i1 * bytesEach, bytesEach, draw + 2));
        count = i32x4.replace_lane(count, 2, reached(thresholds + i2 * bytesEach, bytesEach, draw + 4));
        count = i32x4.replace_lane(count, 3, reached(thresholds + i3 * bytesEach, bytesEach, draw + 6));
        // count holds minus the number of +1: 2 count - samples = -(2 minus + samples)
        const net = i32x4.neg(i32x4.add(i32x4.shl(count, 1), count0));
        const sum = v128.and(v128.load(sums + p), keepSum);
        v128.store(sums + p, f32x4.add(sum, f32x4.mul(weight, f32x4.convert_i32x4_s(net))));
        slope = v128.load16_splat(slopes + (i0 << 1));
        slope = v128.load16_lane(slopes + (i1 << 1), slope, 1);
        slope = v128.load16_lane(slopes + (i2 << 1), slope, 2);
        slope = i32x4.extend_low_i16x8_s(v128.load16_lane(slopes + (i3 << 1), slope, 3));
      }
      const gate = gates + (p >> 1);
      if (affine) slope = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.convert_i32x4_s(slope), scale)));
      slope = i16x8.narrow_i32x4_s(slope, slope);
      v128.store64_lane(gate, i16x8.add_sat_s(v128.and(v128.load64_zero(gate), keep), slope), 0);
      draw += 8;
    }
    squares += <f64>f32x4.extract_lane(rowSquares, 0) + <f64>f32x4.extract_lane(rowSquares, 1) +
      <f64>f32x4.extract_lane(rowSquares, 2) + <f64>f32x4.extract_lane(rowSquares, 3);
    let total = <f64>(i32x4.extract_lane(rowSum, 0) + i32x4.extract_lane(rowSum, 1) +
      i32x4.extract_lane(rowSum, 2) + i32x4.extract_lane(rowSum, 3));
    for (; p < bytes; p += 4) {
      const ps = load<i32>(partialSums + p) + oneBias;
      squares += <f64>ps * <f64>ps;
      total += <f64>ps;
      const index = <usize>((affine ? movedOne(ps, oneScale, oneMove, span) : ps) + span);
      const u = <i32>load<u16>(draw), table = thresholds + index * bytesEach;
      const count = samples == 1 ? i32(u >= <i32>load<u16>(table)) : -reached(table, bytesEach, draw);
      const term = coefficient * <f32>((count << 1) - samples);
      store<f32>(sums + p, first & 2 ? term : load<f32>(sums + p) + term);
      const slope = samples == 1 ? load<i16>(table, 2) : load<i16>(slopes + (index << 1));
      addGate(gates + (p >> 1), first, slope, oneScale);
      draw += 2;
    }
    draws += drawStride;
    const at = observed + ((<usize>o) << 3);
    store<f64>(at, load<f64>(at) + total - <f64>oneBias * <f64>pixels);
    partialSums += stride;
    sums += sumStride;
    gates += gateStride;
  }
  return squares;
}

function addGate(gate: usize, first: i32, slope: i32, scale: f32): void {
  const sum = (first & 1 ? 0 : <i32>load<i16>(gate)) + <i32>nearest(<f32>slope * scale);
  store<i16>(gate, max(-32768, min(32767, sum)));
}

// The same with o read from a table of values in [-1, 1] (f32) instead of drawn.
export function convertValues(
  partialSums: usize,
  stride: usize,
  outputs: i32,
  pixels: i32,
  values: usize,
  slopes: usize,
  span: i32,
  coefficient: f32,
  sums: usize,
  sumStride: usize,
  gates: usize,
  gateStride: usize,
  first: i32,
  biases: usize,
  affine: usize,
  observed: usize,
): f64 {
  const bytes = (<usize>pixels) << 2;
  let squares: f64 = 0;
  for (let o = 0; o < outputs; o++) {
    const bias = load<i32>(biases + ((<usize>o) << 2));
    const column = affine + ((<usize>o) << 3);
    const scale = affine ? load<f32>(column) : 1, move = affine ? load<f32>(column, 4) : 0;
    let total: f64 = 0;
    for (let p: usize = 0; p < bytes; p += 4) {
      const ps = load<i32>(partialSums + p) + bias;
      squares += <f64>ps * <f64>ps;
      total += <f64>ps;
      const index = <usize>((affine ? movedOne(ps, scale, move, span) : ps) + span);
      const term = coefficient * load<f32>(values + (index << 2));
      store<f32>(sums + p, first & 2 ? term : load<f32>(sums + p) + term);
      addGate(gates + (p >> 1), first, load<i16>(slopes + (index << 1)), scale);
    }
    const at = observed + ((<usize>o) << 3);
    store<f64>(at, load<f64>(at) + total - <f64>bias * <f64>pixels);
    partialSums += stride;
    sums += sumStride;
    gates += gateStride;
  }
  return squares;
}

// y = f32(sum / samples * factor) in double precision: exact sums of draws, rounded once.
export function mergeSums(sums: usize, y: usize, count: i32, samples: f64, factor: f64): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  // Dividing by a power of two is multiplying by its inverse, to the last bit.
  const multiplies = popcnt(<i32>samples) == 1;
  const n = f64x2.splat(multiplies ? 1 / samples : samples), f = f64x2.splat(factor);
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const v = v128.load(sums + o);
    let low = f64x2.promote_low_f32x4(v), high = f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3));
    low = multiplies ? f64x2.mul(low, n) : f64x2.div(low, n);
    high = multiplies ? f64x2.mul(high, n) : f64x2.div(high, n);
    const a = f32x4.demote_f64x2_zero(f64x2.mul(low, f)), b = f32x4.demote_f64x2_zero(f64x2.mul(high, f));
    v128.store(y + o, i32x4.shuffle(a, b, 0, 1, 4, 5));
  }
  for (; o < end; o += 4)
    store<f32>(y + o, <f32>((<f64>load<f32>(sums + o) / samples) * factor));
}
