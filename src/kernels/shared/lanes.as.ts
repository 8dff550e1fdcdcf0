/** Two lanes of 64 bits: sums, differences and products, and both first or both second lanes of two vectors. */

export function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
export function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
export function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}
export function first(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}
export function second(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}
