import { hashOf } from '../formats/sha256.js';
import type { Device } from '../magnetics/index.js';
import type { Executor } from '../parallel/executor.js';
import { checkMemory } from './check-protocol.js';
import type { ChosenFit, ModelChoice } from './fit-curve.js';
import { suitsFokkerPlanck } from './fokker-planck.js';
import { DEFAULT_PRECISION, type CalibrationPrecision } from './plan.js';
import type { Protocol } from './protocol-schema.js';
import { responseOf, type Response } from './response.js';
import { sampleCurve } from './sample-curve.js';
import { solveCurve } from './solve-curve.js';
import type { SwitchingCurve, SwitchingPoint } from './switching-curve.js';

export interface CalibrationProgress {
  readonly stage: 'search' | 'points' | 'slope';
  /** Trials (Monte Carlo) or currents (Fokker-Planck) done and, as far as known now, to be done in all. */
  readonly trials: number;
  readonly plannedTrials: number;
}

export interface CalibrationOptions {
  readonly executor: Executor;
  /** Default 1. */
  readonly seed?: number;
  /** What to reach; missing fields from `DEFAULT_PRECISION`. */
  readonly precision?: Partial<CalibrationPrecision>;
  /** Monte Carlo (default), Fokker-Planck, or the one that suits the response. */
  readonly method?: 'mc' | 'fp' | 'auto';
  /** Default `auto`: chosen by likelihood ratio. */
  readonly model?: ModelChoice;
  readonly noise?: 'gaussian' | 'uniform';
  /** Precision of the magnets' states; default f32. */
  readonly state?: 'f64' | 'f32';
  /** A response that falls again beyond a maximum: keep its rising part (default) or refuse it. */
  readonly nonMonotone?: 'restrict' | 'refuse';
  readonly onProgress?: (progress: CalibrationProgress) => void;
  readonly signal?: AbortSignal;
  /** Version of Spinbar for the provenance; the core does not know it. */
  readonly version?: string;
}

/** What a method finds of a curve; `calibrate` adds where it comes from. */
export interface CurveBody {
  readonly method: 'monte-carlo' | 'fokker-planck';
  readonly points: readonly SwitchingPoint[];
  readonly chosen: ChosenFit;
  readonly notes: readonly string[];
}

/**
 * P_sw(I) of a device under a protocol, sampled or solved, fitted, with its provenance. Bit-identical for
 * any executor. Throws `SpinbarError`: no transition in reach, a response that cannot be a switching curve
 * (exit 4), a protocol that outlasts the magnet's memory (exit 3).
 */
export async function calibrate(
  device: Device,
  protocol: Protocol,
  options: CalibrationOptions,
): Promise<SwitchingCurve> {
  const { seed = 1, model = 'auto', noise = 'gaussian', state = 'f32' } = options;
  const { nonMonotone = 'restrict', version = 'unknown' } = options;
  const precision = { ...DEFAULT_PRECISION, ...options.precision };
  const response = responseOf(device, protocol);
  const warnings: string[] = [];
  checkMemory(response.spin, protocol, warnings);
  const curve =
    methodFor(response, protocol, options, warnings) === 'fp' ? solveCurve : sampleCurve;
  const { points, chosen, notes, method: used } = await curve(response, protocol, options);
  const inputs = { precision, method: used, model, noise, state, nonMonotone };
  return {
    format: 'spinbar.switching-curve',
    version: 1,
    name: `${device.name}.${protocol.name}`,
    device: { name: device.name, hash: hashOf(device.mtj) },
    protocol: { name: protocol.name, hash: hashOf(protocol), kind: protocol.kind },
    temperatureKelvin: protocol.temperature ?? device.mtj.temperature,
    seed,
    method: used,
    points,
    fit: chosen.fit,
    currentRangeAmpere: [points[0].currentAmpere, points[points.length - 1].currentAmpere],
    alternatives: chosen.alternatives,
    notes: [...warnings, ...notes],
    provenance: {
      version,
      inputHash: hashOf({ mtj: device.mtj, protocol, seed, ...inputs }),
    },
  };
}

function methodFor(
  response: Response,
  { range }: Protocol,
  { method = 'mc' }: CalibrationOptions,
  notes: string[],
): 'mc' | 'fp' {
  if (method !== 'auto') return method;
  const { suits, reason } = suitsFokkerPlanck(response, [range.from, range.to]);
  notes.push(`Method ${suits ? 'Fokker-Planck' : 'Monte Carlo'}: ${reason}.`);
  return suits ? 'fp' : 'mc';
}
