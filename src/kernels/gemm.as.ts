// Single-precision matrix products for inference, straight from padded image planes (implicit im2col).
// Layout and meaning of every argument: gemm.ts. Oracle: the plain products in test/network/engines.test.ts.

/** 4 x 8 tile: acc[r][j] = start + sum_k a[k][r] b[k][j], stored with row stride `stride` bytes. */
// @ts-ignore: decorator
@inline
function tile(a: usize, b: usize, k: i32, c: usize, stride: usize, r0: v128, r1: v128, r2: v128, r3: v128, s0: v128, s1: v128, s2: v128, s3: v128): void {
  const end = b + (<usize>k << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    r0 = f32x4.add(r0, f32x4.mul(x, b0));
    s0 = f32x4.add(s0, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    r1 = f32x4.add(r1, f32x4.mul(x, b0));
    s1 = f32x4.add(s1, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    r2 = f32x4.add(r2, f32x4.mul(x, b0));
    s2 = f32x4.add(s2, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    r3 = f32x4.add(r3, f32x4.mul(x, b0));
    s3 = f32x4.add(s3, f32x4.mul(x, b1));
    a += 16;
    b += 32;
  }
  v128.store(c, r0);
  v128.store(c, s0, 16);
  c += stride;
  v128.store(c, r1);
  v128.store(c, s1, 16);
  c += stride;
  v128.store(c, r2);
  v128.store(c, s2, 16);
  c += stride;
  v128.store(c, r3);
  v128.store(c, s3, 16);
}

/** The same from zero over the rows listed in `rows` (i32, as many as the panel has) alone. */
function listedTile(a: usize, b: usize, rows: usize, end: usize, c: usize, stride: usize): void {
  let r0 = f32x4.splat(0), r1 = r0, r2 = r0, r3 = r0;
  let s0 = r0, s1 = r0, s2 = r0, s3 = r0;
  while (rows < end) {
    const at = b + (<usize>load<u32>(rows) << 5);
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    let x = v128.load32_splat(a);
    r0 = f32x4.add(r0, f32x4.mul(x, b0));
    s0 = f32x4.add(s0, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    r1 = f32x4.add(r1, f32x4.mul(x, b0));
    s1 = f32x4.add(s1, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    r2 = f32x4.add(r2, f32x4.mul(x, b0));
    s2 = f32x4.add(s2, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    r3 = f32x4.add(r3, f32x4.mul(x, b0));
    s3 = f32x4.add(s3, f32x4.mul(x, b1));
    a += 16;
    rows += 4;
  }
  v128.store(c, r0);
  v128.store(c, s0, 16);
  c += stride;
  v128.store(c, r1);
  v128.store(c, s1, 16);
  c += stride;
  v128.store(c, r2);
  v128.store(c, s2, 16);
  c += stride;
  v128.store(c, r3);
  v128.store(c, s3, 16);
}

// @ts-ignore: decorator
@inline
function gather4(at: usize, p0: i32, p1: i32, p2: i32, p3: i32): v128 {
  let v = v128.load32_zero(at + <usize>p0);
  v = v128.load32_lane(at + <usize>p1, v, 1);
  v = v128.load32_lane(at + <usize>p2, v, 2);
  return v128.load32_lane(at + <usize>p3, v, 3);
}

/** out[outputs][pixels] = bias + weights x im2col(image); outputs % 4 == 0, pixels % 8 == 0. */
export function convolve(
  weights: usize,
  image: usize,
  rowOffset: usize,
  pixelOffset: usize,
  bias: usize,
  out: usize,
  panel: usize,
  outputs: i32,
  pixels: i32,
  rows: i32,
): void {
  const stride = <usize>pixels << 2;
  const rowEnd = rowOffset + (<usize>rows << 2);
  for (let j = 0; j < pixels; j += 8) {
    const at = pixelOffset + (<usize>j << 2);
    const p0 = load<i32>(at);
    const p1 = load<i32>(at, 4);
    const p2 = load<i32>(at, 8);
    const p3 = load<i32>(at, 12);
    const p4 = load<i32>(at, 16);
    const p5 = load<i32>(at, 20);
    const p6 = load<i32>(at, 24);
    const p7 = load<i32>(at, 28);
    let to = panel;
    if (p3 - p0 == 12 && p7 - p4 == 12) {
      for (let r = rowOffset; r < rowEnd; r += 4) {
        const from = image + <usize>load<i32>(r);
        v128.store(to, v128.load(from + <usize>p0));
        v128.store(to, v128.load(from + <usize>p4), 16);
        to += 32;
      }
    } else {
      for (let r = rowOffset; r < rowEnd; r += 4) {
        const from = image + <usize>load<i32>(r);
        v128.store(to, gather4(from, p0, p1, p2, p3));
        v128.store(to, gather4(from, p4, p5, p6, p7), 16);
        to += 32;
      }
    }
    let a = weights;
    for (let i = 0; i < outputs; i += 4) {
      const b = bias + (<usize>i << 2);
      const b0 = v128.load32_splat(b);
      const b1 = v128.load32_splat(b, 4);
      const b2 = v128.load32_splat(b, 8);
      const b3 = v128.load32_splat(b, 12);
      tile(a, panel, rows, out + (<usize>i * stride) + (<usize>j << 2), stride, b0, b1, b2, b3, b0, b1, b2, b3);
      a += <usize>rows << 4;
    }
  }
}

/** out[pixels][columns] = im2col(image) x weights; pixels % 4 == 0, columns % 8 == 0. */
export function pixelProducts(
  weights: usize,
  image: usize,
  rowOffset: usize,
  pixelOffset: usize,
  out: usize,
  panel: usize,
  columns: i32,
  pixels: i32,
  rows: i32,
): void {
  const stride = <usize>columns << 2;
  const rowEnd = rowOffset + (<usize>rows << 2);
  const zero = f32x4.splat(0);
  for (let p = 0; p < pixels; p += 4) {
    const at = pixelOffset + (<usize>p << 2);
    const p0 = load<i32>(at);
    const p1 = load<i32>(at, 4);
    const p2 = load<i32>(at, 8);
    const p3 = load<i32>(at, 12);
    let to = panel;
    if (p1 - p0 == 4 && p2 - p1 == 4 && p3 - p2 == 4) {
      for (let r = rowOffset; r < rowEnd; r += 4) {
        v128.store(to, v128.load(image + <usize>(load<i32>(r) + p0)));
        to += 16;
      }
    } else {
      for (let r = rowOffset; r < rowEnd; r += 4) {
        v128.store(to, gather4(image + <usize>load<i32>(r), p0, p1, p2, p3));
        to += 16;
      }
    }
    // Rows that drive none of the four pixels add nothing.
    const list = panel + (<usize>rows << 4);
    let driven = panel, listEnd = list;
    for (let r = 0; r < rows; r++) {
      const value = v128.load(panel + (<usize>r << 4));
      v128.store(driven, value);
      store<i32>(listEnd, r);
      if (v128.any_true(value)) {
        driven += 16;
        listEnd += 4;
      }
    }
    let b = weights, to8 = out + <usize>p * stride;
    const sparse = listEnd - list < <usize>rows << 2;
    for (let j = 0; j < columns; j += 8) {
      if (sparse) listedTile(panel, b, list, listEnd, to8, stride);
      else tile(panel, b, rows, to8, stride, zero, zero, zero, zero, zero, zero, zero, zero);
      b += <usize>rows << 5;
      to8 += 32;
    }
  }
}

/** out = bias + weights x over the rows that are not zero; outputs % 32 == 0. */
export function multiplyVector(weights: usize, x: usize, bias: usize, out: usize, list: usize, outputs: i32, rows: i32): void {
  // Values other than zero, each with where its row of 32 weights lies.
  let listEnd = list;
  for (let r = 0; r < rows; r++) {
    const value = load<f32>(x + (<usize>r << 2));
    store<f32>(listEnd, value);
    store<u32>(listEnd, r << 7, 4);
    if (value != 0) listEnd += 8;
  }
  const outEnd = out + (<usize>outputs << 2);
  while (out < outEnd) {
    let s0 = v128.load(bias);
    let s1 = v128.load(bias, 16);
    let s2 = v128.load(bias, 32);
    let s3 = v128.load(bias, 48);
    let s4 = v128.load(bias, 64);
    let s5 = v128.load(bias, 80);
    let s6 = v128.load(bias, 96);
    let s7 = v128.load(bias, 112);
    for (let at = list; at < listEnd; at += 8) {
      const v = v128.load32_splat(at);
      const row = weights + <usize>load<u32>(at, 4);
      s0 = f32x4.add(s0, f32x4.mul(v, v128.load(row)));
      s1 = f32x4.add(s1, f32x4.mul(v, v128.load(row, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v, v128.load(row, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v, v128.load(row, 48)));
      s4 = f32x4.add(s4, f32x4.mul(v, v128.load(row, 64)));
      s5 = f32x4.add(s5, f32x4.mul(v, v128.load(row, 80)));
      s6 = f32x4.add(s6, f32x4.mul(v, v128.load(row, 96)));
      s7 = f32x4.add(s7, f32x4.mul(v, v128.load(row, 112)));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    v128.store(out, s4, 64);
    v128.store(out, s5, 80);
    v128.store(out, s6, 96);
    v128.store(out, s7, 112);
    weights += <usize>rows << 7;
    bias += 128;
    out += 128;
  }
}
