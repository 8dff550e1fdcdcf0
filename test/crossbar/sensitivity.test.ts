import { describe, expect, it } from 'vitest';
import {
  checkCrossbar,
  defineCrossbar,
  sensitivity,
  solveCrossbar,
  type Crossbar,
} from '../../src/crossbar/index.js';
import { randomCrossbar } from './random-case.js';
import { uniforms } from './support.js';

/** Richardson-extrapolated central difference of output `o` with respect to one resistance or conductance. */
function difference(change: (value: number) => Crossbar, at: number, inputs: number[], o: number) {
  const output = (value: number): number =>
    solveCrossbar(change(value), inputs, { tolerance: 1e-14 }).outputs[o];
  const central = (h: number): number => (output(at + h) - output(at - h)) / (2 * h);
  const h = 2e-3 * at;
  return (4 * central(h / 2) - central(h)) / 3;
}

const withEntry = (values: Float64Array, k: number, value: number): Float64Array => {
  const copy = values.slice();
  copy[k] = value;
  return copy;
};

describe('adjoint sensitivities', () => {
  it('agree with finite differences to 1e-6 over random crossbars and all parameters', () => {
    const next = uniforms(21, 'test.sensitivity');
    let checked = 0;
    for (let trial = 0; trial < 60; trial += 1) {
      const drawn = randomCrossbar(next, 6);
      const { rows, columns } = drawn;
      const ends = (lines: number): Float64Array =>
        Float64Array.from({ length: lines }, () => 5 + 200 * next());
      const crossbar: Crossbar = {
        ...drawn,
        driver: ends(rows),
        load: ends(columns),
        wire: { wordLine: 1 + 20 * next(), bitLine: 1 + 20 * next() },
      };
      checkCrossbar(crossbar);
      const inputs = Array.from({ length: rows }, () => 2 * next() - 0.5);
      const { outputs } = solveCrossbar(crossbar, inputs);
      const o = Math.floor(next() * outputs.length);
      const ours = sensitivity(crossbar, inputs, o);
      const scale = Math.max(1e-9, Math.abs(outputs[o]));
      const close = (actual: number, expected: number, at: number): void => {
        // In relative terms of the output for a relative change of the parameter.
        expect(Math.abs((actual - expected) * at) / scale).toBeLessThan(1e-6);
        checked += 1;
      };
      const k = Math.floor(next() * rows * columns);
      const g = crossbar.conductance[k];
      if (g > 0) {
        const change = (value: number): Crossbar => ({
          ...crossbar,
          conductance: withEntry(crossbar.conductance, k, value),
        });
        close(ours.conductance[k], difference(change, g, inputs, o), g);
      }
      for (const line of ['wordLine', 'bitLine'] as const) {
        const change = (value: number): Crossbar => ({
          ...crossbar,
          wire: { ...crossbar.wire, [line]: value },
        });
        const at = crossbar.wire[line];
        close(ours.wire[line], difference(change, at, inputs, o), at);
      }
      for (const end of ['driver', 'load'] as const) {
        const values = crossbar[end] as Float64Array;
        const line = Math.floor(next() * values.length);
        const change = (value: number): Crossbar => ({
          ...crossbar,
          [end]: withEntry(values, line, value),
        });
        close(ours[end][line], difference(change, values[line], inputs, o), values[line]);
      }
    }
    expect(checked).toBeGreaterThan(280);
  });

  it('hold at zero wire resistance too, one-sided', () => {
    const next = uniforms(22, 'test.sensitivity');
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => 1e-4 * next())),
    });
    const inputs = Array.from({ length: crossbar.rows }, () => 1 + next());
    const { wire } = sensitivity(crossbar, inputs, 0);
    const slope = (line: 'wordLine' | 'bitLine'): number => {
      const at = (ohm: number): number =>
        solveCrossbar({ ...crossbar, wire: { ...crossbar.wire, [line]: ohm } }, inputs).outputs[0];
      // One-sided, second order: resistances cannot be negative.
      return (-3 * at(0) + 4 * at(0.1) - at(0.2)) / 0.2;
    };
    expect(Math.abs(wire.wordLine / slope('wordLine') - 1)).toBeLessThan(1e-4);
    expect(Math.abs(wire.bitLine / slope('bitLine') - 1)).toBeLessThan(1e-4);
  });

  it('refuses what has no answer', () => {
    const next = uniforms(23, 'test.sensitivity');
    const drawn = randomCrossbar(next, 4);
    const inputs = new Array<number>(drawn.rows).fill(1);
    const ideal: Crossbar = {
      ...drawn,
      wire: { wordLine: 0, bitLine: 1 },
      driver: 0,
      driveSide: 'both',
    };
    expect(() => sensitivity(ideal, inputs, 0)).toThrow(/fed from both sides/);
    expect(() =>
      sensitivity({ ...drawn, cell: { kind: 'sinh', voltageScale: 1 } }, inputs, 0),
    ).toThrow(/no adjoint sensitivity for sinh cells/);
  });
});
