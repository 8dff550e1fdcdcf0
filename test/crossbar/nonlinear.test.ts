import { describe, expect, it } from 'vitest';
import {
  crossbarToNetlist,
  defineCrossbar,
  solveCrossbar,
  transferMatrix,
  type CellModel,
  type CrossbarOptions,
} from '../../src/crossbar/index.js';
import { ngspiceOperatingPoint } from './ngspice-oracle.js';
import { relativeDifference, uniforms } from './support.js';

const models: CellModel[] = [
  { kind: 'sinh', voltageScale: 0.15 },
  { kind: 'mtj', parallelSiemens: 2e-4, tmr: 1.2, halfVoltage: 0.4 },
  { kind: '1t1r', onSiemens: 5e-4, overdrive: 0.4, outputSiemens: 1e-6 },
];

/** Zero-bias conductances that suit every model above. */
const randomOptions = (seed: number, rows: number, columns: number): CrossbarOptions => {
  const next = uniforms(seed, 'test.nonlinear');
  return {
    conductance: Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (next() < 0.1 ? 0 : 2e-4 / (1 + 1.2 * next()))),
    ),
    wire: { wordLine: 3 * next(), bitLine: 5 * next() },
    driver: 100 * next(),
    load: 50 * next(),
  };
};

describe.each(models)('$kind cells', (cell) => {
  it('alone follow their law, and are odd', () => {
    const conductance = [[1.5e-4]];
    const current = (v: number): number =>
      solveCrossbar(defineCrossbar({ conductance, cell }), [v]).currents[0];
    const volts = [0.01, 0.1, 0.3, 0.7];
    const law = (v: number): number => {
      switch (cell.kind) {
        case 'sinh':
          return 1.5e-4 * cell.voltageScale * Math.sinh(v / cell.voltageScale);
        case 'mtj': {
          // Conductance linear in cos(theta) between the states, TMR falling with bias.
          const antiparallel = (tmr: number): number => cell.parallelSiemens / (1 + tmr);
          const share =
            (cell.parallelSiemens - 1.5e-4) / (cell.parallelSiemens - antiparallel(cell.tmr));
          const tmr = cell.tmr / (1 + (v / cell.halfVoltage) ** 2);
          return v * (cell.parallelSiemens * (1 - share) + antiparallel(tmr) * share);
        }
        case '1t1r': {
          // Bisection on the inner node.
          const drain = (u: number): number => {
            const held = Math.min(u, cell.overdrive);
            const k = cell.onSiemens / cell.overdrive;
            return k * (cell.overdrive * held - (held * held) / 2) + cell.outputSiemens * u;
          };
          let [low, high] = [0, v];
          for (let step = 0; step < 80; step += 1) {
            const u = (low + high) / 2;
            if (drain(u) < 1.5e-4 * (v - u)) low = u;
            else high = u;
          }
          return drain(low);
        }
        default:
          return NaN;
      }
    };
    for (const v of volts) {
      expect(Math.abs(current(v) / law(v) - 1)).toBeLessThan(1e-11);
      expect(current(-v)).toBeCloseTo(-current(v), 18);
    }
  });

  it.each([1, 2, 3, 4])('agree with ngspice on the exported netlist (case %d)', async (seed) => {
    const next = uniforms(seed);
    const [rows, columns] = [3 + Math.floor(6 * next()), 2 + Math.floor(6 * next())];
    const gated = seed % 2 === 0;
    const crossbar = defineCrossbar({
      ...randomOptions(seed, rows, columns),
      cell,
      topology: gated ? { kind: 'gated', readVolt: 0.6 } : { kind: 'standard' },
    });
    const inputs = Array.from({ length: rows }, () =>
      gated ? (next() < 0.3 ? 0 : next()) : 1.6 * next() - 0.8,
    );
    const { currents, statistics } = solveCrossbar(crossbar, inputs);
    const oracle = await ngspiceOperatingPoint(crossbarToNetlist(crossbar, inputs));
    const expected = Array.from({ length: columns }, (_, j) => oracle.get(`i(vs${j})`) ?? NaN);
    expect(relativeDifference(currents, expected)).toBeLessThan(1e-9);
    expect(statistics.newtonIterations).toBeLessThan(25);
  });

  it('become linear at small voltages', () => {
    const options = randomOptions(9, 8, 6);
    const inputs = Array.from({ length: 8 }, (_, i) => 1e-6 * (i - 3));
    const small = solveCrossbar(defineCrossbar({ ...options, cell }), inputs).currents;
    const conductance = (options.conductance as number[][]).map((row) =>
      row.map((g) => (cell.kind === '1t1r' ? g && 1 / (1 / g + 1 / (5e-4 + 1e-6)) : g)),
    );
    const linear = solveCrossbar(defineCrossbar({ ...options, conductance }), inputs).currents;
    expect(relativeDifference(small, linear)).toBeLessThan(1e-4);
  });
});

