import { describe, expect, it } from 'vitest';
import {
  costOfDesign,
  nominalSupply,
  scaleLibrary,
  scalingFactors,
  SCALING_RULES,
} from '../../src/architecture/index.js';
import { library, magnets } from './support.js';

describe('technology scaling', () => {
  it('is off at the set’s own node', () => {
    for (const rule of SCALING_RULES)
      expect(scalingFactors(rule, 32e-9, 32e-9)).toEqual({
        energy: 1,
        area: 1,
        latency: 1,
        leakage: 1,
      });
  });

  it('digital gates from 32 to 22 nm: C V^2, length squared', () => {
    const { energy, area, latency } = scalingFactors('digital', 32e-9, 22e-9);
    expect(energy).toBeCloseTo((22 / 32) * (0.8 / 0.9) ** 2, 12);
    expect(area).toBeCloseTo((22 / 32) ** 2, 12);
    expect(latency).toBeCloseTo(22 / 32, 12);
    expect(nominalSupply(27e-9)).toBeCloseTo(0.85, 12);
  });

  it('scales every component by its own rule and leaves cells alone', () => {
    const { library: small, adcFactors } = scaleLibrary(library(), 22e-9, 'isaac-32nm.yaml');
    const was = library();
    expect(small.array).toEqual(was.array);
    expect(small.shiftAdd.energy / was.shiftAdd.energy).toBeCloseTo((22 / 32) * (8 / 9) ** 2, 12);
    expect(small.bus.latency).toBe(was.bus.latency);
    expect(adcFactors).toMatchObject({ energy: 1, time: 1 });
    expect(adcFactors.area).toBeCloseTo(22 / 32, 12);
    expect(costOfDesign({ ...magnets(), library: small }).areaSquareMetre).toBeLessThan(
      costOfDesign(magnets()).areaSquareMetre,
    );
  });

  it('refuses a component without a rule and a node without a supply, with the place', () => {
    const { scaling: _rule, ...router } = library().router;
    const without = { ...library(), router };
    expect(() => scaleLibrary(without, 22e-9, 'mine.yaml')).toThrow('router.scaling');
    expect(() => scaleLibrary(library(), 7e-9, 'mine.yaml')).toThrow('16 to 130 nm');
  });
});
