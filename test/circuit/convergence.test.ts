import { describe, expect, it } from 'vitest';
import { simulate, vectorOf } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

/** 3 x 3 cells of a diode and a resistor, two lines half selected, one read through a resistor. */
const ONE_DIODE_ONE_RESISTOR = `1d1r crossbar
.subckt cell w b r=10k
d1 w m dd
r1 m b {r}
.ends
.model dd d is=1e-9 n=1.8
v1 w1 0 1
v2 w2 0 0.5
v3 w3 0 0.5
x11 w1 b1 cell r=5k
x12 w1 b2 cell
x13 w1 b3 cell r=50k
x21 w2 b1 cell
x22 w2 b2 cell r=5k
x23 w2 b3 cell
x31 w3 b1 cell r=100k
x32 w3 b2 cell
x33 w3 b3 cell r=20k
vb1 b1 0 0
vb2 b2 0 0.5
rb3 b3 0 1k
.op
.end
`;

describe('Newton iteration', () => {
  it('takes full steps again after halved ones, so that currents balance to the last digits', () => {
    const [result] = simulate(elaborate(parseNetlist(ONE_DIODE_ONE_RESISTOR))).analyses;
    for (const cell of result.names.filter((name) => name.startsWith('i(r.x'))) {
      const resistor = vectorOf(result, cell)![0];
      const diode = vectorOf(result, cell.replace('r.', 'd.').replace('.r1', '.d1'))![0];
      expect(Math.abs(resistor - diode), cell).toBeLessThan(1e-12 * 1e-4);
    }
  });
});
