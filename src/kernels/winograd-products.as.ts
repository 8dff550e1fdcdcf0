// Products of transformed tiles (winograd-tiles.as.ts): one small matrix product for each of the 36 points.
// Tiles are [36][tile][channel][8 images], filters packed [36][outputs / 4][channels][4]. Of a tile that holds further
// channels too, some can be meant: `tileBytes` lead from one tile to the next.
// Register tile 4 x 8, as in training-columns.as.ts.

/** out[36][tile][outputs][8] (+)= filters x tiles, point by point; added where `adds`. outputs is a multiple of 4. */
export function tileProducts(
  filters: usize, tiles: usize, tileBytes: usize, xiBytes: usize, out: usize, outTileBytes: usize, outXiBytes: usize,
  channels: i32, outputs: i32, count: i32, adds: i32,
): void {
  const filterBytes = <usize>channels * <usize>outputs << 2;
  for (let xi = 0; xi < 36; xi++) {
    let b = tiles, toTile = out;
    for (let n = 0; n < count; n++) {
      const end = b + (<usize>channels << 5);
      let to = toTile;
      let w = filters;
      for (let m = 0; m < outputs; m += 4) {
        let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (let at = b; at < end; at += 32) {
          const b0 = v128.load(at), b1 = v128.load(at, 16);
          let a = v128.load32_splat(w);
          c00 = f32x4.add(c00, f32x4.mul(a, b0)); c01 = f32x4.add(c01, f32x4.mul(a, b1));
          a = v128.load32_splat(w, 4);
          c10 = f32x4.add(c10, f32x4.mul(a, b0)); c11 = f32x4.add(c11, f32x4.mul(a, b1));
          a = v128.load32_splat(w, 8);
          c20 = f32x4.add(c20, f32x4.mul(a, b0)); c21 = f32x4.add(c21, f32x4.mul(a, b1));
          a = v128.load32_splat(w, 12);
          c30 = f32x4.add(c30, f32x4.mul(a, b0)); c31 = f32x4.add(c31, f32x4.mul(a, b1));
          w += 16;
        }
        if (adds) {
          addAt(to, c00); addAt(to + 16, c01);
          addAt(to + 32, c10); addAt(to + 48, c11);
          addAt(to + 64, c20); addAt(to + 80, c21);
          addAt(to + 96, c30); addAt(to + 112, c31);
        } else {
          v128.store(to, c00); v128.store(to, c01, 16);
          v128.store(to, c10, 32); v128.store(to, c11, 48);
          v128.store(to, c20, 64); v128.store(to, c21, 80);
          v128.store(to, c30, 96); v128.store(to, c31, 112);
        }
        to += 128;
      }
      b += tileBytes;
      toTile += outTileBytes;
    }
    filters += filterBytes;
    tiles += xiBytes;
    out += outXiBytes;
  }
}

function addAt(address: usize, value: v128): void {
  v128.store(address, f32x4.add(v128.load(address), value));
}

/** panel[image][0..7] = tile[0..7][image] of eight channels. */
function transposeEight(from: usize, panel: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const source = from + (half << 7);
    let to = panel + (half << 4);
    for (let side: usize = 0; side < 32; side += 16) {
      const at = source + side;
      const a = v128.load(at), b = v128.load(at, 32), c = v128.load(at, 64), d = v128.load(at, 96);
      const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
      v128.store(to, i64x2.shuffle(ab0, cd0, 1, 3), 32);
      v128.store(to, i64x2.shuffle(ab1, cd1, 0, 2), 64);
      v128.store(to, i64x2.shuffle(ab1, cd1, 1, 3), 96);
      to += 128;
    }
  }
}

/**
 * gradient[36][channels][outputs] += sum over tiles and images of tiles x gradient tiles, point by point.
 * channels is a multiple of 4, outputs of 8; panel holds count * 256 bytes.
 */
