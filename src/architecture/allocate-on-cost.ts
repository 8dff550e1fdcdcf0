import type { Allocation } from './allocation.js';
import { costOfDesign, headlineOf, type Design, type Metric } from './design.js';

/** Damage of one sample's noise in one layer: the loss with T samples lies d / T above infinitely many. */
export interface LayerDamage {
  readonly name: string;
  readonly damage: number;
}

/** The design with other samples by layer; layers not named keep theirs. */
export const withSamples = (design: Design, samples: Readonly<Record<string, number>>): Design => ({
  ...design,
  works: design.works.map((work) =>
    samples[work.name] === undefined ? work : { ...work, samples: samples[work.name] },
  ),
});

/** The layers of a design that are converted, and so have samples. */
export const sampledLayers = ({ works }: Design): readonly string[] =>
  works.filter(({ mapped }) => mapped).map(({ name }) => name);

/**
 * Samples by layer under a budget of energy (J), latency (s) or energy-delay product (J s) of the whole
 * design, priced by the cost model itself: a sample more in a layer that the pipeline waits for costs time, in
 * one that it does not, next to none. From T = 1 everywhere, the layer that saves most damage for its price gets
 * one sample more, again and again (Fox, Operations Research 14, 1966; optimal up to the last step for
 * additive prices); a layer whose next sample no longer fits is left, the others go on. Layers whose damage
 * is not positive keep one sample. `price` of the result is the metric.
 */
export function allocateOnCost(
  design: Design,
  damages: readonly LayerDamage[],
  { metric, budget, most = 64 }: { metric: Metric; budget: number; most?: number },
): Allocation {
  const samples: Record<string, number> = Object.fromEntries(
    sampledLayers(design).map((name) => [name, 1]),
  );
  const price = (own: Readonly<Record<string, number>>): number =>
    headlineOf(costOfDesign(withSamples(design, own)))[metric];
  let spent = price(samples);
  const open = new Map(
    damages.filter(({ name, damage }) => damage > 0 && name in samples).map((l) => [l.name, l]),
  );
  while (open.size > 0) {
    let best: { readonly name: string; readonly price: number; readonly gain: number } | undefined;
    for (const { name, damage } of open.values()) {
      const next = price({ ...samples, [name]: samples[name] + 1 });
      if (samples[name] >= most || next > budget) {
        open.delete(name);
        continue;
      }
      const saved = damage / (samples[name] * (samples[name] + 1));
      const gain = saved / Math.max(next - spent, spent * FREE);
      if (!best || gain > best.gain) best = { name, price: next, gain };
    }
    if (!best) break;
    samples[best.name] += 1;
    spent = best.price;
  }
  return {
    samples,
    price: spent,
    damage: damages.reduce((sum, { name, damage }) => sum + damage / (samples[name] ?? 1), 0),
  };
}

/** Share of the price below which a step counts as free: then the one that saves most damage goes first. */
const FREE = 1e-9;

/**
 * What uniform T costs in a metric, also between whole numbers (linear there): the scale on which budgets are
 * compared with designs that give every layer the same samples.
 */
export function uniformPrice(design: Design, samples: number, metric: Metric): number {
  const at = (count: number): number =>
    headlineOf(
      costOfDesign(
        withSamples(design, Object.fromEntries(sampledLayers(design).map((name) => [name, count]))),
      ),
    )[metric];
  const low = Math.floor(samples);
  const share = samples - low;
  return share === 0 ? at(low) : (1 - share) * at(low) + share * at(low + 1);
}
