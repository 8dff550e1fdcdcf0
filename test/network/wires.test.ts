import { describe, expect, it } from 'vitest';
import {
  crossbarTasks,
  defineCrossbar,
  solveCrossbar,
  wiredTile,
} from '../../src/crossbar/index.js';
import {
  compileNetwork,
  defaultMapping,
  solveTiles,
  tensor,
  type Converter,
  type Graph,
  type Mapping,
  type Weights,
  type WireOptions,
} from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { testCurve } from './curve-fixture.js';

const graph: Graph = {
  name: 'one',
  inputShape: [2, 5, 5],
  nodes: [
    {
      name: 'c',
      op: 'conv2d',
      inputs: ['input'],
      attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
      weights: { weight: 'c.weight' },
    },
  ],
  output: 'c',
};
const weights: Weights = new Map([
  [
    'c.weight',
    tensor(
      [6, 2, 3, 3],
      Float32Array.from({ length: 108 }, (_, i) => (((i * 37) % 41) - 20) / 20),
    ),
  ],
]);
const input = Float32Array.from({ length: 50 }, (_, i) => (((i * 13) % 21) - 10) / 10);
const mapping: Mapping = {
  ...defaultMapping,
  rowsPerArray: 10,
  columnsPerArray: 8,
  policy: { first: 'mapped', last: 'mapped' },
};
const ideal: WireOptions = { wordLineOhm: 0, bitLineOhm: 0, driverOhm: 0, loadOhm: 0 };
const real: WireOptions = { wordLineOhm: 20, bitLineOhm: 30, driverOhm: 100, loadOhm: 50 };
const executor = inlineExecutor(crossbarTasks);
const run = async (converter: Converter, wires?: WireOptions): Promise<Float32Array> => {
  const tiles =
    wires && (await solveTiles({ graph, weights, mapping, converter, wires }, { executor }));
  return compileNetwork({ graph, weights, mapping, converter, tiles }).forward(input, 0);
};

describe('networks with exact wires', () => {
  it('equal the network without wires where wires, drivers and loads are ideal', async () => {
    const converters: Converter[] = [
      { kind: 'ideal' },
      { kind: 'mtj', curve: testCurve(), samples: 4 },
      { kind: 'adc', bits: 5, range: 'full' },
    ];
    for (const converter of converters) {
      const [with0, without] = [await run(converter, ideal), await run(converter)];
      with0.forEach((y, i) => expect(y).toBeCloseTo(without[i], 5));
    }
  });

  it('carry the column currents of the crossbar solver', () => {
    const rows = 7;
    const shares = Float32Array.from({ length: 3 * rows }, (_, i) => (i % 3 === 0 ? -1 : 1));
    const { cell } = mapping;
    const { digits: effective } = wiredTile({
      tile: { rows, columns: 3, digits: shares },
      cell: { ...cell, pair: 'one-sided' },
      parasitics: { wire: { wordLine: 20, bitLine: 30 }, driver: 100, load: 50 },
      tolerance: 1e-9,
    });
    const conductance = Array.from({ length: rows }, (_, k) =>
      Array.from({ length: 6 }, (_unused, line) => {
        const share = shares[Math.floor(line / 2) * rows + k];
        return (line % 2 === 0) === share > 0 ? cell.onSiemens : cell.offSiemens;
      }),
    );
    const digits = [1, -1, 0, 1, 1, -1, 1];
    const { currents } = solveCrossbar(
      defineCrossbar({ conductance, wire: { wordLine: 20, bitLine: 30 }, driver: 100, load: 50 }),
      Float64Array.from(digits, (digit) => digit * cell.readVolt),
    );
    for (let o = 0; o < 3; o += 1) {
      const sum = digits.reduce((total, digit, k) => total + digit * effective[o * rows + k], 0);
      const unit = cell.readVolt * (cell.onSiemens - cell.offSiemens);
      expect(sum * unit).toBeCloseTo(currents[2 * o] - currents[2 * o + 1], 10);
    }
  });

  it('lose signal to resistive wires', async () => {
    const [lossy, exact] = [await run({ kind: 'ideal' }, real), await run({ kind: 'ideal' })];
    const power = (y: Float32Array): number => y.reduce((sum, value) => sum + value * value, 0);
    expect(power(lossy)).toBeLessThan(0.9 * power(exact));
    expect(power(lossy)).toBeGreaterThan(0.2 * power(exact));
  });
});
