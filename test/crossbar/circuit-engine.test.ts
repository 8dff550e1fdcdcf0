import { describe, expect, it } from 'vitest';
import { operatingPoint, vectorOf } from '../../src/circuit/index.js';
import {
  crossbarToNetlist,
  solveCrossbar,
  type CellModel,
  type Crossbar,
} from '../../src/crossbar/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';
import { randomCrossbar } from './random-case.js';
import { relativeDifference, uniforms } from './support.js';

const TIGHT = '.options reltol=1e-9 abstol=1e-16 vntol=1e-13 gmin=1e-20';

/** Column currents of the exported netlist by the general circuit engine. */
function engineCurrents(netlist: string, columns: number): number[] {
  const parsed = parseNetlist(netlist.replace('.op\n', `${TIGHT}\n.op\n`), {
    file: 'crossbar.cir',
  });
  const result = operatingPoint(elaborate(parsed));
  return Array.from({ length: columns }, (_, j) => vectorOf(result, `i(vs${j})`)?.[0] ?? NaN);
}

const models: CellModel[] = [
  { kind: 'linear' },
  { kind: 'sinh', voltageScale: 0.4 },
  { kind: 'mtj', parallelSiemens: 1e-2, tmr: 1e4, halfVoltage: 0.5 },
  { kind: '1t1r', onSiemens: 5e-4, overdrive: 0.5, outputSiemens: 1e-6 },
];

describe('random cross product of all options against the circuit engine', () => {
  it('500 crossbars: sides, ends, wires, open and shorted cells, readouts', () => {
    const next = uniforms(40, 'test.circuit-engine');
    for (let index = 0; index < 500; index += 1) {
      const crossbar = randomCrossbar(next, index % 4 === 0 ? 12 : 8);
      const inputs = Array.from({ length: crossbar.rows }, () => 2 * next() - 1);
      const { currents } = solveCrossbar(crossbar, inputs);
      const expected = engineCurrents(crossbarToNetlist(crossbar, inputs), crossbar.columns);
      const about = `case ${index}: ${JSON.stringify({ ...crossbar, conductance: undefined })}`;
      expect(relativeDifference(currents, expected), about).toBeLessThan(1e-9);
    }
  });

  it.each(models)('40 crossbars of $kind cells, gated or not', (cell) => {
    const next = uniforms(41, `test.circuit-engine.${cell.kind}`);
    for (let index = 0; index < 40; index += 1) {
      const gated = next() < 0.4;
      const drawn = randomCrossbar(next, 7);
      // A gated-off row without a driver floats, which the engine rightly refuses.
      const tied = (ends: Crossbar['driver']): Crossbar['driver'] =>
        typeof ends === 'number' ? ends : ends.map((ohm) => Math.min(ohm, 2e4));
      const crossbar: Crossbar = {
        ...drawn,
        driver: tied(drawn.driver),
        load: tied(drawn.load),
        cell,
        topology: gated ? { kind: 'gated', readVolt: 0.6 } : { kind: 'standard' },
      };
      const inputs = Array.from({ length: crossbar.rows }, () =>
        gated ? (next() < 0.3 ? 0 : next()) : 1.2 * next() - 0.6,
      );
      const about = `case ${index}: ${JSON.stringify({ ...crossbar, conductance: undefined })}`;
      const { currents } = solveCrossbar(crossbar, inputs);
      const expected = engineCurrents(crossbarToNetlist(crossbar, inputs), crossbar.columns);
      expect(relativeDifference(currents, expected), about).toBeLessThan(1e-8);
    }
  });
});
