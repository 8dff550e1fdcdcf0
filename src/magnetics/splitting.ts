import { invalidInput } from '../errors/index.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniformFromWord } from '../numerics/stream.js';
import { dot, unit, type Vector3 } from '../numerics/vector3.js';
import { simulateEnsemble } from './ensemble.js';
import { sampleEquilibrium } from './equilibrium.js';
import { driveAt } from './equation-of-motion.js';
import { splitDrive } from './split-drive.js';
import { growthRate } from './threshold.js';
import { driveDuration, type DriveSegment, type Macrospin } from './macrospin.js';
import { recommendedStep } from './program.js';

export interface RareEventRequest {
  readonly spin: Macrospin;
  readonly drive: readonly DriveSegment[];
  /** Well in which the magnets start, in thermal equilibrium; the event is m.well > 0 at the end. */
  readonly well: Vector3;
  /** Magnets of one replica; default 2000. */
  readonly particles?: number;
  /** Independent repeats, from which the variance comes; default 16. */
  readonly replicas?: number;
  /** How often the population is renewed; default 40. */
  readonly renewals?: number;
  readonly seed?: number;
  readonly stepSeconds?: number;
}

export interface RareEventEstimate {
  readonly probability: number;
  /** Standard error of the mean over the replicas; itself uncertain where few replicas carry the sum. */
  readonly standardError: number;
  /** 95 % interval by Student's t of the replicas. */
  readonly interval: readonly [number, number];
  readonly replicas: readonly number[];
  readonly particleSteps: number;
}

/**
 * Probability that a magnet is still in its well after a drive that all but surely takes it out, by splitting: at
 * each renewal magnets near the well's axis are doubled and far ones dropped, in proportion to the ratio of a score to
 * its last value; the mean ratio is kept as a factor and the last score divided out again. The score is the chance to
 * stay of the motion linearised about the well, exp(-theta^2/(2 s^2)) with s^2 = D/g + exp(-2 g t), g its growth
 * rate and t the time left. The estimate is unbiased for every score (Del Moral and Garnier, Ann. Appl.
 * Probab. 15, 2496, 2005); a good one only lowers the variance.
 */
export function rareEvent(request: RareEventRequest): RareEventEstimate {
  const { spin, drive, well, particles = 2000, replicas = 16, renewals = 40, seed = 1 } = request;
  if (!(spin.thermalField > 0) || replicas < 2 || particles < 2 || renewals < 1)
    throw invalidInput({
      code: 'magnetics.invalid-splitting',
      what: 'splitting wants a temperature above 0 K, two replicas, two particles and one renewal at least',
      mend: 'raise what is missing',
    });
  const axis = unit(well);
  const pieces = splitDrive(drive, driveDuration(drive) / renewals);
  const stepSeconds = request.stepSeconds ?? recommendedStep(spin, drive);
  const chance = linearChance(spin, pieces, axis);
  const score = (m: Float64Array, k: number, piece: number): number =>
    Math.exp(
      -Math.min(80, chance[piece] * (1 - dot([m[3 * k], m[3 * k + 1], m[3 * k + 2]], axis))),
    );
  let particleSteps = 0;
  const run = (replica: number): number => {
    const stream = { trials: particles, firstTrial: 0, seed };
    const index = (piece: number): number => replica * (pieces.length + 1) + piece;
    let m = sampleEquilibrium(spin, axis, { ...stream, currentIndex: index(0) });
    let last = Float64Array.from({ length: particles }, (_, k) => score(m, k, 0));
    // 1/score at the start, inherited: what the telescoping product of ratios began with.
    let first = last.slice();
    let factor = 1;
    for (const [piece, part] of pieces.entries()) {
      const { reads, steps } = simulateEnsemble({
        ...{ spin, drive: [part], start: { kind: 'states', m } as const, stepSeconds },
        ...{ trials: particles, seed, currentIndex: index(piece) },
      });
      particleSteps += particles * steps;
      const moved = reads[0];
      if (piece === pieces.length - 1) {
        m = moved;
        break;
      }
      const now = Float64Array.from({ length: particles }, (_, k) => score(moved, k, piece + 1));
      const ratios = now.map((value, k) => value / last[k]);
      const mean = ratios.reduce((sum, value) => sum + value, 0) / particles;
      factor *= mean;
      const parents = systematic(ratios, mean * particles, seed, index(piece));
      m = Float64Array.from(
        { length: 3 * particles },
        (_, i) => moved[3 * parents[Math.floor(i / 3)] + (i % 3)],
      );
      last = Float64Array.from(parents, (parent) => now[parent]);
      first = Float64Array.from(parents, (parent) => first[parent]);
    }
    let sum = 0;
    for (let k = 0; k < particles; k += 1) {
      if (dot([m[3 * k], m[3 * k + 1], m[3 * k + 2]], axis) > 0) sum += first[k] / last[k];
    }
    return (factor * sum) / particles;
  };
  const values = Array.from({ length: replicas }, (_, replica) => run(replica));
  const probability = values.reduce((sum, value) => sum + value, 0) / replicas;
  const variance =
    values.reduce((sum, value) => sum + (value - probability) ** 2, 0) / (replicas - 1);
  const standardError = Math.sqrt(variance / replicas);
  const half = studentQuantile(replicas - 1) * standardError;
  return {
    ...{ probability, standardError, replicas: values, particleSteps },
    interval: [Math.max(0, probability - half), probability + half],
  };
}

/** 1/s^2 at the beginning of every piece (theta^2/2 is 1 - cos theta). */
function linearChance(spin: Macrospin, pieces: readonly DriveSegment[], well: Vector3): number[] {
  const { damping, gyromagneticRatio, thermalField } = spin;
  const diffusion = (gyromagneticRatio * damping * thermalField) / (1 + damping ** 2);
  const growth = pieces.map((piece) => Math.max(0, growthRate(spin, driveAt(piece, 0.5), well)));
  const fastest = Math.max(...growth, diffusion);
  let left = 0;
  const inverse: number[] = [];
  for (let k = pieces.length - 1; k >= 0; k -= 1) {
    left += growth[k] * pieces[k].durationSeconds;
    inverse[k] = 1 / (diffusion / fastest + Math.exp(-2 * left));
  }
  return [...inverse, 1];
}

/** Parents by systematic resampling: particle k has n ratio_k/total children on average (Kitagawa 1996). */
function systematic(ratios: Float64Array, total: number, seed: number, index: number): Int32Array {
  const words = new Uint32Array(4);
  philox4x32(streamKey(seed, 'magnetics.splitting'), index, 0, 0, 0, words);
  const offset = uniformFromWord(words[0]);
  const count = ratios.length;
  const parents = new Int32Array(count);
  let parent = 0;
  let reached = ratios[0];
  for (let k = 0; k < count; k += 1) {
    const target = ((k + offset) / count) * total;
    while (reached < target && parent < count - 1) {
      parent += 1;
      reached += ratios[parent];
    }
    parents[k] = parent;
  }
  return parents;
}

/** 97.5 % quantile of Student's t, by the expansion about the normal one (Abramowitz and Stegun 26.7.5). */
function studentQuantile(degrees: number): number {
  const z = 1.959963984540054;
  const third = (z ** 3 + z) / 4;
  const fifth = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + third / degrees + fifth / degrees ** 2;
}
