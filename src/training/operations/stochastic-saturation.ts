import { CERTAIN, firstWhere, type ConversionLaw, type Stretch } from '../surrogate.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout } from './stochastic-layout.js';

/**
 * For every sample of a conversion, the partial sums (with bias) for which its outcome is open:
 * 0.01 <= P(+1) <= 0.99. Curves are monotone.
 */
export function openStretches(
  { transfer, argumentPerDigit, bias }: ConversionLaw,
  span: number,
): readonly Stretch[] {
  const chances =
    transfer.kind === 'value'
      ? [(argument: number) => (transfer.value(argument) + 1) / 2]
      : (transfer.offsets ?? [0]).map(
          (offset) => (argument: number) => transfer.probability(argument + offset),
        );
  const all = { first: -span, last: span };
  return chances.map((chance) => {
    const of = (sum: number): number => chance(argumentPerDigit * (sum + bias));
    return {
      first: firstWhere(all, (sum) => of(sum) >= CERTAIN),
      last: firstWhere(all, (sum) => of(sum) > 1 - CERTAIN) - 1,
    };
  });
}

/** Counts saturated samples among some conversions of a forward pass. */
export interface SaturationWatch {
  /** Forgets what it has seen. */
  begin(): void;
  /** Looks at the block of partial sums of all slices that has just been converted. */
  look(chunk: number, pixels: number, open: readonly Stretch[]): void;
  /** Share of saturated samples; NaN where nothing was seen. */
  readonly share: () => number;
}

/** Prime to the images that stand side by side: all of them are seen. */
const EVERY = 61;

export function saturationWatch(workspace: Workspace, layout: StochasticLayout): SaturationWatch {
  const { outputs, paddedOutputs, slices, blockPixels, partialSums } = layout;
  let [seen, saturated] = [0, 0];
  return {
    begin: () => {
      [seen, saturated] = [0, 0];
    },
    look: (chunk, pixels, open) => {
      const length = slices * paddedOutputs * blockPixels;
      const slot = { offset: partialSums, length };
      const sums = layout.shortSums ? workspace.i16(slot) : workspace.i32(slot);
      const biases = workspace.i32(layout.biases);
      for (let s = 0; s < slices; s += 1)
        for (let m = 0; m < outputs; m += 1) {
          const bias = biases[chunk * paddedOutputs + m];
          const from = (s * paddedOutputs + m) * blockPixels;
          for (let p = from; p < from + pixels; p += EVERY)
            for (let t = 0; t < open.length; t += 1) {
              const sum = sums[p] + bias;
              if (sum < open[t].first || sum > open[t].last) saturated += 1;
              seen += 1;
            }
        }
    },
    share: () => saturated / seen,
  };
}
