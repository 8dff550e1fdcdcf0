// The backward pass of a stochastic convolution through transformed tiles, in 16-bit whole numbers with 32-bit sums:
// the transposes of winograd-whole.as.ts, whose points 0, +-1, +-2 and infinity and whose layout of planes are meant. The
// output's gradient, gated, is rounded to 16 bits point by point; products are exact. The transformed side is
//   [36][tile][channel or output][8 images] of 16 bits, with `xiBytes` bytes from one of the 36 to the next.
// Factors and worths are 36 numbers in single precision: what a point is multiplied by before it is rounded, and what a
// unit of its products is worth.

import { narrowed } from './shared/narrowed.as';

function gatedAt(dy: usize, gate: usize): v128 {
  return f32x4.mul(v128.load(dy), f32x4.convert_i32x4_s(v128.load16x4_s(gate)));
}

/** The largest |gate dy| of a block: `bytes` of dy a channel, 16-bit gates. Reading all in order also fills the caches. */
export function largestOfBlock(dy: usize, gate: usize, channelBytes: usize, channels: i32, bytes: usize): f32 {
  let top = f32x4.splat(0), top2 = top;
  for (let c = 0; c < channels; c++) {
    for (let o: usize = 0; o < bytes; o += 32) {
      top = f32x4.pmax(top, f32x4.abs(gatedAt(dy + o, gate + (o >> 1))));
      top2 = f32x4.pmax(top2, f32x4.abs(gatedAt(dy + o + 16, gate + (o >> 1) + 8)));
    }
    dy += channelBytes;
    gate += channelBytes >> 1;
  }
  top = f32x4.pmax(top, top2);
  return max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/** to[i * stride] = row i of A times (y0 .. y3). */
// @ts-ignore: decorator
@inline
function storePoints(to: usize, stride: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  const four = f32x4.splat(4);
  const even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3);
  const even2 = f32x4.add(y0, f32x4.mul(four, y2)), half = f32x4.add(y1, f32x4.mul(four, y3)), odd2 = f32x4.add(half, half);
  v128.store(to, y0);
  to += stride;
  v128.store(to, f32x4.add(even, odd));
  to += stride;
  v128.store(to, f32x4.sub(even, odd));
  to += stride;
  v128.store(to, f32x4.add(even2, odd2));
  to += stride;
  v128.store(to, f32x4.sub(even2, odd2));
  to += stride;
  v128.store(to, y3);
}

/** gate dy to transformed tiles of 16 bits: round(factor A (gate dy) A^T). `rows` is scratch of 60 vectors. */
export function gatedTiles(
  dy: usize, gate: usize, channelBytes: usize, channels: i32, width: i32, firstTileRow: i32, tileRows: i32,
  tiles: usize, xiBytes: usize, factors: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const tileBytes = <usize>channels << 4;
  const block = rows + 768;
  const firstRow = <usize>(firstTileRow << 2) * rowBytes;
  dy += firstRow;
  gate += firstRow >> 1;
  for (let c = 0; c < channels; c++) {
    let tile = tiles + (<usize>c << 4);
    for (let t = 0; t < tileRows; t++) {
      const row = <usize>(t << 2) * rowBytes;
      for (let column = row; column < row + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          const from = dy + column + half, g = gate + ((column + half) >> 1), target = rows + 24 * half;
          for (let i: usize = 0; i < 4; i++) {
            const at = from + i * rowBytes, gateAt = g + (i * rowBytes >> 1);
            storePoints(
              target + i * 96, 16,
              gatedAt(at, gateAt), gatedAt(at + 32, gateAt + 16), gatedAt(at + 64, gateAt + 32), gatedAt(at + 96, gateAt + 48),
            );
          }
        }
        let to = tile, factor = factors;
        for (let source = rows; source < rows + 96; source += 16) {
          storePoints(block, 16, v128.load(source), v128.load(source, 96), v128.load(source, 192), v128.load(source, 288));
          storePoints(block + 96, 16, v128.load(source, 384), v128.load(source, 480), v128.load(source, 576), v128.load(source, 672));
          let target = to, f = factor;
          for (let at = block; at < block + 96; at += 16) {
            const own = v128.load32_splat(f);
            v128.store(target, narrowed(f32x4.mul(v128.load(at), own), f32x4.mul(v128.load(at, 96), own)));
            target += 6 * xiBytes;
            f += 24;
          }
          to += xiBytes;
          factor += 4;
        }
        tile += tileBytes;
      }
    }
    dy += channelBytes;
    gate += channelBytes >> 1;
  }
}

