// Element-wise and per-channel passes of training in single precision, four lanes at a time with a
// scalar tail. A channel is `count` contiguous floats (all images, all positions).

// @ts-ignore: decorator
@inline
function horizontal(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

export function channelSum(x: usize, count: i32): f32 {
  const vectorEnd = x + ((<usize>(count & ~3)) << 2), end = x + ((<usize>count) << 2);
  let sum = f32x4.splat(0);
  let p = x;
  for (; p < vectorEnd; p += 16) sum = f32x4.add(sum, v128.load(p));
  let total = horizontal(sum);
  for (; p < end; p += 4) total += load<f32>(p);
  return total;
}

// out[0] = mean, out[1] = variance (biased), in two passes.
export function channelMoments(x: usize, count: i32, out: usize): void {
  const vectorEnd = x + ((<usize>(count & ~3)) << 2), end = x + ((<usize>count) << 2);
  let p = x;
  const mean = channelSum(x, count) / <f32>count;
  const m = f32x4.splat(mean);
  let square = f32x4.splat(0);
  for (; p < vectorEnd; p += 16) {
    const d = f32x4.sub(v128.load(p), m);
    square = f32x4.add(square, f32x4.mul(d, d));
  }
  let variance = horizontal(square);
  for (; p < end; p += 4) {
    const d = load<f32>(p) - mean;
    variance += d * d;
  }
  store<f32>(out, mean);
  store<f32>(out, variance / <f32>count, 4);
}

// y = f32(scale x + shift) in double precision, rounded once: as the inference engine's batch norm does it.
export function affine(x: usize, y: usize, count: i32, scale: f64, shift: f64): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const a = f64x2.splat(scale), b = f64x2.splat(shift);
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const v = v128.load(x + o);
    const low = f64x2.add(f64x2.mul(f64x2.promote_low_f32x4(v), a), b);
    const high = f64x2.add(f64x2.mul(f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)), a), b);
    const l = f32x4.demote_f64x2_zero(low), h = f32x4.demote_f64x2_zero(high);
    v128.store(y + o, i32x4.shuffle(l, h, 0, 1, 4, 5));
  }
  for (; o < end; o += 4) store<f32>(y + o, <f32>(<f64>load<f32>(x + o) * scale + shift));
}

// out[0] = sum dy, out[1] = sum dy (x - mean) inverse
export function normGradientSums(x: usize, dy: usize, count: i32, mean: f32, inverse: f32, out: usize): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const m = f32x4.splat(mean);
  let plain = f32x4.splat(0), weighted = plain;
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const d = v128.load(dy + o);
    plain = f32x4.add(plain, d);
    weighted = f32x4.add(weighted, f32x4.mul(d, f32x4.sub(v128.load(x + o), m)));
  }
  let sum = horizontal(plain), product = horizontal(weighted);
  for (; o < end; o += 4) {
    const d = load<f32>(dy + o);
    sum += d;
    product += d * (load<f32>(x + o) - mean);
  }
  store<f32>(out, sum);
  store<f32>(out, product * inverse, 4);
}

// dx += a dy + b x + c : the input gradient of batch normalisation once its two sums are known.
export function addCombination(x: usize, dy: usize, dx: usize, count: i32, a: f32, b: f32, c: f32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const va = f32x4.splat(a), vb = f32x4.splat(b), vc = f32x4.splat(c);
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const term = f32x4.add(f32x4.add(f32x4.mul(va, v128.load(dy + o)), f32x4.mul(vb, v128.load(x + o))), vc);
    v128.store(dx + o, f32x4.add(v128.load(dx + o), term));
  }
  for (; o < end; o += 4) {
    const term = a * load<f32>(dy + o) + b * load<f32>(x + o) + c;
    store<f32>(dx + o, load<f32>(dx + o) + term);
  }
}

// y = min(max(x, low), high)
export function clip(x: usize, y: usize, count: i32, low: f32, high: f32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const l = f32x4.splat(low), h = f32x4.splat(high);
  let o: usize = 0;
  for (; o < vector; o += 16) v128.store(y + o, f32x4.min(f32x4.max(v128.load(x + o), l), h));
  for (; o < end; o += 4) store<f32>(y + o, min(max(load<f32>(x + o), low), high));
}

