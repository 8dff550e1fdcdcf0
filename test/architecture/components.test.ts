import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  adcCost,
  blockSchema,
  blockTotals,
  componentLibrarySchema,
  fullPrecisionBits,
} from '../../src/architecture/index.js';
import { parseDocument } from '../../src/units/index.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../devices/components/${name}`, import.meta.url), 'utf8');

describe('the ISAAC component set', () => {
  const library = parseDocument(componentLibrarySchema, read('isaac-32nm.yaml'), 'isaac-32nm.yaml');

  it('gives the published tile and chip totals to 2 %', () => {
    const chip = blockTotals(
      parseDocument(blockSchema, read('isaac-32nm-chip.yaml'), 'isaac-32nm-chip.yaml'),
    );
    const within = (value: number, published: number) =>
      expect(Math.abs(value / published - 1)).toBeLessThan(0.02);
    within(chip.blocks[0].powerWatt, 0.33);
    within(chip.blocks[0].areaSquareMetre, 0.372e-6);
    within(chip.powerWatt, 65.8);
    within(chip.areaSquareMetre, 85.4e-6);
  });

  it('prices the tabulated ADCs exactly and the others by a fit that meets the table to 4 %', () => {
    expect(adcCost(library.adc, 8)).toMatchObject({
      energyJoule: 1.67e-12,
      areaSquareMetre: 1200e-12,
      timeSecond: 0.8e-9,
    });
    if (library.adc.scaling !== 'table') throw new Error('not a table');
    const { points } = library.adc;
    for (const point of points) {
      const others = { ...library.adc, points: points.filter(({ bits }) => bits !== point.bits) };
      const cost = adcCost(others, point.bits);
      const tolerance = point.bits === 10 || point.bits === 4 ? 0.12 : 0.04;
      expect(Math.abs(cost.energyJoule / point.energy - 1), `energy ${point.bits}`).toBeLessThan(
        tolerance,
      );
      expect(Math.abs(cost.areaSquareMetre / point.area - 1), `area ${point.bits}`).toBeLessThan(
        tolerance,
      );
    }
    const energies = Array.from({ length: 12 }, (_, i) => adcCost(library.adc, i + 1).energyJoule);
    expect(energies.every((energy, i) => i === 0 || energy > energies[i - 1])).toBe(true);
  });

  it('refuses a set with a wrong dimension or without a source', () => {
    const bad = read('isaac-32nm.yaml').replace('energy: 30 pJ', 'energy: 30 pA');
    expect(() => parseDocument(componentLibrarySchema, bad, 'bad.yaml')).toThrow('array.energy');
  });
});

describe('ADC scalings', () => {
  it('knows the bits that lose nothing', () => {
    expect(fullPrecisionBits(128, 1, 1)).toBe(8);
    expect(fullPrecisionBits(128, 1, 2)).toBe(9);
    expect(fullPrecisionBits(128, 1, 2, { encoded: true })).toBe(8);
  });

  it('per-bit: PUMA, 12.5 ns and 0.225 mW a bit', () => {
    const puma = {
      scaling: 'per-bit',
      timePerBit: 12.5e-9,
      powerPerBit: 0.225e-3,
      leakagePerBit: 0.025e-3,
      columns: 1,
      area: 1.2e-9,
      source: 's',
      spread: [1, 1],
    } as const;
    const cost = adcCost({ ...puma, spread: [1, 1] }, 8);
    expect(cost.timeSecond).toBeCloseTo(100e-9, 15);
    expect(cost.energyJoule).toBeCloseTo(8 * 0.225e-3 * 100e-9, 20);
    // PUMA states the time of an array's 128 columns: an ISAAC-like energy a conversion.
    const array = adcCost({ ...puma, spread: [1, 1], columns: 128 }, 8);
    expect(array.timeSecond * 128).toBeCloseTo(100e-9, 15);
    expect(array.energyJoule).toBeCloseTo(1.41e-12, 14);
  });

  it('figure of merit: 6.02 dB a bit, four times the energy where the noise limits', () => {
    const survey = {
      scaling: 'figure-of-merit',
      rate: 1e9,
      area: 1e-9,
      source: 's',
      spread: [1, 1] as [number, number],
    } as const;
    const ratio =
      adcCost({ ...survey, spread: [1, 1] }, 14).energyJoule /
      adcCost({ ...survey, spread: [1, 1] }, 13).energyJoule;
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(4.01);
  });
});