function scaled(value: v128, factor: v128): v128 {
  return f32x4.mul(factor, f32x4.convert_i32x4_s(value));
}

function addScaled(address: usize, value: v128, factor: v128): void {
  v128.store(address, f32x4.add(v128.load(address), scaled(value, factor)));
}

/** panel[pair of images][0..7] = that pair of eight outputs. */
function packPairs(from: usize, panel: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const source = from + (half << 6), to = panel + (half << 4);
    const a = v128.load(source), b = v128.load(source, 16), c = v128.load(source, 32), d = v128.load(source, 48);
    const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
    v128.store(to, i64x2.shuffle(ab0, cd0, 1, 3), 32);
    v128.store(to, i64x2.shuffle(ab1, cd1, 0, 2), 64);
    v128.store(to, i64x2.shuffle(ab1, cd1, 1, 3), 96);
  }
}

/**
 * gradient[36][channels][outputs] += worth * sum over tiles and images of tiles x gradient tiles, point by point.
 * channels is a multiple of 4, outputs of 8; panel holds count * 128 bytes.
 */
export function wholeWeightGradient(
  tiles: usize, tileBytes: usize, xiBytes: usize, dTiles: usize, dXiBytes: usize, gradient: usize, worths: usize,
  channels: i32, outputs: i32, count: i32, panel: usize,
): void {
  const dTileBytes = <usize>outputs << 4;
  const stride = <usize>outputs << 2;
  const panelEnd = panel + (<usize>count << 7);
  for (let xi = 0; xi < 36; xi++) {
    const worth = v128.load32_splat(worths + (<usize>xi << 2));
    for (let m = 0; m < outputs; m += 8) {
      let from = dTiles + (<usize>m << 4);
      for (let to = panel; to < panelEnd; to += 128) {
        packPairs(from, to);
        from += dTileBytes;
      }
      for (let k = 0; k < channels; k += 4) {
        let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        let x = tiles + (<usize>k << 4);
        let b = panel;
        while (b < panelEnd) {
          const end = b + 128;
          while (b < end) {
            const b0 = v128.load(b), b1 = v128.load(b, 16);
            let a = v128.load32_splat(x);
            c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a, b0)); c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a, b1));
            a = v128.load32_splat(x, 16);
            c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a, b0)); c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a, b1));
            a = v128.load32_splat(x, 32);
            c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a, b0)); c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a, b1));
            a = v128.load32_splat(x, 48);
            c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a, b0)); c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a, b1));
            b += 32; x += 4;
          }
          x += tileBytes - 16;
        }
        let g = gradient + <usize>k * stride + (<usize>m << 2);
        addScaled(g, c00, worth); addScaled(g + 16, c01, worth); g += stride;
        addScaled(g, c10, worth); addScaled(g + 16, c11, worth); g += stride;
        addScaled(g, c20, worth); addScaled(g + 16, c21, worth); g += stride;
        addScaled(g, c30, worth); addScaled(g + 16, c31, worth);
      }
    }
    tiles += xiBytes;
    dTiles += dXiBytes;
    gradient += <usize>channels * stride;
  }
}

/**
 * out[36][tile][channel][8 images] (single precision) = worth * filters x gradient tiles, point by point, added for the
 * first `added` channels; of a tile of more channels some are meant. Filters are packed
 * [36][channels / 4][outputs / 2][4][2]; channels and added are multiples of 4; panel holds outputs * 16 bytes.
 */
export function wholeInputGradient(
  filters: usize, dTiles: usize, dXiBytes: usize, out: usize, outTileBytes: usize, outXiBytes: usize, worths: usize,
  channels: i32, added: i32, outputs: i32, count: i32, panel: usize,
): void {
  const filterBytes = <usize>channels * <usize>outputs << 1;
  const dTileBytes = <usize>outputs << 4;
  const panelEnd = panel + dTileBytes;
  for (let xi = 0; xi < 36; xi++) {
    const worth = v128.load32_splat(worths + (<usize>xi << 2));
    let from = dTiles, toTile = out;
    for (let n = 0; n < count; n++) {
      for (let b = panel; b < panelEnd; b += 32) {
        const first = v128.load(from), second = v128.load(from, 16);
        v128.store(b, i16x8.shuffle(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(b, i16x8.shuffle(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
        from += 32;
      }
      let to = toTile, w = filters;
      for (let k = 0; k < channels; k += 4) {
        let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        for (let b = panel; b < panelEnd; b += 32) {
          const b0 = v128.load(b), b1 = v128.load(b, 16);
          let a = v128.load32_splat(w);
          c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a, b0)); c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 4);
          c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a, b0)); c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 8);
          c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a, b0)); c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a, b1));
          a = v128.load32_splat(w, 12);
          c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a, b0)); c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a, b1));
          w += 16;
        }
        if (k < added) {
          addScaled(to, c00, worth); addScaled(to + 16, c01, worth);
          addScaled(to + 32, c10, worth); addScaled(to + 48, c11, worth);
          addScaled(to + 64, c20, worth); addScaled(to + 80, c21, worth);
          addScaled(to + 96, c30, worth); addScaled(to + 112, c31, worth);
        } else {
          v128.store(to, scaled(c00, worth)); v128.store(to, scaled(c01, worth), 16);
          v128.store(to, scaled(c10, worth), 32); v128.store(to, scaled(c11, worth), 48);
          v128.store(to, scaled(c20, worth), 64); v128.store(to, scaled(c21, worth), 80);
          v128.store(to, scaled(c30, worth), 96); v128.store(to, scaled(c31, worth), 112);
        }
        to += 128;
      }
      toTile += outTileBytes;
    }
    filters += filterBytes;
    dTiles += dXiBytes;
    out += outXiBytes;
  }
}

