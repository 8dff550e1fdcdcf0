/**
 * Stochastic Heun steps of the LLG equation for groups of trials (AssemblyScript, SIMD).
 * Equations and order of operations: llg.reference.ts and llg-noise.reference.ts, which give the same bits
 * in double precision. Two independent chains are interleaved because one alone is bound by latency.
 *
 * Memory: a table of runs, each `RUN` bytes: steps (i32), padding, twelve f64 constants. A group of trials
 * keeps its state as vectors x, y, z: f64 groups hold 4 trials in two half-groups of 48 bytes, f32 groups 8.
 */
const RUN: usize = 104;
const BLOCK_STEPS: i32 = 32;
/** Bytes of the noise of 32 steps of four trials. */
const NOISE_BYTES: usize = 1536;

// Generic lanes: T is f64 or f32.
// @ts-ignore: decorator
@inline
function add<T>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}
// @ts-ignore: decorator
@inline
function sub<T>(a: v128, b: v128): v128 {
  return v128.sub<T>(a, b);
}
// @ts-ignore: decorator
@inline
function mul<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}
/** Number `index` of the thermal noise of half-group `half` (f64: two of four lanes; f32: four of eight). */
// @ts-ignore: decorator
@inline
function noiseOf<T>(noise: usize, index: usize, half: usize): v128 {
  if (sizeof<T>() == 8) return f64x2.promote_low_f32x4(v128.load64_zero(noise + 16 * index + 8 * half));
  return v128.load(noise + 16 * index + NOISE_BYTES * half);
}
/** Constant `index` of a run in every lane. */
// @ts-ignore: decorator
@inline
function constant<T>(run: usize, index: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_splat(run + 8 + 8 * index);
  return f32x4.splat(<f32>load<f64>(run + 8 + 8 * index));
}

// @ts-ignore: decorator
@inline
function f32s(x: f32): v128 {
  return f32x4.splat(x);
}
// @ts-ignore: decorator
@inline
function muladd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Writes the key schedule of ten rounds, splatted, at `keys` (320 bytes). */
function scheduleKeys(keys: usize, k0: i32, k1: i32): void {
  for (let round: usize = 0; round < 10; round++) {
    v128.store(keys + 32 * round, i32x4.splat(k0));
    v128.store(keys + 32 * round + 16, i32x4.splat(k1));
    k0 += <i32>0x9e3779b9;
    k1 += <i32>0xbb67ae85;
  }
}

/**
 * Philox4x32-10 of the counters (counter, trial, current, kind) and (counter + 1, ...) for four trials a lane.
 * Writes four vectors of words for each at `out`. Two blocks are interleaved to hide the multiplier's latency.
 */
// @ts-ignore: decorator
@inline
function philoxPair(keys: usize, counter: i32, trial: v128, current: i32, kind: i32, out: usize): void {
  const m0 = i32x4.splat(<i32>0xd2511f53);
  const m1 = i32x4.splat(<i32>0xcd9e8d57);
  let aA = i32x4.splat(counter);
  let bA = trial;
  let cA = i32x4.splat(current);
  let dA = i32x4.splat(kind);
  let aB = i32x4.splat(counter + 1);
  let bB = trial;
  let cB = i32x4.splat(current);
  let dB = i32x4.splat(kind);
  for (let round: usize = 0; round < 320; round += 32) {
    const k0 = v128.load(keys + round);
    const k1 = v128.load(keys + round, 16);
    const low0A = i64x2.extmul_low_i32x4_u(aA, m0);
    const low0B = i64x2.extmul_low_i32x4_u(aB, m0);
    const high0A = i64x2.extmul_high_i32x4_u(aA, m0);
    const high0B = i64x2.extmul_high_i32x4_u(aB, m0);
    const low1A = i64x2.extmul_low_i32x4_u(cA, m1);
    const low1B = i64x2.extmul_low_i32x4_u(cB, m1);
    const high1A = i64x2.extmul_high_i32x4_u(cA, m1);
    const high1B = i64x2.extmul_high_i32x4_u(cB, m1);
    aA = v128.xor(v128.xor(i32x4.shuffle(low1A, high1A, 1, 3, 5, 7), bA), k0);
    aB = v128.xor(v128.xor(i32x4.shuffle(low1B, high1B, 1, 3, 5, 7), bB), k0);
    bA = i32x4.shuffle(low1A, high1A, 0, 2, 4, 6);
    bB = i32x4.shuffle(low1B, high1B, 0, 2, 4, 6);
    cA = v128.xor(v128.xor(i32x4.shuffle(low0A, high0A, 1, 3, 5, 7), dA), k1);
    cB = v128.xor(v128.xor(i32x4.shuffle(low0B, high0B, 1, 3, 5, 7), dB), k1);
    dA = i32x4.shuffle(low0A, high0A, 0, 2, 4, 6);
    dB = i32x4.shuffle(low0B, high0B, 0, 2, 4, 6);
  }
  v128.store(out, aA, 0);
  v128.store(out, bA, 16);
  v128.store(out, cA, 32);
  v128.store(out, dA, 48);
  v128.store(out, aB, 64);
  v128.store(out, bB, 80);
  v128.store(out, cB, 96);
  v128.store(out, dB, 112);
}

