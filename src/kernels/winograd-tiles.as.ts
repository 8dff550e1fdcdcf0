// The transforms of fast convolution with 3 x 3 kernels: F(4 x 4, 3 x 3) of Winograd (Arithmetic Complexity of
// Computations, 1980) as Lavin and Gray use it for networks (Proc. CVPR 2016, section 4.3: B, G and A there).
// A tile of 4 x 4 outputs comes from 6 x 6 inputs; in the transformed domain it takes 36 products an input
// channel and output channel instead of 144. The polynomials are interpolated at 0, +-a, +-b and infinity with
// a = sqrt(1/2), b = sqrt(2): powers up to 2.8 instead of the 8 of whole points, and half the rounding error.
//
// Planes are (channel, image, row, column), whole rows of 4-byte floats, without padding; the convolution pads
// by 1. One call does `tileRows` rows of tiles of up to 8 images. The transformed side is
//   [36][tile][channel][8 images]    with `xiBytes` bytes from one of the 36 to the next,
// tiles in row order. Images beyond `images` repeat the last one on the way in and are dropped on the way out,
// but count as zero among gradients.
//
// Everything between is done for 4 images at once, one a lane: 4 x 4 blocks of four images are transposed on
// the way. `rows` is scratch of 6 x (width + 2) + 36 vectors.

/** The points a and b, their squares and cubes. */
const A1: f32 = 0.70710678118654752, B1: f32 = 1.4142135623730951;
const A2: f32 = 0.5, B2: f32 = 2;
const A3: f32 = A1 * A2, B3: f32 = B1 * B2;

function shifted(address: usize, i: i32, bytes: usize): usize {
  return address + <usize>i * bytes;
}

/** to[0..3] = the transpose of the four vectors. */
function storeTransposed(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to, i64x2.shuffle(ab0, cd0, 1, 3), 16);
  v128.store(to, i64x2.shuffle(ab1, cd1, 0, 2), 32);
  v128.store(to, i64x2.shuffle(ab1, cd1, 1, 3), 48);
}

/** Four points from their even and odd parts: sums and differences, at to[0 .. 3 * stride]. */
function storePairs(to: usize, stride: usize, even: v128, odd: v128, even2: v128, odd2: v128): void {
  v128.store(to, f32x4.add(even, odd));
  to += stride;
  v128.store(to, f32x4.sub(even, odd));
  to += stride;
  v128.store(to, f32x4.add(even2, odd2));
  to += stride;
  v128.store(to, f32x4.sub(even2, odd2));
}

/** to[i * stride] = row i of B transposed times (d0 .. d5). */
// @ts-ignore: decorator
@inline
function storeInputPoints(to: usize, stride: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const half = f32x4.splat(A2), two = f32x4.splat(B2), sum = f32x4.splat(A2 + B2);
  const even = f32x4.sub(d4, f32x4.mul(two, d2)), odd = f32x4.mul(f32x4.splat(A1), f32x4.sub(d3, f32x4.mul(two, d1)));
  const even2 = f32x4.sub(d4, f32x4.mul(half, d2)), odd2 = f32x4.mul(f32x4.splat(B1), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(to, f32x4.sub(f32x4.add(d0, d4), f32x4.mul(sum, d2)));
  storePairs(to + stride, stride, even, odd, even2, odd2);
  v128.store(to + 5 * stride, f32x4.sub(f32x4.add(d1, d5), f32x4.mul(sum, d3)));
}

/** x planes to transformed tiles: B^T d B. */
export function inputTiles(
  x: usize, imageBytes: usize, channelBytes: usize, channels: i32, images: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 2;
  const scratchRow = (<usize>width + 2) << 4;
  const blocks = rows + 6 * scratchRow;
  const across = width >> 2;
  const tileBytes = <usize>channels << 5;
  const zero = f32x4.splat(0);
  for (let r: usize = 0; r < 6; r++) {
    v128.store(rows + r * scratchRow, zero);
    v128.store(rows + (r + 1) * scratchRow - 16, zero);
  }
  for (let c = 0; c < channels; c++) {
    const plane = shifted(x, c, channelBytes);
    for (let half = 0; half < 8; half += 4) {
      for (let t = 0; t < tileRows; t++) {
        const y = (firstTileRow + t) << 2;
        const isTop = y == 0, isBottom = y + 4 == height;
        for (let q = 0; q < across; q++) {
          for (let i = 0; i < 4; i++) {
            let from = shifted(plane, min(half + i, images - 1), imageBytes) + <usize>y * rowBytes + (<usize>q << 4);
            const d0 = isTop ? zero : v128.load(from - rowBytes);
            const d1 = v128.load(from);
            from += rowBytes;
            const d2 = v128.load(from);
            from += rowBytes;
            const d3 = v128.load(from);
            from += rowBytes;
            const d4 = v128.load(from);
            const d5 = isBottom ? zero : v128.load(from + rowBytes);
            storeInputPoints(blocks + (<usize>i << 4), 64, d0, d1, d2, d3, d4, d5);
          }
          for (let r: usize = 0; r < 6; r++) {
            const b = blocks + (r << 6);
            storeTransposed(rows + r * scratchRow + 16 + (<usize>q << 6), v128.load(b), v128.load(b, 16), v128.load(b, 32), v128.load(b, 48));
          }
        }
        let to = tiles + (<usize>(t * across) * <usize>channels + <usize>c) * 32 + (<usize>half << 2);
        for (let q = 0; q < across; q++) {
          let from = rows + (<usize>q << 6);
          let target = to;
          for (let r = 0; r < 6; r++) {
            storeInputPoints(target, xiBytes, v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48), v128.load(from, 64), v128.load(from, 80));
            from += scratchRow;
            target += 6 * xiBytes;
          }
          to += tileBytes;
        }
      }
    }
  }
}

