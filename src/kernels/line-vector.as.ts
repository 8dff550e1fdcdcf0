/**
 * Line-preconditioned conjugate gradients for one right-hand side (numerics/line-pcg.ts), two sweeps over
 * the grid an iteration. Fields hold eight rows side by side: node (i, j) is double i % 8 of the 64 bytes
 * at (floor(i / 8) columns + j) 64, so that horizontal lines run in lanes; `columns` is even, and rows
 * and columns that fill up the grid have zero links and pivots. `down` holds the pivots of the vertical
 * lines in pairs of columns: row i % 8 of columns 2 m and 2 m + 1 in the 128 bytes of both. Arguments are
 * byte offsets, 16-byte aligned.
 */

import { add, sub, mul, first, second } from './shared/lanes.as';

/** The two lanes about a border. */
// @ts-ignore: decorator
@inline
function border(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 2);
}
// @ts-ignore: decorator
@inline
function total(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** r <- r - alpha q on two rows of one column. */
// @ts-ignore: decorator
@inline
function reduce(r: usize, q: usize, alpha: v128): v128 {
  const value = sub(v128.load(r), mul(alpha, v128.load(q)));
  v128.store(r, value);
  return value;
}

/**
 * Downward sweep: r <- r - alpha q, then the elimination of the vertical lines from their near end,
 * left in z in pairs of columns. Returns r . V^-1 r, a sum of squares: y^2 over the pivots.
 */
export function sweepDown(
  blocks: i32, columns: i32, segment: f64, down: usize, r: usize, q: usize, z: usize, alpha: f64,
): f64 {
  const s = f64x2.splat(segment), a = f64x2.splat(alpha);
  const block = <usize>columns * 64;
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0);
  for (let b = 0; b < blocks; b++) {
    for (let j = 0; j < columns; j += 2) {
      const r0 = reduce(r, q, a), r4 = reduce(r + 64, q + 64, a);
      const r1 = reduce(r + 16, q + 16, a), r5 = reduce(r + 80, q + 80, a);
      const r2 = reduce(r + 32, q + 32, a), r6 = reduce(r + 96, q + 96, a);
      const r3 = reduce(r + 48, q + 48, a), r7 = reduce(r + 112, q + 112, a);
      // The last row of the block above; its segment conducts nothing above the first row.
      let u = b > 0 ? add(first(r0, r4), mul(s, v128.load(z - block, 112))) : first(r0, r4);
      let y = mul(v128.load(down), u);
      sum0 = add(sum0, mul(u, y));
      v128.store(z, y);
      u = add(second(r0, r4), mul(s, y));
      y = mul(v128.load(down, 16), u);
      sum1 = add(sum1, mul(u, y));
      v128.store(z, y, 16);
      u = add(first(r1, r5), mul(s, y));
      y = mul(v128.load(down, 32), u);
      sum0 = add(sum0, mul(u, y));
      v128.store(z, y, 32);
      u = add(second(r1, r5), mul(s, y));
      y = mul(v128.load(down, 48), u);
      sum1 = add(sum1, mul(u, y));
      v128.store(z, y, 48);
      u = add(first(r2, r6), mul(s, y));
      y = mul(v128.load(down, 64), u);
      sum0 = add(sum0, mul(u, y));
      v128.store(z, y, 64);
      u = add(second(r2, r6), mul(s, y));
      y = mul(v128.load(down, 80), u);
      sum1 = add(sum1, mul(u, y));
      v128.store(z, y, 80);
      u = add(first(r3, r7), mul(s, y));
      y = mul(v128.load(down, 96), u);
      sum0 = add(sum0, mul(u, y));
      v128.store(z, y, 96);
      u = add(second(r3, r7), mul(s, y));
      y = mul(v128.load(down, 112), u);
      sum1 = add(sum1, mul(u, y));
      v128.store(z, y, 112);
      down += 128;
      r += 128;
      q += 128;
      z += 128;
    }
  }
  return total(add(sum0, sum1));
}

/** x <- x + alpha p; p <- z + beta p; returns the elimination along two horizontal lines, kept in t. */
// @ts-ignore: decorator
@inline
function advance(
  z: v128, p: usize, x: usize, links: usize, pivot: usize, t: usize,
  alpha: v128, beta: v128, segment: v128, before: v128,
): v128 {
  const old = v128.load(p);
  v128.store(x, add(v128.load(x), mul(alpha, old)));
  const next = add(z, mul(beta, old));
  v128.store(p, next);
  const d = v128.load(pivot);
  const value = add(mul(mul(d, v128.load(links)), next), mul(mul(d, segment), before));
  v128.store(t, value);
  return value;
}