// Windows of `size` pixels of x each, whose numbers stand in `sources`: each one's largest value in y, and where it stands,
// the first of equals, counted from `start` on, in `winners`. A pixel is `lanes` values, 1 or 8, each of which has a
// largest of its own.
export function maxPool(
  x: usize, sources: usize, pixels: i32, size: i32, lanes: i32, y: usize, winners: usize, start: i32,
): void {
  const bytes = (<usize>size) << 2;
  for (const end = sources + <usize>pixels * bytes; sources < end; sources += bytes) {
    let best = load<i32>(sources);
    if (lanes == 1) {
      for (let k: usize = 4; k < bytes; k += 4) {
        const source = load<i32>(sources + k);
        // A selection of whole numbers: no branch to be mispredicted.
        best = select(source, best, load<f32>(x + ((<usize>source) << 2)) > load<f32>(x + ((<usize>best) << 2)));
      }
      store<f32>(y, load<f32>(x + ((<usize>best) << 2)));
      store<i32>(winners, start + best);
      y += 4; winners += 4;
      continue;
    }
    let low = v128.load(x + ((<usize>best) << 5)), high = v128.load(x + ((<usize>best) << 5), 16);
    let ofLow = i32x4.splat(best), ofHigh = ofLow;
    for (let k: usize = 4; k < bytes; k += 4) {
      const source = load<i32>(sources + k), at = x + ((<usize>source) << 5), pixel = i32x4.splat(source);
      const l = v128.load(at), h = v128.load(at, 16);
      const isLow = f32x4.gt(l, low), isHigh = f32x4.gt(h, high);
      low = v128.bitselect(l, low, isLow); ofLow = v128.bitselect(pixel, ofLow, isLow);
      high = v128.bitselect(h, high, isHigh); ofHigh = v128.bitselect(pixel, ofHigh, isHigh);
    }
    v128.store(y, low); v128.store(y, high, 16);
    const first = i32x4.add(i32x4.splat(start), i32x4(0, 1, 2, 3));
    v128.store(winners, i32x4.add(first, i32x4.shl(ofLow, 3)));
    v128.store(winners, i32x4.add(i32x4.add(first, i32x4.splat(4)), i32x4.shl(ofHigh, 3)), 16);
    y += 32; winners += 32;
  }
}

// dx[winners] += dy, of `count` windows.
export function maxPoolGradient(winners: usize, dy: usize, dx: usize, count: i32): void {
  const end = winners + ((<usize>count) << 2);
  for (; winners < end; winners += 4) {
    const at = dx + ((<usize>load<i32>(winners)) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(dy));
    dy += 4;
  }
}

// dx += dy where low <= x <= high
export function clipGradient(x: usize, dy: usize, dx: usize, count: i32, low: f32, high: f32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  const l = f32x4.splat(low), h = f32x4.splat(high);
  let o: usize = 0;
  for (; o < vector; o += 16) {
    const v = v128.load(x + o);
    const gate = v128.and(f32x4.ge(v, l), f32x4.le(v, h));
    v128.store(dx + o, f32x4.add(v128.load(dx + o), v128.and(v128.load(dy + o), gate)));
  }
  for (; o < end; o += 4) {
    const v = load<f32>(x + o);
    if (v >= low && v <= high) store<f32>(dx + o, load<f32>(dx + o) + load<f32>(dy + o));
  }
}

// y += x
export function addInto(x: usize, y: usize, count: i32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  let o: usize = 0;
  for (; o < vector; o += 16) v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)));
  for (; o < end; o += 4) store<f32>(y + o, load<f32>(y + o) + load<f32>(x + o));
}

// y = x + z
export function addPair(x: usize, z: usize, y: usize, count: i32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  let o: usize = 0;
  for (; o < vector; o += 16) v128.store(y + o, f32x4.add(v128.load(x + o), v128.load(z + o)));
  for (; o < end; o += 4) store<f32>(y + o, load<f32>(x + o) + load<f32>(z + o));
}

// y = x z
export function multiply(x: usize, z: usize, y: usize, count: i32): void {
  const vector = (<usize>(count & ~3)) << 2, end = (<usize>count) << 2;
  let o: usize = 0;
  for (; o < vector; o += 16) v128.store(y + o, f32x4.mul(v128.load(x + o), v128.load(z + o)));
  for (; o < end; o += 4) store<f32>(y + o, load<f32>(x + o) * load<f32>(z + o));
}

