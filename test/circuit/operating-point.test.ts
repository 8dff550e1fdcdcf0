import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circuit } from '../../src/netlist/index.js';
import {
  operatingPoint,
  prepareCircuit,
  setDeviceValue,
  simulate,
  simulationJson,
  solveDc,
  vectorOf,
  type AnalysisResult,
} from '../../src/circuit/index.js';
import {
  currentControlled,
  handMade,
  source,
  voltageControlled,
  type Resistor,
} from './hand-made.js';
import { ngspice } from './ngspice.js';

const at = (result: AnalysisResult, name: string): number => {
  const vector = vectorOf(result, name);
  if (!vector) throw new Error(`no vector ${name}`);
  return vector[0];
};

const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), 1e-30);

const divider = handMade((node) => ({
  resistors: [
    ['r1', 'in', 'out', 1e3],
    ['r2', 'out', '0', 1e3],
  ],
  devices: [source('v', 'v1', [node('in'), 0], 1)],
}));

describe('operating point against closed forms', () => {
  it('solves a divider, currents into the first node, in the JSON of the command line', () => {
    expect(simulationJson(simulate(divider))).toEqual({
      analyses: [
        {
          kind: 'op',
          vectors: {
            'v(in)': [1],
            'v(out)': [0.5],
            'i(r1)': [0.0005],
            'i(r2)': [0.0005],
            'i(v1)': [-0.0005],
          },
        },
      ],
      measures: {},
      diagnostics: [],
    });
  });

  it('solves an R-2R ladder of 12 bits', () => {
    const bits = 12;
    const code = 0b101100111010;
    const circuit = handMade((node) => ({
      resistors: Array.from({ length: bits }, (_, k): Resistor[] => [
        [`ra${k}`, `b${k}`, `n${k}`, 2e3],
        k === 0 ? ['rt', 'n0', '0', 2e3] : [`rs${k}`, `n${k - 1}`, `n${k}`, 1e3],
      ]).flat(),
      devices: Array.from({ length: bits }, (_, k) =>
        source('v', `v${k}`, [node(`b${k}`), 0], (code >> k) & 1),
      ),
    }));
    const out = at(operatingPoint(circuit), `v(n${bits - 1})`);
    expect(relative(out, code / 2 ** bits)).toBeLessThan(1e-12);
  });

  it('treats a 0 ohm resistor as a short and finds its current', () => {
    const circuit = handMade((node) => ({
      resistors: [
        ['r1', 'a', 'b', 0],
        ['r2', 'b', '0', 1e3],
      ],
      devices: [source('v', 'v1', [node('a'), 0], 5)],
    }));
    const result = operatingPoint(circuit);
    expect(at(result, 'v(b)')).toBe(5);
    expect(at(result, 'i(r1)')).toBeCloseTo(5e-3, 15);
  });

  it('stacks floating voltage sources and finds their currents', () => {
    const circuit = handMade((node) => ({
      resistors: [
        ['r1', 'a', '0', 1e3],
        ['r2', 'c', '0', 2e3],
        ['r3', 'b', '0', 4e3],
      ],
      devices: [
        source('v', 'v1', [node('a'), node('b')], 3),
        source('v', 'v2', [node('c'), node('b')], 1),
        source('i', 'i1', [0, node('b')], 1e-3),
      ],
    }));
    const result = operatingPoint(circuit);
    // (b + 3)/1k + (b + 1)/2k + b/4k = 1m
    const b = (1 - 3 - 0.5) / 1.75;
    expect(relative(at(result, 'v(b)'), b)).toBeLessThan(1e-12);
    expect(relative(at(result, 'i(v1)'), -(b + 3) / 1e3)).toBeLessThan(1e-12);
    expect(relative(at(result, 'i(v2)'), -(b + 1) / 2e3)).toBeLessThan(1e-12);
    expect(result.statistics.solver).toBe('ldl');
  });

  it('solves E, F, G and H together', () => {
    const circuit = handMade((node) => ({
      resistors: [
        ['r1', 'in', '0', 1e3],
        ['re', 'e', '0', 1e3],
        ['rg', 'g', '0', 1e3],
        ['rf', 'f', '0', 1e3],
        ['rh', 'h', '0', 1e3],
      ],
      devices: [
        source('v', 'vin', [node('in'), 0], 2),
        voltageControlled('e', 'e1', [node('e'), 0, node('in'), 0], 10),
        voltageControlled('g', 'g1', [node('g'), 0, node('in'), 0], 1e-3),
        currentControlled('f', 'f1', [node('f'), 0], 'vin', 5),
        currentControlled('h', 'h1', [node('h'), 0], 'r1', 50),
      ],
    }));
    const result = operatingPoint(circuit);
    expect(at(result, 'v(e)')).toBeCloseTo(20, 12);
    expect(at(result, 'v(g)')).toBeCloseTo(-2, 12);
    expect(at(result, 'v(f)')).toBeCloseTo(10, 12);
    expect(at(result, 'v(h)')).toBeCloseTo(0.1, 12);
  });
});