/** One block of the upward sweep: back substitution of the vertical lines, then `advance` along it. */
function advanceBlock(
  columns: i32, horizontal: v128, vertical: v128, links: usize, pivot: usize, down: usize, z: usize,
  p: usize, x: usize, t: usize, carry: usize, alpha: v128, beta: v128,
): void {
  let t0 = f64x2.splat(0), t1 = t0, t2 = t0, t3 = t0;
  for (let j = 0; j < columns; j += 2) {
    let y = v128.load(carry);
    const z7 = (y = add(v128.load(z, 112), mul(mul(vertical, v128.load(down, 112)), y)));
    const z6 = (y = add(v128.load(z, 96), mul(mul(vertical, v128.load(down, 96)), y)));
    const z5 = (y = add(v128.load(z, 80), mul(mul(vertical, v128.load(down, 80)), y)));
    const z4 = (y = add(v128.load(z, 64), mul(mul(vertical, v128.load(down, 64)), y)));
    const z3 = (y = add(v128.load(z, 48), mul(mul(vertical, v128.load(down, 48)), y)));
    const z2 = (y = add(v128.load(z, 32), mul(mul(vertical, v128.load(down, 32)), y)));
    const z1 = (y = add(v128.load(z, 16), mul(mul(vertical, v128.load(down, 16)), y)));
    const z0 = (y = add(v128.load(z), mul(mul(vertical, v128.load(down)), y)));
    v128.store(carry, y);
    const h = horizontal;
    t0 = advance(first(z0, z1), p, x, links, pivot, t, alpha, beta, h, t0);
    t1 = advance(first(z2, z3), p + 16, x + 16, links + 16, pivot + 16, t + 16, alpha, beta, h, t1);
    t2 = advance(first(z4, z5), p + 32, x + 32, links + 32, pivot + 32, t + 32, alpha, beta, h, t2);
    t3 = advance(first(z6, z7), p + 48, x + 48, links + 48, pivot + 48, t + 48, alpha, beta, h, t3);
    t0 = advance(second(z0, z1), p + 64, x + 64, links + 64, pivot + 64, t + 64, alpha, beta, h, t0);
    t1 = advance(second(z2, z3), p + 80, x + 80, links + 80, pivot + 80, t + 80, alpha, beta, h, t1);
    t2 = advance(second(z4, z5), p + 96, x + 96, links + 96, pivot + 96, t + 96, alpha, beta, h, t2);
    t3 = advance(second(z6, z7), p + 112, x + 112, links + 112, pivot + 112, t + 112, alpha, beta, h, t3);
    z += 128;
    down += 128;
    carry += 16;
    p += 128;
    x += 128;
    links += 128;
    pivot += 128;
    t += 128;
  }
}

/** The vertical lines end at the last row: rows that fill up its block repeat it. */
function repeatLastRow(rows: i32, blocks: i32, columns: i32, p: usize): void {
  const from = rows - 8 * (blocks - 1);
  if (from == 8) return;
  let at = p + <usize>(blocks - 1) * <usize>columns * 64;
  for (let j = 0; j < columns; j++) {
    const last = load<f64>(at + <usize>from * 8 - 8);
    for (let lane = from; lane < 8; lane++) store<f64>(at + <usize>lane * 8, last);
    at += 64;
  }
}

/** The current leaving vertical nodes through their links and along their lines, in differences. */
// @ts-ignore: decorator
@inline
function balance(g: v128, drop: v128, s: v128, own: v128, up: v128, down: v128): v128 {
  return add(mul(g, drop), mul(s, add(sub(own, up), sub(own, down))));
}

/**
 * Back substitution of the horizontal lines of one block (t <- H^-1 G p), then q <- S p but for the ends
 * of the vertical lines. `up` and `down` are where the neighbouring rows of its first column are. Returns
 * p . q.
 */
function balanceBlock(
  columns: i32, horizontal: v128, vertical: v128, links: usize, pivot: usize,
  p: usize, q: usize, t: usize, up: usize, down: usize,
): f64 {
  let t0 = f64x2.splat(0), t1 = t0, t2 = t0, t3 = t0;
  let s0 = t0, s1 = t0, s2 = t0, s3 = t0;
  let at = <usize>columns * 64;
  for (let j = 0; j < columns; j++) {
    at -= 64;
    const d = pivot + at, tk = t + at, pk = p + at, qk = q + at, g = links + at;
    t0 = add(v128.load(tk), mul(mul(horizontal, v128.load(d)), t0));
    t1 = add(v128.load(tk, 16), mul(mul(horizontal, v128.load(d, 16)), t1));
    t2 = add(v128.load(tk, 32), mul(mul(horizontal, v128.load(d, 32)), t2));
    t3 = add(v128.load(tk, 48), mul(mul(horizontal, v128.load(d, 48)), t3));
    v128.store(tk, t0);
    v128.store(tk, t1, 16);
    v128.store(tk, t2, 32);
    v128.store(tk, t3, 48);
    const p0 = v128.load(pk), p1 = v128.load(pk, 16), p2 = v128.load(pk, 32), p3 = v128.load(pk, 48);
    const u1 = border(p0, p1), u2 = border(p1, p2), u3 = border(p2, p3);
    const u0 = first(v128.load64_splat(up + at), p0);
    const u4 = second(p3, v128.load64_splat(down + at));
    const q0 = balance(v128.load(g), sub(p0, t0), vertical, p0, u0, u1);
    const q1 = balance(v128.load(g, 16), sub(p1, t1), vertical, p1, u1, u2);
    const q2 = balance(v128.load(g, 32), sub(p2, t2), vertical, p2, u2, u3);
    const q3 = balance(v128.load(g, 48), sub(p3, t3), vertical, p3, u3, u4);
    v128.store(qk, q0);
    v128.store(qk, q1, 16);
    v128.store(qk, q2, 32);
    v128.store(qk, q3, 48);
    s0 = add(s0, mul(p0, q0));
    s1 = add(s1, mul(p1, q1));
    s2 = add(s2, mul(p2, q2));
    s3 = add(s3, mul(p3, q3));
  }
  return total(add(add(s0, s1), add(s2, s3)));
}

