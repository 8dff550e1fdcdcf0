import type { PhiloxKey } from '../numerics/philox.js';
import { heunStepAngular, type LlgTransfer } from './llg-angular.reference.js';
import { noiseBlock, NOISE_BLOCK_STEPS, type NoiseKind } from './llg-noise.reference.js';

/**
 * Stochastic Heun steps of the LLG equation for many trials, plain TypeScript: the oracle of `llg.as.ts`
 * (double precision agrees to the last bit).
 *
 * With every field multiplied by g dt/(1 + alpha^2), one evaluation is
 *   H = h + D m + s n,  C = c + alpha D m + alpha s n,  dm = -m x (H + m x C),
 * where h = B - alpha a, c = alpha B + a, D a diagonal anisotropy tensor with its y element subtracted (a
 * multiple of the identity exerts no torque), s n the thermal field. This is m x B' + alpha m x (m x B') with
 * B' = B + D m + m x a, using m x (m x (m x a)) = -m x a. The same n serves predictor and corrector, which
 * makes the scheme converge to the Stratonovich solution (Rümelin 1982; García-Palacios and Lázaro 1998).
 */
export interface LlgRun {
  readonly steps: number;
  /** The twelve constants of `LLG_CONSTANTS`, all multiplied by g dt/(1 + alpha^2). */
  readonly constants: Float64Array;
  /** Angle-dependent spin transfer, which only this plain loop follows; absent: none. */
  readonly transfer?: LlgTransfer;
}

/** Order of a run's constants. */
export const LLG_CONSTANTS = {
  anisotropyX: 0,
  anisotropyZ: 1,
  dampedAnisotropyX: 2,
  dampedAnisotropyZ: 3,
  field: 4,
  torque: 7,
  noise: 10,
  dampedNoise: 11,
} as const;

export interface LlgStream {
  readonly key: PhiloxKey;
  readonly noise: NoiseKind;
  readonly firstTrial: number;
  readonly currentIndex: number;
}

/**
 * Advances m (3 x trials, trial-major: m[3 t + c]) in place through the runs, from step `firstStep` of the
 * stream.
 */
export function advanceReference(
  m: Float64Array,
  runs: readonly LlgRun[],
  { key, noise, firstTrial, currentIndex }: LlgStream,
  firstStep = 0,
): void {
  const block = new Float32Array(3 * NOISE_BLOCK_STEPS);
  const state = new Float64Array(3);
  for (let trial = 0; 3 * trial < m.length; trial += 1) {
    state.set(m.subarray(3 * trial, 3 * trial + 3));
    let step = firstStep;
    let loaded = -1;
    for (const { steps, constants, transfer } of runs) {
      const quiet = constants[LLG_CONSTANTS.noise] === 0;
      if (quiet) block.fill(0);
      for (const end = step + steps; step < end; step += 1) {
        const wanted = Math.floor(step / NOISE_BLOCK_STEPS);
        if (!quiet && wanted !== loaded) {
          noiseBlock(key, noise, wanted, firstTrial + trial, currentIndex, block);
          loaded = wanted;
        }
        const at = 3 * (step % NOISE_BLOCK_STEPS);
        if (transfer) heunStepAngular(state, constants, transfer, block, at);
        else heunStep(state, constants, block, at);
      }
      if (quiet) loaded = -1;
    }
    m.set(state, 3 * trial);
  }
}

/** One Heun step of `state` with the three noise numbers at block[at ..]. */
function heunStep(state: Float64Array, q: Float64Array, block: Float32Array, at: number): void {
  const x = state[0];
  const y = state[1];
  const z = state[2];
  const hx = q[4] + q[10] * block[at];
  const hy = q[5] + q[10] * block[at + 1];
  const hz = q[6] + q[10] * block[at + 2];
  const cx = q[7] + q[11] * block[at];
  const cy = q[8] + q[11] * block[at + 1];
  const cz = q[9] + q[11] * block[at + 2];

  let tx = cx + q[2] * x;
  let tz = cz + q[3] * z;
  let gx = hx + q[0] * x + (y * tz - z * cy);
  let gy = hy + (z * tx - x * tz);
  let gz = hz + q[1] * z + (x * cy - y * tx);
  const ax = z * gy - y * gz;
  const ay = x * gz - z * gx;
  const az = y * gx - x * gy;

  const px = x + ax;
  const py = y + ay;
  const pz = z + az;
  tx = cx + q[2] * px;
  tz = cz + q[3] * pz;
  gx = hx + q[0] * px + (py * tz - pz * cy);
  gy = hy + (pz * tx - px * tz);
  gz = hz + q[1] * pz + (px * cy - py * tx);
  const nx = x + px + (pz * gy - py * gz);
  const ny = y + py + (px * gz - pz * gx);
  const nz = z + pz + (py * gx - px * gy);

  const r = halfReciprocalRoot((nx * nx + ny * ny + nz * nz) * 0.25 - 1);
  state[0] = nx * r;
  state[1] = ny * r;
  state[2] = nz * r;
}

/**
 * 0.5/sqrt(1 + e) by its series: the sum m + (m + k1) + k2 is twice the new m, and e = |k1 - k2|^2/4 is of
 * fourth order in the step's angle.
 */
const halfReciprocalRoot = (e: number): number =>
  0.5 + e * (-0.25 + e * (0.1875 + e * (-0.15625 + e * 0.13671875)));
