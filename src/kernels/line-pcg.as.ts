/**
 * Line-preconditioned conjugate gradients for 8 right-hand sides at once (four f64x2 a node), as needed
 * for transfer matrices: the solution itself is not kept, only the currents it sends to the ports.
 * Fields hold rows x columns nodes, row-major, 8 doubles a node; links and pivots one double a node.
 * Horizontal lines are eliminated exactly, vertical lines precondition: see numerics/line-pcg.ts.
 * Arguments are byte offsets, 16-byte aligned; `pitch` is the distance of rows in a field (bytes).
 */

import { add, sub, mul } from './shared/lanes.as';

/** p <- z + beta p on one row, then t <- forward elimination of links * p along it. */
// @ts-ignore: decorator
@inline
function forwardRow(
  columns: i32, links: usize, pivot: usize, segment: v128,
  z: usize, p: usize, t: usize, beta: usize,
): void {
  const beta0 = v128.load(beta, 0);
  const beta1 = v128.load(beta, 16);
  const beta2 = v128.load(beta, 32);
  const beta3 = v128.load(beta, 48);
  let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
  for (let j = 0; j < columns; j++) {
    const d = v128.load64_splat(pivot);
    const dg = mul(d, v128.load64_splat(links));
    const ds = mul(d, segment);
    const p0 = add(v128.load(z, 0), mul(beta0, v128.load(p, 0)));
    const p1 = add(v128.load(z, 16), mul(beta1, v128.load(p, 16)));
    const p2 = add(v128.load(z, 32), mul(beta2, v128.load(p, 32)));
    const p3 = add(v128.load(z, 48), mul(beta3, v128.load(p, 48)));
    v128.store(p, p0, 0);
    v128.store(p, p1, 16);
    v128.store(p, p2, 32);
    v128.store(p, p3, 48);
    a0 = add(mul(dg, p0), mul(ds, a0));
    a1 = add(mul(dg, p1), mul(ds, a1));
    a2 = add(mul(dg, p2), mul(ds, a2));
    a3 = add(mul(dg, p3), mul(ds, a3));
    v128.store(t, a0, 0);
    v128.store(t, a1, 16);
    v128.store(t, a2, 32);
    v128.store(t, a3, 48);
    links += 8;
    pivot += 8;
    z += 64;
    p += 64;
    t += 64;
  }
}

/**
 * p <- z + beta p; q <- S p; sums[8] <- p . q; currents[i][8] <- what p sends to the port of line i.
 * `t` is scratch of two rows. `near` and `far` are the end conductances of the vertical lines, one
 * double a column; `ports` six weights a row: of t at its first, second, last but one and last node, of
 * p at its first and last.
 */