/** -2 ln u for u in (0, 1]. */
// @ts-ignore: decorator
@inline
function negativeTwoLog(u: v128): v128 {
  const base = i32x4.splat(0x3f3504f3);
  const shifted = i32x4.sub(u, base);
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), base);
  const x = f32x4.sub(mantissa, f32s(1.0));
  const square = f32x4.mul(x, x);
  let p = muladd(f32s(7.0376836292e-2), x, f32s(-1.151461031e-1));
  p = muladd(p, x, f32s(1.167699874e-1));
  p = muladd(p, x, f32s(-1.2420140846e-1));
  p = muladd(p, x, f32s(1.4249322787e-1));
  p = muladd(p, x, f32s(-1.6668057665e-1));
  p = muladd(p, x, f32s(2.0000714765e-1));
  p = muladd(p, x, f32s(-2.4999993993e-1));
  p = muladd(p, x, f32s(3.3333331174e-1));
  const tail = f32x4.sub(f32x4.mul(f32x4.mul(p, x), square), f32x4.mul(square, f32s(0.5)));
  const log = f32x4.add(f32x4.mul(exponent, f32s(0.6931471805599453)), f32x4.add(tail, x));
  return f32x4.mul(log, f32s(-2.0));
}

/** Two vectors of standard normals at `out` from the two word vectors at `out`. */
// @ts-ignore: decorator
@inline
function boxMuller(out: usize): void {
  const w0 = v128.load(out);
  const w1 = v128.load(out, 16);
  const coarse = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(w0, 1)), f32s(4.656612873077393e-10));
  const fine = v128.and(i32x4.shr_u(w1, 3), i32x4.splat(511));
  const small = f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(fine), f32s(0.5)), f32s(9.094947017729282e-13));
  const radius = f32x4.sqrt(negativeTwoLog(f32x4.add(coarse, small)));
  const x = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(w1, 12)), f32s(1.4980281548560015e-06));
  const square = f32x4.mul(x, x);
  let sine = muladd(square, f32s(-1.9515295891e-4), f32s(8.3321608736e-3));
  sine = muladd(sine, square, f32s(-1.6666654611e-1));
  sine = f32x4.add(f32x4.mul(f32x4.mul(sine, square), x), x);
  let cosine = muladd(square, f32s(2.443315711809948e-5), f32s(-1.388731625493765e-3));
  cosine = muladd(cosine, square, f32s(4.166664568298827e-2));
  cosine = f32x4.add(
    f32x4.mul(f32x4.mul(cosine, square), square),
    muladd(square, f32s(-0.5), f32s(1.0)),
  );
  const swap = i32x4.shr_s(i32x4.shl(w1, 29), 31);
  const sign0 = i32x4.shl(w1, 31);
  const sign1 = v128.and(i32x4.shl(w1, 30), i32x4.splat(<i32>0x80000000));
  const first = v128.bitselect(sine, cosine, swap);
  const second = v128.bitselect(cosine, sine, swap);
  v128.store(out, f32x4.mul(radius, v128.xor(first, sign0)));
  v128.store(out, f32x4.mul(radius, v128.xor(second, sign1)), 16);
}

