// Activations to digits, written into the middle of zero-padded planes. Layout and meaning: activations.ts.
// Oracle: streamActivations in src/network/activation-streams.ts.

// @ts-ignore: decorator
@inline
function levels(x: v128, factor: v128, shift: v128, top: v128): v128 {
  const half = f32x4.splat(0.5);
  const level = f32x4.add(f32x4.add(f32x4.mul(x, factor), shift), half);
  // pmin and pmax give their first operand where the second is NaN; the conversion makes NaN 0.
  return i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.pmax(level, f32x4.splat(0)), top));
}

/** Codes as bytes. */
export function encodeCodes(
  x: usize,
  out: usize,
  planes: i32,
  height: i32,
  width: i32,
  rowBytes: i32,
  planeBytes: i32,
  factor: f32,
  shift: f32,
  top: f32,
): void {
  const f = f32x4.splat(factor);
  const s = f32x4.splat(shift);
  const t = f32x4.splat(top);
  for (let c = 0; c < planes; c++) {
    let row = out + <usize>c * <usize>planeBytes;
    for (let y = 0; y < height; y++) {
      let i = 0;
      for (; i + 16 <= width; i += 16) {
        const a = levels(v128.load(x), f, s, t);
        const b = levels(v128.load(x, 16), f, s, t);
        const d = levels(v128.load(x, 32), f, s, t);
        const e = levels(v128.load(x, 48), f, s, t);
        v128.store(
          row + <usize>i,
          i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(d, e)),
        );
        x += 64;
      }
      for (; i + 4 <= width; i += 4) {
        const a = levels(v128.load(x), f, s, t);
        const narrow = i16x8.narrow_i32x4_s(a, a);
        v128.store32_lane(row + <usize>i, i8x16.narrow_i16x8_u(narrow, narrow), 0);
        x += 16;
      }
      for (; i < width; i++) {
        store<u8>(row + <usize>i, <u8>i32x4.extract_lane(levels(v128.load32_splat(x), f, s, t), 0));
        x += 4;
      }
      row += <usize>rowBytes;
    }
  }
}

/** One stream's digits as floats: ((code >> low) & mask) * scale + offset. */
export function encodeDigits(
  x: usize,
  out: usize,
  planes: i32,
  height: i32,
  width: i32,
  rowBytes: i32,
  planeBytes: i32,
  factor: f32,
  shift: f32,
  top: f32,
  low: i32,
  mask: i32,
  scale: i32,
  offset: i32,
): void {
  const f = f32x4.splat(factor);
  const s = f32x4.splat(shift);
  const t = f32x4.splat(top);
  const m = i32x4.splat(mask);
  const k = i32x4.splat(scale);
  const o = i32x4.splat(offset);
  for (let c = 0; c < planes; c++) {
    let row = out + <usize>c * <usize>planeBytes;
    for (let y = 0; y < height; y++) {
      let i = 0;
      for (; i + 4 <= width; i += 4) {
        const code = levels(v128.load(x), f, s, t);
        const digit = v128.and(i32x4.shr_u(code, low), m);
        v128.store(
          row + (<usize>i << 2),
          f32x4.convert_i32x4_s(i32x4.add(i32x4.mul(digit, k), o)),
        );
        x += 16;
      }
      for (; i < width; i++) {
        const code = i32x4.extract_lane(levels(v128.load32_splat(x), f, s, t), 0);
        f32.store(row + (<usize>i << 2), <f32>(((code >> low) & mask) * scale + offset));
        x += 4;
      }
      row += <usize>rowBytes;
    }
  }
}

/** sign(x) min(limit, ceil(|x| perUnit)) as floats; perUnit is a power of two, so that the product is exact. */
export function encodeAwayFromZero(
  x: usize,
  out: usize,
  planes: i32,
  height: i32,
  width: i32,
  rowBytes: i32,
  planeBytes: i32,
  perUnit: f32,
  limit: f32,
): void {
  const k = f32x4.splat(perUnit);
  const top = f32x4.splat(limit);
  const signBit = i32x4.splat(<i32>0x80000000);
  for (let c = 0; c < planes; c++) {
    let row = out + <usize>c * <usize>planeBytes;
    for (let y = 0; y < height; y++) {
      let i = 0;
      for (; i + 4 <= width; i += 4) {
        const v = v128.load(x);
        const size = f32x4.pmin(f32x4.ceil(f32x4.mul(f32x4.abs(v), k)), top);
        v128.store(row + (<usize>i << 2), v128.or(size, v128.and(v, signBit)));
        x += 16;
      }
      for (; i < width; i++) {
        const v = f32.load(x);
        const size = min<f32>(limit, ceil(abs(v) * perUnit));
        f32.store(row + (<usize>i << 2), v < 0 ? -size : size);
        x += 4;
      }
      row += <usize>rowBytes;
    }
  }
}
