import { describe, expect, it } from 'vitest';
import {
  calibrateSurface,
  calibrationTasks,
  parseSurface,
  probability,
  protocolAt,
  surfaceCurve,
  surfaceFunctions,
  type SwitchingSurface,
} from '../../src/calibration/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { deviceFile, protocolFile } from './files.js';
import { syntheticCurve } from './synthetic-curve.js';

/** Curves of known I50 and width: I50 = 10 uA (1 + 2 ns/t) less a thousandth a kelvin, width a tenth. */
const half = (width: number, temperature: number): number =>
  1e-5 * (1 + 2e-9 / width) * (1 - 1e-3 * (temperature - 300));

function grid(): SwitchingSurface {
  const widthsSeconds = [1e-9, 2e-9, 4e-9];
  const temperaturesKelvin = [280, 320];
  return {
    ...{ format: 'spinbar.switching-surface', version: 1, name: 'grid' },
    ...{ widthsSeconds, temperaturesKelvin, corners: ['nominal'] },
    curves: temperaturesKelvin.flatMap((t) =>
      widthsSeconds.map((w) =>
        syntheticCurve({ centreAmpere: half(w, t), widthAmpere: half(w, t) / 10 }),
      ),
    ),
  };
}

describe('a switching surface', () => {
  it('is exact where I50 goes as 1/width and linearly with temperature', () => {
    const place = { widthSeconds: 1.3e-9, temperatureKelvin: 305 };
    const { probability: p, inverse } = surfaceFunctions(grid(), place);
    const expected = half(1.3e-9, 305);
    expect(inverse(0.5) / expected).toBeCloseTo(1, 12);
    expect(p(expected)).toBeCloseTo(0.5, 10);
    expect(p(expected * 1.1)).toBeCloseTo(0.841344746, 8);
    expect(p(-1)).toBe(0);
    expect(p(1)).toBe(1);
  });

  it('gives the nodes themselves at the nodes, and rises with the current everywhere', () => {
    const surface = grid();
    const node = { widthSeconds: 2e-9, temperatureKelvin: 320 };
    expect(surfaceCurve(surface, node)).toBe(surface.curves[4]);
    for (const widthSeconds of [1.1e-9, 1.9e-9, 3.7e-9]) {
      const { probability: p } = surfaceFunctions(surface, {
        widthSeconds,
        temperatureKelvin: 290,
      });
      let last = 0;
      for (let k = 0; k <= 60; k += 1) {
        const value = p(5e-6 + k * 1e-6);
        expect(value).toBeGreaterThanOrEqual(last);
        last = value;
      }
    }
  });

  it('hands a network a switching curve of any place', () => {
    const place = { widthSeconds: 1.5e-9, temperatureKelvin: 300 };
    const curve = surfaceCurve(grid(), place);
    const { probability: p } = surfaceFunctions(grid(), place);
    for (const share of [0.85, 0.95, 1, 1.08, 1.2]) {
      const current = share * half(1.5e-9, 300);
      expect(Math.abs(probability(curve, current) - p(current))).toBeLessThan(2e-3);
    }
    expect(curve.temperatureKelvin).toBe(300);
    expect(curve.notes?.[0]).toContain('Interpolated between 4 curves');
  });

  it('comes back from its file, and is refused with a curve missing', () => {
    const surface = grid();
    expect(parseSurface(JSON.stringify(surface), 's.json')).toEqual(surface);
    const short = JSON.stringify({ ...surface, curves: surface.curves.slice(1) });
    expect(() => parseSurface(short, 's.json')).toThrow('one curve for every corner');
  });

  it('is not extrapolated', () => {
    const at = (widthSeconds: number, temperatureKelvin: number, corner = 'nominal') =>
      surfaceFunctions(grid(), { widthSeconds, temperatureKelvin, corner });
    expect(() => at(5e-9, 300)).toThrow(/beyond-surface.*\n.*1\.000 ns to 4\.000 ns/);
    expect(() => at(2e-9, 400)).toThrow('beyond-surface');
    expect(() => at(2e-9, 300, 'fast')).toThrow('unknown-corner');
  });

  it('is calibrated node by node: a longer pulse switches at a lower current', async () => {
    const device = deviceFile('uta-sot');
    const protocol = protocolFile('reset-and-pulse-junction');
    const surface = await calibrateSurface(
      protocol,
      {
        ...{ name: 'test', widths: [1e-9, 2e-9], temperatures: [300] },
        corners: [{ name: 'nominal', device }],
      },
      {
        executor: inlineExecutor(calibrationTasks),
        ...{ method: 'fp', precision: { halfWidth: 0.02, points: 9 } },
      },
    );
    const currents = surface.curves.map((_, k) =>
      surfaceFunctions(surface, {
        widthSeconds: surface.widthsSeconds[k],
        temperatureKelvin: 300,
      }).inverse(0.5),
    );
    expect(currents[0]).toBeGreaterThan(1.2 * currents[1]);
    const between = surfaceFunctions(surface, { widthSeconds: 1.4e-9, temperatureKelvin: 300 });
    expect(between.inverse(0.5)).toBeLessThan(currents[0]);
    expect(between.inverse(0.5)).toBeGreaterThan(currents[1]);
    const still = { ...protocol, segments: protocol.segments.slice(1) };
    expect(() => protocolAt(still, 1e-9, 300)).toThrow('no-pulse');
  });
});