/** to[i * stride] = row i of A transposed times (m0 .. m5). */
function storeOutputs(to: usize, stride: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const s = f32x4.add(m1, m2), d = f32x4.sub(m1, m2), s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, s), s2));
  to += stride;
  v128.store(to, f32x4.add(f32x4.mul(f32x4.splat(A1), d), f32x4.mul(f32x4.splat(B1), d2)));
  to += stride;
  v128.store(to, f32x4.add(f32x4.mul(f32x4.splat(A2), s), f32x4.mul(f32x4.splat(B2), s2)));
  to += stride;
  v128.store(to, f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(A3), d), f32x4.mul(f32x4.splat(B3), d2)), m5));
}

/** Transformed tiles to y planes: A^T m A. */
export function outputTiles(
  y: usize, imageBytes: usize, channelBytes: usize, channels: i32, images: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 2;
  const across = width >> 2;
  const tileBytes = <usize>channels << 5;
  for (let c = 0; c < channels; c++) {
    for (let half = 0; half < min(8, images); half += 4) {
      const count = min(4, images - half);
      const plane = shifted(shifted(y, c, channelBytes), half, imageBytes);
      for (let t = 0; t < tileRows; t++) {
        for (let q = 0; q < across; q++) {
          let from = tiles + (<usize>(t * across + q) * <usize>channels + <usize>c) * 32 + (<usize>half << 2);
          // Down the columns: rows[i][j] = (A^T m)[i][j].
          for (let j: usize = 0; j < 6; j++) {
            storeOutputs(
              rows + (j << 4), 96,
              v128.load(from), v128.load(from + 6 * xiBytes), v128.load(from + 12 * xiBytes),
              v128.load(from + 18 * xiBytes), v128.load(from + 24 * xiBytes), v128.load(from + 30 * xiBytes),
            );
            from += xiBytes;
          }
          let target = plane + <usize>((firstTileRow + t) << 2) * rowBytes + (<usize>q << 4);
          for (let i: usize = 0; i < 4; i++) {
            const row = rows + i * 96, block = rows + 384;
            storeOutputs(
              block, 16,
              v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
            );
            storeTransposed(block, v128.load(block), v128.load(block, 16), v128.load(block, 32), v128.load(block, 48));
            for (let n = 0; n < count; n++) v128.store(shifted(target, n, imageBytes), v128.load(block + (<usize>n << 4)));
            target += rowBytes;
          }
        }
      }
    }
  }
}

/** to[i * stride] = row i of A times (y0 .. y3). */
function storeOutputPoints(to: usize, stride: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  const even = f32x4.add(y0, f32x4.mul(f32x4.splat(A2), y2));
  const odd = f32x4.add(f32x4.mul(f32x4.splat(A1), y1), f32x4.mul(f32x4.splat(A3), y3));
  const even2 = f32x4.add(y0, f32x4.mul(f32x4.splat(B2), y2));
  const odd2 = f32x4.add(f32x4.mul(f32x4.splat(B1), y1), f32x4.mul(f32x4.splat(B3), y3));
  v128.store(to, y0);
  storePairs(to + stride, stride, even, odd, even2, odd2);
  v128.store(to + 5 * stride, y3);
}

function gated(dy: usize, apart: usize, exists: bool): v128 {
  if (!exists) return f32x4.splat(0);
  return apart ? f32x4.mul(v128.load(dy), v128.load(dy + apart)) : v128.load(dy);
}

/**
 * dy planes to transformed tiles: A dy A^T, the transpose of `outputTiles`. Where `gate` is given, planes laid out as
 * dy, their product is meant.
 */
