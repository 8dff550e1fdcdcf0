import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireError } from '../../src/network/index.js';
import type { ResultRow } from '../../src/experiment/run/results.js';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';
import { writeSmallExperiment } from '../support/small-experiment.js';

let folder: string;
let experiment: string;
const reference = (): string => join(folder, 'reference');
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'spinbar-run-'));
  experiment = writeSmallExperiment(folder);
  const argv = ['run', experiment, '--out', reference(), '--threads', '2', '--json'];
  const { exitCode, stdout, stderr } = await spinbar(argv);
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(read(reference(), 'results.json')));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('spinbar run', () => {
  it('writes report, manifest, results and CSV files, and nothing else', () => {
    expect(readdirSync(reference()).sort()).toEqual([
      'curve.json',
      'predictions.csv',
      'report.html',
      'results.csv',
      'results.json',
      'run.json',
      'switching-points.csv',
    ]);
    expect(statSync(join(reference(), 'report.html')).size).toBeLessThan(2.5e6);
  });

  it('scores float, ideal, sign and MTJ rows with exactly the agreed fields', () => {
    const { rows } = JSON.parse(read(reference(), 'results.json')) as { rows: ResultRow[] };
    const label = ({ converter, samples, seed }: ResultRow) => `${converter} ${samples} ${seed}`;
    expect(rows.map(label)).toEqual([
      'float 0 1',
      'ideal 0 1',
      'sign 0 1',
      ...['mtj 1 1', 'mtj 1 2', 'mtj 2 1', 'mtj 2 2'],
    ]);
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual([
        'accuracy',
        'conversionsPerImage',
        'converter',
        'images',
        'imagesPerSecond',
        'interval',
        'samples',
        'seed',
        'topFive',
        'topFiveInterval',
        'wires',
      ]);
      expect(row.images).toBe(600);
      expect(row.interval[0]).toBeLessThanOrEqual(row.accuracy);
      expect(row.interval[1]).toBeGreaterThanOrEqual(row.accuracy);
    }
    // 256 outputs, 7 chunks of 784 rows, 4 slices, 4 streams, T samples.
    expect(rows.map(({ conversionsPerImage }) => conversionsPerImage)).toEqual([
      0,
      ...[28672, 28672, 28672, 28672, 57344, 57344],
    ]);
  });

  it('runs a network file of one’s own on the trained folder, seed for seed as the experiment does', async () => {
    const file = join(folder, 'network.yaml');
    writeFileSync(
      file,
      `kind: network-score
weights: stochastic
converter: { kind: mtj, curve: reference/curve.json, samples: 2 }
allowOutside: true
data: { set: mnist, images: '0:600' }
seeds: [1, 2]
`,
    );
    const { exitCode, stdout, stderr } = await spinbar(['run', file, '--json']);
    expect(exitCode, stderr).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: ResultRow[] };
    const { rows: known } = JSON.parse(read(reference(), 'results.json')) as { rows: ResultRow[] };
    const wanted = known.filter(({ samples }) => samples === 2);
    const own = rows.filter(({ converter }) => converter === 'mtj');
    expect(own.map(({ accuracy }) => accuracy)).toEqual(wanted.map(({ accuracy }) => accuracy));
  });

  it('scores every mapped row again with exact wires, and says what they do to the sums', async () => {
    const out = join(folder, 'wired');
    const options = ['--set', 'wires=true', '--set', 'data.images=0:60', '--set', 'samples=[1]'];
    const ohms = ['--set', 'crossbar.wordLine=0.1 ohm', '--set', 'mapping.weightBits=1'];
    const argv = ['run', experiment, '--out', out, '--json', ...options, ...ohms];
    const { exitCode, stdout, stderr } = await spinbar(argv);
    expect(exitCode, stderr).toBe(0);
    const { rows, wireErrors } = JSON.parse(stdout) as {
      rows: ResultRow[];
      wireErrors: WireError[];
    };
    expect(rows.filter(({ wires }) => wires).map(({ converter }) => converter)).toEqual([
      'ideal',
      'sign',
      'mtj',
      'mtj',
    ]);
    const [{ layer, attenuation, error, signal }] = wireErrors;
    expect(layer).toBe('fc1');
    expect(attenuation).toBeGreaterThan(0.5);
    expect(attenuation).toBeLessThan(0.999);
    expect(error).toBeLessThan(signal);
    expect(read(out, 'report.html')).toContain('What the wires do to the partial sums');
  });

  it('draws anew with every seed', () => {
    const [, , ...rows] = read(reference(), 'predictions.csv').trim().split('\n');
    const columns = rows.map((line) => line.split(','));
    const differing = (a: number, b: number) => columns.filter((row) => row[a] !== row[b]).length;
    expect(differing(5, 6)).toBeGreaterThan(30);
    expect(differing(7, 8)).toBeGreaterThan(15);
  });

  it('checks its hand-overs', () => {
    const { handOvers } = JSON.parse(read(reference(), 'results.json')) as {
      handOvers: Record<'netlist' | 'tiles', { largestRelativeDeviation: number }>;
    };
    expect(handOvers.netlist.largestRelativeDeviation).toBeLessThan(1e-9);
    expect(handOvers.tiles.largestRelativeDeviation).toBeLessThan(1e-12);
  });

  it('tells how to reproduce itself, and does', async () => {
    const { command, seed } = JSON.parse(read(reference(), 'run.json')) as {
      command: string;
      seed: number;
    };
    expect(seed).toBe(1);
    const [, ...argv] = command.split(' ').map((word) => word.replaceAll("'", ''));
    const out = join(folder, 'again');
    argv[argv.indexOf('--out') + 1] = out;
    expect((await spinbar([...argv, '--threads', '1', '--quiet'])).exitCode).toBe(0);
    for (const name of ['predictions.csv', 'curve.json', 'switching-points.csv'])
      expect(read(out, name)).toBe(read(reference(), name));
  }, 300_000);

  it('stopped in the middle, it leaves a checkpoint, exits with 75, and resumes bit for bit', async () => {
    const out = join(folder, 'stopped');
    const argv = ['run', experiment, '--out', out, '--threads', '2'];
    for (const [round, stage] of [
      'calibrating',
      'ideal',
      'mtj T=1, mtj T=2 seeds 1, 2',
    ].entries()) {
      const controller = new AbortController();
      const { exitCode, stderr } = await spinbar([...argv, ...(round > 0 ? ['--resume'] : [])], {
        signal: controller.signal,
        onStderr: (text) => {
          if (text.startsWith(stage)) controller.abort(new Error('stop'));
        },
      });
      expect(exitCode, stderr).toBe(75);
      expect(stderr).toContain('--resume');
      expect(existsSync(join(out, 'results.json'))).toBe(false);
    }
    expect((await spinbar(argv)).stderr).toContain('error[experiment.output-not-empty]');
    const { stderr: mismatch } = await spinbar([...argv, '--resume', '--seed', '9']);
    expect(mismatch).toContain('error[experiment.resume-mismatch]');
    expect(mismatch).toMatch(/fit:.* seed \(1, now 9\)/);
    expect((await spinbar([...argv, '--resume'])).exitCode).toBe(0);
    for (const name of ['predictions.csv', 'curve.json'])
      expect(read(out, name)).toBe(read(reference(), name));
    expect(readdirSync(out)).not.toContain('.partial');
  }, 300_000);

  it('warns of values that --set changes, and of arrays the network was not trained on', async () => {
    const out = join(folder, 'set');
    const argv = ['run', experiment, '--out', out, '--set', 'mapping.rows=64'];
    const short = ['--set', 'data.images=0:20', '--set', 'samples=[1]', '--set', 'seeds=[1]'];
    const { exitCode, stderr } = await spinbar([...argv, ...short]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning[experiment.mapping-differs]: rowsPerArray is 64');
    expect(stderr).toContain('data.images: "0:600" -> "0:20" (--set)');
    const report = read(out, 'report.html');
    expect(report).toContain('rowsPerArray is 64');
  }, 300_000);
});

