import { describe, expect, it } from 'vitest';
import { curveFunctions, magnetCurve } from '../../src/calibration/index.js';
import { columnErrors, rampValue, sarValue } from '../../src/network/column-errors.js';
import {
  curveOf,
  defaultMapping,
  type AdcConverter,
  type Converter,
  type TransferContext,
} from '../../src/network/index.js';
import { testCurve } from './curve-fixture.js';

const context: TransferContext = {
  layer: 'c',
  mapping: defaultMapping,
  cell: defaultMapping.cell,
  largestPartialSum: 100,
  cellShare: 1,
  topSlice: false,
};
const place = { group: 0, slice: 1, chunk: 2, columns: 4000 };
const moments = (values: Float64Array): readonly [number, number] => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1))];
};

describe('errors of converters, column by column', () => {
  it('move and stretch a nominal curve into each magnet of the population', () => {
    for (const kind of ['hard-axis-preset', 'reset-and-pulse'] as const) {
      const curve = testCurve(20e-6, kind, 1e-4);
      const spread = { i50Ampere: 5e-6, logSlope: 0.2, correlation: 0.5 };
      const converter: Converter = {
        kind: 'mtj',
        curve,
        samples: 1,
        population: { spread, chip: 4 },
      };
      const errors = columnErrors(converter, context, place);
      if (!errors) throw new Error('no errors');
      const nominal = curveOf(curve);
      // Every column is some magnet: its own I50 and width, recovered from the affine map.
      const bias = kind === 'reset-and-pulse' ? 1e-4 : 0;
      const half = curveFunctions(curve).inverse(0.5);
      const i50 = errors.scale.map(
        (scale, o) => (half - bias - errors.shift[o]) / scale + bias - half,
      );
      const logSlope = errors.scale.map((scale) => Math.log(scale));
      const [centre, sigma] = moments(i50);
      // Means and deviations of 4000 normals, four standard errors.
      expect(Math.abs(centre)).toBeLessThan((4 * 5e-6) / Math.sqrt(4000));
      expect(Math.abs(sigma / 5e-6 - 1)).toBeLessThan(4 / Math.sqrt(8000));
      expect(Math.abs(moments(logSlope)[1] / 0.2 - 1)).toBeLessThan(4 / Math.sqrt(8000));
      for (const o of [0, 1, 77]) {
        const own: Converter = { ...converter };
        expect(columnErrors(own, context, place)?.shift[o]).toBe(errors.shift[o]);
        const shifted = magnetCurve({ curve, spread: { i50Ampere: 0, logSlope: 0 }, seed: 1 }, o);
        const p = curveFunctions({
          fit: {
            ...shifted.fit,
            centreAmpere: curve.fit.centreAmpere + i50[o],
            widthAmpere: curve.fit.widthAmpere / errors.scale[o],
          },
        }).probability;
        for (const current of [-3e-5, -1e-6, 0, 2e-5])
          expect(nominal(errors.scale[o] * current + errors.shift[o])).toBeCloseTo(
            p(current + bias),
            10,
          );
      }
      const elsewhere = columnErrors(converter, context, { ...place, chunk: 3 });
      expect(elsewhere?.shift[0]).not.toBe(errors.shift[0]);
    }
  });

  it('give an ADC offsets of so many levels and gains of so many per cent', () => {
    const adc: AdcConverter = {
      kind: 'adc',
      bits: 6,
      range: 'full',
      offsetSigma: 0.5,
      gainSigma: 0.02,
    };
    const errors = columnErrors(adc, context, place);
    if (!errors) throw new Error('no errors');
    const level = 200 / 63;
    expect(Math.abs(moments(errors.shift)[1] / (0.5 * level) - 1)).toBeLessThan(
      4 / Math.sqrt(8000),
    );
    expect(Math.abs(moments(errors.scale)[1] / 0.02 - 1)).toBeLessThan(4 / Math.sqrt(8000));
    expect(columnErrors({ ...adc, offsetSigma: 0, gainSigma: 0 }, context, place)).toBeUndefined();
  });

  it('convert to the nearest level where nothing is amiss, by successive approximation and by ramp', () => {
    const [low, step, bits] = [-32, 64 / 15, 4];
    for (const value of [
      sarValue(low, step, bits, 0, () => 1),
      rampValue(low, step, bits, 0, () => 1),
    ])
      for (let x = -40; x <= 40; x += 0.37) {
        const level = Math.round((Math.max(-32, Math.min(32, x)) - low) / step);
        expect(value(x)).toBeCloseTo(low + level * step, 10);
      }
  });

  it('lose levels of a mismatched SAR, and only move those of a ramp', () => {
    // The top capacitor is 20 % heavy: the codes just below the middle cover what it has too much.
    const sar = sarValue(0, 1, 4, 1, (bit) => (bit === 3 ? 0.2 * Math.sqrt(8) : 0));
    const reached = new Set(Array.from({ length: 1600 }, (_, i) => sar(i / 100)));
    expect(sar(8)).toBe(7);
    expect(sar(9.2)).toBe(8);
    expect(reached.size).toBe(15);
    const ramp = rampValue(0, 1, 4, 0.2, (k) => Math.sin(k * 12.9));
    let before = -1;
    for (let x = 0; x < 16; x += 0.01) {
      expect(ramp(x)).toBeGreaterThanOrEqual(before);
      before = ramp(x);
    }
    expect(before).toBe(15);
  });
});
