import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crossbarToNetlist, defineCrossbar } from '../../src/crossbar/index.js';
import { arrayFigures, solveNetlist } from '../../src/experiment/run/netlist-stage.js';
import { repository } from '../support/built.js';

const nothing = (): undefined => undefined;

describe('solveNetlist', () => {
  it('finds the example crossbar and agrees with the circuit engine', () => {
    const path = join(repository, 'netlists/crossbar-16x16.cir');
    const report = solveNetlist(readFileSync(path, 'utf8'), path, nothing);
    expect(report.largestDeviation).toBeLessThan(1e-10);
    expect(report.circuitCurrents).toHaveLength(16);
    // The netlist's header: column 0 carries 63.67 uA.
    expect(report.circuitCurrents[0] * 1e6).toBeCloseTo(63.67, 2);
    const figures = arrayFigures(report.found);
    expect(1 / figures.onSiemens).toBeCloseTo(25e3, 6);
    expect(1 / figures.offSiemens).toBeCloseTo(55e3, 6);
    expect(figures).toMatchObject({ readVolt: 0.1, wordLine: 1.5, bitLine: 1.2 });
  });

  it('agrees on crossbars of many shapes and ends', () => {
    for (const [rows, columns, wordLine, bitLine, driver, load] of [
      [3, 7, 2, 0.5, 100, 10],
      [9, 2, 0, 3, 0, 50],
      [5, 5, 4, 0, 30, 0],
    ]) {
      const conductance = Float64Array.from(
        { length: rows * columns },
        (_, k) => 1e-4 / (1 + ((5 * k) % 9)),
      );
      const crossbar = defineCrossbar({
        conductance: { data: conductance, shape: [rows, columns] },
        wire: { wordLine, bitLine },
        driver,
        load,
      });
      const inputs = Array.from({ length: rows }, (_, i) => 0.1 - 0.03 * i);
      const report = solveNetlist(crossbarToNetlist(crossbar, inputs), 'x.cir', nothing);
      expect(report.largestDeviation).toBeLessThan(1e-9);
    }
  });
});