// Copies `planes` planes of height x width floats, rows contiguous, into the interior of padded planes.
export function padPlanes(x: usize, padded: usize, planes: i32, height: i32, width: i32, rowBytes: usize, planeBytes: usize): void {
  const vector = (<usize>(width & ~3)) << 2, bytes = (<usize>width) << 2;
  for (let n = 0; n < planes; n++) {
    let target = padded + <usize>n * planeBytes;
    for (let r = 0; r < height; r++) {
      let o: usize = 0;
      for (; o < vector; o += 16) v128.store(target + o, v128.load(x + o));
      for (; o < bytes; o += 4) store<f32>(target + o, load<f32>(x + o));
      x += bytes;
      target += rowBytes;
    }
  }
}

// The transpose of padPlanes: dx += interior of the padded gradient.
export function unpadPlanes(padded: usize, dx: usize, planes: i32, height: i32, width: i32, rowBytes: usize, planeBytes: usize): void {
  for (let n = 0; n < planes; n++) {
    let source = padded + <usize>n * planeBytes;
    for (let r = 0; r < height; r++) {
      addInto(source, dx, width);
      dx += (<usize>width) << 2;
      source += rowBytes;
    }
  }
}

// unpadPlanes through a quantiser of codes `perCode` apart from `low` up to `scale`: dx += factor * interior where
// low <= x <= scale, x laid out like dx. Gives the sum of interior * (derivative of the quantised x by its scale):
// (quantised - x) / scale within (low, scale), 1 above, low / scale below.
export function releaseLevels(
  padded: usize, x: usize, dx: usize, planes: i32, height: i32, width: i32, rowBytes: usize, planeBytes: usize,
  factor: f32, low: f32, scale: f32, perCode: f32,
): f64 {
  const vector = (<usize>(width & ~3)) << 2, bytes = (<usize>width) << 2;
  const inverse: f32 = 1 / perCode, reciprocal: f32 = 1 / scale, below: f32 = low / scale;
  const l = f32x4.splat(low), h = f32x4.splat(scale), step = f32x4.splat(perCode), codes = f32x4.splat(inverse);
  const half = f32x4.splat(0.5), one = f32x4.splat(1), least = f32x4.splat(below), r4 = f32x4.splat(reciprocal);
  const f = f32x4.splat(factor);
  let total: f64 = 0;
  for (let n = 0; n < planes; n++) {
    let source = padded + <usize>n * planeBytes;
    for (let r = 0; r < height; r++) {
      let o: usize = 0;
      while (o < vector) {
        // Single precision for no more than a thousand terms.
        const end = min(vector, o + 4096);
        let sum = f32x4.splat(0);
        for (; o < end; o += 16) {
          const v = v128.load(x + o), g = v128.load(source + o);
          const gate = v128.and(f32x4.ge(v, l), f32x4.le(v, h));
          v128.store(dx + o, f32x4.add(v128.load(dx + o), v128.and(f32x4.mul(g, f), gate)));
          const code = f32x4.floor(f32x4.add(f32x4.mul(f32x4.sub(v, l), codes), half));
          const inside = f32x4.mul(f32x4.sub(f32x4.add(l, f32x4.mul(step, code)), v), r4);
          const slope = v128.bitselect(one, v128.bitselect(least, inside, f32x4.le(v, l)), f32x4.ge(v, h));
          sum = f32x4.add(sum, f32x4.mul(g, slope));
        }
        total +=
          <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1) +
          <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
      }
      for (; o < bytes; o += 4) {
        const v = load<f32>(x + o), g = load<f32>(source + o);
        if (v >= low && v <= scale) store<f32>(dx + o, load<f32>(dx + o) + g * factor);
        const code = floor((v - low) * inverse + 0.5);
        const slope: f32 = v >= scale ? 1 : v <= low ? below : (low + perCode * code - v) * reciprocal;
        total += <f64>(g * slope);
      }
      x += bytes;
      dx += bytes;
      source += rowBytes;
    }
  }
  return total;
}
