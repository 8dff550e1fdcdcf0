import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerStatistics } from '../../src/experiment/run/training-statistics.js';
import { readSafetensors } from '../../src/formats/index.js';
import type { ModelFile } from '../../src/experiment/model.js';
import type { ResultRow } from '../../src/experiment/run/results.js';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';
import { writeSmallExperiment } from '../support/small-experiment.js';

let folder: string;
let experiment: string;
const trained = (name: string): string => join(folder, name);

/** Every option of the training section at once, on 700 images of MNIST. */
const settings = [
  'mapping.bitsPerSlice=4',
  'mapping.bitsPerStream=4',
  'training.images=700',
  'training.validationImages=100',
  'training.gainInterval=5',
  'training.float.epochs=2',
  'training.progressive=[{samples: 4, epochs: 1, rate: 0.02, gainWidths: 1.5}]',
  'training.stochastic.epochs=1',
  'training.samples=2',
  'staggerWidths=3',
  'training.biasRows=true',
  'training.learnOffsets=true',
  'training.standardise=true',
  'training.learnSteps=true',
  'training.inputScales=calibrated',
  'training.distillation.weight=0.5',
  'training.averaging=0.9',
  'training.augmentation.crop=1',
  'training.estimator={kind: scaled-expectation}',
  'training.physics={interval: 5, conductanceSpread: 0.02, readNoiseAmpere: 1e-7, population: {i50Ampere: 5e-7, logSlope: 0.1}}',
].flatMap((text) => ['--set', text]);

const train = (name: string, threads: number) =>
  spinbar([
    ...['train', experiment, '--out', trained(name), '--threads', String(threads), '--json'],
    ...settings,
  ]);

beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'spinbar-train-'));
  experiment = writeSmallExperiment(folder);
  const { exitCode, stderr } = await train('one', 1);
  expect(exitCode, stderr).toBe(0);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modelOf = (name: string): ModelFile =>
  JSON.parse(readFileSync(join(trained(name), 'stochastic', 'model.json'), 'utf8')) as ModelFile;

