import { describe, expect, it } from 'vitest';
import { defineCrossbar, solveCrossbar, transferMatrix } from '../../src/crossbar/index.js';
import { relativeDifference, uniforms } from './support.js';

const randomRows = (next: () => number, rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 1e-5 + 9e-5 * next()));

describe('closed forms', () => {
  it('one cell is a series circuit', () => {
    const crossbar = defineCrossbar({
      conductance: [[1e-4]],
      wire: { wordLine: 3, bitLine: 5 },
      driver: 100,
      load: 50,
    });
    expect(solveCrossbar(crossbar, [0.2]).currents[0]).toBeCloseTo(0.2 / 10158, 18);
  });

  it('one row with grounded columns is a ladder (continued fraction)', () => {
    const [n, wire, cell] = [40, 2, 500];
    const crossbar = defineCrossbar({
      conductance: [new Array<number>(n).fill(1 / cell)],
      wire: { wordLine: wire, bitLine: 0 },
    });
    // From the far end: the ladder's input resistance, then the voltages forward.
    const seen = new Array<number>(n);
    for (let j = n - 1; j >= 0; j -= 1) {
      const right = j === n - 1 ? 0 : 1 / (wire + seen[j + 1]);
      seen[j] = 1 / (1 / cell + right);
    }
    let voltage = 1;
    const expected = seen.map((resistance) => {
      voltage *= resistance / (wire + resistance);
      return voltage / cell;
    });
    expect(relativeDifference(solveCrossbar(crossbar, [1]).currents, expected)).toBeLessThan(1e-13);
  });

  it('a uniform ladder decays by (cosh) hyperbolic law', () => {
    // w(j) = cosh(gamma (n - 1/2 - j)) / cosh(gamma n - gamma/2 ...): with an open far end and
    // 2 (cosh gamma - 1) = wire / cell, node j = -1 being the source.
    const [n, wire, cell] = [64, 1, 2000];
    const gamma = Math.acosh(1 + wire / cell / 2);
    const crossbar = defineCrossbar({
      conductance: [new Array<number>(n).fill(1 / cell)],
      wire: { wordLine: wire, bitLine: 0 },
    });
    const expected = Array.from(
      { length: n },
      (_, j) => Math.cosh(gamma * (n - 0.5 - j)) / Math.cosh(gamma * (n + 0.5)) / cell,
    );
    expect(relativeDifference(solveCrossbar(crossbar, [1]).currents, expected)).toBeLessThan(1e-12);
  });

  it('one column: cells in parallel through a resistive bit line, by superposition', () => {
    const crossbar = defineCrossbar({
      conductance: [[1 / 100], [1 / 200]],
      wire: { wordLine: 0, bitLine: 10 },
    });
    // Two nodes: (1/100 + 1/10) b0 - b1/10 = v0/100; -b0/10 + (1/200 + 2/10) b1 = v1/200.
    const [a, b, c] = [1 / 100 + 1 / 10, -1 / 10, 1 / 200 + 2 / 10];
    const [v0, v1] = [1.5, -0.25];
    const b1 = (a * (v1 / 200) - b * (v0 / 100)) / (a * c - b * b);
    expect(solveCrossbar(crossbar, [v0, v1]).currents[0]).toBeCloseTo(b1 / 10, 14);
  });
});

describe('limits', () => {
  const next = uniforms(11);
  const conductance = randomRows(next, 24, 17);
  const inputs = Array.from({ length: 24 }, () => next());
  const ideal = Array.from({ length: 17 }, (_, j) =>
    inputs.reduce((sum, v, i) => sum + conductance[i][j] * v, 0),
  );

  it('zero wires give the ideal product', () => {
    expect(
      relativeDifference(solveCrossbar(defineCrossbar({ conductance }), inputs).currents, ideal),
    ).toBeLessThan(1e-13);
    const t = transferMatrix(defineCrossbar({ conductance }));
    const transposed = conductance[0].flatMap((_, j) => conductance.map((row) => row[j]));
    expect(relativeDifference(t.values, transposed)).toBeLessThan(1e-13);
  });

  it.each([1e-3, 1e-6, 1e-9, 1e-12])('wires of %d ohm approach it linearly, without noise', (r) => {
    const crossbar = defineCrossbar({ conductance, wire: { wordLine: r, bitLine: r } });
    // Deviation is below the total line resistance over the parallel cell resistance.
    const bound = 24 * 24 * r * 1e-4;
    expect(relativeDifference(solveCrossbar(crossbar, inputs).currents, ideal)).toBeLessThan(
      Math.max(bound, 1e-13),
    );
  });

  it('cells of (nearly) infinite conductance leave only the wires', () => {
    const crossbar = defineCrossbar({
      conductance: [[1e4]],
      wire: { wordLine: 3, bitLine: 4 },
      driver: 2,
      load: 1,
    });
    expect(solveCrossbar(crossbar, [1]).currents[0]).toBeCloseTo(1 / 10.0001, 11);
  });

  it('open cells carry nothing', () => {
    const crossbar = defineCrossbar({
      conductance: [
        [0, 1e-4],
        [0, 1e-4],
      ],
      wire: { wordLine: 1, bitLine: 1 },
      load: 10,
    });
    expect(solveCrossbar(crossbar, [1, 1]).currents[0]).toBe(0);
  });
});

