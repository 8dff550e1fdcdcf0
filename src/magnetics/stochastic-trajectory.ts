import { noiseBlock } from '../kernels/llg-noise.reference.js';
import { invalidInput } from '../errors/index.js';
import { streamKey } from '../numerics/stream.js';
import {
  add,
  applyTransposed,
  cross,
  dot,
  scale,
  type Matrix3,
  type Vector3,
} from '../numerics/vector3.js';
import {
  driveAt,
  macrospinDerivative,
  precessionVector,
  type DriveInstant,
} from './equation-of-motion.js';
import { driveDuration, thermalFieldDeviation, type Macrospin } from './macrospin.js';
import { principalFrame } from './principal-frame.js';
import { planRuns, recommendedStep } from './program.js';
import {
  energyField,
  isPassive,
  normalised,
  type Trajectory,
  type TrajectoryMethod,
  type TrajectoryRequest,
} from './trajectory.js';

/**
 * One magnet by a fixed-step method, with the thermal field of the ensembles: trial `trial` of current 0 meets the
 * same noise there. Ramps are taken at mid-step.
 */
export function fixedStepTrajectory(
  request: TrajectoryRequest & { readonly method: TrajectoryMethod },
): Trajectory {
  const { spin, drive, start, method, samples = 1000 } = request;
  const { stepSeconds = recommendedStep(spin, drive) } = request;
  const frame = principalFrame(spin.anisotropy);
  planRuns(spin, drive, frame, stepSeconds); // refuses a step too large
  const thermal = noiseSource(request, frame.rotation);
  const advance = method === 'midpoint' ? midpointStep : heunStep;
  const total = driveDuration(drive);
  const stride = Math.max(1, Math.round(total / stepSeconds / samples));
  const times = [0];
  const m: number[] = [...start];
  const energy = [drive.length > 0 ? energyField(spin, driveAt(drive[0], 0), start) : 0];
  const statistics = { steps: 0, evaluations: 0, largestNormError: 0, largestEnergyRise: 0 };
  let state = start;
  let begin = 0;
  for (const segment of drive) {
    const { durationSeconds } = segment;
    if (durationSeconds === 0) continue;
    const steps = Math.max(1, Math.ceil(durationSeconds / stepSeconds - 1e-9));
    const dt = durationSeconds / steps;
    const monitored = isPassive(segment) && spin.thermalField === 0;
    let lastEnergy = energyField(spin, driveAt(segment, 0), state);
    for (let k = 0; k < steps; k += 1) {
      const at = driveAt(segment, (k + 0.5) / steps);
      const next = advance(spin, at, state, thermal(statistics.steps, dt), dt);
      const scaled = normalised(next.m);
      statistics.largestNormError = Math.max(statistics.largestNormError, scaled.error);
      state = method === 'midpoint' ? next.m : scaled.m;
      statistics.steps += 1;
      statistics.evaluations += next.evaluations;
      if (monitored) {
        const level = energyField(spin, at, state);
        statistics.largestEnergyRise = Math.max(statistics.largestEnergyRise, level - lastEnergy);
        lastEnergy = level;
      }
      if (statistics.steps % stride === 0 || k === steps - 1) {
        times.push(begin + (k + 1) * dt);
        m.push(...state);
        energy.push(energyField(spin, driveAt(segment, (k + 1) / steps), state));
      }
    }
    begin += durationSeconds;
  }
  return {
    method,
    times: Float64Array.from(times),
    m: Float64Array.from(m),
    energy: Float64Array.from(energy),
    statistics,
  };
}

/** Thermal field (T) of step k of length dt, in the device frame. */
function noiseSource(
  { spin, seed = 1, trial = 0, noise = 'gaussian', coarsening = 1 }: TrajectoryRequest,
  rotation: Matrix3,
): (step: number, dt: number) => Vector3 {
  if (!(spin.thermalField > 0)) return () => [0, 0, 0];
  if (!Number.isSafeInteger(coarsening) || coarsening < 1)
    throw invalidInput({
      code: 'magnetics.invalid-coarsening',
      what: `invalid coarsening: ${coarsening}`,
      why: 'it counts the fine noise increments of one step',
      mend: 'use 1, 2, 4 ...',
    });
  const key = streamKey(seed, 'llg.thermal-field');
  const block = new Float32Array(12);
  let loaded = -1;
  return (step, dt) => {
    let sum: Vector3 = [0, 0, 0];
    for (let fine = step * coarsening; fine < (step + 1) * coarsening; fine += 1) {
      const wanted = Math.floor(fine / 4);
      if (wanted !== loaded) noiseBlock(key, noise, wanted, trial, 0, block);
      loaded = wanted;
      const at = 3 * (fine % 4);
      sum = add(sum, [block[at], block[at + 1], block[at + 2]]);
    }
    const deviation = thermalFieldDeviation(spin, dt) / Math.sqrt(coarsening);
    return scale(deviation, applyTransposed(rotation, sum));
  };
}

type Stepper = (
  spin: Macrospin,
  drive: DriveInstant,
  m: Vector3,
  thermal: Vector3,
  dt: number,
) => { readonly m: Vector3; readonly evaluations: number };

/** Heun with the same thermal field in predictor and corrector (Rümelin 1982). */
const heunStep: Stepper = (spin, drive, m, thermal, dt) => {
  const first = macrospinDerivative(spin, drive, m, thermal);
  const second = macrospinDerivative(spin, drive, add(m, scale(dt, first)), thermal);
  return { m: add(m, scale(dt / 2, add(first, second))), evaluations: 2 };
};

/**
 * Implicit midpoint m' = m - dt (m + m')/2 x w((m + m')/2) (d'Aquino et al., J. Comput. Phys. 209, 730, 2005): for a
 * given w the Cayley rotation of m, iterated to the w of its own midpoint. The midpoint rule is Stratonovich's.
 */
const midpointStep: Stepper = (spin, drive, m, thermal, dt) => {
  let next = m;
  let evaluations = 0;
  for (; evaluations < 60; evaluations += 1) {
    const middle = scale(0.5, add(m, next));
    const rotated = cayley(m, scale(dt / 2, precessionVector(spin, drive, middle, thermal)));
    const change = Math.hypot(...rotated.map((v, i) => v - next[i]));
    next = rotated;
    if (change < 1e-15) break;
  }
  return { m: next, evaluations: evaluations + 1 };
};

/** Solves m' = m - (m + m') x h: the rotation of m about h. */
function cayley(m: Vector3, h: Vector3): Vector3 {
  const square = dot(h, h);
  const along = dot(h, m);
  const turned = cross(h, m);
  return scale(
    1 / (1 + square),
    add(add(scale(1 - square, m), scale(2 * along, h)), scale(2, turned)),
  );
}
