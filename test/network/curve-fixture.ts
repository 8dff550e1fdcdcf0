import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';

/** A probit curve of the hard-axis preset kind, 20 uA wide. */
export const testCurve = (
  widthAmpere = 20e-6,
  kind: 'hard-axis-preset' | 'reset-and-pulse' = 'hard-axis-preset',
  centreAmpere = 0,
): SwitchingCurve => ({
  format: 'spinbar.switching-curve',
  version: 1,
  name: 'test',
  device: { name: 'test', hash: '0' },
  protocol: { name: 'test', hash: '0', kind },
  temperatureKelvin: 300,
  seed: 1,
  method: 'monte-carlo',
  points: [],
  fit: {
    model: 'probit',
    centreAmpere,
    widthAmpere,
    covariance: [0, 0, 0, 0],
    logLikelihood: 0,
    goodness: { chiSquare: 0, degreesOfFreedom: 1, pValue: 1 },
  },
  currentRangeAmpere: [-1e-3, 1e-3],
  provenance: { version: '0', inputHash: '0' },
});