describe('spinbar train', () => {
  it('writes a model with calibrated scales, whole bias rows and the history of both phases', () => {
    const { stochastic, provenance } = modelOf('one');
    const { fc1 } = stochastic?.mapping.layers ?? {};
    expect(fc1?.encoding).toBe('unipolar');
    expect(fc1?.inputScale).toBeGreaterThan(0.5);
    const rows = fc1?.biasRow as readonly number[];
    // 784 rows in 7 arrays of 128, 256 columns each.
    expect(rows).toHaveLength(7 * 256);
    expect(rows.every(Number.isInteger)).toBe(true);
    expect(new Set(rows).size).toBeGreaterThan(100);
    expect(provenance['history']).toHaveLength(2);
    expect(provenance['samples']).toBe(2);
  });

  it('reports the course, and what conversions and weights have become', () => {
    const page = readFileSync(join(trained('one'), 'report.html'), 'utf8');
    expect(page).toContain('held-out training images');
    expect(page).toContain('surrogate slope');
    const layers = JSON.parse(
      readFileSync(join(trained('one'), 'layers.json'), 'utf8'),
    ) as LayerStatistics[];
    expect(layers.length).toBeGreaterThan(0);
    for (const { widths, saturated, learning, currents, levels } of layers) {
      // The gain aims at a root mean square of one width; read after few updates on a moving network.
      expect(widths).toBeGreaterThan(0.4);
      expect(widths).toBeLessThan(2.5);
      expect(learning).toBeGreaterThan(1 - saturated - 1e-9);
      for (const shares of [currents, levels])
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    }
  });

  it('gives the same bytes for another number of threads', async () => {
    const { exitCode, stderr } = await train('two', 2);
    expect(exitCode, stderr).toBe(0);
    for (const name of ['float', 'stochastic'])
      expect(readFileSync(join(trained('two'), name, 'weights.safetensors'))).toEqual(
        readFileSync(join(trained('one'), name, 'weights.safetensors')),
      );
  }, 300_000);

  it('stopped within an epoch, it exits with 75 and resumes to the same bytes', async () => {
    const argv = ['train', experiment, '--out', trained('stopped'), '--threads', '2', ...settings];
    for (const [round, stage] of ['training float', 'training stochastic'].entries()) {
      const controller = new AbortController();
      const { exitCode, stderr } = await spinbar([...argv, ...(round > 0 ? ['--resume'] : [])], {
        signal: controller.signal,
        onStderr: (text) => {
          if (text.startsWith(stage) && / [2-5]\//.test(text)) controller.abort(new Error('stop'));
        },
      });
      expect(exitCode, stderr).toBe(75);
      expect(stderr).toContain('--resume');
    }
    const { exitCode, stderr } = await spinbar([...argv, '--resume']);
    expect(exitCode, stderr).toBe(0);
    for (const name of ['float', 'stochastic'])
      expect(readFileSync(join(trained('stopped'), name, 'weights.safetensors'))).toEqual(
        readFileSync(join(trained('one'), name, 'weights.safetensors')),
      );
  }, 300_000);

  it('what it writes runs as it is, far better than chance', async () => {
    const { exitCode, stdout, stderr } = await spinbar([
      ...['run', experiment, '--json', '--threads', '2', '--out', join(folder, 'run')],
      ...['--set', 'mapping.bitsPerSlice=4', '--set', 'mapping.bitsPerStream=4'],
      ...['--set', 'model.float=one/float', '--set', 'model.stochastic=one/stochastic'],
      ...['--set', 'samples=[4]', '--set', 'seeds=[1]'],
    ]);
    expect(exitCode, stderr).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: ResultRow[] };
    const accuracy = rows.find(({ converter }) => converter === 'mtj')?.accuracy ?? NaN;
    expect(accuracy).toBeGreaterThan(0.4);
  }, 300_000);

  it('goes on from a stochastic model: one epoch at no rate to speak of keeps its levels', async () => {
    const goOn = (name: string, ...more: string[]) =>
      spinbar([
        ...['train', experiment, '--out', trained(name), ...settings],
        ...['--set', 'training.float.initial=one/float', '--set', 'training.float.epochs=0'],
        ...['--set', 'training.progressive=[]', '--set', 'training.stochastic.rate=1e-9'],
        ...more,
      ]);
    const { exitCode, stderr } = await goOn('on', '--set', 'training.initial=one/stochastic');
    expect(exitCode, stderr).toBe(0);
    const weights = (name: string) =>
      readSafetensors(readFileSync(join(trained(name), 'stochastic', 'weights.safetensors')), name)
        .tensors;
    const [before, after] = [weights('one'), weights('on')];
    const levels = (from: typeof before, name: string): number[] => {
      const { data } = from.get(name) ?? { data: new Float32Array(0) };
      const top = data.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
      return Array.from(data, (weight) => Math.round((15 * weight) / top));
    };
    const old = levels(before, 'fc1.weight');
    const kept = levels(after, 'fc1.weight').filter((level, i) => level === old[i]).length;
    expect(new Set(old).size).toBe(16);
    expect(kept / old.length).toBeGreaterThan(0.99);
    const scale = (from: typeof before) => from.get('fc1.learnedInputScale')?.data[0] ?? NaN;
    expect(scale(after)).toBeCloseTo(scale(before), 5);
    // Learned in a handful of updates, and not again at this rate.
    const offsets = (from: typeof before) =>
      from.get('fc1.partialSumOffset')?.data ?? new Float32Array(0);
    expect(Math.max(...offsets(before).map(Math.abs))).toBeGreaterThan(1e-5);
    for (const [i, offset] of offsets(after).entries())
      expect(offset).toBeCloseTo(offsets(before)[i], 6);

    const float = await goOn('of-float', '--set', 'training.initial=one/float');
    expect(float.exitCode).toBe(3);
    expect(float.stderr).toContain('training.float.initial');
    const lenet = join(process.cwd(), 'examples/02-mnist-lenet/lenet/stochastic');
    const unlike = await goOn('of-lenet', '--set', `training.initial=${lenet}`);
    expect(unlike.exitCode).toBe(3);
    expect(unlike.stderr).toContain(
      'it is a lenet, which has no fc2.bias; the network is a mnist-mlp',
    );
    const other = await goOn(
      'other-arrays',
      ...['--set', 'training.initial=one/stochastic', '--set', 'mapping.rows=64'],
    );
    expect(other.exitCode).toBe(3);
    expect(other.stderr).toContain('fc1.partialSumMean has the shape 7 x 256, not 13 x 256');
  }, 300_000);

  it('says so where no images are held out, instead of an accuracy that is not a number', async () => {
    const { exitCode, stdout, stderr } = await spinbar([
      ...['train', experiment, '--out', trained('none-held-out'), '--set', 'training.images=300'],
      ...['--set', 'training.validationImages=0', '--set', 'training.float.epochs=1'],
      ...['--set', 'training.stochastic.epochs=2'],
    ]);
    expect(exitCode, stderr).toBe(0);
    const page = readFileSync(join(trained('none-held-out'), 'report.html'), 'utf8');
    expect(page).toContain('no images were held out');
    expect(page).not.toContain('NaN %');
    expect(stdout).toMatch(/^stochastic 2 .* -$/m);
    expect(stdout + stderr).not.toContain('NaN');
  }, 60_000);

  it('refuses learned offsets without bias rows', async () => {
    const { exitCode, stderr } = await spinbar([
      ...['train', experiment, '--out', trained('refused')],
      ...['--set', 'training.learnOffsets=true'],
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('training.biasRows');
  });

  it('trains slices by latent weights of their own, and refuses that beside standardised ones', async () => {
    const separate = (name: string, ...more: string[]) =>
      spinbar([
        ...['train', experiment, '--out', trained(name), '--set', 'training.sliceFilters=true'],
        ...['--set', 'training.images=400', '--set', 'training.validationImages=100'],
        ...['--set', 'training.float.epochs=1', '--set', 'training.stochastic.epochs=1', ...more],
      ]);
    const { exitCode, stderr } = await separate('separate');
    expect(exitCode, stderr).toBe(0);
    const { mapping } = modelOf('separate').stochastic ?? {};
    expect(mapping?.bitsPerSlice).toBeLessThan(mapping?.weightBits ?? 0);
    const refused = await separate('refused-too', '--set', 'training.standardise=true');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('training.standardise');
  });
});