describe('gated rows', () => {
  const conductance = [
    [1e-4, 2e-4],
    [3e-4, 4e-4],
    [5e-5, 6e-5],
  ];
  const gatedRows = defineCrossbar({
    conductance,
    wire: { wordLine: 10, bitLine: 20 },
    topology: { kind: 'gated', readVolt: 0.2 },
  });

  it('conduct only where the gate is on', () => {
    const rows = solveCrossbar(gatedRows, [1, 0, 1]).currents;
    const removed = defineCrossbar({
      conductance: [conductance[0], [0, 0], conductance[2]],
      wire: { wordLine: 10, bitLine: 20 },
    });
    expect(relativeDifference(rows, solveCrossbar(removed, [0.2, 0.2, 0.2]).currents)).toBeLessThan(
      1e-12,
    );
    expect([...solveCrossbar(gatedRows, [0, 0, 0]).currents]).toEqual([0, 0]);
  });

  it('have no transfer matrix, and refuse drives outside [0, 1]', () => {
    expect(() => transferMatrix(gatedRows)).toThrow(/no transfer matrix for gated rows/);
    expect(() => solveCrossbar(gatedRows, [0, 1.5, 1])).toThrow(/gate drive of word line 1: 1.5/);
  });
});

describe('hard drives', () => {
  it('sinh cells at 40 times their scale still converge, wires taking over', () => {
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 12 }, () => new Array<number>(12).fill(1e-5)),
      wire: { wordLine: 10, bitLine: 10 },
      cell: { kind: 'sinh', voltageScale: 0.05 },
    });
    const { currents, statistics } = solveCrossbar(crossbar, new Array<number>(12).fill(2));
    expect(statistics.relativeResidual).toBeLessThan(1e-11);
    expect(currents.reduce((a, b) => a + b, 0)).toBeGreaterThan(0.1);
  });

  it('a warm start from another vector leads to the same solution', () => {
    const crossbar = defineCrossbar({
      ...randomOptions(5, 10, 10),
      cell: { kind: 'sinh', voltageScale: 0.1 },
    });
    const first = Array.from({ length: 10 }, (_, i) => 0.5 + 0.01 * i);
    const second = first.map((v) => v * 1.001);
    const both = solveCrossbar(crossbar, [...first, ...second]);
    expect(
      relativeDifference(both.currents.slice(10), solveCrossbar(crossbar, second).currents),
    ).toBeLessThan(1e-11);
  });

  it('parameters and states that make no sense are refused', () => {
    const conductance = [[1e-4]];
    expect(() => defineCrossbar({ conductance, cell: { kind: 'sinh', voltageScale: 0 } })).toThrow(
      /invalid cell.voltageScale: 0/,
    );
    expect(() =>
      defineCrossbar({
        conductance,
        cell: { kind: 'mtj', parallelSiemens: 5e-5, tmr: 1, halfVoltage: 0.5 },
      }),
    ).toThrow(/conductance 0.0001 at \(0, 0\) is no state of the junction/);
  });
});
