import { describe, expect, it } from 'vitest';
import { elaborate, parseNetlist, type Circuit } from '../../src/netlist/index.js';
import { simulate, vectorOf } from '../../src/circuit/index.js';
import { drive, handMade, passive, source, transient } from './hand-made.js';

/** Largest |v - exact| over all points. */
function worstError(circuit: Circuit, name: string, exact: (time: number) => number): number {
  const [result] = simulate(circuit).analyses;
  const values = vectorOf(result, name)!;
  return result.sweep!.values.reduce(
    (worst, t, k) => Math.max(worst, Math.abs(values[k] - exact(t))),
    0,
  );
}

/** RC low pass driven by a sine from rest: v(out) in closed form. */
const sineLowPass = (maximumStep: number | undefined, options: Circuit['options']) =>
  handMade(
    (node) => ({
      resistors: [['r1', 'in', 'out', 1e3]],
      devices: [
        drive('v', 'v1', [node('in'), 0], {
          waveform: { kind: 'sin', offset: 0, amplitude: 1, frequency: 1e3 },
        }),
        passive('c', 'c1', [node('out'), 0], 1e-7),
      ],
    }),
    { analyses: transient(2e-3, maximumStep), options },
  );
const sineResponse = (t: number) => {
  const tau = 1e-4;
  const w = 2 * Math.PI * 1e3;
  const norm = 1 + (w * tau) ** 2;
  return (Math.sin(w * t) - w * tau * Math.cos(w * t) + w * tau * Math.exp(-t / tau)) / norm;
};

describe('transient against closed forms', () => {
  it('charges a capacitor through a resistor', () => {
    const circuit = handMade(
      (node) => ({
        resistors: [['r1', 'in', 'out', 1e3]],
        devices: [
          drive('v', 'v1', [node('in'), 0], {
            waveform: { kind: 'pulse', initial: 0, pulsed: 1, delay: 1e-6, rise: 1e-12, width: 1 },
          }),
          passive('c', 'c1', [node('out'), 0], 1e-9),
        ],
      }),
      { analyses: transient(10e-6) },
    );
    expect(
      worstError(circuit, 'v(out)', (t) => (t < 1e-6 ? 0 : -Math.expm1(-(t - 1e-6) / 1e-6))),
    ).toBeLessThan(2e-3);
    expect(
      worstError(circuit, 'i(c1)', (t) =>
        t <= 1e-6 + 1e-12 ? 0 : 1e-3 * Math.exp(-(t - 1e-6) / 1e-6),
      ),
    ).toBeLessThan(1e-3 + 1e-5);
  });

  for (const method of ['trap', 'gear']) {
    it(`${method} is of second order`, () => {
      // Error control off: the step is what tmax says.
      const options = { method, reltol: 1e3 };
      const coarse = worstError(sineLowPass(8e-6, options), 'v(out)', sineResponse);
      const fine = worstError(sineLowPass(2e-6, options), 'v(out)', sineResponse);
      const order = Math.log(coarse / fine) / Math.log(4);
      expect(order).toBeGreaterThan(1.8);
      expect(order).toBeLessThan(2.3);
    });
  }

  it('tightens the error with reltol', () => {
    const loose = worstError(sineLowPass(1e-4, { reltol: 1e-2 }), 'v(out)', sineResponse);
    const tight = worstError(sineLowPass(1e-4, { reltol: 1e-5 }), 'v(out)', sineResponse);
    expect(loose).toBeLessThan(2e-2);
    expect(tight).toBeLessThan(5e-4);
  });

  it('rings like an RLC circuit and keeps the energy of a lossless LC', () => {
    const lc = handMade(
      (node) => ({
        devices: [
          passive('c', 'c1', [node('a'), 0], 1e-9, { ic: 1 }),
          passive('l', 'l1', [node('a'), 0], 1e-3),
        ],
      }),
      { analyses: transient(2e-5, 2e-8, true) },
    );
    const w = 1 / Math.sqrt(1e-12);
    expect(worstError(lc, 'v(a)', (t) => Math.cos(w * t))).toBeLessThan(2e-3);
    expect(worstError(lc, 'i(l1)', (t) => 1e-3 * Math.sin(w * t))).toBeLessThan(2e-6);
  });

  it('starts from .ic and from the operating point', () => {
    const circuit = (initial: Partial<Circuit>) =>
      handMade(
        (node) => ({
          resistors: [['r1', 'in', 'out', 1e3]],
          devices: [
            source('v', 'v1', [node('in'), 0], 1),
            passive('c', 'c1', [node('out'), 0], 1e-9),
          ],
        }),
        { analyses: transient(5e-6), ...initial },
      );
    expect(worstError(circuit({}), 'v(out)', () => 1)).toBeLessThan(1e-12);
    const held = circuit({ initialConditions: [{ node: 2, voltage: 0.25, place: 0 }] });
    const decay = (t: number) => 1 - 0.75 * Math.exp(-t / 1e-6);
    expect(worstError(held, 'v(out)', decay)).toBeLessThan(2e-3);
  });

  it('couples inductors: open secondary sees k sqrt(L2/L1) of the primary', () => {
    const circuit = handMade(
      (node) => ({
        resistors: [['r2', 's', '0', 1e9]],
        devices: [
          drive('v', 'v1', [node('p'), 0], {
            waveform: { kind: 'sin', offset: 0, amplitude: 1, frequency: 1e3 },
          }),
          passive('r', 'r1', [node('p'), node('q')], 1e-6),
          passive('l', 'l1', [node('q'), 0], 1e-3),
          passive('l', 'l2', [node('s'), 0], 4e-3),
          {
            kind: 'k',
            name: 'k1',
            nodes: [],
            inductors: ['l1', 'l2'],
            coupling: 0.5,
            multiplicity: 1,
            place: 0,
          },
        ],
      }),
      { analyses: transient(1e-3, 1e-6) },
    );
    const exact = (t: number) => Math.sin(2e3 * Math.PI * t);
    expect(worstError(circuit, 'v(s)', exact)).toBeLessThan(5e-3);
  });
});

describe('faults in time', () => {
  it('jumps where feedback leaves no solution near by', () => {
    const text = `trigger of Schmitt without capacitance
v1 1 0 sin(0 2 1k 0 0 90)
b1 2 0 v = 5*tanh(1000*(v(1)+0.2*v(2)))
r1 2 0 1k
.tran 1u 1m
`;
    const [result] = simulate(elaborate(parseNetlist(text))).analyses;
    const times = result.sweep!.values;
    const input = vectorOf(result, 'v(1)')!;
    const output = vectorOf(result, 'v(2)')!;
    // Thresholds are at -/+ 1 V: the output holds its sign until the input has passed them.
    const flips = [...times.keys()].filter((k) => k > 0 && output[k] * output[k - 1] < 0);
    expect(flips).toHaveLength(2);
    expect(input[flips[0]]).toBeCloseTo(-1, 1);
    expect(input[flips[1]]).toBeCloseTo(1, 1);
  });
});
