import { describe, expect, it } from 'vitest';
import { confidenceBand, curveFigures } from '../../src/calibration/fit-parameters.js';
import { fitSwitchingCurve, probability } from '../../src/calibration/index.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { normalQuantile } from '../../src/numerics/special.js';
import { streamKey, uniformFromWord } from '../../src/numerics/stream.js';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { syntheticCurve } from './synthetic-curve.js';

/** Binomial counts of a known curve at `count` currents between -3 and 3 widths. */
function countsOf(
  curve: SwitchingCurve,
  { trials, count = 15, seed = 1 }: { trials: number; count?: number; seed?: number },
) {
  const key = streamKey(seed, 'test.binomial');
  const words = new Uint32Array(4);
  const uniform = (point: number, trial: number): number => {
    philox4x32(key, trial, point, 0, 0, words);
    return uniformFromWord(words[0]);
  };
  const exactDraw = (p: number, point: number): number =>
    Array.from({ length: trials }, (_, trial) => uniform(point, trial)).filter((u) => u < p).length;
  // Beyond a thousand trials the binomial is as good as normal for these tests.
  const normalDraw = (p: number, point: number): number => {
    const draw = trials * p + Math.sqrt(trials * p * (1 - p)) * normalQuantile(uniform(point, 0));
    return Math.min(trials, Math.max(0, Math.round(draw)));
  };
  const { centreAmpere, widthAmpere } = curve.fit;
  return Array.from({ length: count }, (_, i) => {
    const currentAmpere = centreAmpere + widthAmpere * (-3 + (6 * i) / (count - 1));
    const p = probability(curve, currentAmpere);
    const switched = trials < 1000 ? exactDraw(p, i) : normalDraw(p, i);
    return { currentAmpere, trials, switched };
  });
}

describe('maximum-likelihood fit', () => {
  it('hits the closed form of two-parameter data that a logistic passes exactly', () => {
    const points = [0.2, 0.5, 0.8].map((p, i) => ({
      currentAmpere: (i - 1) * 1e-6,
      trials: 1000,
      switched: 1000 * p,
    }));
    const { fit } = fitSwitchingCurve(points, { model: 'logistic' });
    expect(fit.centreAmpere).toBeCloseTo(0, 16);
    expect(fit.widthAmpere * 1e6).toBeCloseTo(1 / Math.log(4), 9);
    expect(fit.logLikelihood).toBeCloseTo(
      1000 * (Math.log(0.5) + 2 * (0.2 * Math.log(0.2) + 0.8 * Math.log(0.8))),
      6,
    );
    // Information of (a, b): sum n p q (1, u)^2; var(centre) = unit^2/(b^2 sum n p q).
    const b = Math.log(4);
    expect(fit.covariance[0] * 1e12).toBeCloseTo(1 / (b * b * (250 + 2 * 160)), 9);
    expect(fit.covariance[3] * 1e12).toBeCloseTo(1 / (b ** 4 * 320), 9);
  });

  // Estimate minus truth over its stated standard error must be N(0, 1): mean square over 120 seeds is
  // chi-square/120 with 120 degrees, within [0.67, 1.40] at 99.5 % two-sided.
  it.each(['probit', 'logistic', 'generalised-logistic'] as const)(
    'covariance of the %s fit is honest',
    (model) => {
      const truth = syntheticCurve({ model, centreAmpere: 2e-6, widthAmpere: 6e-6 });
      const trueHalf = curveFigures(truth.fit);
      let i50 = 0;
      let slope = 0;
      const SEEDS = 120;
      for (let seed = 0; seed < SEEDS; seed += 1) {
        const { fit } = fitSwitchingCurve(countsOf(truth, { trials: 300, count: 11, seed }), {
          model,
        });
        const figures = curveFigures(fit);
        i50 += ((figures.i50Ampere - trueHalf.i50Ampere) / figures.i50StandardError) ** 2;
        slope +=
          ((figures.slopePerAmpere - trueHalf.slopePerAmpere) / figures.slopeStandardError) ** 2;
      }
      for (const meanSquare of [i50 / SEEDS, slope / SEEDS]) {
        expect(meanSquare).toBeGreaterThan(0.67);
        expect(meanSquare).toBeLessThan(1.4);
      }
    },
  );

  it('spline recovers a skewed curve to its statistical error and bands cover it', () => {
    const shape = { exponent: [3] };
    const truth = syntheticCurve({ model: 'generalised-logistic', widthAmpere: 6e-6, shape });
    const { fit } = fitSwitchingCurve(countsOf(truth, { trials: 40_000, count: 25 }), {
      model: 'monotone-logit-spline',
    });
    expect(fit.goodness.pValue).toBeGreaterThan(0.001);
    let covered = 0;
    for (let i = 0; i < 21; i += 1) {
      const current = (-2 + 0.2 * i) * 6e-6;
      const p = probability(truth, current);
      expect(Math.abs(probability({ fit }, current) - p)).toBeLessThan(0.01);
      const [low, high] = confidenceBand(fit, current);
      if (low - 0.002 <= p && p <= high + 0.002) covered += 1; // 0.002: two different splines
    }
    expect(covered).toBeGreaterThanOrEqual(18);
  });
});

describe('choice by likelihood ratio', () => {
  it.each(['probit', 'logistic', 'generalised-logistic'] as const)(
    'finds the %s behind many counts',
    (model) => {
      const truth = syntheticCurve({ model, shape: { exponent: [3] } });
      const { fit, alternatives } = fitSwitchingCurve(
        countsOf(truth, { trials: 100_000, count: 25 }),
      );
      expect(fit.model).toBe(model);
      expect(fit.goodness.pValue).toBeGreaterThan(0.001);
      expect(alternatives.map((a) => a.model)).toContain('monotone-logit-spline');
    },
  );

  it('shows by how much a logistic misses a probit: no logistic is nearer than 0.95 points', () => {
    const truth = syntheticCurve({ model: 'probit' });
    const { alternatives } = fitSwitchingCurve(countsOf(truth, { trials: 100_000, count: 25 }));
    const logistic = alternatives.find(({ model }) => model === 'logistic');
    expect(logistic?.largestResidual).toBeGreaterThan(0.0095 - 0.002);
    expect(logistic?.largestResidual).toBeLessThan(0.025);
    expect(logistic?.pValue).toBeLessThan(1e-6);
  });
});

describe('counts that cannot carry a fit are refused with the reason', () => {
  const at = (values: readonly (readonly [number, number])[]) =>
    values.map(([i, p]) => ({ currentAmpere: i * 1e-6, trials: 100, switched: 100 * p }));
  it.each([
    [
      'too few points',
      at([
        [0, 0.2],
        [1, 0.8],
      ]),
      'calibration.too-few-points',
    ],
    [
      'nothing switched',
      at([
        [0, 0],
        [1, 0],
        [2, 0],
      ]),
      'calibration.one-outcome',
    ],
    [
      'a step',
      at([
        [0, 0],
        [1, 0],
        [2, 1],
        [3, 1],
      ]),
      'calibration.step-like',
    ],
    [
      'a falling response',
      at([
        [0, 0.9],
        [1, 0.5],
        [2, 0.1],
      ]),
      'calibration.falling-response',
    ],
  ])('%s', (_, points, code) => {
    expect(() => fitSwitchingCurve(points)).toThrow(code);
  });
});