/** Noise of 32 steps from step 4 `block` for the four trials from `trial`: vectors [step][component]. */
function fillNoise(
  out: usize,
  keys: usize,
  block: i32,
  trial: i32,
  current: i32,
  kind: i32,
): void {
  const trials = i32x4.add(i32x4.splat(trial), i32x4(0, 1, 2, 3));
  const end = block + BLOCK_STEPS / 4;
  if (kind == 1) {
    for (; block < end; block += 2) {
      // Eight words of four trials become 24 vectors; they are read before they are overwritten.
      philoxPair(keys, block, trials, current, 1, out + 256);
      for (let k: usize = 0; k < 8; k++) {
        const word = v128.load(out + 256 + (k << 4));
        uniformLevel(out + 48 * k, i32x4.shr_u(word, 22));
        uniformLevel(out + 48 * k + 16, i32x4.shr_u(word, 12));
        uniformLevel(out + 48 * k + 32, i32x4.shr_u(word, 2));
      }
      out += 384;
    }
    return;
  }
  for (block *= 3; block < end * 3; block += 2) {
    philoxPair(keys, block, trials, current, 0, out);
    boxMuller(out);
    boxMuller(out + 32);
    boxMuller(out + 64);
    boxMuller(out + 96);
    out += 128;
  }
}

// @ts-ignore: decorator
@inline
function uniformLevel(out: usize, word: v128): void {
  const level = v128.and(word, i32x4.splat(1023));
  const odd = i32x4.sub(i32x4.shl(level, 1), i32x4.splat(1023));
  v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(odd), f32s(0.001691456651315093)));
}


/**
 * Heun steps of the two half-groups A and B at `m`, with the constants at `run` and the noise at `noise`.
 * The sum m + (m + k1) + k2 is twice the new m; its length is brought back to 1 by the series of 1/sqrt.
 */
