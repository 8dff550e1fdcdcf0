import { Outcome, Solver } from 'odex';
import { numericalFailure } from '../errors/index.js';
import type { Vector3 } from '../numerics/vector3.js';
import { driveAt, macrospinDerivative } from './equation-of-motion.js';
import { driveDuration } from './macrospin.js';
import { recommendedStep } from './program.js';
import {
  energyField,
  isPassive,
  normalised,
  type Trajectory,
  type TrajectoryRequest,
} from './trajectory.js';

/**
 * Deterministic motion by odex (Hairer, Nørsett and Wanner, Solving ODEs I, II.9), segment by segment in time units
 * of the fastest precession, sampled from its dense output.
 */
export function adaptiveTrajectory({
  spin,
  drive,
  start,
  samples = 1000,
  tolerance = 1e-10,
}: TrajectoryRequest): Trajectory {
  const total = driveDuration(drive);
  const times: number[] = [0];
  const m: number[] = [...start];
  const energy: number[] = [drive.length > 0 ? energyField(spin, driveAt(drive[0], 0), start) : 0];
  const statistics = { steps: 0, evaluations: 0, largestNormError: 0, largestEnergyRise: 0 };
  const interval = total / samples;
  let begin = 0;
  let state: Vector3 = start;
  for (const segment of drive) {
    const { durationSeconds } = segment;
    if (durationSeconds === 0) continue;
    const rate = Math.max(0.05 / recommendedStep(spin, [segment]), 1 / durationSeconds);
    const end = durationSeconds * rate;
    const solver = new Solver(3);
    solver.absoluteTolerance = tolerance;
    solver.relativeTolerance = tolerance;
    solver.initialStepSize = Math.min(0.05, end / 4);
    solver.maxStepSize = end;
    solver.maxSteps = 10_000_000;
    solver.denseOutput = true;
    const passive = isPassive(segment);
    let lastEnergy = energyField(spin, driveAt(segment, 0), state);
    let next = Math.floor(begin / interval) + 1;
    const { y, outcome, nAccept, nEval } = solver.solve(
      (x, v) => {
        const slope = macrospinDerivative(spin, driveAt(segment, x / end), [v[0], v[1], v[2]]);
        return slope.map((value) => value / rate);
      },
      0,
      [...state],
      end,
      (_n, _xOld, x, at, interpolate) => {
        const here = normalised([at[0], at[1], at[2]]);
        statistics.largestNormError = Math.max(statistics.largestNormError, here.error);
        const level = energyField(spin, driveAt(segment, x / end), here.m);
        if (passive)
          statistics.largestEnergyRise = Math.max(statistics.largestEnergyRise, level - lastEnergy);
        lastEnergy = level;
        for (; next * interval <= begin + x / rate; next += 1) {
          const local = (next * interval - begin) * rate;
          if (local <= 0 || local > end) continue;
          const [p, q, r] = [0, 1, 2].map((c) => interpolate(c, local));
          const sample = normalised([p, q, r]);
          times.push(next * interval);
          m.push(...sample.m);
          energy.push(energyField(spin, driveAt(segment, local / end), sample.m));
        }
      },
    );
    if (outcome !== Outcome.Converged)
      throw numericalFailure({
        code: 'magnetics.trajectory-not-converged',
        what: `the trajectory did not reach ${((begin + durationSeconds) * 1e9).toPrecision(4)} ns`,
        why: 'the adaptive method ran out of steps',
        mend: 'loosen the tolerance, or split the protocol',
      });
    statistics.steps += nAccept;
    statistics.evaluations += nEval;
    state = normalised([y[0], y[1], y[2]]).m;
    begin += durationSeconds;
  }
  if (times[times.length - 1] < total * (1 - 1e-9)) {
    times.push(total);
    m.push(...state);
    energy.push(energyField(spin, driveAt(drive[drive.length - 1], 1), state));
  } else {
    // The last sample is the end of the last step itself, not its interpolant.
    m.splice(m.length - 3, 3, ...state);
  }
  return {
    method: 'adaptive',
    times: Float64Array.from(times),
    m: Float64Array.from(m),
    energy: Float64Array.from(energy),
    statistics,
  };
}
