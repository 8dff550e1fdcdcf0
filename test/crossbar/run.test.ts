import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCrossbarSpec, estimateMemory } from '../../src/crossbar/index.js';
import { readNpy, writeNpy } from '../../src/formats/npy.js';
import { ngspiceOperatingPoint } from './ngspice-oracle.js';
import { relativeDifference } from './support.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const files: Record<string, Uint8Array> = {
  'cells.csv': text('# S\n1e-4, 2e-4\n3e-4, 4e-4\n5e-5, 6e-5\n'),
  'weights.csv': text('1,-1,0.5\n0.25,0,-0.75\n'),
  'inputs.npy': writeNpy({ shape: [2, 3], data: Float64Array.of(0.1, 0.2, 0.3, -0.1, 0, 0.1) }),
  'ragged.csv': text('1,2\n3\n'),
};
const run = (spec: string, memoryBytes?: number) =>
  runCrossbarSpec(spec, {
    file: 'spec.yaml',
    resolve: (path) => files[path],
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });

describe('a crossbar spec', () => {
  it('solves, maps and exports; ngspice solves the exported netlist to the same currents', async () => {
    const result = run(`
cells: { conductances: cells.csv }
inputs: { file: inputs.npy }
wire: { wordLine: "2 ohm", bitLine: "5 ohm" }
driver: 100 ohm
load: "0.05 kohm"
`);
    expect(result.solution.vectors).toBe(2);
    expect(result.crossbar.driver).toBe(100);
    const oracle = await ngspiceOperatingPoint(String(result.files['crossbar.cir']));
    const expected = [oracle.get('i(vs0)') ?? NaN, oracle.get('i(vs1)') ?? NaN];
    expect(relativeDifference(result.solution.currents.subarray(0, 2), expected)).toBeLessThan(
      1e-9,
    );
    const t = readNpy(result.files['transfer.npy'] as Uint8Array, 'transfer.npy');
    expect(t.shape).toEqual([2, 3]);
    const product = [0, 1].map((o) =>
      [-0.1, 0, 0.1].reduce((sum, v, i) => sum + v * t.data[o * 3 + i], 0),
    );
    expect(relativeDifference(product, result.solution.outputs.subarray(2))).toBeLessThan(1e-9);
    expect(relativeDifference(result.idealOutputs.subarray(0, 1), [8.5e-5])).toBeLessThan(1e-12);
  });

  it('maps weights to differential pairs', () => {
    const { idealOutputs, crossbar } = run(`
cells: { weights: weights.csv, on: 10 kohm, off: 1 Mohm }
inputs: { volts: [0.1, 0.2, 0.3] }
`);
    expect([crossbar.rows, crossbar.columns]).toEqual([3, 4]);
    const swing = 1e-4 - 1e-6;
    const expected = [0.1 - 0.2 + 0.15, 0.025 - 0.225].map((sum) => sum * swing);
    expect(relativeDifference(idealOutputs, expected)).toBeLessThan(1e-12);
  });

  it('takes cell models, gated rows and variation', () => {
    const result = run(`
cells: { conductances: cells.csv }
inputs: { volts: 1 }
gated: 0.2 V
cell: { kind: sinh, voltageScale: 0.3 V }
variation: { seed: 4, programming: 0.05, stuckOpen: 0.1 }
`);
    expect(result.transfer).toBeUndefined();
    expect(result.solution.statistics.newtonIterations).toBeGreaterThan(1);
    expect(String(result.files['crossbar.cir'])).toMatch(/^bc0_0 .*sinh/m);
  });

  it.each([
    ['cells: { conductances: cells.csv }\n', /inputs/],
    ['cells: { conductances: cells.csv }\ninputs: { volts: 1 }\nwir: 3\n', /did you mean "wire"/],
    ['cells: { conductances: cells.csv }\ninputs: { volts: 1 }\ndriver: 3 nA\n', /driver[\s\S]*nA/],
    ['cells: { conductances: cells.csv }\ninputs: { volts: 1 }\nload: -3 ohm\n', /load/],
    ['cells: { conductances: ragged.csv }\ninputs: { volts: 1 }\n', /ragged.csv:2/],
    ['cells: { conductances: cells.csv }\ninputs: { volts: [1, 2] }\n', /2 voltages for 3 word/],
    ['cells: { conductances: cells.csv }\ninputs: { file: cells.csv }\n', /2 voltages a row for 3/],
  ])('is refused with its place: %s', (spec, message) => {
    expect(() => run(spec)).toThrow(message);
  });

  it('larger than memory is refused with the number, before anything is allocated', () => {
    const spec = 'cells: { rows: 200000, columns: 200000 }\ninputs: { volts: 1 }\n';
    expect(() => run(spec)).toThrow(
      /200000 x 200000 crossbar needs about .*GiB, more than 4.00 GiB/,
    );
    expect(estimateMemory(1024, 1024).transferBytes).toBeGreaterThan(5 * 2 ** 26);
  });
});

describe('npy', () => {
  const python = '/usr/bin/python3';
  const numpy = existsSync('/usr/lib/python3/dist-packages/numpy');
  if (!numpy) console.log('skipped: Debian python3-numpy is absent');

  it('comes back as written, and refuses what it cannot read', () => {
    const data = Float64Array.from({ length: 6 }, (_, k) => k / 7);
    const bytes = writeNpy({ shape: [2, 3], data });
    expect(readNpy(bytes, 'a.npy')).toEqual({ shape: [2, 3], data });
    expect(() => readNpy(bytes.subarray(0, bytes.length - 1), 'a.npy')).toThrow(/promises 48/);
    expect(() => readNpy(text('hello, this is not numpy'), 'b.npy')).toThrow(/not a .npy file/);
  });

  it.skipIf(!numpy)('is what numpy reads and writes, either order of axes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'npy-'));
    const data = Float64Array.from({ length: 6 }, (_, k) => k / 7);
    writeFileSync(join(folder, 'in.npy'), writeNpy({ shape: [2, 3], data }));
    const script =
      "import numpy as np; a = np.load('in.npy'); np.save('f.npy', np.asfortranarray(2 * a)); np.save('i.npy', np.arange(4, dtype='i4'))";
    execFileSync(python, ['-c', script], { cwd: folder });
    const doubled = readNpy(readFileSync(join(folder, 'f.npy')), 'f.npy');
    expect(doubled).toEqual({ shape: [2, 3], data: data.map((value) => 2 * value) });
    const integers = readNpy(readFileSync(join(folder, 'i.npy')), 'i.npy');
    expect([...integers.data]).toEqual([0, 1, 2, 3]);
  });
});
