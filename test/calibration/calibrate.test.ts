import { describe, expect, it } from 'vitest';
import {
  calibrate,
  calibrationTasks,
  fitSwitchingCurve,
  formatCurve,
  parseCurve,
} from '../../src/calibration/index.js';
import { hashOf } from '../../src/formats/sha256.js';
import { inlineExecutor, type Executor } from '../../src/parallel/executor.js';
import { curveText, deviceFile, protocolFile } from './files.js';

const COARSE = { halfWidth: 0.08, points: 7, slope: 0.06, i50: 0.06 };

/** Runs tasks in the opposite order, as a busy pool of threads might. */
function backwards(): Executor {
  const inline = inlineExecutor(calibrationTasks);
  return {
    ...inline,
    threads: 4,
    map: async <Input, Output>(task: string, inputs: readonly Input[]): Promise<Output[]> => {
      const outputs = await inline.map<Input, Output>(task, [...inputs].reverse());
      return outputs.reverse();
    },
  };
}

describe('calibration of the default device', () => {
  const device = deviceFile('sot-mtj-in-plane');
  const protocol = protocolFile('hard-axis-preset');

  it('gives a symmetric rising curve, the same bits in any order of execution, and a readable file', async () => {
    const executor = inlineExecutor(calibrationTasks);
    const curve = await calibrate(device, protocol, { executor, precision: COARSE, seed: 7 });
    const again = await calibrate(device, protocol, {
      executor: backwards(),
      precision: COARSE,
      seed: 7,
    });
    expect(again).toEqual(curve);
    for (const { interval } of curve.points)
      expect(interval[1] - interval[0]).toBeLessThanOrEqual(0.16);
    const { centreAmpere, widthAmpere, covariance } = curve.fit;
    // P = 1/2 at zero current by symmetry, within four standard errors.
    expect(Math.abs(centreAmpere)).toBeLessThan(4 * Math.sqrt(covariance[0]));
    expect(widthAmpere).toBeGreaterThan(1e-6);
    expect(widthAmpere).toBeLessThan(10e-6);
    expect(curve.fit.goodness.pValue).toBeGreaterThan(1e-3);
    expect(parseCurve(formatCurve(curve), 'curve.json')).toEqual(curve);
    expect(curve.notes?.join(' ')).toContain('trials bought');
  });

  it('another seed gives other counts', async () => {
    const executor = inlineExecutor(calibrationTasks);
    const options = { executor, precision: { ...COARSE, halfWidth: 0.1, points: 3 } };
    const a = await calibrate(device, protocol, { ...options, seed: 1 });
    const b = await calibrate(device, protocol, { ...options, seed: 2 });
    expect(a.points).not.toEqual(b.points);
    expect(a.provenance.inputHash).not.toBe(b.provenance.inputHash);
    expect(a.device.hash).toBe(b.device.hash);
  });
});

describe('curve files', () => {
  it('refuse what is not a curve, with the key path', () => {
    expect(() => parseCurve('{"format":"other"}', 'c.json')).toThrow('not a switching-curve file');
    expect(() => parseCurve('{', 'c.json')).toThrow('not valid');
  });
});

describe('committed curves', () => {
  it('belong to the committed device and protocol, and their fit is that of their points', () => {
    const curve = parseCurve(curveText('sot-mtj-in-plane.hard-axis-preset'), 'curve.json');
    expect(curve.device.hash).toBe(hashOf(deviceFile('sot-mtj-in-plane').mtj));
    expect(curve.protocol.hash).toBe(hashOf(protocolFile('hard-axis-preset')));
    const { fit } = fitSwitchingCurve(curve.points);
    expect(fit.model).toBe('probit');
    expect(fit.centreAmpere).toBeCloseTo(curve.fit.centreAmpere, 15);
    expect(fit.widthAmpere).toBeCloseTo(curve.fit.widthAmpere, 15);
  });
});
