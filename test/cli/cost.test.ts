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

  it('names component, unit, scaling rule and layer of a bad assumption by key path', async () => {
    const bad = join(folder, 'bad-set.yaml');
    const set = (text: string) => {
      writeFileSync(bad, `base: isaac-32nm\nname: bad\n${text}\n`);
      return cost('--set', `architecture.components=${bad}`, '--set', 'architecture.node=22 nm');
    };
    const unit = await set('router: { energy: 3 ns, area: 1 um^2, source: s, scaling: wire }');
    expect(unit.exitCode).toBe(3);
    expect(unit.stderr).toContain('router.energy');

    const rule = await set('router: { energy: 3 pJ, area: 1 um^2, source: s }');
    expect(rule.exitCode).toBe(3);
    expect(rule.stderr).toContain('router.scaling');

    writeFileSync(bad, 'name: bad\ndescription: d\nnode: 32 nm\nsource: s\n');
    const missing = await cost('--set', `architecture.components=${bad}`);
    expect(missing.exitCode).toBe(3);
    for (const part of ['array', 'rowDriver', 'adc', 'counter'])
      expect(missing.stderr).toContain(part);

    const magnets = await cost('--set', 'architecture.columnsPerConverter=129');
    expect(magnets.exitCode).toBe(3);
    expect(magnets.stderr).toContain('architecture.columnsPerConverter');

    const layer = await spinbar([
      'run',
      experiment,
      '--out',
      join(folder, 'unknown-layer'),
      '--set',
      'samples=[{default: 1, layers: {fc9: 2}}]',
    ]);
    expect(layer.exitCode).toBe(3);
    expect(layer.stderr).toContain('samples[0].layers.fc9');
  });

  it('says what it mixes and scales', async () => {
    const { stdout } = await cost(
      '--set',
      'architecture.components=puma-sparse',
      '--set',
      'architecture.node=22 nm',
    );
    expect(stdout).toContain('mixed: puma-sparse takes array');
    expect(stdout).toContain('scaled from 32.0 nm to 22.0 nm: array fixed');
    expect(stdout).toContain('2 operations a multiply-accumulate');
  });
});

describe('run and compare', () => {
  it('print accuracy and cost together, and a run compares with its own file', async () => {
    const out = join(folder, 'priced');
    const run = await spinbar([
      'run',
      experiment,
      '--out',
      out,
      '--set',
      'samples=[1, {default: 1, layers: {fc1: 4}}]',
    ]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/converter .* energy uJ {2}latency us {2}area mm2 {2}EDP pJ us/);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Accuracy and cost');
    const { costs } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as {
      costs: { converter: string; samples: number; energyJoule: number }[];
    };
    expect(costs.map(({ converter, samples }) => `${converter} ${samples}`)).toEqual([
      'ideal 0',
      'sign 0',
      'mtj 1',
      'mtj 4',
    ]);

    const compared = await spinbar(['compare', out, experiment, '--json']);
    expect(compared.exitCode, compared.stderr).toBe(0);
    const { designs } = JSON.parse(compared.stdout) as {
      designs: {
        name: string;
        accuracy?: { mean: number };
        cost: { energyJoule: number };
        ratiosToFirst: { energy: number; latency: number; edp: number };
      }[];
    };
    expect(designs.map(({ name }) => name)).toEqual([
      'priced ideal',
      'priced sign',
      'priced mtj T=1',
      'priced mtj T=4',
      'small mtj T=1',
    ]);
    // The file's own design is the run's first row; only a run knows accuracies.
    expect(designs[4].cost.energyJoule / designs[2].cost.energyJoule).toBeCloseTo(1, 2);
    expect(designs[2].accuracy?.mean).toBeGreaterThan(0);
    expect(designs[4].accuracy).toBeUndefined();
    for (const { ratiosToFirst: ratio } of designs)
      expect(ratio.edp / (ratio.energy * ratio.latency)).toBeCloseTo(1, 10);

    const page = join(folder, 'compared');
    const written = await spinbar(['compare', out, experiment, '--out', page]);
    expect(written.exitCode, written.stderr).toBe(0);
    expect(readFileSync(join(page, 'report.html'), 'utf8')).toContain('Accuracy against cost');
    const empty = await spinbar(['compare', folder]);
    expect(empty.exitCode).toBe(3);
    expect(empty.stderr).toContain('results.json');
  });
});
