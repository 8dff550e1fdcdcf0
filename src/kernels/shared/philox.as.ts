// Philox4x32-10: its constants, and eight products of 32 bits in four vectors of two.

export const M0: u64 = 0xd2511f53, M1: u64 = 0xcd9e8d57;
export const W0: u32 = 0x9e3779b9, W1: u32 = 0xbb67ae85;

/** Low words of eight products, given as (0, 1) and (2, 3). */
export function low(p: v128, q: v128): v128 {
  return i32x4.shuffle(p, q, 0, 2, 4, 6);
}
export function high(p: v128, q: v128): v128 {
  return i32x4.shuffle(p, q, 1, 3, 5, 7);
}
export function first(x: v128, m: v128): v128 {
  return i64x2.extmul_low_i32x4_u(x, m);
}
export function second(x: v128, m: v128): v128 {
  return i64x2.extmul_high_i32x4_u(x, m);
}