export function outputGradientTiles(
  dy: usize, gate: usize, imageBytes: usize, channelBytes: usize, channels: i32, images: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 2;
  const across = width >> 2;
  const apart = gate ? gate - dy : 0;
  for (let c = 0; c < channels; c++) {
    for (let half = 0; half < 8; half += 4) {
      const count = images - half;
      const plane = shifted(shifted(dy, c, channelBytes), half, imageBytes);
      for (let t = 0; t < tileRows; t++) {
        for (let q = 0; q < across; q++) {
          let from = plane + <usize>((firstTileRow + t) << 2) * rowBytes + (<usize>q << 4);
          for (let i: usize = 0; i < 4; i++) {
            const block = rows + 384;
            storeTransposed(
              block,
              gated(from, apart, count > 0),
              gated(from + imageBytes, apart, count > 1),
              gated(from + 2 * imageBytes, apart, count > 2),
              gated(from + 3 * imageBytes, apart, count > 3),
            );
            storeOutputPoints(rows + i * 96, 16, v128.load(block), v128.load(block, 16), v128.load(block, 32), v128.load(block, 48));
            from += rowBytes;
          }
          let to = tiles + (<usize>(t * across + q) * <usize>channels + <usize>c) * 32 + (<usize>half << 2);
          for (let j: usize = 0; j < 6; j++) {
            const row = rows + (j << 4);
            storeOutputPoints(to, 6 * xiBytes, v128.load(row), v128.load(row, 96), v128.load(row, 192), v128.load(row, 288));
            to += xiBytes;
          }
        }
      }
    }
  }
}

/** to[r * stride] (+)= row r of B times (v0 .. v5). */
// @ts-ignore: decorator
@inline
function spreadInputPoints(to: usize, stride: usize, adds: bool, v0: v128, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128): void {
  const half = f32x4.splat(A2), two = f32x4.splat(B2), sum = f32x4.splat(A2 + B2);
  const s = f32x4.add(v1, v2), d = f32x4.mul(f32x4.splat(A1), f32x4.sub(v1, v2));
  const s2 = f32x4.add(v3, v4), d2 = f32x4.mul(f32x4.splat(B1), f32x4.sub(v3, v4));
  put(to, adds, v0);
  to += stride;
  put(to, adds, f32x4.sub(f32x4.sub(v5, f32x4.mul(two, d)), f32x4.mul(half, d2)));
  to += stride;
  put(to, adds, f32x4.neg(f32x4.add(f32x4.add(f32x4.mul(sum, v0), f32x4.mul(two, s)), f32x4.mul(half, s2))));
  to += stride;
  put(to, adds, f32x4.sub(f32x4.add(d, d2), f32x4.mul(sum, v5)));
  to += stride;
  put(to, adds, f32x4.add(f32x4.add(v0, s), s2));
  to += stride;
  put(to, adds, v5);
}

function put(to: usize, adds: bool, value: v128): void {
  v128.store(to, adds ? f32x4.add(v128.load(to), value) : value);
}

/** Transformed tiles added to dx planes: B dv B^T, the transpose of `inputTiles`. */
export function addInputGradientTiles(
  dx: usize, imageBytes: usize, channelBytes: usize, channels: i32, images: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 2;
  const scratchRow = (<usize>width + 2) << 4;
  const blocks = rows + 6 * scratchRow;
  const across = width >> 2;
  for (let c = 0; c < channels; c++) {
    for (let half = 0; half < min(8, images); half += 4) {
      const count = min(4, images - half);
      const plane = shifted(shifted(dx, c, channelBytes), half, imageBytes);
      for (let t = 0; t < tileRows; t++) {
        memory.fill(rows, 0, 6 * scratchRow);
        for (let q = 0; q < across; q++) {
          let from = tiles + (<usize>(t * across + q) * <usize>channels + <usize>c) * 32 + (<usize>half << 2);
          for (let j: usize = 0; j < 6; j++) {
            spreadInputPoints(
              blocks + (j << 4), 96, false,
              v128.load(from), v128.load(from + 6 * xiBytes), v128.load(from + 12 * xiBytes),
              v128.load(from + 18 * xiBytes), v128.load(from + 24 * xiBytes), v128.load(from + 30 * xiBytes),
            );
            from += xiBytes;
          }
          for (let r: usize = 0; r < 6; r++) {
            const row = blocks + r * 96;
            spreadInputPoints(
              rows + r * scratchRow + (<usize>q << 6), 16, true,
              v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
            );
          }
        }
        const y = (firstTileRow + t) << 2;
        for (let r = y == 0 ? 1 : 0; r < (y + 4 == height ? 5 : 6); r++) {
          let row = rows + <usize>r * scratchRow + 16;
          let target = plane + <usize>(y + r - 1) * rowBytes;
          for (let q = 0; q < across; q++) {
            storeTransposed(blocks, v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48));
            for (let n = 0; n < count; n++) put(shifted(target, n, imageBytes), true, v128.load(blocks + (<usize>n << 4)));
            row += 64;
            target += 16;
          }
        }
      }
    }
  }
}
