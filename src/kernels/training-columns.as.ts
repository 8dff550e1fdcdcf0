// Single-precision products between a weight matrix and the gathered columns of an image batch: the
// three kernels behind linear layers and convolutions of any kernel size, stride and row order.
//
// Column matrix X (rows x pixels) is never formed. Its entry (k, p) is the float at byte address
//   x + rowOffsets[k] + pixelOffsets[p]
// so a convolution is a table of kernel offsets and a table of output positions in a padded plane,
// and a linear layer is the same with one pixel an image. Pixels come in multiples of 8, rows and
// outputs in multiples of 4 (8 for the weight gradient); padding carries zero weights or gradients.
// Register tile 4 x 8: not unrolled over the inner index, because V8 then spills.

// @ts-ignore: decorator
@inline
function contiguous4(offsets: usize): bool {
  const first = load<i32>(offsets);
  return (
    load<i32>(offsets, 4) == first + 4 &&
    load<i32>(offsets, 8) == first + 8 &&
    load<i32>(offsets, 12) == first + 12
  );
}

// panel[k][0..7] = X[k][p .. p+7] for the 8 pixels whose offsets start at pixelOffsets.
function packPixels(x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, panel: usize): void {
  const p0 = load<i32>(pixelOffsets), p4 = load<i32>(pixelOffsets, 16);
  if (contiguous4(pixelOffsets) && contiguous4(pixelOffsets + 16)) {
    const low = x + p0, high = x + p4;
    for (let k = 0; k < rows; k++) {
      const offset = load<i32>(rowOffsets + ((<usize>k) << 2));
      v128.store(panel, v128.load(low + offset));
      v128.store(panel, v128.load(high + offset), 16);
      panel += 32;
    }
    return;
  }
  const p1 = load<i32>(pixelOffsets, 4), p2 = load<i32>(pixelOffsets, 8), p3 = load<i32>(pixelOffsets, 12);
  const p5 = load<i32>(pixelOffsets, 20), p6 = load<i32>(pixelOffsets, 24), p7 = load<i32>(pixelOffsets, 28);
  for (let k = 0; k < rows; k++) {
    const row = x + load<i32>(rowOffsets + ((<usize>k) << 2));
    store<f32>(panel, load<f32>(row + p0));
    store<f32>(panel, load<f32>(row + p1), 4);
    store<f32>(panel, load<f32>(row + p2), 8);
    store<f32>(panel, load<f32>(row + p3), 12);
    store<f32>(panel, load<f32>(row + p4), 16);
    store<f32>(panel, load<f32>(row + p5), 20);
    store<f32>(panel, load<f32>(row + p6), 24);
    store<f32>(panel, load<f32>(row + p7), 28);
    panel += 32;
  }
}

// y[m][p] = sum_k w[m][k] X[k][p]. weights packed [outputs / 4][rows][4]; y rows are yStride bytes apart;
// panel holds rows * 32 bytes.
export function columnsForward(
  x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  weights: usize, outputs: i32, y: usize, yStride: usize, panel: usize,
): void {
  const panelEnd = panel + ((<usize>rows) << 5);
  for (let p = 0; p < pixels; p += 8) {
    packPixels(x, rowOffsets, rows, pixelOffsets + ((<usize>p) << 2), panel);
    let w = weights;
    let target = y + ((<usize>p) << 2);
    for (let m = 0; m < outputs; m += 4) {
      let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      let b = panel;
      while (b < panelEnd) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let a = v128.load32_splat(w);
        c00 = f32x4.add(c00, f32x4.mul(a, b0)); c01 = f32x4.add(c01, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 4);
        c10 = f32x4.add(c10, f32x4.mul(a, b0)); c11 = f32x4.add(c11, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 8);
        c20 = f32x4.add(c20, f32x4.mul(a, b0)); c21 = f32x4.add(c21, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 12);
        c30 = f32x4.add(c30, f32x4.mul(a, b0)); c31 = f32x4.add(c31, f32x4.mul(a, b1));
        b += 32; w += 16;
      }
      v128.store(target, c00); v128.store(target, c01, 16); target += yStride;
      v128.store(target, c10); v128.store(target, c11, 16); target += yStride;
      v128.store(target, c20); v128.store(target, c21, 16); target += yStride;
      v128.store(target, c30); v128.store(target, c31, 16); target += yStride;
    }
  }
}

// @ts-ignore: decorator
@inline
function addAt(address: usize, value: v128): void {
  v128.store(address, f32x4.add(v128.load(address), value));
}

// @ts-ignore: decorator
@inline
function scatterRow(row: usize, pixelOffsets: usize, low: v128, high: v128): void {
  let at = row + load<i32>(pixelOffsets);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(low, 0));
  at = row + load<i32>(pixelOffsets, 4);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(low, 1));
  at = row + load<i32>(pixelOffsets, 8);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(low, 2));
  at = row + load<i32>(pixelOffsets, 12);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(low, 3));
  at = row + load<i32>(pixelOffsets, 16);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(high, 0));
  at = row + load<i32>(pixelOffsets, 20);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(high, 1));
  at = row + load<i32>(pixelOffsets, 24);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(high, 2));
  at = row + load<i32>(pixelOffsets, 28);
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(high, 3));
}

