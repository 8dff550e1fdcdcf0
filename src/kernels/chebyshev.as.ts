/**
 * Chebyshev series of a sparse complex matrix applied to a vector (AssemblyScript, SIMD): the inner loop of
 * the Fokker-Planck propagator. Complex numbers are f64x2 vectors. Twin: chebyshev.reference.ts, same bits.
 *
 * Row r has real couplings at entries start[r] .. middle[r] - 1 and imaginary ones at middle[r] .. start[r+1] - 1.
 * Ghost k mirrors an entry: x[rows + k] = sign * conj(x[source[k]]).
 */

/** out = scale (A - shift) x + beta out, then the ghosts of out. */
function step(
  rows: i32,
  start: usize,
  middle: usize,
  column: usize,
  values: usize,
  ghosts: i32,
  source: usize,
  sign: usize,
  x: usize,
  out: usize,
  shift: f64,
  scale: f64,
  beta: f64,
): void {
  const minusShift = f64x2.splat(-shift);
  const factor = f64x2.splat(scale);
  const keep = f64x2.splat(beta);
  const turn = f64x2(-1.0, 1.0);
  let entry = load<i32>(start);
  let value = values + (<usize>entry << 3);
  let place = column + (<usize>entry << 2);
  for (let r = 0; r < rows; r++) {
    const here = <usize>r << 4;
    let real = f64x2.mul(minusShift, v128.load(x + here));
    let rotated = f64x2.splat(0.0);
    const split = load<i32>(middle + (<usize>r << 2));
    const last = load<i32>(start + (<usize>r << 2), 4);
    for (; entry < split; entry++) {
      const from = v128.load(x + (<usize>load<i32>(place) << 4));
      real = f64x2.add(real, f64x2.mul(v128.load64_splat(value), from));
      value += 8;
      place += 4;
    }
    for (; entry < last; entry++) {
      const from = v128.load(x + (<usize>load<i32>(place) << 4));
      rotated = f64x2.add(rotated, f64x2.mul(v128.load64_splat(value), from));
      value += 8;
      place += 4;
    }
    const swapped = f64x2.mul(turn, i64x2.shuffle(rotated, rotated, 1, 0));
    const sum = f64x2.mul(factor, f64x2.add(real, swapped));
    v128.store(out + here, f64x2.add(sum, f64x2.mul(keep, v128.load(out + here))));
  }
  const conjugate = f64x2(1.0, -1.0);
  for (let k = 0; k < ghosts; k++) {
    const from = v128.load(out + (<usize>load<i32>(source + (<usize>k << 2)) << 4));
    const signed = f64x2.mul(v128.load64_splat(sign + (<usize>k << 3)), conjugate);
    v128.store(out + (<usize>(rows + k) << 4), f64x2.mul(signed, from));
  }
}

/**
 * y <- sum_k weights[k] U_k y with U_1 = (A - shift)/focal and U_k+1 = 2 (A - shift)/focal U_k + beta U_k-1.
 * `first`, `second`, `sum` are scratch of the size of y. The last U_k y is left in `first` or `second`.
 * Returns the largest modulus (squared) of the last term's vector.
 */
export function chebyshevSeries(
  rows: i32,
  start: usize,
  middle: usize,
  column: usize,
  values: usize,
  ghosts: i32,
  source: usize,
  sign: usize,
  y: usize,
  first: usize,
  second: usize,
  sum: usize,
  weights: usize,
  count: i32,
  shift: f64,
  focal: f64,
  beta: f64,
): f64 {
  const total = <usize>(rows + ghosts) << 4;
  const w0 = v128.load64_splat(weights);
  const w1 = v128.load64_splat(weights, 8);
  for (let at: usize = 0; at < total; at += 16) v128.store(second + at, f64x2.splat(0.0));
  step(rows, start, middle, column, values, ghosts, source, sign, y, second, shift, 1.0 / focal, 0.0);
  for (let at: usize = 0; at < total; at += 16) {
    const here = v128.load(y + at);
    v128.store(first + at, here);
    v128.store(sum + at, f64x2.add(f64x2.mul(w0, here), f64x2.mul(w1, v128.load(second + at))));
  }
  let previous = first;
  let current = second;
  for (let k = 2; k < count; k++) {
    step(rows, start, middle, column, values, ghosts, source, sign, current, previous, shift, 2.0 / focal, beta);
    const swap = previous;
    previous = current;
    current = swap;
    const weight = v128.load64_splat(weights + (<usize>k << 3));
    for (let at: usize = 0; at < total; at += 16) {
      const term = f64x2.mul(weight, v128.load(current + at));
      v128.store(sum + at, f64x2.add(v128.load(sum + at), term));
    }
  }
  let largest = 0.0;
  for (let at: usize = 0; at < total; at += 16) {
    const term = v128.load(current + at);
    const square = f64x2.mul(term, term);
    const modulus = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
    if (modulus > largest) largest = modulus;
    v128.store(y + at, v128.load(sum + at));
  }
  return largest;
}