export function direct(
  rows: i32, columns: i32, pitch: usize, links: usize, pivot: usize,
  horizontalSegment: f64, verticalSegment: f64, near: usize, far: usize, ports: usize,
  z: usize, p: usize, q: usize, t: usize, beta: usize, sums: usize, currents: usize,
): void {
  const h = f64x2.splat(horizontalSegment), v = f64x2.splat(verticalSegment);
  const row = <usize>columns * 64, scalars = <usize>columns * 8;
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  forwardRow(columns, links, pivot, h, z, p, t, beta);
  for (let i = 0; i < rows; i++) {
    // The next row's direction must stand before this row's differences along the vertical lines.
    if (i + 1 < rows) {
      const next = <usize>(i + 1);
      forwardRow(columns, links + next * scalars, pivot + next * scalars, h,
        z + next * pitch, p + next * pitch, t + (next & 1) * row, beta);
    }
    const last = <usize>i * scalars + scalars - 8;
    const tRow = t + <usize>(i & 1) * row, pRow = p + <usize>i * pitch;
    let g = links + last, d = pivot + last;
    let pk = pRow + row - 64, qk = q + <usize>i * pitch + row - 64, tk = tRow + row - 64;
    const up: usize = i > 0 ? pitch : 0, down: usize = i + 1 < rows ? pitch : 0;
    let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
    for (let j = 0; j < columns; j++) {
      const gk = v128.load64_splat(g), ds = mul(h, v128.load64_splat(d));
      a0 = add(v128.load(tk, 0), mul(ds, a0));
      a1 = add(v128.load(tk, 16), mul(ds, a1));
      a2 = add(v128.load(tk, 32), mul(ds, a2));
      a3 = add(v128.load(tk, 48), mul(ds, a3));
      v128.store(tk, a0, 0);
      v128.store(tk, a1, 16);
      v128.store(tk, a2, 32);
      v128.store(tk, a3, 48);
      const p0 = v128.load(pk, 0);
      const q0 = balance(gk, sub(p0, a0), v, p0, v128.load(pk - up, 0), v128.load(pk + down, 0));
      v128.store(qk, q0, 0);
      s0 = add(s0, mul(p0, q0));
      const p1 = v128.load(pk, 16);
      const q1 = balance(gk, sub(p1, a1), v, p1, v128.load(pk - up, 16), v128.load(pk + down, 16));
      v128.store(qk, q1, 16);
      s1 = add(s1, mul(p1, q1));
      const p2 = v128.load(pk, 32);
      const q2 = balance(gk, sub(p2, a2), v, p2, v128.load(pk - up, 32), v128.load(pk + down, 32));
      v128.store(qk, q2, 32);
      s2 = add(s2, mul(p2, q2));
      const p3 = v128.load(pk, 48);
      const q3 = balance(gk, sub(p3, a3), v, p3, v128.load(pk - up, 48), v128.load(pk + down, 48));
      v128.store(qk, q3, 48);
      s3 = add(s3, mul(p3, q3));
      g -= 8;
      d -= 8;
      pk -= 64;
      qk -= 64;
      tk -= 64;
    }
    portCurrent(columns, ports + <usize>i * 48, tRow, pRow, currents + <usize>i * 64);
  }
  v128.store(sums, s0, 0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  addEnds(columns, near, p, q, sums);
  addEnds(columns, far, p + <usize>(rows - 1) * pitch, q + <usize>(rows - 1) * pitch, sums);
}

/** Current leaving a vertical node through its link and along its line. */
// @ts-ignore: decorator
@inline
function balance(g: v128, drop: v128, v: v128, own: v128, up: v128, down: v128): v128 {
  return add(mul(g, drop), mul(v, add(sub(own, up), sub(own, down))));
}

/** q += end p on one row, sums += p . end p: current leaving through the ends of the vertical lines. */
function addEnds(columns: i32, ends: usize, p: usize, q: usize, sums: usize): void {
  for (let j = 0; j < columns; j++) {
    const end = v128.load64_splat(ends);
    for (let lane = 0; lane < 64; lane += 16) {
      const pk = v128.load(p + lane), current = mul(end, pk);
      v128.store(q + lane, add(v128.load(q + lane), current));
      v128.store(sums + lane, add(v128.load(sums + lane), mul(pk, current)));
    }
    ends += 8;
    p += 64;
    q += 64;
  }
}

function portCurrent(columns: i32, ports: usize, t: usize, p: usize, current: usize): void {
  const last = <usize>(columns - 1) * 64, step: usize = columns > 1 ? 64 : 0;
  for (let lane: usize = 0; lane < 64; lane += 16) {
    let sum = mul(v128.load64_splat(ports), v128.load(t + lane));
    sum = add(sum, mul(v128.load64_splat(ports, 8), v128.load(t + step + lane)));
    sum = add(sum, mul(v128.load64_splat(ports, 16), v128.load(t + last - step + lane)));
    sum = add(sum, mul(v128.load64_splat(ports, 24), v128.load(t + last + lane)));
    sum = add(sum, mul(v128.load64_splat(ports, 32), v128.load(p + lane)));
    sum = add(sum, mul(v128.load64_splat(ports, 40), v128.load(p + last + lane)));
    v128.store(current + lane, sum);
  }
}

/**
 * r <- r - alpha q; z <- V^-1 r; sums[8] <- r . z. Strips of `strip` columns are finished one after the
 * other, so that the way back finds its rows in the cache.
 */
export function precondition(
  rows: i32, columns: i32, pitch: usize, strip: i32, pivot: usize, verticalSegment: f64,
  r: usize, q: usize, z: usize, alpha: usize, sums: usize,
): void {
  for (let lane: usize = 0; lane < 64; lane += 16) v128.store(sums + lane, f64x2.splat(0));
  for (let j = 0; j < columns; j += strip) {
    const width = min(strip, columns - j);
    const at = <usize>j * 64;
    eliminateStrip(rows, width, pitch, <usize>columns * 8, pivot + <usize>j * 8, verticalSegment,
      r + at, q + at, z + at, alpha);
    substituteStrip(rows, width, pitch, <usize>columns * 8, pivot + <usize>j * 8, verticalSegment,
      r + at, z + at, sums);
  }
}

function eliminateStrip(
  rows: i32, width: i32, pitch: usize, pivotPitch: usize, pivot: usize, segment: f64,
  r: usize, q: usize, z: usize, alpha: usize,
): void {
  const alpha0 = v128.load(alpha, 0);
  const alpha1 = v128.load(alpha, 16);
  const alpha2 = v128.load(alpha, 32);
  const alpha3 = v128.load(alpha, 48);
  for (let i = 0; i < rows; i++) {
    const s = f64x2.splat(i > 0 ? segment : 0);
    const up: usize = i > 0 ? pitch : 0;
    let d = pivot, rk = r, qk = q, zk = z;
    for (let j = 0; j < width; j++) {
      const dk = v128.load64_splat(d), ds = mul(dk, s);
      const r0 = sub(v128.load(rk, 0), mul(alpha0, v128.load(qk, 0)));
      v128.store(rk, r0, 0);
      v128.store(zk, add(mul(dk, r0), mul(ds, v128.load(zk - up, 0))), 0);
      const r1 = sub(v128.load(rk, 16), mul(alpha1, v128.load(qk, 16)));
      v128.store(rk, r1, 16);
      v128.store(zk, add(mul(dk, r1), mul(ds, v128.load(zk - up, 16))), 16);
      const r2 = sub(v128.load(rk, 32), mul(alpha2, v128.load(qk, 32)));
      v128.store(rk, r2, 32);
      v128.store(zk, add(mul(dk, r2), mul(ds, v128.load(zk - up, 32))), 32);
      const r3 = sub(v128.load(rk, 48), mul(alpha3, v128.load(qk, 48)));
      v128.store(rk, r3, 48);
      v128.store(zk, add(mul(dk, r3), mul(ds, v128.load(zk - up, 48))), 48);
      d += 8;
      rk += 64;
      qk += 64;
      zk += 64;
    }
    pivot += pivotPitch;
    r += pitch;
    q += pitch;
    z += pitch;
  }
}

function substituteStrip(
  rows: i32, width: i32, pitch: usize, pivotPitch: usize, pivot: usize, segment: f64,
  r: usize, z: usize, sums: usize,
): void {
  let s0 = v128.load(sums, 0);
  let s1 = v128.load(sums, 16);
  let s2 = v128.load(sums, 32);
  let s3 = v128.load(sums, 48);
  pivot += <usize>(rows - 1) * pivotPitch;
  r += <usize>(rows - 1) * pitch;
  z += <usize>(rows - 1) * pitch;
  for (let i = rows - 1; i >= 0; i--) {
    const s = f64x2.splat(i < rows - 1 ? segment : 0);
    const down: usize = i < rows - 1 ? pitch : 0;
    let d = pivot, rk = r, zk = z;
    for (let j = 0; j < width; j++) {
      const ds = mul(s, v128.load64_splat(d));
      const z0 = add(v128.load(zk, 0), mul(ds, v128.load(zk + down, 0)));
      v128.store(zk, z0, 0);
      s0 = add(s0, mul(z0, v128.load(rk, 0)));
      const z1 = add(v128.load(zk, 16), mul(ds, v128.load(zk + down, 16)));
      v128.store(zk, z1, 16);
      s1 = add(s1, mul(z1, v128.load(rk, 16)));
      const z2 = add(v128.load(zk, 32), mul(ds, v128.load(zk + down, 32)));
      v128.store(zk, z2, 32);
      s2 = add(s2, mul(z2, v128.load(rk, 32)));
      const z3 = add(v128.load(zk, 48), mul(ds, v128.load(zk + down, 48)));
      v128.store(zk, z3, 48);
      s3 = add(s3, mul(z3, v128.load(rk, 48)));
      d += 8;
      rk += 64;
      zk += 64;
    }
    pivot -= pivotPitch;
    r -= pitch;
    z -= pitch;
  }
  v128.store(sums, s0, 0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
}

/** out <- G H^-1 G p: what the horizontal lines pass on from vertical node voltages p. */
export function couple(
  rows: i32, columns: i32, pitch: usize, links: usize, pivot: usize, segment: f64, p: usize, out: usize,
): void {
  const h = f64x2.splat(segment);
  for (let i = 0; i < rows; i++) {
    let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
    let pk = p, o = out;
    for (let j = 0; j < columns; j++) {
      const d = v128.load64_splat(pivot);
      const dg = mul(d, v128.load64_splat(links)), ds = mul(d, h);
      a0 = add(mul(dg, v128.load(pk, 0)), mul(ds, a0));
      v128.store(o, a0, 0);
      a1 = add(mul(dg, v128.load(pk, 16)), mul(ds, a1));
      v128.store(o, a1, 16);
      a2 = add(mul(dg, v128.load(pk, 32)), mul(ds, a2));
      v128.store(o, a2, 32);
      a3 = add(mul(dg, v128.load(pk, 48)), mul(ds, a3));
      v128.store(o, a3, 48);
      links += 8;
      pivot += 8;
      pk += 64;
      o += 64;
    }
    let g = links, d = pivot;
    a0 = f64x2.splat(0);
    a1 = f64x2.splat(0);
    a2 = f64x2.splat(0);
    a3 = f64x2.splat(0);
    for (let j = 0; j < columns; j++) {
      g -= 8;
      d -= 8;
      o -= 64;
      const gk = v128.load64_splat(g), ds = mul(h, v128.load64_splat(d));
      a0 = add(v128.load(o, 0), mul(ds, a0));
      v128.store(o, mul(gk, a0), 0);
      a1 = add(v128.load(o, 16), mul(ds, a1));
      v128.store(o, mul(gk, a1), 16);
      a2 = add(v128.load(o, 32), mul(ds, a2));
      v128.store(o, mul(gk, a2), 32);
      a3 = add(v128.load(o, 48), mul(ds, a3));
      v128.store(o, mul(gk, a3), 48);
    }
    p += pitch;
    out += pitch;
  }
}