describe('spinbar run refuses', () => {
  const refused = async (argv: readonly string[], code: string, where: string): Promise<void> => {
    const out = join(folder, 'refused');
    const { exitCode, stdout, stderr } = await spinbar(['run', experiment, '--out', out, ...argv]);
    expect(exitCode, stderr).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(`error[${code}]`);
    expect(stderr).toContain(where);
    expect(stderr).toContain('mend: ');
    expect(existsSync(out)).toBe(false);
  };

  it('a wrong dimension in the device file', () =>
    refused(['--set', 'mtj.length=20 nA'], 'config.invalid-value', 'mtj.length'));
  it('an unknown key', () =>
    refused(['--set', 'mapping.row=64'], 'config.unknown-key', 'did you mean "rows"?'));
  it('a missing data folder', () =>
    refused(['--set', 'data.folder=nowhere'], 'experiment.data-not-found', 'nowhere'));
  it('images beyond the set', () =>
    refused(['--set', 'data.images=0:20000'], 'experiment.invalid-images', '0:10000'));
  it('a missing model', () =>
    refused(['--set', 'model.float=flaot'], 'experiment.file-not-found', 'flaot'));
  it('a float model where a stochastic one is wanted', () =>
    refused(['--set', 'model.stochastic=float'], 'experiment.not-stochastic', 'spinbar train'));
  it('a netlist that is no crossbar', () =>
    refused(
      ['--set', `netlist=${join(process.cwd(), 'netlists/rc-ladder.cir')}`],
      'experiment.not-a-crossbar',
      'rc-ladder.cir',
    ));

  it('truncated weights', async () => {
    const other = join(folder, 'truncated');
    const file = writeSmallExperiment(other);
    truncateSync(join(other, 'float', 'weights.safetensors'), 5000);
    const { exitCode, stderr } = await spinbar(['run', file]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error[formats.invalid-safetensors]: truncated safetensors file');
    expect(existsSync(`${file}.out`)).toBe(false);
  });
});