function put(to: usize, adds: bool, value: v128): void {
  v128.store(to, adds ? f32x4.add(v128.load(to), value) : value);
}

/** Rows of B times (v0 .. v5) at to[r * stride]: the first where asked for, the last too. Added, or only the first two. */
// @ts-ignore: decorator
@inline
function spread(
  to: usize, stride: usize, addsFirst: bool, addsRest: bool, first: bool, last: bool,
  v0: v128, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128,
): void {
  const four = f32x4.splat(4), five = f32x4.splat(5);
  const s = f32x4.add(v1, v2), d = f32x4.sub(v1, v2);
  const s2 = f32x4.add(v3, v4), d1 = f32x4.sub(v3, v4), d2 = f32x4.add(d1, d1);
  if (first) put(to, addsFirst, f32x4.mul(four, v0));
  to += stride;
  put(to, addsFirst, f32x4.sub(f32x4.mul(four, f32x4.sub(v5, d)), d2));
  to += stride;
  put(to, addsRest, f32x4.neg(f32x4.add(f32x4.add(f32x4.mul(five, v0), f32x4.mul(four, s)), s2)));
  to += stride;
  put(to, addsRest, f32x4.sub(f32x4.add(d, d2), f32x4.mul(five, v5)));
  to += stride;
  put(to, addsRest, f32x4.add(f32x4.add(v0, s), s2));
  to += stride;
  if (last) put(to, addsRest, v5);
}

/**
 * Transformed tiles, [36][tile][channel][8 images] in single precision, to dx planes: B dv B^T. Rows of tiles come in
 * ascending order: each adds to the last rows of the one above, and overwrites the others.
 */
export function inputGradientPlanes(
  dx: usize, channelBytes: usize, channels: i32, height: i32, width: i32,
  firstTileRow: i32, tileRows: i32, tiles: usize, xiBytes: usize, rows: usize,
): void {
  const rowBytes = <usize>width << 5;
  const scratchRow = rowBytes + 64;
  const tileBytes = <usize>channels << 5;
  for (let c = 0; c < channels; c++) {
    let tile = tiles + (<usize>c << 5);
    for (let t = 0; t < tileRows; t++) {
      memory.fill(rows, 0, 6 * scratchRow);
      for (let column = rows; column < rows + rowBytes; column += 128) {
        for (let half: usize = 0; half < 32; half += 16) {
          let from = tile + half, target = column + half;
          for (let r = 0; r < 6; r++) {
            spread(
              target, 32, true, true, true, true,
              v128.load(from), v128.load(from + xiBytes), v128.load(from + 2 * xiBytes),
              v128.load(from + 3 * xiBytes), v128.load(from + 4 * xiBytes), v128.load(from + 5 * xiBytes),
            );
            target += scratchRow;
            from += 6 * xiBytes;
          }
        }
        tile += tileBytes;
      }
      const y = (firstTileRow + t) << 2;
      const hasAbove = y > 0, hasBelow = y + 4 < height;
      let to = dx + <usize>y * rowBytes - rowBytes;
      for (let from = rows + 32; from < rows + scratchRow - 32; from += 16) {
        spread(
          to, rowBytes, hasAbove, false, hasAbove, hasBelow,
          v128.load(from), v128.load(from + scratchRow), v128.load(from + 2 * scratchRow),
          v128.load(from + 3 * scratchRow), v128.load(from + 4 * scratchRow), v128.load(from + 5 * scratchRow),
        );
        to += 16;
      }
    }
    dx += channelBytes;
  }
}
