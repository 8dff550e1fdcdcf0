// What every update does to all weights of a layer before they are packed, and to their gradient afterwards: the plain
// loops of training/standardise.ts and training/weight-levels.ts, bit for bit. Weights are (outputs x rows). Sums run
// over a row in its order, of four rows at a time: one alone waits for every addition.

/** Row `m`, or the last. */
function rowAt(values: usize, m: i32, outputs: i32, rows: i32): usize {
  return values + (<usize>min(m, outputs - 1) * <usize>rows << 2);
}

/** target = (w - mean) / deviation of every row; inverses: 1 / deviation, or 0 where all weights of a row are equal. */
export function standardise(weights: usize, outputs: i32, rows: i32, target: usize, inverses: usize): void {
  const bytes = <usize>rows << 2;
  for (let m = 0; m < outputs; m += 4) {
    const a = rowAt(weights, m, outputs, rows), b = rowAt(weights, m + 1, outputs, rows);
    const c = rowAt(weights, m + 2, outputs, rows), d = rowAt(weights, m + 3, outputs, rows);
    let sumA = <f64>0, sumB = <f64>0, sumC = <f64>0, sumD = <f64>0;
    for (let k: usize = 0; k < bytes; k += 4) {
      sumA += <f64>load<f32>(a + k);
      sumB += <f64>load<f32>(b + k);
      sumC += <f64>load<f32>(c + k);
      sumD += <f64>load<f32>(d + k);
    }
    const meanA = sumA / <f64>rows, meanB = sumB / <f64>rows, meanC = sumC / <f64>rows, meanD = sumD / <f64>rows;
    let squaresA = <f64>0, squaresB = <f64>0, squaresC = <f64>0, squaresD = <f64>0;
    for (let k: usize = 0; k < bytes; k += 4) {
      const offA = <f64>load<f32>(a + k) - meanA, offB = <f64>load<f32>(b + k) - meanB;
      const offC = <f64>load<f32>(c + k) - meanC, offD = <f64>load<f32>(d + k) - meanD;
      squaresA += offA * offA;
      squaresB += offB * offB;
      squaresC += offC * offC;
      squaresD += offD * offD;
    }
    standardiseRow(a, m, rows, target, inverses, meanA, squaresA);
    if (m + 1 < outputs) standardiseRow(b, m + 1, rows, target, inverses, meanB, squaresB);
    if (m + 2 < outputs) standardiseRow(c, m + 2, rows, target, inverses, meanC, squaresC);
    if (m + 3 < outputs) standardiseRow(d, m + 3, rows, target, inverses, meanD, squaresD);
  }
}

function standardiseRow(row: usize, m: i32, rows: i32, target: usize, inverses: usize, mean: f64, squares: f64): void {
  const bytes = <usize>rows << 2;
  const inverse = squares > 0 ? Math.sqrt(<f64>rows / squares) : <f64>0;
  store<f32>(inverses + (<usize>m << 2), <f32>inverse);
  shiftScale(row, target + <usize>m * bytes, bytes, mean, inverse);
}

/** y = (x - shift) factor */
function shiftScale(x: usize, y: usize, bytes: usize, shift: f64, factor: f64): void {
  const s = f64x2.splat(shift), f = f64x2.splat(factor);
  let o: usize = 0;
  for (; o + 16 <= bytes; o += 16) {
    const v = v128.load(x + o);
    const low = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(v), s), f);
    const high = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)), s), f);
    v128.store(y + o, i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5));
  }
  for (; o < bytes; o += 4) store<f32>(y + o, <f32>((<f64>load<f32>(x + o) - shift) * factor));
}

/** Codes 0 .. top of two weights' shares of the scale, as whole numbers in the low half. */
function codes(weights: v128, scale: v128, half: v128): v128 {
  const share = f64x2.div(f64x2.promote_low_f32x4(weights), scale);
  const one = f64x2.splat(1);
  const within = f64x2.pmax(f64x2.splat(-1), f64x2.pmin(one, share));
  const code = f64x2.mul(f64x2.add(within, one), half);
  // Twice the code, cut off, plus 1, halved: rounded, whole halves up.
  const twice = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(code, code));
  return i32x4.shr_s(i32x4.add(twice, i32x4.splat(1)), 1);
}

/**
 * levels[first + k]: the odd number from -top to top nearest to the share of `scale` that weight first + order[k] is;
 * beyond +-1 the outermost. (outputs x rows), `order` a table of 32-bit indices.
 */
export function oddLevels(
  weights: usize, outputs: i32, rows: i32, order: usize, scale: f64, top: i32, levels: usize,
): void {
  const divisor = f64x2.splat(scale), half = f64x2.splat(0.5 * <f64>top), tops = i32x4.splat(top);
  const end = order + (<usize>rows << 2);
  for (let m = 0; m < outputs; m++) {
    let at = order;
    for (; at + 16 <= end; at += 16) {
      let four = v128.load32_zero(weights + (<usize>load<i32>(at) << 2));
      four = v128.load32_lane(weights + (<usize>load<i32>(at, 4) << 2), four, 1);
      four = v128.load32_lane(weights + (<usize>load<i32>(at, 8) << 2), four, 2);
      four = v128.load32_lane(weights + (<usize>load<i32>(at, 12) << 2), four, 3);
      const low = codes(four, divisor, half), high = codes(i32x4.shuffle(four, four, 2, 3, 2, 3), divisor, half);
      v128.store(levels, i32x4.sub(i32x4.shl(i32x4.shuffle(low, high, 0, 1, 4, 5), 1), tops));
      levels += 16;
    }
    for (; at < end; at += 4) {
      const code = codes(v128.load32_zero(weights + (<usize>load<i32>(at) << 2)), divisor, half);
      store<i32>(levels, (i32x4.extract_lane(code, 0) << 1) - top);
      levels += 4;
    }
    weights += <usize>rows << 2;
  }
}