function heun<T>(m: usize, run: usize, noise: usize, steps: i32): void {
  const dx = constant<T>(run, 0);
  const dz = constant<T>(run, 1);
  const ax = constant<T>(run, 2);
  const az = constant<T>(run, 3);
  const hx = constant<T>(run, 4);
  const hy = constant<T>(run, 5);
  const hz = constant<T>(run, 6);
  const cx = constant<T>(run, 7);
  const cy = constant<T>(run, 8);
  const cz = constant<T>(run, 9);
  const sn = constant<T>(run, 10);
  const an = constant<T>(run, 11);
  const one = v128.splat<T>(<T>1);
  const quarter = v128.splat<T>(<T>0.25);
  const half = v128.splat<T>(<T>0.5);
  const r1 = v128.splat<T>(<T>-0.25);
  const r2 = v128.splat<T>(<T>0.1875);
  const r3 = v128.splat<T>(<T>-0.15625);
  const r4 = v128.splat<T>(<T>0.13671875);
  let xA = v128.load(m, 0);
  let yA = v128.load(m, 16);
  let zA = v128.load(m, 32);
  let xB = v128.load(m, 48);
  let yB = v128.load(m, 64);
  let zB = v128.load(m, 80);
  for (let step = 0; step < steps; step++) {
    const nxA = noiseOf<T>(noise, 0, 0);
    const nxB = noiseOf<T>(noise, 0, 1);
    const nyA = noiseOf<T>(noise, 1, 0);
    const nyB = noiseOf<T>(noise, 1, 1);
    const nzA = noiseOf<T>(noise, 2, 0);
    const nzB = noiseOf<T>(noise, 2, 1);
    const hxA = add<T>(hx, mul<T>(sn, nxA));
    const hxB = add<T>(hx, mul<T>(sn, nxB));
    const cxA = add<T>(cx, mul<T>(an, nxA));
    const cxB = add<T>(cx, mul<T>(an, nxB));
    const hyA = add<T>(hy, mul<T>(sn, nyA));
    const hyB = add<T>(hy, mul<T>(sn, nyB));
    const cyA = add<T>(cy, mul<T>(an, nyA));
    const cyB = add<T>(cy, mul<T>(an, nyB));
    const hzA = add<T>(hz, mul<T>(sn, nzA));
    const hzB = add<T>(hz, mul<T>(sn, nzB));
    const czA = add<T>(cz, mul<T>(an, nzA));
    const czB = add<T>(cz, mul<T>(an, nzB));
    let txA = add<T>(cxA, mul<T>(ax, xA));
    let txB = add<T>(cxB, mul<T>(ax, xB));
    let tzA = add<T>(czA, mul<T>(az, zA));
    let tzB = add<T>(czB, mul<T>(az, zB));
    let gxA = add<T>(add<T>(hxA, mul<T>(dx, xA)), sub<T>(mul<T>(yA, tzA), mul<T>(zA, cyA)));
    let gxB = add<T>(add<T>(hxB, mul<T>(dx, xB)), sub<T>(mul<T>(yB, tzB), mul<T>(zB, cyB)));
    let gyA = add<T>(hyA, sub<T>(mul<T>(zA, txA), mul<T>(xA, tzA)));
    let gyB = add<T>(hyB, sub<T>(mul<T>(zB, txB), mul<T>(xB, tzB)));
    let gzA = add<T>(add<T>(hzA, mul<T>(dz, zA)), sub<T>(mul<T>(xA, cyA), mul<T>(yA, txA)));
    let gzB = add<T>(add<T>(hzB, mul<T>(dz, zB)), sub<T>(mul<T>(xB, cyB), mul<T>(yB, txB)));
    const uxA = sub<T>(mul<T>(zA, gyA), mul<T>(yA, gzA));
    const uxB = sub<T>(mul<T>(zB, gyB), mul<T>(yB, gzB));
    const uyA = sub<T>(mul<T>(xA, gzA), mul<T>(zA, gxA));
    const uyB = sub<T>(mul<T>(xB, gzB), mul<T>(zB, gxB));
    const uzA = sub<T>(mul<T>(yA, gxA), mul<T>(xA, gyA));
    const uzB = sub<T>(mul<T>(yB, gxB), mul<T>(xB, gyB));
    const pxA = add<T>(xA, uxA);
    const pxB = add<T>(xB, uxB);
    const pyA = add<T>(yA, uyA);
    const pyB = add<T>(yB, uyB);
    const pzA = add<T>(zA, uzA);
    const pzB = add<T>(zB, uzB);
    txA = add<T>(cxA, mul<T>(ax, pxA));
    txB = add<T>(cxB, mul<T>(ax, pxB));
    tzA = add<T>(czA, mul<T>(az, pzA));
    tzB = add<T>(czB, mul<T>(az, pzB));
    gxA = add<T>(add<T>(hxA, mul<T>(dx, pxA)), sub<T>(mul<T>(pyA, tzA), mul<T>(pzA, cyA)));
    gxB = add<T>(add<T>(hxB, mul<T>(dx, pxB)), sub<T>(mul<T>(pyB, tzB), mul<T>(pzB, cyB)));
    gyA = add<T>(hyA, sub<T>(mul<T>(pzA, txA), mul<T>(pxA, tzA)));
    gyB = add<T>(hyB, sub<T>(mul<T>(pzB, txB), mul<T>(pxB, tzB)));
    gzA = add<T>(add<T>(hzA, mul<T>(dz, pzA)), sub<T>(mul<T>(pxA, cyA), mul<T>(pyA, txA)));
    gzB = add<T>(add<T>(hzB, mul<T>(dz, pzB)), sub<T>(mul<T>(pxB, cyB), mul<T>(pyB, txB)));
    const vxA = sub<T>(mul<T>(pzA, gyA), mul<T>(pyA, gzA));
    const vxB = sub<T>(mul<T>(pzB, gyB), mul<T>(pyB, gzB));
    const vyA = sub<T>(mul<T>(pxA, gzA), mul<T>(pzA, gxA));
    const vyB = sub<T>(mul<T>(pxB, gzB), mul<T>(pzB, gxB));
    const vzA = sub<T>(mul<T>(pyA, gxA), mul<T>(pxA, gyA));
    const vzB = sub<T>(mul<T>(pyB, gxB), mul<T>(pxB, gyB));
    const sxA = add<T>(add<T>(xA, pxA), vxA);
    const sxB = add<T>(add<T>(xB, pxB), vxB);
    const syA = add<T>(add<T>(yA, pyA), vyA);
    const syB = add<T>(add<T>(yB, pyB), vyB);
    const szA = add<T>(add<T>(zA, pzA), vzA);
    const szB = add<T>(add<T>(zB, pzB), vzB);
    const eA = sub<T>(mul<T>(add<T>(add<T>(mul<T>(sxA, sxA), mul<T>(syA, syA)), mul<T>(szA, szA)), quarter), one);
    const eB = sub<T>(mul<T>(add<T>(add<T>(mul<T>(sxB, sxB), mul<T>(syB, syB)), mul<T>(szB, szB)), quarter), one);
    const rA = add<T>(mul<T>(add<T>(mul<T>(add<T>(mul<T>(add<T>(mul<T>(eA, r4), r3), eA), r2), eA), r1), eA), half);
    const rB = add<T>(mul<T>(add<T>(mul<T>(add<T>(mul<T>(add<T>(mul<T>(eB, r4), r3), eB), r2), eB), r1), eB), half);
    xA = mul<T>(sxA, rA);
    xB = mul<T>(sxB, rB);
    yA = mul<T>(syA, rA);
    yB = mul<T>(syB, rB);
    zA = mul<T>(szA, rA);
    zB = mul<T>(szB, rB);
    noise += 48;
  }
  v128.store(m, xA, 0);
  v128.store(m, yA, 16);
  v128.store(m, zA, 32);
  v128.store(m, xB, 48);
  v128.store(m, yB, 64);
  v128.store(m, zB, 80);
}

