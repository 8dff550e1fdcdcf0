import type { SwitchingCurve, SwitchingFit } from '../../src/calibration/switching-curve.js';

export interface SyntheticCurveOptions {
  readonly model?: SwitchingFit['model'];
  readonly centreAmpere?: number;
  readonly widthAmpere?: number;
  readonly shape?: NonNullable<SwitchingFit['shape']>;
}

/**
 * A switching curve for tests, without a calibration behind it: P(I) of `model` with the given centre and
 * width (A), backed (in name) between -4 and 4 widths. The generalised logistic has exponent 2 and the
 * spline a skewed set of five knots unless `shape` says otherwise.
 */
export function syntheticCurve({
  model = 'probit',
  centreAmpere = 0,
  widthAmpere = 10e-6,
  shape = DEFAULT_SHAPES[model],
}: SyntheticCurveOptions = {}): SwitchingCurve {
  return {
    format: 'spinbar.switching-curve',
    version: 1,
    name: `synthetic-${model}`,
    device: { name: 'synthetic', hash: '0' },
    protocol: { name: 'synthetic', hash: '0', kind: 'hard-axis-preset' },
    temperatureKelvin: 300,
    seed: 1,
    method: 'monte-carlo',
    points: [],
    fit: {
      model,
      centreAmpere,
      widthAmpere,
      ...(shape ? { shape } : {}),
      covariance: [0, 0, 0, 0],
      logLikelihood: 0,
      goodness: { chiSquare: 0, degreesOfFreedom: 0, pValue: 1 },
    },
    currentRangeAmpere: [centreAmpere - 4 * widthAmpere, centreAmpere + 4 * widthAmpere],
    provenance: { version: '0.1.0', inputHash: '0' },
  };
}

const DEFAULT_SHAPES: Partial<Record<SwitchingFit['model'], NonNullable<SwitchingFit['shape']>>> = {
  'generalised-logistic': { exponent: [2] },
  'monotone-logit-spline': { knots: [-3, -1, 0, 1.5, 3], logits: [-6, -1.5, 0, 4, 6] },
};
