import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity, readQuantity } from '../../src/units/quantity.js';

describe('quantities', () => {
  it.each([
    ['20 nm', 'length', 20e-9],
    ['20nm', 'length', 20e-9],
    ['5e11 A/m^2', 'currentDensity', 5e11],
    ['50 MA/cm2', 'currentDensity', 5e11],
    ['278 uohm cm', 'resistivity', 278e-8],
    ['60 fJ/(V m)', 'energyPerVoltMetre', 60e-15],
    ['16.6 ohm um^2', 'resistanceArea', 16.6e-12],
    ['0.32 mJ/m²', 'energyPerArea', 0.32e-3],
    ['300 K', 'temperature', 300],
    ['27 degC', 'temperature', 300.15],
    ['10 mT', 'fluxDensity', 0.01],
    ['1 V/A', 'resistance', 1],
    ['2.5 kΩ', 'resistance', 2500],
    ['50 %', 'none', 0.5],
    [0.3, 'none', 0.3],
    [0, 'length', 0],
    ['1.2 MA/m', 'magnetisation', 1.2e6],
    ['1 1/ns', 'frequency', 1e9],
  ] as const)('reads %s as a %s', (text, dimension, value) => {
    expect(
      Math.abs(parseQuantity(text, dimension) / (value || 1) - (value === 0 ? 0 : 1)),
    ).toBeLessThan(1e-14);
  });

  it('refuses a wrong dimension, a missing unit, an unknown unit, and says how to mend', () => {
    expect(readQuantity('20 nA', 'length', '"20 nm"')).toEqual({
      why: '"20 nA" is a current, want a length',
      mend: 'write for example "20 nm"',
    });
    expect(readQuantity(20, 'length')).toMatchObject({
      why: expect.stringContaining('has no unit') as string,
    });
    expect(readQuantity('20 furlong', 'length')).toMatchObject({
      why: expect.stringContaining('"furlong"') as string,
    });
    for (const bad of [
      '',
      'nm',
      'NaN m',
      '1e999 m',
      '1 (m',
      '1 m)',
      '1 m/^2',
      '4k7 ohm',
      '1_000 m',
    ]) {
      expect(typeof readQuantity(bad, 'length'), bad).toBe('object');
    }
  });

  it('round-trips what it formats, to the digits it printed', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-17, max: 1e13, noNaN: true }), (value) => {
        const back = parseQuantity(formatQuantity(value, 'A', 12), 'current');
        return Math.abs(back / value - 1) < 1e-11;
      }),
      { seed: 1 },
    );
  });
});
