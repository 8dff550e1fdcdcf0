// Draws of eight images at once, for conversions whose images stand side by side. Layout and meaning of every argument:
// draws.ts. Oracle: src/network/conversion-draws.ts.

import { first, high, low, M0, M1, second, W0, W1 } from './shared/philox.as';

/** Bytes of a block's draws: eight of each image. */
const BLOCK: usize = 128;

/** Draws of eight images from one word of each: the low halves first. */
function storeWord(to: usize, a: v128, b: v128, flip: v128): void {
  const top = i16x8.splat(<i16>65534);
  const even = i16x8.shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14), odd = i16x8.shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
  v128.store(to, i16x8.min_u(v128.xor(even, flip), top));
  v128.store(to, i16x8.min_u(v128.xor(odd, flip), top), 16);
}

/**
 * Philox4x32-10 of counters (block, plane, image, 0) of the eight numbers at `images` from `firstBlock` on, as 16-bit
 * draws, each image's xor its own of the eight masks (16 bits) behind the numbers, clamped to 65534. Draw d of all images,
 * pixels x outputs of them, goes to row d % outputs, vector d / outputs of `out`; rows are outStride bytes apart. `panel`
 * holds 832 bytes.
 *
 * Images are lanes. Of five blocks, four go through vectors, one after the other, and the fifth beside them in the
 * processor's other registers, two of its images at a time: vectors alone would leave it waiting. In the first round an
 * image's product is the same for all blocks and a block's for all images; so are halves of the second one's.
 */
export function philoxSideBySide(
  key0: u32, key1: u32, plane: u32, images: usize, firstBlock: i32,
  pixels: i32, outputs: i32, out: usize, outStride: usize, panel: usize,
): void {
  const m0 = i32x4.splat(<i32>M0), m1 = i32x4.splat(<i32>M1);
  const flip = v128.load(images, 32);
  const imagesA = v128.load(images), imagesB = v128.load(images, 16);
  // After the first round, of the images: words 0 and 1, and, from the second, words 2 (but for the block's part) and 3.
  const start = i32x4.splat(plane ^ key0);
  let p = first(imagesA, m1), q = second(imagesA, m1);
  const a0 = v128.xor(high(p, q), start), a1 = low(p, q);
  p = first(imagesB, m1); q = second(imagesB, m1);
  const b0 = v128.xor(high(p, q), start), b1 = low(p, q);
  p = first(a0, m0); q = second(a0, m0);
  const a2 = high(p, q), a3 = low(p, q);
  p = first(b0, m0); q = second(b0, m0);
  const b2 = high(p, q), b3 = low(p, q);
  const second0 = key0 + W0, second1 = key1 + W1;
  const words = panel + 5 * BLOCK, keys = words + BLOCK, keysEnd = keys + 64;
  // From memory a number reaches all lanes at once.
  let key = keys;
  for (let k0 = second0 + W0, k1 = second1 + W1; key < keysEnd; key += 8, k0 += W0, k1 += W1) {
    store<u32>(key, k0); store<u32>(key, k1, 4);
  }
  const wrap = <usize>outputs * outStride - 16;
  let to = out, output = 0;
  for (let left = pixels * outputs, block = <u32>firstBlock; left > 0; left -= 40, block += 5) {
    for (let j: u32 = 0; j < 4; j++) {
      const t = <u64>(block + j) * M0, u = <u64>(<u32>(t >> 32) ^ key1) * M1;
      const k0 = i32x4.splat(<u32>(u >> 32) ^ second0), k1 = i32x4.splat(<u32>t ^ second1);
      let c0 = v128.xor(a1, k0), c1 = i32x4.splat(<u32>u), c2 = v128.xor(a2, k1), c3 = a3;
      let d0 = v128.xor(b1, k0), d1 = c1, d2 = v128.xor(b2, k1), d3 = b3;
      // Two images of the fifth block.
      const v = <u64>(block + 4) * M0, pair = images + (<usize>j << 3);
      const w = <u64>load<u32>(pair) * M1, x = <u64>load<u32>(pair, 4) * M1;
      let e0 = <u32>(w >> 32) ^ plane ^ key0, e1 = <u32>w, e2 = <u32>(v >> 32) ^ key1, e3 = <u32>v;
      let f0 = <u32>(x >> 32) ^ plane ^ key0, f1 = <u32>x, f2 = e2, f3 = e3;
      let r: v128, s: v128;
      let y = <u64>e0 * M0, z = <u64>e2 * M1;
      e0 = <u32>(z >> 32) ^ e1 ^ second0; e1 = <u32>z; e2 = <u32>(y >> 32) ^ e3 ^ second1; e3 = <u32>y;
      y = <u64>f0 * M0; z = <u64>f2 * M1;
      f0 = <u32>(z >> 32) ^ f1 ^ second0; f1 = <u32>z; f2 = <u32>(y >> 32) ^ f3 ^ second1; f3 = <u32>y;
      for (key = keys; key < keysEnd; key += 8) {
        const l0 = v128.load32_splat(key), l1 = v128.load32_splat(key, 4);
        p = first(c0, m0); q = second(c0, m0); r = first(c2, m1); s = second(c2, m1);
        c0 = v128.xor(v128.xor(high(r, s), c1), l0); c1 = low(r, s);
        c2 = v128.xor(v128.xor(high(p, q), c3), l1); c3 = low(p, q);
        p = first(d0, m0); q = second(d0, m0); r = first(d2, m1); s = second(d2, m1);
        d0 = v128.xor(v128.xor(high(r, s), d1), l0); d1 = low(r, s);
        d2 = v128.xor(v128.xor(high(p, q), d3), l1); d3 = low(p, q);
        const own0 = load<u32>(key), own1 = load<u32>(key, 4);
        y = <u64>e0 * M0; z = <u64>e2 * M1;
        e0 = <u32>(z >> 32) ^ e1 ^ own0; e1 = <u32>z; e2 = <u32>(y >> 32) ^ e3 ^ own1; e3 = <u32>y;
        y = <u64>f0 * M0; z = <u64>f2 * M1;
        f0 = <u32>(z >> 32) ^ f1 ^ own0; f1 = <u32>z; f2 = <u32>(y >> 32) ^ f3 ^ own1; f3 = <u32>y;
      }
      const own = panel + <usize>j * BLOCK;
      storeWord(own, c0, d0, flip); storeWord(own + 32, c1, d1, flip);
      storeWord(own + 64, c2, d2, flip); storeWord(own + 96, c3, d3, flip);
      const at = words + (<usize>j << 3);
      store<u64>(at, <u64>e0 | (<u64>f0 << 32)); store<u64>(at, <u64>e1 | (<u64>f1 << 32), 32);
      store<u64>(at, <u64>e2 | (<u64>f2 << 32), 64); store<u64>(at, <u64>e3 | (<u64>f3 << 32), 96);
    }
    const last = panel + 4 * BLOCK;
    for (let word: usize = 0; word < BLOCK; word += 32)
      storeWord(last + word, v128.load(words + word), v128.load(words + word, 16), flip);
    const end = panel + (<usize>min(left, 40) << 4);
    for (let from = panel; from < end; from += 16) {
      v128.store(to, v128.load(from));
      to += outStride;
      if (++output == outputs) { output = 0; to -= wrap; }
    }
  }
}
