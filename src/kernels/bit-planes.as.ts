// Activation codes as packed bits, and what a row's driven bits add to a conversion's place in its table.
// Layout and meaning of every argument: bit-planes.ts. Oracle: the plain layer, src/network/partial-sum-layer.ts.

/**
 * Bit planes of im2col rows. For every pixel and stream t < streams: bit k of `out[t][pixel]` is bit t of
 * codes[pixelOffset[pixel] + rowOffset[k]], k < rows; bits beyond the rows are 0.
 */
export function packBits(
  codes: usize,
  rowOffset: usize,
  rows: i32,
  pixelOffset: usize,
  pixels: i32,
  words: i32,
  streams: i32,
  streamBytes: usize,
  out: usize,
): void {
  for (let p = 0; p < pixels; p++) {
    const at = codes + <usize>load<i32>(pixelOffset + (<usize>p << 2));
    for (let w = 0; w < words; w++) {
      let b0: u64 = 0;
      let b1: u64 = 0;
      let b2: u64 = 0;
      let b3: u64 = 0;
      let b4: u64 = 0;
      let b5: u64 = 0;
      let b6: u64 = 0;
      let b7: u64 = 0;
      const first = w << 6;
      const full = min(64, rows - first);
      let k = 0;
      let offsets = rowOffset + (<usize>first << 2);
      for (; k + 16 <= full; k += 16) {
        let v = i8x16.splat(0);
        v = v128.load8_lane(at + <usize>load<i32>(offsets), v, 0);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 4), v, 1);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 8), v, 2);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 12), v, 3);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 16), v, 4);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 20), v, 5);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 24), v, 6);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 28), v, 7);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 32), v, 8);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 36), v, 9);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 40), v, 10);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 44), v, 11);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 48), v, 12);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 52), v, 13);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 56), v, 14);
        v = v128.load8_lane(at + <usize>load<i32>(offsets, 60), v, 15);
        b0 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 7))) << k;
        if (streams > 1) b1 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 6))) << k;
        if (streams > 2) b2 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 5))) << k;
        if (streams > 3) b3 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 4))) << k;
        if (streams > 4) {
          b4 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 3))) << k;
          b5 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 2))) << k;
          b6 |= <u64>(<u32>i8x16.bitmask(i8x16.shl(v, 1))) << k;
          b7 |= <u64>(<u32>i8x16.bitmask(v)) << k;
        }
        offsets += 64;
      }
      for (; k < full; k++) {
        const code = <u64>load<u8>(at + <usize>load<i32>(offsets));
        b0 |= (code & 1) << k;
        b1 |= ((code >> 1) & 1) << k;
        b2 |= ((code >> 2) & 1) << k;
        b3 |= ((code >> 3) & 1) << k;
        b4 |= ((code >> 4) & 1) << k;
        b5 |= ((code >> 5) & 1) << k;
        b6 |= ((code >> 6) & 1) << k;
        b7 |= ((code >> 7) & 1) << k;
        offsets += 4;
      }
      let to = out + (<usize>(p * words + w) << 3);
      store<u64>(to, b0);
      if (streams > 1) store<u64>((to += streamBytes), b1);
      if (streams > 2) store<u64>((to += streamBytes), b2);
      if (streams > 3) store<u64>((to += streamBytes), b3);
      if (streams > 4) store<u64>((to += streamBytes), b4);
      if (streams > 5) store<u64>((to += streamBytes), b5);
      if (streams > 6) store<u64>((to += streamBytes), b6);
      if (streams > 7) store<u64>((to += streamBytes), b7);
    }
  }
}

/** level[p] = (base[p] - perDriven * popcount(row p)) as a byte offset into the conversion table. */
export function rowLevels(
  bits: usize,
  words: i32,
  pixels: i32,
  base: usize,
  perDriven: i32,
  out: usize,
): void {
  for (let p = 0; p < pixels; p++) {
    let n: u64 = 0;
    for (let w = 0; w < words; w++) {
      n += popcnt(load<u64>(bits));
      bits += 8;
    }
    store<i32>(out + (<usize>p << 2), load<i32>(base + (<usize>p << 2)) - perDriven * <i32>n);
  }
}
