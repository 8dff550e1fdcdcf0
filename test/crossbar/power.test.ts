import { describe, expect, it } from 'vitest';
import {
  crossbarMaps,
  crossbarPower,
  defineCrossbar,
  type CellModel,
  type Crossbar,
} from '../../src/crossbar/index.js';
import { randomCrossbar } from './random-case.js';
import { uniforms } from './support.js';

const models: CellModel[] = [
  { kind: 'linear' },
  { kind: 'sinh', voltageScale: 0.4 },
  { kind: 'mtj', parallelSiemens: 1e-2, tmr: 1e4, halfVoltage: 0.5 },
  { kind: '1t1r', onSiemens: 5e-4, overdrive: 0.5, outputSiemens: 1e-6 },
];

describe('power', () => {
  it.each(models)('$kind cells: what sources deliver is dissipated, over all options', (cell) => {
    const next = uniforms(50, `test.power.${cell.kind}`);
    for (let trial = 0; trial < 40; trial += 1) {
      const gated = next() < 0.3;
      const crossbar: Crossbar = {
        ...randomCrossbar(next, 8),
        cell,
        topology: gated ? { kind: 'gated', readVolt: 0.4 } : { kind: 'standard' },
      };
      const inputs = Array.from({ length: crossbar.rows }, () =>
        gated ? 0.1 + 0.9 * next() : next() - 0.5,
      );
      const source = gated ? inputs.map(() => 0.4) : inputs;
      const power = crossbarPower(crossbar, crossbarMaps(crossbar, inputs), source);
      const { delivered, cells, wordLines, bitLines, drivers, loads } = power;
      const parts = [cells, wordLines, bitLines, drivers, loads];
      const about = JSON.stringify({ trial, ...crossbar, conductance: undefined });
      expect(Math.min(...parts), about).toBeGreaterThanOrEqual(0);
      const total = parts.reduce((a, b) => a + b, 0);
      expect(Math.abs(total - delivered), about).toBeLessThan(1e-9 * total + 1e-18);
    }
  });

  it('of every segment in a series circuit, however small its resistance', () => {
    for (const ohm of [1e-12, 1, 1e4]) {
      const crossbar = defineCrossbar({
        conductance: [
          [0, 1e-4],
          [0, 0],
        ],
        wire: { wordLine: ohm, bitLine: 2 * ohm },
        driver: [100, 100],
        load: 50,
      });
      const power = crossbarPower(crossbar, crossbarMaps(crossbar, [1, 0]), [1, 0]);
      // Driver, two word segments, cell, two bit segments (down to the sense node), load.
      const current = 1 / (100 + 2 * ohm + 1e4 + 4 * ohm + 50);
      const square = current * current;
      expect(power.wordLineSegments[1] / (square * ohm)).toBeCloseTo(1, 10);
      expect(power.bitLineSegments[3] / (square * 2 * ohm)).toBeCloseTo(1, 10);
      expect(power.drivers / (square * (100 + ohm))).toBeCloseTo(1, 10);
      expect(power.loads / (square * (50 + 2 * ohm))).toBeCloseTo(1, 10);
      expect(power.delivered / current).toBeCloseTo(1, 10);
    }
  });
});
