import { arenaOver, instantiateKernel, type KernelInstance } from './instantiate.js';
import { advanceReference, type LlgRun, type LlgStream } from './llg.reference.js';
import { wasmBase64 } from './llg.generated.js';

type Advance = (
  m: number,
  groups: number,
  runs: number,
  runCount: number,
  noise: number,
  key0: number,
  key1: number,
  firstTrial: number,
  current: number,
  kind: number,
  firstStep: number,
) => void;

export interface LlgOptions {
  /** Step of the stream at which these runs begin; default 0. */
  readonly firstStep?: number;
  /** Precision of the state; default f64. */
  readonly precision?: 'f64' | 'f32';
}

interface LlgExports {
  readonly advanceF64: Advance;
  readonly advanceF32: Advance;
}

const RUN_BYTES = 104;
const SCRATCH_BYTES = 2 * 1536 + 320;

let instance: KernelInstance<LlgExports> | undefined;

/**
 * Stochastic Heun steps in SIMD: as `advanceReference`, m (m[3 t + c]) in place. In `f64` the bits are those of
 * the reference; `f32` keeps the state in single precision (same noise) and is about twice as fast. Runs with
 * angle-dependent spin transfer take the plain loop, in double precision.
 */
export function advanceLlg(
  m: Float64Array,
  runs: readonly LlgRun[],
  { key, noise, firstTrial, currentIndex }: LlgStream,
  { firstStep = 0, precision = 'f64' }: LlgOptions = {},
): void {
  if (runs.length === 0 || m.length === 0) return;
  if (runs.some(({ transfer }) => transfer !== undefined)) {
    advanceReference(m, runs, { key, noise, firstTrial, currentIndex }, firstStep);
    return;
  }
  instance ??= instantiateKernel<LlgExports>(wasmBase64, 1 << 16);
  const { memory, exports } = instance;
  const lanes = precision === 'f64' ? 4 : 8;
  const groups = Math.ceil(m.length / (3 * lanes));
  const arena = arenaOver(memory);
  const scratch = arena.u8(SCRATCH_BYTES).byteOffset;
  const table = arena.u8(runs.length * RUN_BYTES).byteOffset;
  const states = arena.u8(groups * 96).byteOffset;
  writeRuns(new DataView(memory.buffer), table, runs);
  const state =
    precision === 'f64'
      ? new Float64Array(memory.buffer, states, groups * 12)
      : new Float32Array(memory.buffer, states, groups * 24);
  const half = lanes / 2;
  scatter(m, state, half);
  const advance = precision === 'f64' ? exports.advanceF64 : exports.advanceF32;
  advance(
    states,
    groups,
    table,
    runs.length,
    scratch,
    key.key0,
    key.key1,
    firstTrial,
    currentIndex,
    noise === 'uniform' ? 1 : 0,
    firstStep,
  );
  gather(state, m, half);
}

function writeRuns(view: DataView, table: number, runs: readonly LlgRun[]): void {
  for (const [index, { steps, constants }] of runs.entries()) {
    const at = table + index * RUN_BYTES;
    view.setInt32(at, steps, true);
    for (let k = 0; k < 12; k += 1) view.setFloat64(at + 8 + 8 * k, constants[k], true);
  }
}

/** m[3 t + c] into half-groups of `half` lanes, [half-group][component][lane]; spare lanes repeat trial 0. */
function scatter(m: Float64Array, state: Float64Array | Float32Array, half: number): void {
  for (let slot = 0; 3 * slot < state.length; slot += 1) {
    const from = 3 * slot < m.length ? 3 * slot : 0;
    const to = Math.floor(slot / half) * 3 * half + (slot % half);
    for (let c = 0; c < 3; c += 1) state[to + c * half] = m[from + c];
  }
}

function gather(state: Float64Array | Float32Array, m: Float64Array, half: number): void {
  for (let trial = 0; 3 * trial < m.length; trial += 1) {
    const from = Math.floor(trial / half) * 3 * half + (trial % half);
    for (let c = 0; c < 3; c += 1) m[3 * trial + c] = state[from + c * half];
  }
}
