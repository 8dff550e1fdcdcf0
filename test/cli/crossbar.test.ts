import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { crossbarJson } from '../../src/experiment/crossbar/crossbar-file.js';
import { readNpy } from '../../src/formats/npy.js';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';

let folder: string;
beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'spinbar-crossbar-'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = (text: string): string => {
  const file = join(folder, 'spec.yaml');
  writeFileSync(file, text);
  return file;
};

describe('spinbar crossbar', () => {
  it('gives the currents that the circuit engine finds in its own netlist, and T of the same array', async () => {
    const file = spec(`
cells: { rows: 6, columns: 4, resistance: 10 kohm }
inputs: { volts: [0.1, 0.05, -0.1, 0.2, 0, 0.1] }
wire: { wordLine: 3 ohm, bitLine: 5 ohm }
driver: [100 ohm, 110 ohm, 120 ohm, 130 ohm, 140 ohm, 150 ohm]
load: 50 ohm
variation: { seed: 3, deviceSpread: 0.1, stuckOff: 0.05, drift: { time: 1000 s, mean: 0.05 }, chips: 5 }
`);
    const out = join(folder, 'out');
    const { exitCode, stdout, stderr } = await spinbar(['crossbar', file, '--out', out, '--json']);
    expect(exitCode, stderr).toBe(0);
    const result = JSON.parse(stdout) as ReturnType<typeof crossbarJson>;
    const circuit = await spinbar(['simulate', join(out, 'crossbar.cir'), '--json', '--quiet']);
    const { analyses } = JSON.parse(circuit.stdout) as {
      analyses: { vectors: Record<string, number[]> }[];
    };
    const transfer = readNpy(readFileSync(join(out, 'transfer.npy')), 'transfer.npy');
    expect(transfer.shape).toEqual([4, 6]);
    const volts = [0.1, 0.05, -0.1, 0.2, 0, 0.1];
    for (const [j, current] of result.columnCurrentsAmpere.entries()) {
      expect(analyses[0].vectors[`i(vs${j})`][0] / current).toBeCloseTo(1, 9);
      const product = volts.reduce((sum, v, i) => sum + v * transfer.data[j * 6 + i], 0);
      expect(product / current).toBeCloseTo(1, 9);
    }
    expect(result.monteCarlo?.chips).toBe(5);
    expect(result.monteCarlo?.rootMeanSquareDeviation).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('IR drop');
  });

  it.each([
    ['inputs: { volts: [0.1, 0.2] }', /input|volt/],
    ['driver: -5 ohm', /driver/],
    ['wier: { wordLine: 1 ohm }', /did you mean/],
    ['cells: { rows: 4000000, columns: 100000, resistance: 1 kohm }', /GiB|bytes|memory/],
    ['load: .inf', /load|floating|finite/],
  ])('refuses %s with nothing written', async (line, message) => {
    const base: Record<string, string> = {
      cells: 'cells: { rows: 4, columns: 4, resistance: 1 kohm }',
      inputs: 'inputs: { volts: 0.1 }',
    };
    const key = line.split(':')[0];
    const file = spec(Object.values({ ...base, [key]: line }).join('\n'));
    const out = join(folder, 'bad');
    const { exitCode, stderr } = await spinbar(['crossbar', file, '--out', out]);
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});
