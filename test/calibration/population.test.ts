import { describe, expect, it } from 'vitest';
import {
  curveFigures,
  extrapolationWarning,
  magnetCurve,
  magnetFunctions,
  spreadOf,
} from '../../src/calibration/index.js';
import { syntheticCurve } from './synthetic-curve.js';

const curve = syntheticCurve({ centreAmpere: 20e-6, widthAmpere: 5e-6 });
const spread = { i50Ampere: 2e-6, logSlope: 0.1, correlation: 0.3 };

describe('a population of magnets', () => {
  // 4000 magnets: standard errors of the spreads 1.1 %, of the correlation 0.016; bounds at 4 of them.
  it('has the asked spread of I50 and slope, and the estimator finds it', () => {
    const population = { curve, spread, seed: 3 };
    const curves = Array.from({ length: 4000 }, (_, k) => magnetCurve(population, k));
    const found = spreadOf(curves);
    expect(found.i50Ampere / spread.i50Ampere).toBeGreaterThan(0.955);
    expect(found.i50Ampere / spread.i50Ampere).toBeLessThan(1.045);
    expect(found.logSlope / spread.logSlope).toBeGreaterThan(0.955);
    expect(found.logSlope / spread.logSlope).toBeLessThan(1.045);
    expect(Math.abs(found.correlation - 0.3)).toBeLessThan(0.064);
    const mean = curves.reduce((sum, { fit }) => sum + curveFigures(fit).i50Ampere, 0) / 4000;
    expect(Math.abs(mean - 20e-6)).toBeLessThan((4 * 2e-6) / Math.sqrt(4000));
  });

  it('magnet k is the same magnet whatever else is drawn; no spread is the nominal curve', () => {
    const population = { curve, spread, seed: 3 };
    const columns = magnetFunctions(population, 8);
    expect(columns[5].probability(21e-6)).toBe(
      magnetFunctions(population, 6)[5].probability(21e-6),
    );
    expect(columns[5].probability(21e-6)).not.toBe(columns[4].probability(21e-6));
    const none = { ...population, spread: { i50Ampere: 0, logSlope: 0 } };
    expect(magnetCurve(none, 1).fit.centreAmpere).toBeCloseTo(20e-6, 18);
    expect(magnetCurve(none, 1).fit.widthAmpere).toBe(5e-6);
  });

  it('stretches skewed curves about I50, not about their centre', () => {
    const skewed = syntheticCurve({ model: 'generalised-logistic', centreAmpere: 1e-5 });
    const magnet = magnetCurve(
      { curve: skewed, spread: { i50Ampere: 0, logSlope: 0.3 }, seed: 1 },
      2,
    );
    const [nominal, moved] = [curveFigures(skewed.fit), curveFigures(magnet.fit)];
    expect(moved.i50Ampere).toBeCloseTo(nominal.i50Ampere, 15);
    expect(moved.slopePerAmpere).not.toBeCloseTo(nominal.slopePerAmpere, 0);
  });

  it('refuses an impossible spread', () => {
    const bad = { curve, spread: { i50Ampere: -1, logSlope: 0 }, seed: 1 };
    expect(() => magnetCurve(bad, 0)).toThrow('invalid spread');
    expect(() => spreadOf([curve])).toThrow('two or more');
  });
});

describe('use beyond the calibrated range', () => {
  const interval: readonly [number, number] = [0, 1];
  const points = [
    { currentAmpere: 0, trials: 100, switched: 20, probability: 0.2, interval },
    { currentAmpere: 40e-6, trials: 100, switched: 100, probability: 1, interval },
  ];
  const half = { ...curve, points, currentRangeAmpere: [0, 40e-6] as const };
  it('warns with both ranges where P is still open, and only there', () => {
    const warning = extrapolationWarning(half, [-10e-6, 50e-6]);
    expect(warning?.what).toContain('-10.00 uA to 50.00 uA');
    expect(warning?.what).toContain('0.000 uA to 40.00 uA');
    expect(warning?.why).toContain('lower end P is 0.200');
    expect(extrapolationWarning(half, [1e-6, 50e-6])).toBeUndefined();
  });
});
