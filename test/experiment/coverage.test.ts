import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/errors/index.js';
import { checkCoverage } from '../../src/experiment/score/coverage.js';
import type { Converter, LayerProfile } from '../../src/network/index.js';
import { testCurve } from '../network/curve-fixture.js';

/** Sums -2 .. 2 of one layer, 10 uA a unit: so many at the ends, the others at 0. */
const profileOf = (atEnds: number): LayerProfile => ({
  layer: 'conv7',
  histogram: Float64Array.of(atEnds / 2, 0, 1000 - atEnds, 0, atEnds / 2),
  limit: 2,
  perUnit: 10e-6,
});
const curve = { ...testCurve(), currentRangeAmpere: [-15e-6, 15e-6] as const };
const mtj: Converter = { kind: 'mtj', curve, samples: 1 };
const check = (
  atEnds: number,
  allow = false,
  converter: Converter = mtj,
): readonly Diagnostic[] => {
  const reported: Diagnostic[] = [];
  checkCoverage([profileOf(atEnds)], converter, {
    file: 'net.yaml',
    allow,
    report: (diagnostic) => reported.push(diagnostic),
  });
  return reported;
};

describe('a curve whose range the currents leave', () => {
  it('is warned of with numbers', () => {
    const [warning, ...others] = check(8);
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ severity: 'warning', code: 'experiment.outside-curve' });
    expect(warning.what).toMatch(/0\.80 % of the conversions of conv7/);
    expect(warning.why).toMatch(/-20\.0 uA to 20\.0 uA.*-15\.0 uA to 15\.0 uA/);
  });

  it('is refused where over 1 % leave it, unless told', () => {
    expect(() => check(12)).toThrow(/1\.2 % of the conversions of conv7/);
    expect(check(12, true)).toMatchObject([{ severity: 'warning' }]);
  });

  it('is passed over where none leaves it, and for converters without a curve', () => {
    expect(check(0)).toEqual([]);
    expect(check(500, false, { kind: 'ideal' })).toEqual([]);
  });
});
