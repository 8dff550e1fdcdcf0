import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { costJson } from '../../src/experiment/cost/cost-experiment.js';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';
import { writeSmallExperiment } from '../support/small-experiment.js';

let folder: string;
let experiment: string;
beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'spinbar-cost-'));
  experiment = writeSmallExperiment(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cost = async (...more: string[]) => spinbar(['cost', experiment, ...more]);

describe('spinbar cost', () => {
  it('prices the magnets beside both ADC designs, and its report says so', async () => {
    const out = join(folder, 'cost');
    const { exitCode, stdout, stderr } = await cost('--json', '--out', out);
    expect(exitCode, stderr).toBe(0);
    const result = JSON.parse(stdout) as ReturnType<typeof costJson>;
    expect(result.designs.map(({ name }) => name)).toEqual([
      'SOT-MTJ',
      'full-precision ADC',
      'sparse low-bit ADC',
    ]);
    for (const { ratiosToOwn, layers, energyJoule } of result.designs) {
      expect(ratiosToOwn.edp).toBeCloseTo(ratiosToOwn.energy * ratiosToOwn.latency, 8);
      const parts = layers.flatMap((layer) => Object.values(layer.energyJoule));
      expect(parts.reduce((sum, part) => sum + part, 0) / energyJoule).toBeCloseTo(1, 12);
    }
    // The preset of 320 uA through 1 kohm for 1.25 ns dominates the sample: 128 fJ.
    const { converter } = result.designs[0];
    expect(converter.kind === 'mtj' && converter.price.presetJoule).toBeCloseTo(128e-15, 15);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('Every assumption and its source');
  });

  it('says where a bad assumption stands', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(
      bad,
      'base: isaac-32nm\nname: bad\ncounter: { energy: -1 fJ, area: 1 um^2, source: s }\n',
    );
    const negative = await cost('--set', `architecture.components=${bad}`);
    expect(negative.exitCode).toBe(3);
    expect(negative.stderr).toContain('counter.energy');

    const missing = await cost('--set', 'architecture.components=isac-32nm');
    expect(missing.exitCode).toBe(3);
    expect(missing.stderr).toContain('isaac-32nm.yaml');

    const columns = await cost(
      '--set',
      'architecture.references=[{kind: adc, name: wide, columnsPerConverter: 256}]',
    );
    expect(columns.exitCode).toBe(3);
    expect(columns.stderr).toContain('architecture.references[0].columnsPerConverter');

    writeFileSync(bad, `base: ./bad.yaml\nname: bad\n`);
    const cycle = await cost('--set', `architecture.components=${bad}`);
    expect(cycle.exitCode).toBe(3);
    expect(cycle.stderr).toContain('based on each other');
  });
});