/**
 * The sum over all weights, in the order of the levels, of g times what a quantised weight moves by with its scale
 * (Esser et al., ICLR 2020, equation 3): (q - w) / scale, q = scale level / top, or +-1 from +-scale on.
 */
export function scaleGradient(
  weights: usize, levels: usize, gradient: usize, outputs: i32, rows: i32, order: usize, scale: f64, top: i32,
): f64 {
  const s = f64x2.splat(scale), t = f64x2.splat(<f64>top), one = f64x2.splat(1);
  const end = order + (<usize>rows << 2);
  let sum = <f64>0;
  for (let m = 0; m < outputs; m++) {
    let at = order;
    for (; at < end; at += 8) {
      const isPair = at + 8 <= end;
      const first = <usize>load<i32>(at) << 2, second = isPair ? <usize>load<i32>(at, 4) << 2 : first;
      const w = f64x2.promote_low_f32x4(v128.load32_lane(weights + second, v128.load32_zero(weights + first), 1));
      const g = f64x2.promote_low_f32x4(v128.load32_lane(gradient + second, v128.load32_zero(gradient + first), 1));
      const q = f64x2.div(f64x2.mul(s, f64x2.convert_low_i32x4_s(v128.load64_zero(levels))), t);
      let move = f64x2.div(f64x2.sub(q, w), s);
      move = v128.bitselect(one, move, f64x2.ge(w, s));
      move = v128.bitselect(f64x2.neg(one), move, f64x2.le(w, f64x2.neg(s)));
      const parts = f64x2.mul(g, move);
      sum += f64x2.extract_lane(parts, 0);
      if (isPair) sum += f64x2.extract_lane(parts, 1);
      levels += isPair ? 8 : 4;
    }
    weights += <usize>rows << 2;
    gradient += <usize>rows << 2;
  }
  return sum;
}

/**
 * In place: the gradient of standardised weights to that of the natural ones, inverse (g - mean(g) - s mean(g s)) of
 * every row; g of an s beyond +-limit is 0.
 */
export function standardisedGradient(
  weights: usize, inverses: usize, outputs: i32, rows: i32, gradient: usize, limit: f64,
): void {
  const bytes = <usize>rows << 2;
  for (let m = 0; m < outputs; m += 4) {
    const a = rowAt(weights, m, outputs, rows), b = rowAt(weights, m + 1, outputs, rows);
    const c = rowAt(weights, m + 2, outputs, rows), d = rowAt(weights, m + 3, outputs, rows);
    const skip = gradient - weights;
    let sumA = <f64>0, sumB = <f64>0, sumC = <f64>0, sumD = <f64>0;
    let alongA = <f64>0, alongB = <f64>0, alongC = <f64>0, alongD = <f64>0;
    for (let k: usize = 0; k < bytes; k += 4) {
      const wA = <f64>load<f32>(a + k), wB = <f64>load<f32>(b + k);
      const wC = <f64>load<f32>(c + k), wD = <f64>load<f32>(d + k);
      const gA = abs(wA) > limit ? <f64>0 : <f64>load<f32>(a + skip + k);
      const gB = abs(wB) > limit ? <f64>0 : <f64>load<f32>(b + skip + k);
      const gC = abs(wC) > limit ? <f64>0 : <f64>load<f32>(c + skip + k);
      const gD = abs(wD) > limit ? <f64>0 : <f64>load<f32>(d + skip + k);
      sumA += gA;
      sumB += gB;
      sumC += gC;
      sumD += gD;
      alongA += gA * wA;
      alongB += gB * wB;
      alongC += gC * wC;
      alongD += gD * wD;
    }
    const own = inverses + (<usize>m << 2), n = <f64>rows;
    projectRow(a, a + skip, bytes, limit, load<f32>(own), sumA / n, alongA / n);
    if (m + 1 < outputs) projectRow(b, b + skip, bytes, limit, load<f32>(own, 4), sumB / n, alongB / n);
    if (m + 2 < outputs) projectRow(c, c + skip, bytes, limit, load<f32>(own, 8), sumC / n, alongC / n);
    if (m + 3 < outputs) projectRow(d, d + skip, bytes, limit, load<f32>(own, 12), sumD / n, alongD / n);
  }
}

/** g = inverse (g - mean - s share), g beyond the limit 0 before. */
function projectRow(weights: usize, gradient: usize, bytes: usize, limit: f64, inverse: f64, mean: f64, share: f64): void {
  const most = f64x2.splat(limit), i = f64x2.splat(inverse), m = f64x2.splat(mean), s = f64x2.splat(share);
  let o: usize = 0;
  for (; o + 8 <= bytes; o += 8) {
    const w = f64x2.promote_low_f32x4(v128.load64_zero(weights + o));
    const inside = f64x2.le(f64x2.abs(w), most);
    const g = v128.and(f64x2.promote_low_f32x4(v128.load64_zero(gradient + o)), inside);
    const whole = f64x2.mul(i, f64x2.sub(f64x2.sub(g, m), f64x2.mul(w, s)));
    v128.store64_lane(gradient + o, f32x4.demote_f64x2_zero(whole), 0);
  }
  for (; o < bytes; o += 4) {
    const w = <f64>load<f32>(weights + o);
    const g = abs(w) > limit ? <f64>0 : <f64>load<f32>(gradient + o);
    store<f32>(gradient + o, <f32>(inverse * (g - mean - w * share)));
  }
}
