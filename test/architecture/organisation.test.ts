import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breakEven,
  costOfDesign,
  headlineOf,
  libraryAssumptions,
  mtjAssumptions,
  replicateWithin,
  type Design,
} from '../../src/architecture/index.js';
import { adcs, library, magnets } from './support.js';

const headline = (design: Design) => headlineOf(costOfDesign(design));

describe('replication under an area budget', () => {
  it('stays within it, and no shorter interval would fit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 12, noNaN: true }), (times) => {
        const budget = times * headline(magnets()).area;
        const { design, areaSquareMetre, overBudget } = replicateWithin(magnets(), budget);
        const cost = costOfDesign(design);
        expect(overBudget).toBe(false);
        expect(cost.areaSquareMetre).toBe(areaSquareMetre);
        expect(areaSquareMetre).toBeLessThanOrEqual(budget);
        // Every layer as busy as the busiest gets copies for one round of reads less.
        const copies = { ...design.organisation.replication };
        const { intervalSecond, layers } = cost.schedule;
        for (const { name, busySecond } of layers) {
          if (busySecond < intervalSecond * (1 - 1e-9)) continue;
          const { positions } = design.works.find((work) => work.name === name)!;
          const rounds = Math.ceil(positions / copies[name]) - 1;
          if (rounds === 0) return;
          copies[name] = Math.ceil(positions / rounds);
        }
        const faster: Design = {
          ...design,
          organisation: { ...design.organisation, replication: copies },
        };
        expect(headline(faster).area).toBeGreaterThan(budget);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('never makes an image slower, gives early layers most, and says when the budget is too small', () => {
    const one = headline(magnets());
    const { design } = replicateWithin(magnets(), 4 * one.area);
    expect(headline(design).latency).toBeLessThan(one.latency / 2);
    const copies = design.organisation.replication ?? {};
    expect(copies.stem).toBeGreaterThan(copies['8-5'] ?? 1);
    expect(replicateWithin(magnets(), one.area / 2).overBudget).toBe(true);
  });
});

describe('columns that take turns at one magnet', () => {
  const shared = (columnsPerConverter: number): Design => {
    const design = magnets();
    const { converter } = design.organisation;
    if (converter.kind !== 'mtj') throw new Error('no magnets');
    return {
      ...design,
      organisation: { ...design.organisation, converter: { ...converter, columnsPerConverter } },
    };
  };

  it('save converter area and take time in proportion', () => {
    const converters = (design: Design) =>
      costOfDesign(design).layers[3].areaSquareMetre.converters;
    expect(converters(shared(1)) / converters(shared(8))).toBeCloseTo(8, 9);
    const busy = (design: Design) => costOfDesign(design).schedule.layers[3].busySecond;
    // 1 ns to settle, then 5 ns a sample: 16 columns of this layer go round 8 times.
    expect(busy(shared(8)) / busy(shared(1))).toBeCloseTo((1 + 8 * 5) / (1 + 5), 9);
    expect(headline(shared(8)).energy).toBeGreaterThan(headline(shared(1)).energy);
  });
});

describe('monotone', () => {
  it('in T: energy and latency rise, area does not fall', () => {
    const costs = [1, 2, 4, 8, 16].map((samples) => headline(magnets({ samples })));
    for (const [i, cost] of costs.slice(1).entries()) {
      expect(cost.energy).toBeGreaterThan(costs[i].energy);
      expect(cost.latency).toBeGreaterThan(costs[i].latency);
      expect(cost.area).toBeGreaterThanOrEqual(costs[i].area);
    }
  });

  it('in the bits of an ADC: energy and area rise', () => {
    const costs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((bits) => headline(adcs(bits)));
    for (const [i, cost] of costs.slice(1).entries()) {
      expect(cost.energy).toBeGreaterThan(costs[i].energy);
      expect(cost.area).toBeGreaterThan(costs[i].area);
      expect(cost.latency).toBeGreaterThanOrEqual(costs[i].latency);
    }
  });

  it('in rows: fewer conversions, less conversion energy', () => {
    const energies = [32, 64, 128, 256].map((rows) =>
      costOfDesign(magnets({}, rows)).layers.reduce(
        (sum, { energyJoule }) => sum + energyJoule.converters,
        0,
      ),
    );
    for (const [i, energy] of energies.slice(1).entries()) expect(energy).toBeLessThan(energies[i]);
  });
});

describe('breakEven', () => {
  const assumptions = [...libraryAssumptions(library()), ...mtjAssumptions('test', [0.5, 2], 2.8)];
  const ratio = ([mine, theirs]: readonly { readonly energy: number }[]): number =>
    theirs.energy / mine.energy;

  it('gives factors at which the headline is the target, and none where there is none', () => {
    const designs = [magnets(), adcs()];
    const now = ratio(designs.map(headline));
    const found = breakEven(designs, assumptions, ratio, 2 * now);
    expect(found.some(({ factor }) => factor !== undefined)).toBe(true);
    for (const { name, factor } of found) {
      const assumption = assumptions.find((one) => one.name === name);
      if (factor === undefined || !assumption) continue;
      const changed = designs.map((design) => headline(assumption.apply(design, factor)));
      expect(ratio(changed) / (2 * now), name).toBeCloseTo(1, 4);
    }
    // The time of a conversion is no part of an energy without leakage.
    const time = found.find(({ name }) => name === 'conversion time of ADC');
    expect(time?.factor).toBeUndefined();
  });
});
