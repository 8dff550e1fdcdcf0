import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { scanNumber } from '../../src/netlist/number.js';

const valueOf = (text: string): number | undefined => {
  const number = scanNumber(text, 0, text.length);
  return number?.end === text.length && number.mend === undefined ? number.value : undefined;
};

describe('scanNumber', () => {
  it.each([
    ['1k', 1000],
    ['4.7K', 4700],
    ['1kOhm', 1000],
    ['1.5kiloohm', 1500],
    ['10MEG', 10e6],
    ['1.5MEGohm', 1.5e6],
    ['10mil', 10 * 25.4e-6],
    ['2M', 2e-3],
    ['10ohm', 10],
    ['1uF', 1e-6],
    ['3.3e-3kiloohm', 3.3],
    ['1d3', 1000],
    ['1D-3', 1e-3],
    ['1e3k', 1e6],
    ['2T', 2e12],
    ['1g', 1e9],
    ['7x', 7e6],
    ['1p', 1e-12],
    ['100FA', 100e-15],
    ['1a', 1e-18],
    ['5A', 5],
    ['3amps', 3],
    ['5V', 5],
    ['60HZ', 60],
    ['.5K', 500],
    ['5.', 5],
    ['+3', 3],
    ['-2.5n', -2.5e-9],
    ['1µ', 1e-6],
    ['123456789012345678', 123456789012345678],
    ['1e400', Infinity],
  ])('reads %s as %d', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each([
    ['4k7', 'write 4.7k'],
    ['2R2', 'write 2.2'],
    ['1M5', 'write 1.5M'],
    ['1_000', 'write 1000'],
    ['0x10', 'write it in decimal: 16'],
    ['1e+', 'give the exponent its digits, such as 1e3'],
    ['1.2.3', 'a number has one decimal point'],
  ])('refuses %s: %s', (text, mend) => {
    expect(scanNumber(text, 0, text.length)?.mend).toBe(mend);
  });

  it('reads no number where none is', () => {
    for (const text of ['', '.', '-', '+.', 'k', 'e5', '-x']) expect(valueOf(text)).toBeUndefined();
  });

  it('rounds once: the value is the double nearest to the decimal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.integer({ min: 0, max: 8 }),
        fc.constantFrom(['', 0], ['k', 3], ['meg', 6], ['m', -3], ['u', -6], ['n', -9], ['p', -12]),
        (mantissa, fraction, [suffix, exponent]) => {
          const digits = String(mantissa).padStart(fraction + 1, '0');
          const point = digits.length - fraction;
          const decimal = `${digits.slice(0, point)}.${digits.slice(point)}`;
          expect(valueOf(`${decimal}${suffix}`)).toBe(Number(`${decimal}e${exponent}`));
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});
