import type { BinaryPlan } from './binary-plan.js';
import type { EngineMemory } from './engine-memory.js';
import type { WeightSlice } from './weight-slices.js';

/** What the kernels of four slices read of one chunk. */
export interface FourSlices {
  /** Offsets. */
  readonly weights: number;
  readonly columnLevel: number;
}

/** The fours of every stream, by chunk; streams of the same plans share them. */
export function foursOfStreams(
  memory: EngineMemory,
  plans: readonly (readonly BinaryPlan[])[],
  slices: readonly WeightSlice[],
  chunks: number,
): readonly (readonly (readonly FourSlices[])[])[] {
  const fours: (readonly (readonly FourSlices[])[])[] = [];
  for (const own of plans) {
    const alike = plans.findIndex((other) => other.every((plan, s) => plan === own[s]));
    fours.push(fours[alike] ?? fourSlices(memory, own, slices, chunks));
  }
  return fours;
}

/** Fours of slices, from the first on, with coefficients of 1, 2, 4, 8 and one T of at most 8; by chunk. */
function fourSlices(
  memory: EngineMemory,
  plans: readonly BinaryPlan[],
  slices: readonly WeightSlice[],
  chunks: number,
): readonly (readonly FourSlices[])[] {
  const fours: FourSlices[][] = [];
  for (let first = 0; first + 4 <= slices.length; first += 4) {
    const four = plans.slice(first, first + 4);
    const [{ samples, shift, addsValid }] = four;
    const alike = four.every(
      (plan, i) =>
        slices[first + i].coefficient === slices[first].coefficient * 2 ** i &&
        plan.samples === samples &&
        plan.shift === shift &&
        plan.addsValid === addsValid,
    );
    if (!alike || samples < 1 || samples > 8) break;
    fours.push(
      Array.from({ length: chunks }, (_, c) => {
        const parts = four.map((plan) => plan.chunks[c]);
        const bits = parts.map((part) => part.bits);
        const levels = parts.map((part) => part.level);
        return {
          weights: memory.place(interleaved(bits, 2 * parts[0].words)),
          columnLevel: memory.place(interleaved(levels, 1)),
        };
      }),
    );
  }
  return fours;
}

/** Items of `size` elements of several arrays, one array's item after the other's. */
function interleaved<Values extends Int32Array | Uint32Array>(
  arrays: readonly Values[],
  size: number,
): Values {
  const [first] = arrays;
  const out = new (first.constructor as new (length: number) => Values)(
    first.length * arrays.length,
  );
  for (const [a, values] of arrays.entries())
    for (let i = 0; i < values.length; i += 1)
      out[(Math.floor(i / size) * arrays.length + a) * size + (i % size)] = values[i];
  return out;
}
