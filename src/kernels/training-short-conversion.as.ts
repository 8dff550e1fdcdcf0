// The conversion of partial sums that fit 16 bits, by few samples each: that of training-conversion.as.ts, which it agrees
// with bit for bit, eight at a time. Its sums, of whole coefficients, fit 16 bits too.
// Oracle: test/kernels/training-short-conversion.test.ts.

// The four entries of 32 bits that the partial sums at `index` count off from `table`.
function entries(table: usize, index: usize): v128 {
  let e = v128.load32_zero(table + (<usize>load<i16>(index) << 2));
  e = v128.load32_lane(table + (<usize>load<i16>(index, 2) << 2), e, 1);
  e = v128.load32_lane(table + (<usize>load<i16>(index, 4) << 2), e, 2);
  return v128.load32_lane(table + (<usize>load<i16>(index, 6) << 2), e, 3);
}

function sumOf(x: v128): f64 {
  return <f64>i32x4.extract_lane(x, 0) + <f64>i32x4.extract_lane(x, 1) +
    <f64>i32x4.extract_lane(x, 2) + <f64>i32x4.extract_lane(x, 3);
}

/** A loop for further thresholds would cost a sixth of a single sample's time: it has code of its own. */
// @ts-ignore: decorator
@inline
function convert(
  single: bool,
  partialSums: usize, stride: usize, outputs: i32, pixels: i32, draws: usize, drawStride: usize,
  table: usize, others: usize, span: i32, samples: i32, coefficient: i32,
  sums: usize, sumStride: usize, gates: usize, gateStride: usize, first: i32, biases: usize, observed: usize,
): f64 {
  const bytes = (<usize>pixels) << 1, vectors = (<usize>(pixels & ~7)) << 1;
  const keep = i32x4.splat(first & 1 ? 0 : -1), keepSum = i32x4.splat(first & 2 ? 0 : -1);
  const minus = i16x8.splat(<i16>(samples * coefficient)), twice = i16x8.splat(<i16>(coefficient << 1));
  const tableBytes = <usize>((span << 1) + 1) << 2;
  const ones = i16x8.splat(1), half = i32x4.splat(65535);
  let squares: f64 = 0;
  for (let o = 0; o < outputs; o++) {
    const bias = load<i32>(biases + ((<usize>o) << 2));
    const middle = <usize>(span + bias) << 2, own = table + middle;
    const other = others + middle, othersEnd = other + (samples - 1) * tableBytes;
    let rowSquares = i32x4.splat(0), rowSum = i32x4.splat(0);
    let p: usize = 0;
    for (; p < vectors; p += 16) {
      const at = partialSums + p;
      const e0 = entries(own, at), e1 = entries(own, at + 8);
      const thresholds = i16x8.narrow_i32x4_u(v128.and(e0, half), v128.and(e1, half));
      const slopes = i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16));
      const drawn = v128.load(draws + p);
      let ups = v128.and(i16x8.ge_u(drawn, thresholds), twice);
      if (!single) for (let next = other; next < othersEnd; next += tableBytes) {
        const further = i16x8.narrow_i32x4_u(entries(next, at), entries(next, at + 8));
        ups = i16x8.add(ups, v128.and(i16x8.ge_u(drawn, further), twice));
      }
      const sum = v128.and(v128.load(sums + p), keepSum);
      v128.store(sums + p, i16x8.add(i16x8.sub(sum, minus), ups));
      v128.store(gates + p, i16x8.add_sat_s(v128.and(v128.load(gates + p), keep), slopes));
      const ps = v128.load(at);
      rowSquares = i32x4.add(rowSquares, i32x4.dot_i16x8_s(ps, ps));
      rowSum = i32x4.add(rowSum, i32x4.dot_i16x8_s(ps, ones));
    }
    let square = sumOf(rowSquares), total = sumOf(rowSum);
    for (; p < bytes; p += 2) {
      const ps = <i32>load<i16>(partialSums + p), entry = own + (<usize>ps << 2);
      square += <f64>(ps * ps);
      total += <f64>ps;
      const drawn = <i32>load<u16>(draws + p);
      let count = i32(drawn >= <i32>load<u16>(entry));
      for (let next = other; next < othersEnd; next += tableBytes)
        count += i32(drawn >= load<i32>(next + (<usize>ps << 2)));
      store<i16>(sums + p, (first & 2 ? 0 : <i32>load<i16>(sums + p)) + coefficient * ((count << 1) - samples));
      const gate = (first & 1 ? 0 : <i32>load<i16>(gates + p)) + <i32>load<i16>(entry, 2);
      store<i16>(gates + p, max(-32768, min(32767, gate)));
    }
    squares += square + <f64>bias * (2 * total + <f64>bias * <f64>pixels);
    const at = observed + ((<usize>o) << 3);
    store<f64>(at, load<f64>(at) + total);
    partialSums += stride;
    draws += drawStride;
    sums += sumStride;
    gates += gateStride;
  }
  return squares;
}

// Arguments as in convertDraws: partial sums, draws, sums and gates of 16 bits are [output][pixel]; entries, indexed by
// PS + span, hold the lowest 16-bit threshold and the slope, further tables behind one another at `others` the thresholds
// of `samples` beyond the first. Bit 0 of `first` overwrites the gate, bit 1 the sum. The squares of
// a row's partial sums add up to less than 2^31.
export function convertShort(
  partialSums: usize, stride: usize, outputs: i32, pixels: i32, draws: usize, drawStride: usize,
  table: usize, others: usize, span: i32, samples: i32, coefficient: i32,
  sums: usize, sumStride: usize, gates: usize, gateStride: usize, first: i32, biases: usize, observed: usize,
): f64 {
  return samples == 1
    ? convert(true, partialSums, stride, outputs, pixels, draws, drawStride, table, others, span, samples, coefficient,
      sums, sumStride, gates, gateStride, first, biases, observed)
    : convert(false, partialSums, stride, outputs, pixels, draws, drawStride, table, others, span, samples, coefficient,
      sums, sumStride, gates, gateStride, first, biases, observed);
}

// y = f32(sum / samples * factor) in double precision: exact sums of draws, rounded once.
export function mergeShort(sums: usize, y: usize, count: i32, samples: f64, factor: f64): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const n = f64x2.splat(samples), f = f64x2.splat(factor);
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const v = v128.load16x4_s(sums + (o >> 1));
    const low = f64x2.convert_low_i32x4_s(v), high = f64x2.convert_low_i32x4_s(i32x4.shuffle(v, v, 2, 3, 2, 3));
    const a = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.div(low, n), f)), b = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.div(high, n), f));
    v128.store(y + o, i32x4.shuffle(a, b, 0, 1, 4, 5));
  }
  for (; o < end; o += 4) store<f32>(y + o, <f32>((<f64>load<i16>(sums + (o >> 1)) / samples) * factor));
}
