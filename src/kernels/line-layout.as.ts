/**
 * Layouts of line-vector.as.ts: node (i, j) of a field is double i % 8 of the 64 bytes at
 * (floor(i / 8) columns + j) 64, with `columns` even and rows filled up to eights.
 */

import { first, second } from './shared/lanes.as';

/**
 * Row-major (rows x filled columns) to eight rows side by side. `from` is readable and zero for as many
 * rows as the blocks hold.
 */
export function layOut(blocks: i32, columns: i32, filled: i32, from: usize, to: usize): void {
  const row = <usize>filled * 8, even = filled & ~1;
  for (let b = 0; b < blocks; b++) {
    for (let lane: usize = 0; lane < 64; lane += 16) {
      let a = from, k = to + lane;
      for (let j = 0; j < even; j += 2) {
        const upper = v128.load(a), lower = v128.load(a + row);
        v128.store(k, first(upper, lower));
        v128.store(k, second(upper, lower), 64);
        a += 16;
        k += 128;
      }
      if (even < filled) v128.store(k, f64x2(load<f64>(a), load<f64>(a + row)));
      from += 2 * row;
    }
    to += <usize>columns * 64;
  }
}

/** The way back: rows beyond the grid's own are written too. */
export function layFlat(blocks: i32, columns: i32, filled: i32, from: usize, to: usize): void {
  const row = <usize>filled * 8, even = filled & ~1;
  for (let b = 0; b < blocks; b++) {
    for (let lane: usize = 0; lane < 64; lane += 16) {
      let k = from + lane, a = to;
      for (let j = 0; j < even; j += 2) {
        const left = v128.load(k), right = v128.load(k, 64);
        v128.store(a, first(left, right));
        v128.store(a + row, second(left, right));
        a += 16;
        k += 128;
      }
      if (even < filled) {
        store<f64>(a, load<f64>(k));
        store<f64>(a + row, load<f64>(k, 8));
      }
      to += 2 * row;
    }
    from += <usize>columns * 64;
  }
}

/** Two columns of eight rows to eight pairs of columns, as `down` is wanted. In place. */
export function pairColumns(blocks: i32, columns: i32, field: usize): void {
  for (let k = 0; k < (blocks * columns) >> 1; k++) {
    const a0 = v128.load(field), b0 = v128.load(field, 64);
    const a1 = v128.load(field, 16), b1 = v128.load(field, 80);
    const a2 = v128.load(field, 32), b2 = v128.load(field, 96);
    const a3 = v128.load(field, 48), b3 = v128.load(field, 112);
    v128.store(field, first(a0, b0));
    v128.store(field, second(a0, b0), 16);
    v128.store(field, first(a1, b1), 32);
    v128.store(field, second(a1, b1), 48);
    v128.store(field, first(a2, b2), 64);
    v128.store(field, second(a2, b2), 80);
    v128.store(field, first(a3, b3), 96);
    v128.store(field, second(a3, b3), 112);
    field += 128;
  }
}