// dX[k][p] += sum_m w[m][k] dy[m][p], scattered to the addresses X is gathered from.
// weights packed [rows / 4][outputs][4]; panel holds outputs * 32 bytes. Pixels in ascending order, so
// the rounding never depends on anything but the tables.
export function columnsInputGradient(
  dx: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  weights: usize, outputs: i32, dy: usize, dyStride: usize, panel: usize,
): void {
  const panelEnd = panel + ((<usize>outputs) << 5);
  for (let p = 0; p < pixels; p += 8) {
    let source = dy + ((<usize>p) << 2);
    for (let b = panel; b < panelEnd; b += 32) {
      v128.store(b, v128.load(source));
      v128.store(b, v128.load(source, 16), 16);
      source += dyStride;
    }
    const offsets = pixelOffsets + ((<usize>p) << 2);
    const fast = contiguous4(offsets) && contiguous4(offsets + 16);
    const low = load<i32>(offsets), high = load<i32>(offsets, 16);
    let w = weights;
    for (let k = 0; k < rows; k += 4) {
      let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      let b = panel;
      while (b < panelEnd) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let a = v128.load32_splat(w);
        c00 = f32x4.add(c00, f32x4.mul(a, b0)); c01 = f32x4.add(c01, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 4);
        c10 = f32x4.add(c10, f32x4.mul(a, b0)); c11 = f32x4.add(c11, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 8);
        c20 = f32x4.add(c20, f32x4.mul(a, b0)); c21 = f32x4.add(c21, f32x4.mul(a, b1));
        a = v128.load32_splat(w, 12);
        c30 = f32x4.add(c30, f32x4.mul(a, b0)); c31 = f32x4.add(c31, f32x4.mul(a, b1));
        b += 32; w += 16;
      }
      const table = rowOffsets + ((<usize>k) << 2);
      const r0 = dx + load<i32>(table), r1 = dx + load<i32>(table, 4);
      const r2 = dx + load<i32>(table, 8), r3 = dx + load<i32>(table, 12);
      if (fast) {
        addAt(r0 + low, c00); addAt(r0 + high, c01);
        addAt(r1 + low, c10); addAt(r1 + high, c11);
        addAt(r2 + low, c20); addAt(r2 + high, c21);
        addAt(r3 + low, c30); addAt(r3 + high, c31);
      } else {
        scatterRow(r0, offsets, c00, c01);
        scatterRow(r1, offsets, c10, c11);
        scatterRow(r2, offsets, c20, c21);
        scatterRow(r3, offsets, c30, c31);
      }
    }
  }
}

// Pixels a block of the weight gradient: its packed gradient (16 kB) stays in the first-level cache.
const BLOCK: i32 = 512;

// gradient[k][m] += sum_p X[k][p] dy[m][p]: the transposed weight gradient, rows of `outputs` floats
// (outputs a multiple of 8). panel holds BLOCK * 32 bytes. Partial sums are added block by block in
// ascending order of pixels.
export function columnsWeightGradient(
  x: usize, rowOffsets: usize, rows: i32, pixelOffsets: usize, pixels: i32,
  dy: usize, dyStride: usize, outputs: i32, gradient: usize, panel: usize,
): void {
  const gradientStride = (<usize>outputs) << 2;
  for (let start = 0; start < pixels; start += BLOCK) {
    const count = min(BLOCK, pixels - start);
    const offsets = pixelOffsets + ((<usize>start) << 2);
    const panelEnd = panel + ((<usize>count) << 5);
    for (let m = 0; m < outputs; m += 8) {
      packTransposed(dy + <usize>m * dyStride + ((<usize>start) << 2), dyStride, count, panel);
      for (let k = 0; k < rows; k += 4) {
        const table = rowOffsets + ((<usize>k) << 2);
        const x0 = x + load<i32>(table), x1 = x + load<i32>(table, 4);
        const x2 = x + load<i32>(table, 8), x3 = x + load<i32>(table, 12);
        let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        let offset = offsets;
        let b = panel;
        while (b < panelEnd) {
          const pixel = <usize>load<i32>(offset);
          const b0 = v128.load(b), b1 = v128.load(b, 16);
          let a = v128.load32_splat(x0 + pixel);
          c00 = f32x4.add(c00, f32x4.mul(a, b0)); c01 = f32x4.add(c01, f32x4.mul(a, b1));
          a = v128.load32_splat(x1 + pixel);
          c10 = f32x4.add(c10, f32x4.mul(a, b0)); c11 = f32x4.add(c11, f32x4.mul(a, b1));
          a = v128.load32_splat(x2 + pixel);
          c20 = f32x4.add(c20, f32x4.mul(a, b0)); c21 = f32x4.add(c21, f32x4.mul(a, b1));
          a = v128.load32_splat(x3 + pixel);
          c30 = f32x4.add(c30, f32x4.mul(a, b0)); c31 = f32x4.add(c31, f32x4.mul(a, b1));
          b += 32; offset += 4;
        }
        let g = gradient + <usize>k * gradientStride + ((<usize>m) << 2);
        addAt(g, c00); addAt(g + 16, c01); g += gradientStride;
        addAt(g, c10); addAt(g + 16, c11); g += gradientStride;
        addAt(g, c20); addAt(g + 16, c21); g += gradientStride;
        addAt(g, c30); addAt(g + 16, c31);
      }
    }
  }
}

// panel[p][0..7] = dy[0..7][p], 4 x 4 blocks transposed in registers.
function packTransposed(dy: usize, stride: usize, count: i32, panel: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const r0 = dy + half * 4 * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    let target = panel + (half << 4);
    const end = (<usize>count) << 2;
    for (let o: usize = 0; o < end; o += 16) {
      const a = v128.load(r0 + o), b = v128.load(r1 + o), c = v128.load(r2 + o), d = v128.load(r3 + o);
      const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(target, i32x4.shuffle(ab0, cd0, 0, 1, 4, 5));
      v128.store(target, i32x4.shuffle(ab0, cd0, 2, 3, 6, 7), 32);
      v128.store(target, i32x4.shuffle(ab1, cd1, 0, 1, 4, 5), 64);
      v128.store(target, i32x4.shuffle(ab1, cd1, 2, 3, 6, 7), 96);
      target += 128;
    }
  }
}
