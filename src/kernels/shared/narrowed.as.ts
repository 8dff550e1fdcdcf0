/** Rounded to nearest even by adding 1.5 * 2^23, which leaves the whole number in the low bits. */
export function narrowed(low: v128, high: v128): v128 {
  const magic = f32x4.splat(12582912), bits = i32x4.splat(0x4b400000);
  return i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(low, magic), bits), i32x4.sub(f32x4.add(high, magic), bits));
}