describe('symmetries', () => {
  const next = uniforms(12);
  const [rows, columns] = [13, 9];
  const conductance = randomRows(next, rows, columns);
  const options = {
    wire: { wordLine: 2, bitLine: 7 },
    driver: Array.from({ length: rows }, () => 100 * next()),
    load: Array.from({ length: columns }, () => 50 * next()),
  };
  const t = transferMatrix(defineCrossbar({ conductance, ...options }));

  it('reciprocity: rows and columns swapped with their resistances give T transposed', () => {
    const swapped = transferMatrix(
      defineCrossbar({
        conductance: conductance[0].map((_, j) => conductance.map((row) => row[j])),
        wire: { wordLine: 7, bitLine: 2 },
        driver: options.load,
        load: options.driver,
        // Row i of the original is column i of the swapped array: sensed where it was driven.
        driveSide: 'right',
        senseSide: 'top',
      }),
    );
    const transposed = Array.from(
      { length: rows * columns },
      (_, k) => swapped.values[(k % rows) * columns + Math.floor(k / rows)],
    );
    expect(relativeDifference(transposed, t.values)).toBeLessThan(1e-11);
  });

  it('driving from the other side equals mirroring the columns', () => {
    const mirrored = transferMatrix(
      defineCrossbar({
        conductance: conductance.map((row) => [...row].reverse()),
        ...options,
        load: [...options.load].reverse(),
        driveSide: 'right',
      }),
    );
    const unmirrored = Array.from(
      { length: rows * columns },
      (_, k) => mirrored.values[(columns - 1 - Math.floor(k / rows)) * rows + (k % rows)],
    );
    expect(relativeDifference(unmirrored, t.values)).toBeLessThan(1e-11);
  });

  it('sensing at the other side equals mirroring the rows', () => {
    const mirrored = transferMatrix(
      defineCrossbar({
        conductance: [...conductance].reverse(),
        ...options,
        driver: [...options.driver].reverse(),
        senseSide: 'top',
      }),
    );
    const unmirrored = Array.from(
      { length: rows * columns },
      (_, k) => mirrored.values[Math.floor(k / rows) * rows + (rows - 1 - (k % rows))],
    );
    expect(relativeDifference(unmirrored, t.values)).toBeLessThan(1e-11);
  });

  it('word-line and bit-line resistance are not interchangeable', () => {
    const swapped = transferMatrix(
      defineCrossbar({ conductance, ...options, wire: { wordLine: 7, bitLine: 2 } }),
    );
    expect(relativeDifference(swapped.values, t.values)).toBeGreaterThan(1e-4);
  });

  it('power delivered by the sources equals power dissipated', () => {
    const crossbar = defineCrossbar({ conductance, ...options });
    const inputs = Array.from({ length: rows }, () => next() - 0.3);
    const { currents, wordLineVoltages, bitLineVoltages } = solveCrossbar(crossbar, inputs, {
      voltages: true,
    });
    const w = wordLineVoltages ?? new Float64Array();
    const b = bitLineVoltages ?? new Float64Array();
    let [delivered, dissipated] = [0, 0];
    for (let i = 0; i < rows; i += 1) {
      const end = options.driver[i] + 2;
      const current = (inputs[i] - w[i * columns]) / end;
      delivered += current * inputs[i];
      dissipated += current * current * end;
      for (let j = 0; j < columns; j += 1) {
        const k = i * columns + j;
        dissipated += conductance[i][j] * (w[k] - b[k]) ** 2;
        if (j > 0) dissipated += (w[k] - w[k - 1]) ** 2 / 2;
        if (i > 0) dissipated += (b[k] - b[k - columns]) ** 2 / 7;
      }
    }
    for (let j = 0; j < columns; j += 1) dissipated += currents[j] ** 2 * (options.load[j] + 7);
    expect(Math.abs(delivered / dissipated - 1)).toBeLessThan(1e-11);
  });
});
