import { describe, expect, it } from 'vitest';
import { crossbarToNetlist, defineCrossbar, type Crossbar } from '../../src/crossbar/index.js';
import { crossbarOfCircuit } from '../../src/experiment/run/crossbar-of-circuit.js';
import type { Circuit, CircuitDevice } from '../../src/netlist/index.js';

/** The flat circuit of a netlist of nothing but R and V lines. */
function circuitOf(text: string): Circuit {
  const nodeNames = ['0'];
  const node = (name: string): number => {
    const known = nodeNames.indexOf(name);
    return known >= 0 ? known : nodeNames.push(name) - 1;
  };
  const lines = text
    .split('\n')
    .slice(1)
    .filter((line) => /^[rv]/.test(line))
    .map((line) => line.split(/\s+/));
  const resistors = lines.filter(([name]) => name.startsWith('r'));
  const devices = lines
    .filter(([name]) => name.startsWith('v'))
    .map(([name, plus, minus, , value]) => ({
      kind: 'v' as const,
      name,
      nodes: [node(plus), node(minus)],
      multiplicity: 1,
      place: 0,
      dc: Number(value),
      ac: { magnitude: 0, phase: 0 },
    })) satisfies CircuitDevice[];
  const partial = {
    nodeNames,
    devices,
    resistors: {
      count: resistors.length,
      names: resistors.map(([name]) => name),
      nodes: Int32Array.from(resistors.flatMap(([, a, b]) => [node(a), node(b)])),
      values: Float64Array.from(resistors, ([, , , value]) => Number(value)),
      places: new Int32Array(resistors.length),
    },
  };
  return partial as unknown as Circuit;
}

const rows = 4;
const columns = 3;
const cells = Float64Array.from(
  { length: rows * columns },
  (_, k) => 1 / (5e3 + 1e3 * ((7 * k) % 11)),
);
const build = (options: Partial<Parameters<typeof defineCrossbar>[0]>): Crossbar =>
  defineCrossbar({ conductance: { data: cells, shape: [rows, columns] }, ...options });
const voltages = [0.1, 0, -0.1, 0.2];

describe('crossbarOfCircuit', () => {
  it('finds rows, columns, cells, wires and ends of an exported crossbar', () => {
    const crossbar = build({
      wire: { wordLine: 1, bitLine: 2 },
      driver: [10, 11, 12, 13],
      load: [5, 6, 7],
    });
    const found = crossbarOfCircuit(circuitOf(crossbarToNetlist(crossbar, voltages)), 'x.cir');
    expect(found.crossbar.rows).toBe(rows);
    for (const [k, value] of cells.entries())
      expect(found.crossbar.conductance[k]).toBeCloseTo(value, 15);
    expect(found.crossbar.wire).toEqual({ wordLine: 1, bitLine: 2 });
    expect([...(found.crossbar.driver as Float64Array)]).toEqual([11, 12, 13, 14]);
    expect([...(found.crossbar.load as Float64Array)]).toEqual([7, 8, 9]);
    expect([...found.inputs]).toEqual(voltages);
    expect(found.senses).toEqual(['vs0', 'vs1', 'vs2']);
  });

  it('takes ideal wires and open cells', () => {
    const data = cells.with(4, 0);
    const crossbar = defineCrossbar({ conductance: { data, shape: [rows, columns] } });
    const found = crossbarOfCircuit(circuitOf(crossbarToNetlist(crossbar, voltages)), 'x.cir');
    expect(found.crossbar.wire).toEqual({ wordLine: 0, bitLine: 0 });
    for (const [k, value] of data.entries())
      expect(found.crossbar.conductance[k]).toBeCloseTo(value, 15);
  });

  it('does not depend on the order of lines or on names', () => {
    const crossbar = build({ wire: { wordLine: 1, bitLine: 1 } });
    const lines = crossbarToNetlist(crossbar, voltages).split('\n');
    const shuffled = [lines[0], ...lines.slice(1).reverse()].join('\n').replaceAll('rc', 'rx');
    const found = crossbarOfCircuit(circuitOf(shuffled), 'x.cir');
    const straight = crossbarOfCircuit(circuitOf(lines.join('\n')), 'x.cir');
    const order = straight.senses.map((name) => found.senses.indexOf(name));
    for (let i = 0; i < rows; i += 1)
      for (let j = 0; j < columns; j += 1)
        expect(
          found.crossbar.conductance[[...found.inputs].indexOf(voltages[i]) * columns + order[j]],
        ).toBe(straight.crossbar.conductance[i * columns + j]);
  });

  it('says what hinders it', () => {
    const text = (body: string) => circuitOf(`title\n${body}\n`);
    for (const [body, why] of [
      ['v1 a 0 DC 1\nr1 a 0 1', 'a line without a source'],
      ['v1 a 0 DC 1\nv2 b 0 DC 1\nr1 a b 1000', 'v2 drives a bit line'],
      ['v1 a 0 DC 0\nv2 b 0 DC 0\nr1 a b 1000', 'no word line is driven'],
    ])
      expect(() => crossbarOfCircuit(text(body), 'x.cir')).toThrow(why);
  });
});
