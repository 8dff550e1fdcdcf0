import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AllocationResults } from '../../src/experiment/allocate/allocate-experiment.js';
import type { costJson } from '../../src/experiment/cost/cost-experiment.js';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';
import { writeSmallExperiment } from '../support/small-experiment.js';

let folder: string;
let experiment: string;
beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'spinbar-allocate-'));
  experiment = writeSmallExperiment(folder);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const set = (...values: string[]): string[] => values.flatMap((value) => ['--set', value]);
const SMALL = set(
  'allocation.images=40',
  'allocation.repeats=2',
  'allocation.frontier=[1, 2]',
  'allocation.uniform=2.5',
  'allocation.metric=energy',
  'mapping.last=mapped',
);

describe('spinbar allocate', () => {
  it('writes an experiment file that cost takes, within the budget', async () => {
    const out = join(folder, 'allocated');
    const { exitCode, stdout, stderr } = await spinbar([
      'allocate',
      experiment,
      '--json',
      '--out',
      out,
      ...SMALL,
    ]);
    expect(exitCode, stderr).toBe(0);
    const result = JSON.parse(stdout) as AllocationResults;
    expect(result.sensitivity.layers.map(({ name }) => name).sort()).toEqual(['fc1', 'fc2']);
    expect(result.allocation.price).toBeLessThanOrEqual(result.budget);
    expect(result.headline.energy).toBe(result.allocation.price);
    expect(result.frontier.filter(({ kind }) => kind === 'uniform')).toHaveLength(2);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Against uniform samples');

    const file = join(out, 'experiment.yaml');
    expect(readFileSync(file, 'utf8')).toContain('# Samples by layer from: spinbar allocate');
    const cost = await spinbar(['cost', file, '--json']);
    expect(cost.exitCode, cost.stderr).toBe(0);
    const [own] = (JSON.parse(cost.stdout) as ReturnType<typeof costJson>).designs;
    const { samples } = result.allocation;
    for (const { name, events } of own.layers)
      expect(events.samples, name).toBe(events.conversions * samples[name]);
    // Column currents are recorded with other samples, so the price may differ in its last digits.
    expect(own.energyJoule / result.headline.energy).toBeCloseTo(1, 2);
  }, 240_000);

  it('stopped in the middle, it goes on with --resume to the same allocation and frontier', async () => {
    const out = join(folder, 'stopped');
    const argv = ['allocate', experiment, '--out', out, ...SMALL];
    for (const [round, stage] of ['sensitivity', 'mtj T=1'].entries()) {
      const controller = new AbortController();
      const { exitCode, stderr } = await spinbar([...argv, ...(round > 0 ? ['--resume'] : [])], {
        signal: controller.signal,
        onStderr: (text) => {
          if (text.startsWith(stage)) controller.abort(new Error('stop'));
        },
      });
      expect(exitCode, stderr).toBe(75);
    }
    expect((await spinbar([...argv, '--resume'])).exitCode).toBe(0);
    const read = (name: string): AllocationResults =>
      JSON.parse(readFileSync(join(folder, name, 'allocation.json'), 'utf8')) as AllocationResults;
    const [whole, resumed] = [read('allocated'), read('stopped')];
    expect(resumed.sensitivity).toEqual(whole.sensitivity);
    expect(resumed.allocation).toEqual(whole.allocation);
    expect(resumed.frontier).toEqual(whole.frontier);
  }, 240_000);

  it('says which budget is wrong, and that there must be something to perturb', async () => {
    const refused = async (...values: string[]): Promise<string> => {
      const out = join(folder, 'refused');
      const { exitCode, stderr } = await spinbar([
        'allocate',
        experiment,
        '--out',
        out,
        ...set(...values),
      ]);
      expect(exitCode).toBe(3);
      return stderr;
    };
    expect(await refused('allocation.energy=1 uJ', 'allocation.latency=1 us')).toContain(
      'budgets are given for energy and latency',
    );
    expect(await refused('staggerWidths=4')).toContain('leave out staggerWidths');
    expect(await refused('allocation.energy=1 fJ')).toContain('allocation.energy');
    expect(await refused('allocation.perturbed=4')).toContain('allocation.perturbed');
    expect(await refused('allocation.energy=1 ns')).toContain('allocation.energy');
  }, 240_000);
});