describe('faults of structure', () => {
  it('names every source of a loop', () => {
    const circuit = handMade((node) => ({
      resistors: [['r1', 'a', '0', 1]],
      devices: [
        source('v', 'v1', [node('a'), 0], 1),
        source('v', 'v2', [node('b'), 0], 2),
        source('v', 'v3', [node('a'), node('b')], 2),
      ],
    }));
    expect(() => operatingPoint(circuit)).toThrow(/v1, v2, v3 form a loop|v2, v1, v3 form a loop/);
  });

  it('names a node that only a current source feeds', () => {
    const circuit = handMade((node) => ({
      resistors: [['r1', 'a', '0', 1]],
      devices: [source('v', 'v1', [node('a'), 0], 1), source('i', 'i7', [0, node('lost')], 1)],
    }));
    expect(() => operatingPoint(circuit)).toThrow(/node lost has no dc path to ground[^]*i7/);
  });
});

interface Network {
  readonly circuit: Circuit;
  readonly resistors: readonly Resistor[];
}

/** Connected random networks: a spanning tree of resistors, more resistors, current sources, V. */
const network = fc
  .record({
    nodes: fc.integer({ min: 2, max: 20 }),
    parents: fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
    chords: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 30 }),
    decades: fc.array(fc.double({ min: 0, max: 6, noNaN: true }), {
      minLength: 50,
      maxLength: 50,
    }),
    currents: fc.array(fc.tuple(fc.nat(1000), fc.double({ min: -1, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 5,
    }),
    level: fc.double({ min: -5, max: 5, noNaN: true }),
  })
  .map(({ nodes, parents, chords, decades, currents, level }): Network => {
    const name = (k: number) => (k % (nodes + 1) === 0 ? '0' : `n${k % (nodes + 1)}`);
    const tree = Array.from({ length: nodes }, (_, k): [string, string] => [
      name(k + 1),
      name(parents[k] % (k + 1)),
    ]);
    const more = chords.map(([a, b]): [string, string] => [name(a), name(b)]);
    const resistors = [...tree, ...more].map(([a, b], k): Resistor => [
      `r${k}`,
      a,
      b,
      10 ** decades[k],
    ]);
    const circuit = handMade((node) => ({
      resistors,
      devices: [
        source('v', 'v1', [node('n1'), node('floor')], level),
        ...currents.map(([to, amps], k) => source('i', `i${k}`, [0, node(name(to))], amps)),
        source('v', 'vfloor', [node('floor'), 0], 0.5),
      ],
    }));
    return { circuit, resistors };
  });

/** The largest sum of conductances that meet at one node (S). */
const largestNodalConductance = ({ resistors, circuit }: Network): number =>
  Math.max(
    ...circuit.nodeNames.map((node) =>
      resistors.reduce((sum, [, a, b, ohm]) => sum + (a === node || b === node ? 1 / ohm : 0), 0),
    ),
  );

/** Sum of currents leaving each node, and the largest single one. */
function nodalBalance({ circuit }: Network, result: AnalysisResult) {
  const sums = new Map<number, number>();
  let largest = 0;
  const add = (node: number, current: number) => {
    sums.set(node, (sums.get(node) ?? 0) + current);
    largest = Math.max(largest, Math.abs(current));
  };
  const { resistors, devices } = circuit;
  for (let k = 0; k < resistors.count; k++) {
    const current = at(result, `i(${resistors.names[k]})`);
    add(resistors.nodes[2 * k], current);
    add(resistors.nodes[2 * k + 1], -current);
  }
  for (const { name, nodes } of devices) {
    const current = at(result, `i(${name})`);
    add(nodes[0], current);
    add(nodes[1], -current);
  }
  return { sums, largest };
}

