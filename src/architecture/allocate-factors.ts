import type { Allocation } from './allocation.js';
import {
  allocateOnCost,
  sampledLayers,
  withSamples,
  type LayerDamage,
} from './allocate-on-cost.js';
import { costOfDesign, headlineOf, type Design, type Metric } from './design.js';
import { sliceFactorsOf, streamFactorsOf, type LayerWork } from './layer-work.js';

/** Factors on T of every slice and stream, least significant first; the same in all layers. */
export interface SampleFactors {
  readonly slices: readonly number[];
  readonly streams: readonly number[];
}

/** The design with other factors in its mapped layers. */
export const withFactors = (design: Design, { slices, streams }: SampleFactors): Design => ({
  ...design,
  works: design.works.map((work) =>
    work.mapped ? { ...work, sliceFactors: slices, streamFactors: streams } : work,
  ),
});

/**
 * Noise of a layer's output against that with all factors 1: a conversion of slice s and stream t is merged with
 * the weight c_s c_t, c = 2^(place), so its variance counts with the square of that over its own T. All
 * conversions are taken to have one variance.
 */
export function noiseShare(work: LayerWork): number {
  const share = (factors: readonly number[], bits: number): number => {
    const weights = factors.map((_, place) => 4 ** (bits * place));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    return factors.reduce((sum, factor, place) => sum + weights[place] / factor, 0) / all;
  };
  return (
    share(sliceFactorsOf(work), work.bitsPerSlice) *
    share(streamFactorsOf(work), work.bitsPerStream)
  );
}

/**
 * `allocateOnCost` for every choice of factors among `values` that rises with significance, from 1 on; the
 * choice with the least damage wins, equal ones by fewer factors.
 */
export function allocateWithFactors(
  design: Design,
  damages: readonly LayerDamage[],
  options: { readonly metric: Metric; readonly budget: number; readonly most?: number },
  values: readonly number[] = [1, 2, 4],
): Allocation {
  const places = (of: (work: LayerWork) => number): number =>
    Math.max(1, ...design.works.filter(({ mapped }) => mapped).map(of));
  const one = Object.fromEntries(sampledLayers(design).map((name) => [name, 1]));
  let best: Allocation | undefined;
  for (const slices of rising(
    places((work) => work.slices),
    values,
  ))
    for (const streams of rising(
      places((work) => work.streams),
      values,
    )) {
      const factored = withFactors(design, { slices, streams });
      const least = headlineOf(costOfDesign(withSamples(factored, one)))[options.metric];
      if (least > options.budget) continue;
      const shares = new Map(factored.works.map((work) => [work.name, noiseShare(work)]));
      const scaled = damages.map(({ name, damage }) => ({
        name,
        damage: damage * (shares.get(name) ?? 1),
      }));
      const found = allocateOnCost(factored, scaled, options);
      if (!best || found.damage < best.damage * (1 - 1e-12)) best = { ...found, slices, streams };
    }
  return best ?? allocateOnCost(design, damages, options);
}

/** Sequences of `length` that start with 1 and never fall. */
function rising(length: number, values: readonly number[]): number[][] {
  let found: number[][] = [[1]];
  for (let i = 1; i < length; i += 1)
    found = found.flatMap((own) =>
      values.filter((value) => value >= own[own.length - 1]).map((value) => [...own, value]),
    );
  return found;
}
