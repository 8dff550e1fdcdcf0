/** Spin transfer that depends on the angle: adds strength axis/(1 + asymmetry m.axis) to the damping-like vector. */
export interface LlgTransfer {
  /** Unit vector, in the frame of the run. */
  readonly axis: readonly [number, number, number];
  /** Times g dt/(1 + alpha^2). */
  readonly strength: number;
  readonly asymmetry: number;
  readonly damping: number;
}

const slope = new Float64Array(3);
const shifted = new Float64Array(3);

/**
 * One Heun step as `heunStep` of llg.reference.ts, with the angle-dependent torque evaluated anew in predictor
 * and corrector: it adds t axis to C and -alpha t axis to H, t = strength/(1 + asymmetry m.axis).
 */
export function heunStepAngular(
  state: Float64Array,
  q: Float64Array,
  transfer: LlgTransfer,
  block: Float32Array,
  at: number,
): void {
  change(state, q, transfer, block, at);
  for (let c = 0; c < 3; c += 1) shifted[c] = state[c] + slope[c];
  change(shifted, q, transfer, block, at);
  let square = 0;
  for (let c = 0; c < 3; c += 1) {
    state[c] = (state[c] + shifted[c] + slope[c]) / 2;
    square += state[c] * state[c];
  }
  const length = Math.sqrt(square);
  for (let c = 0; c < 3; c += 1) state[c] /= length;
}

function change(
  m: Float64Array,
  q: Float64Array,
  { axis, strength, asymmetry, damping }: LlgTransfer,
  block: Float32Array,
  at: number,
): void {
  const [x, y, z] = m;
  const t = strength / (1 + asymmetry * (x * axis[0] + y * axis[1] + z * axis[2]));
  const tx = q[7] + q[11] * block[at] + t * axis[0] + q[2] * x;
  const ty = q[8] + q[11] * block[at + 1] + t * axis[1];
  const tz = q[9] + q[11] * block[at + 2] + t * axis[2] + q[3] * z;
  const gx = q[4] + q[10] * block[at] - damping * t * axis[0] + q[0] * x + (y * tz - z * ty);
  const gy = q[5] + q[10] * block[at + 1] - damping * t * axis[1] + (z * tx - x * tz);
  const gz = q[6] + q[10] * block[at + 2] - damping * t * axis[2] + q[1] * z + (x * ty - y * tx);
  slope[0] = z * gy - y * gz;
  slope[1] = x * gz - z * gx;
  slope[2] = y * gx - x * gy;
}
