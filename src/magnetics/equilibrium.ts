import { exp } from '../numerics/exponential.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniformFromWord } from '../numerics/stream.js';
import { add, apply, dot, scale, unit, type Vector3 } from '../numerics/vector3.js';
import type { Macrospin } from './macrospin.js';

/** Energy over kB T of direction m, without current: -(m.A m/2 + m.B) Ms V/(kB T). */
export const reducedEnergy = ({ anisotropy, field, thermalField }: Macrospin, m: Vector3): number =>
  -(dot(m, apply(anisotropy, m)) / 2 + dot(m, field)) / thermalField;

/**
 * Draws directions from the Boltzmann distribution of the hemisphere m.well > 0, by rejection from the
 * uniform sphere: exact for any anisotropy. m[3 t + c]; trial t depends on (seed, currentIndex, t) alone.
 */
export function sampleEquilibrium(
  spin: Macrospin,
  well: Vector3,
  {
    trials,
    firstTrial,
    seed,
    currentIndex,
  }: { trials: number; firstTrial: number; seed: number; currentIndex: number },
): Float64Array {
  const key = streamKey(seed, 'llg.initial-direction');
  const axis = unit(well);
  const floor = lowestEnergy(spin);
  const words = new Uint32Array(4);
  const m = new Float64Array(3 * trials);
  for (let trial = 0; trial < trials; trial += 1) {
    for (let attempt = 0; ; attempt += 1) {
      philox4x32(key, attempt, firstTrial + trial, currentIndex, 0, words);
      const direction = directionFromDisc(words[0], words[1]);
      if (!direction) continue;
      const sign = dot(direction, axis) < 0 ? -1 : 1;
      const candidate: Vector3 = [sign * direction[0], sign * direction[1], sign * direction[2]];
      const acceptance = exp(floor - reducedEnergy(spin, candidate));
      if (uniformFromWord(words[2]) < acceptance) {
        m.set(candidate, 3 * trial);
        break;
      }
    }
  }
  return m;
}

/** A uniform direction from a point of the unit disc, undefined outside it (Marsaglia 1972). */
function directionFromDisc(w0: number, w1: number): Vector3 | undefined {
  const u = 2 * uniformFromWord(w0) - 1;
  const v = 2 * uniformFromWord(w1) - 1;
  const s = u * u + v * v;
  if (s >= 1) return undefined;
  const root = 2 * Math.sqrt(1 - s);
  return [u * root, v * root, 1 - 2 * s];
}

/** The lowest energy: the best of a grid, then the fixed-point iteration m = A' m + B, which only descends. */
function lowestEnergy(spin: Macrospin): number {
  const shift = spin.anisotropy.reduce((sum, value) => sum + Math.abs(value), 0);
  let lowest = Infinity;
  for (const start of GRID) {
    let m = start;
    for (let k = 0; k < 200; k += 1) {
      m = unit(add(add(apply(spin.anisotropy, m), scale(shift + 1e-12, m)), spin.field));
    }
    lowest = Math.min(lowest, reducedEnergy(spin, m));
  }
  return lowest;
}

const GRID: readonly Vector3[] = [-1, 0, 1].flatMap((x) =>
  [-1, 0, 1].flatMap((y) =>
    [-1, 0, 1]
      .filter((z) => x !== 0 || y !== 0 || z !== 0)
      .map((z) => unit([x + 0.1, y + 0.05, z + 0.02])),
  ),
);
