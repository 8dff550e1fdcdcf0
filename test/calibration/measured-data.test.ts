import { describe, expect, it } from 'vitest';
import { measuredCurve, probability, readMeasuredData } from '../../src/calibration/index.js';

const GOOD = `# device 7, 0.75 ns, sweep up
current (uA), trials, switched
40, 200, 3
50, 200, 31
60, 200, 98   # near I50
70, 200, 171
80, 200, 198
60, 100, 51
`;

describe('measured switching counts', () => {
  it('are read with their unit, ordered, and equal currents added up', () => {
    const { points, warnings } = readMeasuredData(GOOD, 'm.csv');
    expect(points).toHaveLength(5);
    expect(points[2]).toEqual({ currentAmpere: 60 * 1e-6, trials: 300, switched: 149 });
    expect(warnings.map(({ what }) => what)).toEqual([expect.stringContaining('repeat a current')]);
  });

  it('give a curve through the same fit as a calibration', () => {
    const curve = measuredCurve(readMeasuredData(GOOD, 'm.csv'), {
      name: 'device-7',
      temperatureKelvin: 300,
    });
    expect(curve.method).toBe('measured');
    expect(curve.fit.goodness.pValue).toBeGreaterThan(0.01);
    expect(probability(curve, 60e-6)).toBeGreaterThan(0.45);
    expect(probability(curve, 60e-6)).toBeLessThan(0.55);
    expect(curve.currentRangeAmpere[0]).toBeCloseTo(40e-6, 18);
  });

  it.each([
    'current_uA;trials;switched',
    'current [uA]\ttrials\tswitched',
    'Switched,Trials,Current (uA)',
  ])('reads the header %s', (header) => {
    const separator = /[;\t,]/.exec(header)?.[0] ?? ',';
    const row = header.startsWith('S') ? [3, 9, 40] : [40, 9, 3];
    const { points } = readMeasuredData(`${header}\n${row.join(separator)}`, 'm.csv');
    expect(points).toEqual([{ currentAmpere: 40 * 1e-6, trials: 9, switched: 3 }]);
  });

  it.each([
    ['no header column', GOOD.replace('switched\n', 'flips\n'), 'no column "switched"'],
    ['a unit that is not of current', GOOD.replace('(uA)', '(uV)'), 'not a unit of current'],
    ['a share instead of a count', GOOD.replace('200, 31', '200, 0.155'), 'm.csv:4'],
    [
      'more switched than trials',
      GOOD.replace('200, 31', '200, 231'),
      '231 of 200 trials switched',
    ],
    ['a missing cell', GOOD.replace('50, 200, 31', '50, 200'), '2 cells where the header has 3'],
    ['a word for a current', GOOD.replace('50, 200', 'fifty, 200'), '"fifty" is not a current'],
    ['an empty file', '', 'the file is empty'],
  ])('refuses %s', (_, text, message) => {
    expect(() => readMeasuredData(text, 'm.csv')).toThrow(message);
  });

  it('names every faulty row at once', () => {
    const text = GOOD.replace('200, 31', '200, -1').replace('200, 171', '0, 0');
    expect(() => readMeasuredData(text, 'm.csv')).toThrow(/m\.csv:4[\s\S]*m\.csv:6/);
  });

  it('warns of ampere that were meant as microampere and of an uncovered transition', () => {
    const text = 'current,trials,switched\n40,300,60\n50,300,90\n60,300,150\n';
    const told = readMeasuredData(text, 'm.csv')
      .warnings.map(({ what }) => what)
      .join('\n');
    expect(told).toContain('above 0.1 A');
    expect(told).toContain('P covers only 0.20 .. 0.50');
  });
});
