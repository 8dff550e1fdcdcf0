// Conversion of real partial sums by interpolated thresholds, and their normalisation by pixel.
// Layout and meaning of every argument: real-sums.ts. Oracle: the plain layer, src/network/partial-sum-layer.ts.

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
