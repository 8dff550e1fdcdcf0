// Draws of 16 bits from Philox4x32-10 (Salmon et al., SC 2011, section 3.3). Layout and meaning of every argument:
// draws.ts. Oracle: src/network/conversion-draws.ts.

/** Low words of eight products, given as (0, 1) and (2, 3). */
// @ts-ignore: decorator
@inline
function low(p: v128, q: v128): v128 {
  return i32x4.shuffle(p, q, 0, 2, 4, 6);
}
// @ts-ignore: decorator
@inline
function high(p: v128, q: v128): v128 {
  return i32x4.shuffle(p, q, 1, 3, 5, 7);
}
// @ts-ignore: decorator
@inline
function first(x: v128, m: v128): v128 {
  return i64x2.extmul_low_i32x4_u(x, m);
}
// @ts-ignore: decorator
@inline
function second(x: v128, m: v128): v128 {
  return i64x2.extmul_high_i32x4_u(x, m);
}

/** Lanes are blocks; memory wants each block's four words together: a 4 x 4 transpose. */
// @ts-ignore: decorator
@inline
function storeBlocks(out: usize, c0: v128, c1: v128, c2: v128, c3: v128, mask: v128): void {
  const top = i16x8.splat(<i16>65534);
  const a = i32x4.shuffle(c0, c1, 0, 4, 1, 5);
  const b = i32x4.shuffle(c2, c3, 0, 4, 1, 5);
  const c = i32x4.shuffle(c0, c1, 2, 6, 3, 7);
  const d = i32x4.shuffle(c2, c3, 2, 6, 3, 7);
  v128.store(out, i16x8.min_u(v128.xor(i64x2.shuffle(a, b, 0, 2), mask), top));
  v128.store(out, i16x8.min_u(v128.xor(i64x2.shuffle(a, b, 1, 3), mask), top), 16);
  v128.store(out, i16x8.min_u(v128.xor(i64x2.shuffle(c, d, 0, 2), mask), top), 32);
  v128.store(out, i16x8.min_u(v128.xor(i64x2.shuffle(c, d, 1, 3), mask), top), 48);
}

/**
 * Philox4x32-10 of counters (block, plane, image, 0), `blocks` (a multiple of 4) from `firstBlock` on, as 16-bit draws,
 * xor `mask`, clamped to 65534.
 * Rounds of two times four blocks side by side: one chain of multiplications leaves the processor waiting.
 */
export function philoxDraws(
  key0: u32,
  key1: u32,
  plane: u32,
  image: u32,
  out: usize,
  firstBlock: i32,
  blocks: i32,
  mask: i32,
): void {
  const flip = i32x4.splat(mask);
  const m0 = i32x4.splat(<i32>0xd2511f53);
  const m1 = i32x4.splat(<i32>0xcd9e8d57);
  const w0 = i32x4.splat(<i32>0x9e3779b9);
  const w1 = i32x4.splat(<i32>0xbb67ae85);
  // The first round's product of the image is the same for all blocks.
  const product = <u64>image * 0xcd9e8d57;
  const first0 = i32x4.splat(<i32>(<u32>(product >> 32) ^ plane ^ key0));
  const first1 = i32x4.splat(<i32>(<u32>product));
  const end = firstBlock + blocks;
  for (let block = firstBlock; block < end; block += 8) {
    const x = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
    const y = i32x4.add(x, i32x4.splat(4));
    let p = first(x, m0);
    let q = second(x, m0);
    let r = first(y, m0);
    let s = second(y, m0);
    let c0 = first0;
    let c1 = first1;
    let c2 = v128.xor(high(p, q), i32x4.splat(key1));
    let c3 = low(p, q);
    let d0 = first0;
    let d1 = first1;
    let d2 = v128.xor(high(r, s), i32x4.splat(key1));
    let d3 = low(r, s);
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < 9; round++) {
      k0 = i32x4.add(k0, w0);
      k1 = i32x4.add(k1, w1);
      p = first(c0, m0);
      q = second(c0, m0);
      r = first(c2, m1);
      s = second(c2, m1);
      c0 = v128.xor(v128.xor(high(r, s), c1), k0);
      c1 = low(r, s);
      c2 = v128.xor(v128.xor(high(p, q), c3), k1);
      c3 = low(p, q);
      p = first(d0, m0);
      q = second(d0, m0);
      r = first(d2, m1);
      s = second(d2, m1);
      d0 = v128.xor(v128.xor(high(r, s), d1), k0);
      d1 = low(r, s);
      d2 = v128.xor(v128.xor(high(p, q), d3), k1);
      d3 = low(p, q);
    }
    storeBlocks(out, c0, c1, c2, c3, flip);
    if (block + 4 < end) storeBlocks(out + 64, d0, d1, d2, d3, flip);
    out += 128;
  }
}
