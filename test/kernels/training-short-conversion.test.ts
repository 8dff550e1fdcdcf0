import { describe, expect, it } from 'vitest';
import { createWorkspace, type Slot } from '../../src/training/workspace.js';
import { noise } from '../training/support.js';

const SPAN = 60;
const OUTPUTS = 3;
const BIASES = [0, -7, 12];
/** Rows are longer than what is converted. */
const GUARD = 8;

const whole = (length: number, seed: number, top: number): number[] =>
  Array.from(noise(length, seed), (value) =>
    Math.max(-top, Math.min(top, Math.round(value * top))),
  );

describe.each([
  [8, 1],
  [64, 1],
  [13, 1],
  [3, 1],
  [29, 2],
  [40, 3],
  [11, 4],
])('conversion of %i partial sums of 16 bits a column by %i samples', (pixels, samples) => {
  const row = Math.ceil(pixels / 8) * 8 + GUARD;
  const partialSums = whole(OUTPUTS * row, 1, 40);
  const draws = whole(OUTPUTS * row, 2, 32767).map((draw) => Math.min(65534, draw + 32767));
  const size = 2 * SPAN + 1;
  /** Of each sample. */
  const thresholds = Array.from({ length: samples }, (_, k) =>
    whole(size, 30 + k, 32767).map((threshold) => threshold + 32768),
  );
  const slopes = whole(size, 4, 30000);
  const [coefficient, startSum, startGate] = [8, -100, 20000];

  /** Both kernels' rows are as many elements apart. */
  function convert(first: number, short: boolean) {
    const workspace = createWorkspace();
    const placed = (values: readonly number[], size: 2 | 4): Slot => {
      const slot = workspace.reserve(values.length);
      (size === 2 ? workspace.i16(slot) : workspace.i32(slot)).set(values);
      return slot;
    };
    const sums = workspace.reserve(OUTPUTS * row);
    const view = (short ? workspace.i16(sums) : workspace.f32(sums)).subarray(0, OUTPUTS * row);
    view.fill(startSum);
    const gates = placed(new Array<number>(OUTPUTS * row).fill(startGate), 2);
    const observed = workspace.reserve(2 * OUTPUTS);
    workspace.f64(observed).fill(5);
    const sumBytes = short ? 2 : 4;
    const entries = placed(
      thresholds[0].map((threshold, i) => threshold | (slopes[i] << 16)),
      4,
    ).offset;
    const others = placed(thresholds.slice(1).flat(), 4).offset;
    const eights = slopes.flatMap((_, i) =>
      Array.from({ length: 8 }, (__, k) => thresholds[k]?.[i] ?? 65535),
    );
    const wide = samples === 1 ? entries : placed(eights, 2).offset;
    const before = [
      placed(partialSums, sumBytes).offset,
      row * sumBytes,
      OUTPUTS,
      pixels,
      placed(draws, 2).offset,
      row * 2,
    ] as const;
    const after = [
      sums.offset,
      row * sumBytes,
      gates.offset,
      row * 2,
      first,
      placed(BIASES, 4).offset,
    ] as const;
    const { conversion } = workspace.kernels;
    const squares = short
      ? conversion.convertShort(
          ...before,
          entries,
          others,
          SPAN,
          samples,
          coefficient,
          ...after,
          observed.offset,
        )
      : conversion.convertDraws(
          ...before,
          wide,
          placed(slopes, 2).offset,
          SPAN,
          samples,
          coefficient,
          ...after,
          0,
          observed.offset,
        );
    return {
      squares,
      sums: Array.from(view),
      gates: Array.from(workspace.i16(gates).subarray(0, OUTPUTS * row)),
      observed: Array.from(workspace.f64(observed)),
    };
  }

  /** The rule, number by number. */
  function plain(first: number) {
    const sums = new Array<number>(OUTPUTS * row).fill(startSum);
    const gates = new Array<number>(OUTPUTS * row).fill(startGate);
    const observed = new Array<number>(OUTPUTS).fill(5);
    let squares = 0;
    for (let o = 0; o < OUTPUTS; o += 1)
      for (let i = o * row; i < o * row + pixels; i += 1) {
        const biased = partialSums[i] + BIASES[o];
        observed[o] += partialSums[i];
        squares += biased ** 2;
        const count = thresholds.filter((own) => draws[i] >= own[biased + SPAN]).length;
        sums[i] = (first & 2 ? 0 : sums[i]) + coefficient * (2 * count - samples);
        const gate = (first & 1 ? 0 : gates[i]) + slopes[biased + SPAN];
        gates[i] = Math.max(-32768, Math.min(32767, gate));
      }
    return { squares, sums, gates, observed };
  }

  it.each([0, 1, 2, 3])('is the rule, and what 32 bits give, overwriting %i', (first) => {
    const expected = plain(first);
    expect(convert(first, true)).toEqual(expected);
    expect(convert(first, false)).toEqual(expected);
  });

  it('merges to values rounded once', () => {
    const workspace = createWorkspace();
    const [sums, y] = [workspace.reserve(row), workspace.reserve(row)];
    const given = whole(pixels, 5, 3000);
    workspace.i16(sums).set(given);
    workspace.f32(y).fill(-1);
    workspace.kernels.conversion.mergeShort(sums.offset, y.offset, pixels, samples, 1 / 1350);
    expect(Array.from(workspace.f32(y))).toEqual(
      Array.from({ length: row }, (_, i) =>
        i < pixels ? Math.fround((given[i] / samples) * (1 / 1350)) : -1,
      ),
    );
  });
});
