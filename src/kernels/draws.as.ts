// Draws of 16 bits from Philox4x32-10 (Salmon et al., SC 2011, section 3.3). Layout and meaning of every argument:
// draws.ts. Oracle: src/network/conversion-draws.ts.

import { first, high, low, M0, M1, second, W0, W1 } from './shared/philox.as';

/** Lanes are blocks; memory wants each block's four words together: a 4 x 4 transpose. */
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

/** One block of draws from its four words. */
function storeBlock(out: usize, c0: u32, c1: u32, c2: u32, c3: u32, mask: v128): void {
  const words = i64x2(<u64>c0 | (<u64>c1 << 32), <u64>c2 | (<u64>c3 << 32));
  v128.store(out, i16x8.min_u(v128.xor(words, mask), i16x8.splat(<i16>65534)));
}

/**
 * Philox4x32-10 of counters (block, plane, image, 0), `blocks` (a multiple of 4) from `firstBlock` on, as 16-bit draws,
 * xor `mask`, clamped to 65534. Two times four blocks go side by side in vectors, and two more, from the end, in the
 * processor's other registers: one chain of multiplications would leave it waiting, and so would vectors alone.
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
  const m0 = i32x4.splat(<i32>M0);
  const m1 = i32x4.splat(<i32>M1);
  const w0 = i32x4.splat(W0);
  const w1 = i32x4.splat(W1);
  // The first round's product of the image is the same for all blocks.
  const product = <u64>image * M1;
  const start0 = <u32>(product >> 32) ^ plane ^ key0, start1 = <u32>product;
  const first0 = i32x4.splat(start0);
  const first1 = i32x4.splat(start1);
  const end = firstBlock + blocks;
  let last = end - 2, lastOut = out + (<usize>(blocks - 2) << 4);
  for (let block = firstBlock; block <= last + 1; block += 8) {
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
    let t = <u64>last * M0, u = <u64>(last + 1) * M0;
    let e0 = start0, e1 = start1, e2 = <u32>(t >> 32) ^ key1, e3 = <u32>t;
    let f0 = start0, f1 = start1, f2 = <u32>(u >> 32) ^ key1, f3 = <u32>u;
    let k0 = key0, k1 = key1;
    for (let round = 0; round < 9; round++) {
      k0 += W0;
      k1 += W1;
      const l0 = i32x4.splat(k0), l1 = i32x4.splat(k1);
      p = first(c0, m0);
      q = second(c0, m0);
      r = first(c2, m1);
      s = second(c2, m1);
      c0 = v128.xor(v128.xor(high(r, s), c1), l0);
      c1 = low(r, s);
      c2 = v128.xor(v128.xor(high(p, q), c3), l1);
      c3 = low(p, q);
      p = first(d0, m0);
      q = second(d0, m0);
      r = first(d2, m1);
      s = second(d2, m1);
      d0 = v128.xor(v128.xor(high(r, s), d1), l0);
      d1 = low(r, s);
      d2 = v128.xor(v128.xor(high(p, q), d3), l1);
      d3 = low(p, q);
      t = <u64>e0 * M0;
      u = <u64>e2 * M1;
      e0 = <u32>(u >> 32) ^ e1 ^ k0;
      e1 = <u32>u;
      e2 = <u32>(t >> 32) ^ e3 ^ k1;
      e3 = <u32>t;
      t = <u64>f0 * M0;
      u = <u64>f2 * M1;
      f0 = <u32>(u >> 32) ^ f1 ^ k0;
      f1 = <u32>u;
      f2 = <u32>(t >> 32) ^ f3 ^ k1;
      f3 = <u32>t;
    }
    storeBlocks(out, c0, c1, c2, c3, flip);
    if (block + 4 < end) storeBlocks(out + 64, d0, d1, d2, d3, flip);
    storeBlock(lastOut, e0, e1, e2, e3, flip);
    storeBlock(lastOut + 16, f0, f1, f2, f3, flip);
    out += 128;
    last -= 2;
    lastOut -= 32;
  }
}
