import { describe, expect, it } from 'vitest';
import { elaborate, parseNetlist, type Circuit } from '../../src/netlist/index.js';

const circuitOf = (lines: string, options = {}): Circuit =>
  elaborate(parseNetlist(`title\n${lines}`, options));

const resistance = ({ resistors }: Circuit, name: string): number =>
  resistors.values[resistors.names.indexOf(name)];

describe('elaborate', () => {
  it('flattens R, V, I, X with parameters and names as ngspice does', () => {
    const circuit = circuitOf(`
V1 in 0 {2*a}
I1 0 in dc=1m
.param a=1.5 b={a*2k}
x1 in out cell r={b}
x2 out 0 cell
.subckt cell p q r=1k
r1 p mid {r}
r2 mid q 10
.ends
.op`);
    expect(circuit.nodeNames).toEqual(['0', 'in', 'out', 'x1.mid', 'x2.mid']);
    expect(circuit.resistors.names).toContain('r.x1.r1');
    expect(resistance(circuit, 'r.x1.r1')).toBe(3000);
    expect(resistance(circuit, 'r.x2.r1')).toBe(1000);
    expect(resistance(circuit, 'r.x2.r2')).toBe(10);
    expect(circuit.devices[0]).toMatchObject({ kind: 'v', name: 'v1', nodes: [1, 0], dc: 3 });
    expect(circuit.devices[1]).toMatchObject({ kind: 'i', dc: 1e-3 });
    expect(circuit.analyses).toMatchObject([{ kind: 'op' }]);
  });

  it('elaborates again with other parameters without reading the text again', () => {
    const netlist = parseNetlist('t\n.param r=1k\nr1 1 0 {r}\nv1 1 0 1\n.op\n');
    expect(resistance(elaborate(netlist), 'r1')).toBe(1000);
    expect(resistance(elaborate(netlist, { parameters: { r: 5 } }), 'r1')).toBe(5);
    expect(resistance(elaborate(netlist), 'r1')).toBe(1000);
  });
});