describe('random networks', () => {
  it("obeys Kirchhoff's current law to 1e-12 of the largest current, and the power balances", () => {
    fc.assert(
      fc.property(network, (net) => {
        const result = operatingPoint(net.circuit);
        const { sums, largest } = nodalBalance(net, result);
        const voltage = (node: number) =>
          node === 0 ? 0 : at(result, `v(${net.circuit.nodeNames[node]})`);
        // Voltages are doubles: their last bits alone drive this current through the conductances that
        // meet at a node, and an ideal source carries it on to the node at its other end.
        const highest = Math.max(...net.circuit.nodeNames.map((_, k) => Math.abs(voltage(k))));
        const lastBits = 8 * Number.EPSILON * highest * largestNodalConductance(net);
        for (const sum of sums.values()) {
          expect(Math.abs(sum)).toBeLessThanOrEqual(1e-12 * largest + lastBits);
        }
        let power = 0;
        let exchanged = 0;
        let dissipated = 0;
        for (const { name, nodes } of net.circuit.devices) {
          const delivered = (voltage(nodes[0]) - voltage(nodes[1])) * at(result, `i(${name})`);
          power += delivered;
          exchanged += Math.abs(delivered);
        }
        net.resistors.forEach(([name, , , ohm]) => {
          dissipated += at(result, `i(${name})`) ** 2 * ohm;
        });
        expect(Math.abs(power + dissipated)).toBeLessThanOrEqual(
          1e-9 * dissipated + 1e-12 * exchanged + lastBits * highest,
        );
      }),
      { numRuns: 150 },
    );
  });

  it('superposes: the response to all sources is the sum of the responses to each', () => {
    fc.assert(
      fc.property(network, ({ circuit }) => {
        const prepared = prepareCircuit(circuit);
        const names = circuit.devices.map(({ name }) => name);
        const values = circuit.devices.map((device) => ('dc' in device ? device.dc : 0));
        const respond = (active: (k: number) => boolean) => {
          names.forEach((name, k) => setDeviceValue(prepared, name, active(k) ? values[k] : 0));
          solveDc(prepared);
          return prepared.solution.evaluation.x.slice(0, circuit.nodeNames.length - 1);
        };
        const whole = respond(() => true);
        const sum = new Float64Array(whole.length);
        names.forEach((_, k) => respond((j) => j === k).forEach((v, i) => (sum[i] += v)));
        const scale = Math.max(...whole.map(Math.abs), ...sum.map(Math.abs));
        whole.forEach((v, i) => expect(Math.abs(v - sum[i])).toBeLessThanOrEqual(1e-9 * scale));
        expect(prepared.solution.counts.factorisations).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it('is reciprocal: v at b from a current into a equals v at a from the same current into b', () => {
    fc.assert(
      fc.property(network, fc.nat(1000), fc.nat(1000), ({ resistors }, from, to) => {
        const transfer = (a: number, b: number) => {
          const circuit = handMade((node) => {
            node('n1');
            const ends = resistors.flatMap(([, p, q]) => [node(p), node(q)]);
            const count = Math.max(...ends);
            return {
              resistors,
              devices: [source('i', 'i1', [0, 1 + (a % count)], 1)],
            };
          });
          const count = circuit.nodeNames.length - 1;
          return at(operatingPoint(circuit), `v(${circuit.nodeNames[1 + (b % count)]})`);
        };
        const forward = transfer(from, to);
        expect(relative(transfer(to, from), forward)).toBeLessThan(1e-8);
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with ngspice to 1e-9', async () => {
    const samples = fc.sample(network, { numRuns: 12, seed: 20261122 });
    for (const { circuit, resistors } of samples) {
      const nodeName = (node: number) => circuit.nodeNames[node];
      const lines = [
        'random network',
        ...resistors.map(([name, a, b, ohm]) => `${name} ${a} ${b} ${ohm}`),
        ...circuit.devices.map(
          (device) =>
            `${device.name} ${device.nodes.map(nodeName).join(' ')} ${'dc' in device ? device.dc : 0}`,
        ),
        '.options reltol=1e-9 abstol=1e-18 vntol=1e-15 gmin=1e-30',
        '.op',
        '.end',
      ];
      const reference = await ngspice(lines.join('\n'));
      const result = operatingPoint(circuit);
      const voltages = [...reference].filter(([name]) => name.startsWith('v('));
      const scale = Math.max(...voltages.map(([, [v]]) => Math.abs(v)));
      for (const [name, [value]] of reference) {
        const unit = name.startsWith('v(') ? scale : Math.abs(at(result, name));
        expect(Math.abs(at(result, name) - value)).toBeLessThanOrEqual(1e-9 * unit + 1e-15);
      }
    }
  });
});