export function tileWeightGradient(
  tiles: usize, tileBytes: usize, xiBytes: usize, dTiles: usize, dXiBytes: usize, gradient: usize,
  channels: i32, outputs: i32, count: i32, panel: usize,
): void {
  const dTileBytes = <usize>outputs << 5;
  const stride = <usize>outputs << 2;
  const panelEnd = panel + (<usize>count << 8);
  for (let xi = 0; xi < 36; xi++) {
    for (let m = 0; m < outputs; m += 8) {
      let from = dTiles + (<usize>m << 5);
      for (let to = panel; to < panelEnd; to += 256) {
        transposeEight(from, to);
        from += dTileBytes;
      }
      for (let k = 0; k < channels; k += 4) {
        let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        let x = tiles + (<usize>k << 5);
        let b = panel;
        while (b < panelEnd) {
          const end = b + 256;
          while (b < end) {
            const b0 = v128.load(b), b1 = v128.load(b, 16);
            let a = v128.load32_splat(x);
            c00 = f32x4.add(c00, f32x4.mul(a, b0)); c01 = f32x4.add(c01, f32x4.mul(a, b1));
            a = v128.load32_splat(x, 32);
            c10 = f32x4.add(c10, f32x4.mul(a, b0)); c11 = f32x4.add(c11, f32x4.mul(a, b1));
            a = v128.load32_splat(x, 64);
            c20 = f32x4.add(c20, f32x4.mul(a, b0)); c21 = f32x4.add(c21, f32x4.mul(a, b1));
            a = v128.load32_splat(x, 96);
            c30 = f32x4.add(c30, f32x4.mul(a, b0)); c31 = f32x4.add(c31, f32x4.mul(a, b1));
            b += 32; x += 4;
          }
          x += tileBytes - 32;
        }
        let g = gradient + <usize>k * stride + (<usize>m << 2);
        addAt(g, c00); addAt(g + 16, c01); g += stride;
        addAt(g, c10); addAt(g + 16, c11); g += stride;
        addAt(g, c20); addAt(g + 16, c21); g += stride;
        addAt(g, c30); addAt(g + 16, c31);
      }
    }
    tiles += xiBytes;
    dTiles += dXiBytes;
    gradient += <usize>channels * stride;
  }
}

/** to[0..2 * stride] = G^T times the six vectors at from[i * fromStride]: points 0, +-a, +-b and infinity. */
// @ts-ignore: decorator
@inline
function storeKernel(
  to: usize, stride: usize, from: usize, fromStride: usize,
  perA: v128, perB: v128, slopeA: v128, slopeB: v128, squareA: v128, squareB: v128,
): void {
  const p0 = v128.load(from);
  from += fromStride;
  const p1 = v128.load(from);
  from += fromStride;
  const p2 = v128.load(from);
  from += fromStride;
  const p3 = v128.load(from);
  from += fromStride;
  const p4 = v128.load(from);
  const p5 = v128.load(from + fromStride);
  const inner = f32x4.add(p1, p2), outer = f32x4.add(p3, p4);
  v128.store(to, f32x4.add(p0, f32x4.add(f32x4.mul(inner, perA), f32x4.mul(outer, perB))));
  to += stride;
  v128.store(to, f32x4.add(f32x4.mul(f32x4.sub(p1, p2), slopeA), f32x4.mul(f32x4.sub(p3, p4), slopeB)));
  to += stride;
  v128.store(to, f32x4.add(p5, f32x4.add(f32x4.mul(inner, squareA), f32x4.mul(outer, squareB))));
}

/**
 * kernels[output][channel][3 x 3] = G^T u G of points [36][channels][outputs], rows of G being (1, p, p^2) over
 * `aScale` for +-a and over `bScale` for +-b. outputs is a multiple of 4; `scratch` holds 27 vectors.
 */
export function filterGradient(
  points: usize, channels: i32, outputs: i32, kernels: usize, a: f32, b: f32, aScale: f32, bScale: f32, scratch: usize,
): void {
  const row = <usize>outputs << 2, xiBytes = <usize>channels * row, outputBytes = <usize>channels * 36;
  const perA = f32x4.splat(1 / aScale), perB = f32x4.splat(1 / bScale);
  const slopeA = f32x4.splat(a / aScale), slopeB = f32x4.splat(b / bScale);
  const squareA = f32x4.splat(a * a / aScale), squareB = f32x4.splat(b * b / bScale);
  for (let c = 0; c < channels; c++) {
    let to = kernels;
    for (let m: usize = 0; m < row; m += 16) {
      for (let i: usize = 0; i < 6; i++)
        storeKernel(scratch + i * 48, 16, points + m + i * 6 * xiBytes, xiBytes, perA, perB, slopeA, slopeB, squareA, squareB);
      for (let j: usize = 0; j < 3; j++)
        storeKernel(scratch + 288 + (j << 4), 48, scratch + (j << 4), 48, perA, perB, slopeA, slopeB, squareA, squareB);
      for (let from = scratch + 288; from < scratch + 432; from += 16) {
        const four = v128.load(from);
        v128.store32_lane(to, four, 0);
        v128.store32_lane(to + outputBytes, four, 1);
        v128.store32_lane(to + 2 * outputBytes, four, 2);
        v128.store32_lane(to + 3 * outputBytes, four, 3);
        to += 4;
      }
      to += 4 * outputBytes - 36;
    }
    points += row;
    kernels += 36;
  }
}