function balanceOf(
  b: i32, blocks: i32, columns: i32, horizontal: v128, vertical: v128, links: usize, pivot: usize,
  p: usize, q: usize, t: usize, spread: usize,
): f64 {
  const block = <usize>columns * 64, at = <usize>b * block;
  const up = p + at - (b > 0 ? block - 56 : 0);
  const down = p + at + (b + 1 < blocks ? block : 56);
  return balanceBlock(columns, horizontal, vertical, links + at, pivot + at, p + at, q + at,
    t + (<usize>b & spread) * block, up, down);
}

/** q <- q + end p on the row at these places; returns p . end p. */
function addEnds(columns: i32, ends: usize, p: usize, q: usize): f64 {
  let sum: f64 = 0;
  for (let j = 0; j < columns; j++) {
    const own = load<f64>(p), current = load<f64>(ends) * own;
    store<f64>(q, load<f64>(q) + current);
    sum += own * current;
    ends += 8;
    p += 64;
    q += 64;
  }
  return sum;
}

function addAllEnds(
  rows: i32, blocks: i32, columns: i32, near: usize, far: usize, p: usize, q: usize,
): f64 {
  const last = <usize>(blocks - 1) * <usize>columns * 64 + <usize>(rows - 8 * (blocks - 1) - 1) * 8;
  return addEnds(columns, near, p, q) + addEnds(columns, far, p + last, q + last);
}

/**
 * Upward sweep: z <- V^-1 r from the eliminated z, x <- x + alpha p, p <- z + beta p, q <- S p. Returns
 * p . q. `t` is scratch of two blocks, `carry` of one row.
 */
export function sweepUp(
  rows: i32, blocks: i32, columns: i32, horizontal: f64, vertical: f64, links: usize, pivot: usize,
  down: usize, near: usize, far: usize, z: usize, p: usize, x: usize, q: usize, t: usize, carry: usize,
  alpha: f64, beta: f64,
): f64 {
  const h = f64x2.splat(horizontal), v = f64x2.splat(vertical);
  const block = <usize>columns * 64;
  let sum: f64 = 0;
  memory.fill(carry, 0, <usize>columns * 8);
  for (let b = blocks - 1; b >= 0; b--) {
    const at = <usize>b * block;
    advanceBlock(columns, h, v, links + at, pivot + at, down + at, z + at, p + at, x + at,
      t + (<usize>b & 1) * block, carry, f64x2.splat(alpha), f64x2.splat(beta));
    if (b == blocks - 1) repeatLastRow(rows, blocks, columns, p);
    else sum += balanceOf(b + 1, blocks, columns, h, v, links, pivot, p, q, t, 1);
  }
  sum += balanceOf(0, blocks, columns, h, v, links, pivot, p, q, t, 1);
  return sum + addAllEnds(rows, blocks, columns, near, far, p, q);
}

/** p <- x + alpha p; t <- H^-1 G p in full; q <- S p: the solution after a last step, to be judged. */
export function complete(
  rows: i32, blocks: i32, columns: i32, horizontal: f64, vertical: f64, links: usize, pivot: usize,
  near: usize, far: usize, x: usize, p: usize, q: usize, t: usize, alpha: f64,
): void {
  const h = f64x2.splat(horizontal), v = f64x2.splat(vertical), a = f64x2.splat(alpha);
  const block = <usize>columns * 64;
  const none = f64x2.splat(0);
  for (let b = 0; b < blocks; b++) {
    let t0 = none, t1 = none, t2 = none, t3 = none;
    let at = <usize>b * block;
    for (let j = 0; j < columns; j++) {
      const g = links + at, d = pivot + at, pk = p + at, xk = x + at, k = t + at;
      t0 = advance(v128.load(xk), pk, xk, g, d, k, none, a, h, t0);
      t1 = advance(v128.load(xk, 16), pk + 16, xk + 16, g + 16, d + 16, k + 16, none, a, h, t1);
      t2 = advance(v128.load(xk, 32), pk + 32, xk + 32, g + 32, d + 32, k + 32, none, a, h, t2);
      t3 = advance(v128.load(xk, 48), pk + 48, xk + 48, g + 48, d + 48, k + 48, none, a, h, t3);
      at += 64;
    }
  }
  repeatLastRow(rows, blocks, columns, p);
  for (let b = 0; b < blocks; b++) {
    balanceOf(b, blocks, columns, h, v, links, pivot, p, q, t, <usize>-1);
  }
  addAllEnds(rows, blocks, columns, near, far, p, q);
}