function advance<T>(
  m: usize,
  groups: i32,
  runs: usize,
  runCount: i32,
  noise: usize,
  k0: i32,
  k1: i32,
  firstTrial: i32,
  current: i32,
  kind: i32,
  firstStep: i32,
): void {
  const lanes = 32 / sizeof<T>();
  const keys = noise + 2 * NOISE_BYTES;
  scheduleKeys(keys, k0, k1);
  for (let group = 0; group < groups; group++) {
    const trial = firstTrial + group * <i32>lanes;
    let step = firstStep;
    let start = -BLOCK_STEPS;
    for (let index = 0; index < runCount; index++) {
      const run = runs + <usize>index * RUN;
      const quiet = load<f64>(run, 88) == 0.0;
      const last = step + load<i32>(run);
      while (step < last) {
        let count = last - step;
        if (quiet) {
          if (count > BLOCK_STEPS) count = BLOCK_STEPS;
          heun<T>(m, run, noise, count);
          step += count;
          continue;
        }
        if (step >= start + BLOCK_STEPS) {
          start = step & ~3;
          fillNoise(noise, keys, start >> 2, trial, current, kind);
          if (sizeof<T>() == 4) {
            fillNoise(noise + NOISE_BYTES, keys, start >> 2, trial + 4, current, kind);
          }
        }
        if (count > start + BLOCK_STEPS - step) count = start + BLOCK_STEPS - step;
        heun<T>(m, run, noise + 48 * (step - start), count);
        step += count;
      }
    }
    m += 96;
  }
}

/**
 * Advances groups of four trials from step `firstStep` through `runCount` runs. `noise` is scratch of two
 * times `NOISE_BYTES` and 320 bytes.
 */
export function advanceF64(
  m: usize,
  groups: i32,
  runs: usize,
  runCount: i32,
  noise: usize,
  k0: i32,
  k1: i32,
  firstTrial: i32,
  current: i32,
  kind: i32,
  firstStep: i32,
): void {
  advance<f64>(m, groups, runs, runCount, noise, k0, k1, firstTrial, current, kind, firstStep);
}

/** As `advanceF64`, groups of eight trials in single precision. */
export function advanceF32(
  m: usize,
  groups: i32,
  runs: usize,
  runCount: i32,
  noise: usize,
  k0: i32,
  k1: i32,
  firstTrial: i32,
  current: i32,
  kind: i32,
  firstStep: i32,
): void {
  advance<f32>(m, groups, runs, runCount, noise, k0, k1, firstTrial, current, kind, firstStep);
}
