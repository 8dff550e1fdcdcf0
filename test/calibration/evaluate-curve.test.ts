import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverse, isBacked, probability, slope } from '../../src/calibration/index.js';
import { syntheticCurve } from './synthetic-curve.js';

const MODELS = ['probit', 'logistic', 'generalised-logistic', 'monotone-logit-spline'] as const;

describe.each(MODELS)('evaluation of the %s curve', (model) => {
  const curve = syntheticCurve({ model, centreAmpere: 3e-6, widthAmpere: 7e-6 });
  const current = fc.double({ min: -30e-6, max: 40e-6, noNaN: true });

  it('rises strictly within (0, 1) where doubles allow', () => {
    fc.assert(
      fc.property(current, current, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(probability(curve, low)).toBeGreaterThan(0);
        expect(probability(curve, high)).toBeLessThan(1);
        expect(probability(curve, high)).toBeGreaterThanOrEqual(probability(curve, low));
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it('inverse undoes probability', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        const back = probability(curve, inverse(curve, p));
        expect(Math.abs(back - p)).toBeLessThan(1e-13 + 1e-10 * Math.min(p, 1 - p));
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('slope is the derivative', () => {
    const step = 1e-9;
    for (let i = -15e-6; i < 25e-6; i += 1.7e-6) {
      const difference = (probability(curve, i + step) - probability(curve, i - step)) / (2 * step);
      expect(slope(curve, i) / difference).toBeCloseTo(1, 4);
    }
  });
});

describe('particular values', () => {
  it('probit and logistic are one half at the centre with the known slopes', () => {
    const width = 5e-6;
    const probit = syntheticCurve({ model: 'probit', widthAmpere: width });
    const logistic = syntheticCurve({ model: 'logistic', widthAmpere: width });
    expect(probability(probit, 0)).toBe(0.5);
    expect(probability(logistic, 0)).toBe(0.5);
    expect(slope(probit, 0) * width).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 14);
    expect(slope(logistic, 0) * width).toBeCloseTo(0.25, 14);
    expect(probability(probit, width)).toBeCloseTo(0.841344746068543, 14);
  });

  it('the logistic is the usual tanh', () => {
    const curve = syntheticCurve({ model: 'logistic', widthAmpere: 4e-6 });
    for (const i of [-9e-6, -1e-6, 2e-6, 11e-6])
      expect(probability(curve, i)).toBeCloseTo((1 + Math.tanh(i / 8e-6)) / 2, 14);
  });

  it('exponent 1 of the generalised logistic is the logistic', () => {
    const shape = { exponent: [1] };
    const skewed = syntheticCurve({ model: 'generalised-logistic', shape });
    const logistic = syntheticCurve({ model: 'logistic' });
    for (const i of [-30e-6, -2e-6, 0, 13e-6])
      expect(probability(skewed, i)).toBeCloseTo(probability(logistic, i), 14);
  });

  it('refuses impossible probabilities and knows its range', () => {
    const curve = syntheticCurve();
    expect(() => inverse(curve, 0)).toThrow('0 < p < 1');
    expect(() => inverse(curve, 1.5)).toThrow('0 < p < 1');
    expect(isBacked(curve, 39e-6)).toBe(true);
    expect(isBacked(curve, 41e-6)).toBe(false);
  });
});
