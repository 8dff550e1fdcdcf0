import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Ablation } from '../../src/experiment/score/ablation-stage.js';
import type { LayerFinding, RowAgreement } from '../../src/experiment/score/layer-findings.js';
import type { RangeFile } from '../../src/experiment/score/range-calibration.js';
import type { ResultRow } from '../../src/experiment/run/results.js';
import { parseOverride } from '../../src/experiment/overrides.js';
import { runScore } from '../../src/experiment/score/run-score.js';
import { loadScoreFile } from '../../src/experiment/score/score-file.js';
import {
  mergedPredictionsCsv,
  mergedRows,
  readShards,
} from '../../src/experiment/score/shard-file.js';
import { silentProgress } from '../../src/experiment/progress.js';
import { networkTasks, sensitivityTasks } from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { CIFAR_TEST, haveShared } from '../network/shared-data.js';

const SHARED = new URL('../../../shared/data/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'spinbar-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

const score = async (yaml: string): Promise<readonly ResultRow[]> => (await scored(yaml)).rows;

async function scored(
  yaml: string,
  shard?: string,
): Promise<{ readonly rows: readonly ResultRow[]; readonly out: string }> {
  const file = join(folder, 'network.yaml');
  writeFileSync(file, yaml);
  const out = mkdtempSync(join(folder, 'out-'));
  const results = await runScore(file, {
    executor: inlineExecutor({ ...networkTasks, ...sensitivityTasks }),
    progress: silentProgress,
    signal: new AbortController().signal,
    overrides: [],
    report: () => undefined,
    out,
    shard,
    seed: undefined,
    resume: false,
    force: false,
  });
  return { rows: results.scored.map(({ row }) => ({ ...row, imagesPerSecond: 0 })), out };
}
const data = `data: { set: cifar10, folder: ${SHARED}cifar10, images: '0:12' }`;

describe('--set on a network file of a trained folder', () => {
  const trained = new URL('../../examples/01-mnist/mlp/stochastic', import.meta.url).pathname;
  const curve = new URL(
    '../../devices/curves/sot-mtj-in-plane.hard-axis-preset.json',
    import.meta.url,
  ).pathname;
  const mappingWith = (...sets: string[]) => {
    const file = join(folder, 'trained.yaml');
    writeFileSync(
      file,
      `kind: network-score\nweights: ${trained}\nconverter: { kind: mtj, curve: ${curve} }\ndata: { set: mnist }`,
    );
    return loadScoreFile(file, sets.map(parseOverride)).network.mapping;
  };

  it('changes that key of the mapping the folder brings along', () => {
    const own = mappingWith();
    expect(own?.layers?.fc1).toMatchObject({ encoding: 'unipolar' });
    expect(mappingWith('mapping.rowsPerArray=64')).toEqual({ ...own, rowsPerArray: 64 });
    expect(mappingWith('mapping.layers.fc1.biasRow=3')?.layers?.fc1).toEqual({
      ...own?.layers?.fc1,
      biasRow: 3,
    });
  });

  it('keeps gains learned in widths of the curve when cells change, and takes given ones as they are', () => {
    const own = mappingWith()?.layers?.fc1.gain ?? NaN;
    const halved = mappingWith('mapping.cell.readVolt=0.05 V')?.layers?.fc1.gain ?? NaN;
    expect(halved / own).toBeCloseTo(2, 12);
    expect(mappingWith('mapping.layers.fc1.gain=0.5')?.layers?.fc1.gain).toBe(0.5);
    const all = mappingWith('mapping.gain=0.25');
    expect(all?.gain).toBe(0.25);
    expect(all?.layers?.fc1).not.toHaveProperty('gain');
  });

  it('changes one key of the converter', () => {
    const file = join(folder, 'trained.yaml');
    mappingWith();
    const { network } = loadScoreFile(file, [parseOverride('converter.samples=8')]);
    expect(network.converter).toMatchObject({ kind: 'mtj', samples: 8 });
    expect(network.mapping).toEqual(mappingWith());
  });
});

const files = [
  'models/resnet20.safetensors',
  'models/resnet20-12fca82f.th',
  'models/resnet20.onnx',
];
describe.skipIf(!haveShared(CIFAR_TEST, 'stox-authors/2w2a_64.safetensors', ...files))(
  'network files',
  () => {
    it('score the same network alike from safetensors, PyTorch and ONNX', async () => {
      const normalisation =
        'normalisation: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }';
      const rows = await Promise.all(
        files.map((file) => {
          const graph = file.endsWith('.onnx') ? '' : 'graph: resnet20';
          return score(
            `kind: network-score\n${graph}\n${normalisation}\nweights: ${SHARED}${file}\n${data}\nseeds: [1]`,
          );
        }),
      );
      for (const row of rows) expect(row).toEqual(rows[0]);
      expect(rows[0][0]).toMatchObject({ converter: 'float', images: 12 });
      expect(rows[0][0].accuracy).toBeGreaterThan(0.7);
    });

    it("run the authors' recipe and count its conversions", async () => {
      const [row] = await score(`
kind: network-score
graph: resnet20-stox
weights: ${SHARED}stox-authors/2w2a_64.safetensors
mapping: { preset: stox-authors }
converter: { kind: tanh, slope: 4, samples: 1, zero: zero }
${data}
seeds: [1]`);
      // All 19 convolutions would give 745,472; the stem is float.
      expect(row.conversionsPerImage).toBe(745_472 - 16_384);
      expect(row.accuracy).toBeGreaterThan(0.5);
    });

    it('show noiseless, ideal and float rows beside, and every layer, in results and report', async () => {
      const { rows, out } = await scored(`
kind: network-score
graph: resnet20-stox
weights: ${SHARED}stox-authors/2w2a_64.safetensors
mapping: { preset: stox-authors }
converter: { kind: tanh, slope: 4, samples: 1, zero: zero }
float: { graph: resnet20, weights: ${SHARED}models/resnet20.safetensors }
ablation: { images: 2 }
normalisation: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
${data}
seeds: [1, 2]`);
      expect(rows.map(({ converter, seed }) => `${converter} ${seed}`)).toEqual([
        ...['tanh 1', 'tanh 2', 'expectation 1', 'ideal 1', 'float 1'],
      ]);
      // The twin is the public float network: 91.73 % on the whole set.
      expect(rows[4].accuracy).toBeGreaterThan(0.8);
      for (const row of rows) expect(row.topFiveInterval[1]).toBeGreaterThanOrEqual(row.topFive);
      const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as {
        readonly layers: readonly LayerFinding[];
        readonly ablation: Ablation;
        readonly agreement: readonly RowAgreement[];
      };
      expect(results.layers).toHaveLength(18);
      for (const { agreement, signalToNoise = NaN } of results.layers) {
        expect(agreement).toBeGreaterThan(0.5);
        expect(agreement).toBeLessThan(1);
        expect(signalToNoise).toBeGreaterThan(0);
      }
      expect(results.ablation).toMatchObject({ best: 'noiseless', images: 2 });
      expect(results.ablation.layers).toHaveLength(18);
      expect(results.agreement).toHaveLength(6);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Layer by layer');
    });

    it('take a graph of nodes, names and activations of their own', async () => {
      // The head alone on pooled pixels: any network will do to tell files apart.
      const graph = (first: string): string => `
input: [3, 32, 32]
nodes:
  - { name: ${first}, op: conv2d, padding: 1 }
  - { name: bn1, op: batchNorm }
  - { name: act1, op: relu }
  - { name: more, op: concat, from: [act1, act1, act1, act1] }
  - { name: pool, op: globalAveragePool }
  - { name: linear, op: linear }
`;
      writeFileSync(join(folder, 'plain.yaml'), graph('conv1'));
      writeFileSync(join(folder, 'renamed.yaml'), graph('stem'));
      const start = `kind: network-score\nweights: ${SHARED}models/resnet20.safetensors\n${data}\nseeds: [1]`;
      const plain = await score(`${start}\ngraph: plain.yaml`);
      expect(plain[0].images).toBe(12);
      const rename = `rename: [{ from: '^conv1\\.', to: stem. }]`;
      expect(await score(`${start}\ngraph: renamed.yaml\n${rename}`)).toEqual(plain);
      await expect(score(`${start}\ngraph: renamed.yaml`)).rejects.toThrow(
        /wants weight "stem.weight"[\s\S]*nothing uses: conv1.weight/,
      );
      const same = await score(`${start}\ngraph: plain.yaml\nactivations: { act1: relu }`);
      expect(same).toEqual(plain);
      await expect(
        score(`${start}\ngraph: plain.yaml\nactivations: { act9: relu }`),
      ).rejects.toThrow(/no activation "act9"/);
    });

    it('merge shards to the results of one run', async () => {
      const text = `
kind: network-score
graph: resnet20-stox
weights: ${SHARED}stox-authors/2w2a_64.safetensors
mapping: { preset: stox-authors }
converter: { kind: tanh, slope: 4, samples: 1, zero: zero }
${data.replace('0:12', '0:6')}
seeds: [1, 2]`;
      const whole = await scored(text);
      const shards: { readonly out: string }[] = [];
      for (const shard of ['3/3', '1/3', '2/3']) shards.push(await scored(text, shard));
      const file = (out: string): string => readFileSync(join(out, 'predictions.csv'), 'utf8');
      const read = readShards(shards.map(({ out }) => out));
      const merged = mergedRows(read);
      expect(merged.map(({ row }) => ({ ...row, imagesPerSecond: 0 }))).toEqual(whole.rows);
      expect(mergedPredictionsCsv(merged)).toBe(file(whole.out));
      expect(() => mergedRows(read.slice(0, 2))).toThrow(/images 2 to 3 are missing/);
      expect(() => mergedRows([read[0], ...read])).toThrow(/in two shards/);
      const other = await scored(text.replace('slope: 4', 'slope: 3'), '1/3');
      expect(() => readShards([shards[0].out, other.out])).toThrow(/different configurations/);
    });

    it('record ranges of ADCs with the mapping they belong to, and take them again', async () => {
      const file = (more: string, rows = 64): string => `
kind: network-score
graph: resnet20
weights: ${SHARED}models/resnet20.safetensors
normalisation: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
mapping: { preset: stox-net, weightBits: 4, activationBits: 4, bitsPerSlice: 4, bitsPerStream: 4, inputScale: 4, encoding: bipolar, rowsPerArray: ${rows}, first: float, last: float }
converter: { kind: adc, bits: 8, range: calibrated }
references: false
rangeCalibration: { ${more} }
${data}
seeds: [1]`;
      const recorded = await scored(file('images: 2, part: test, method: error-minimising'));
      const ranges = JSON.parse(
        readFileSync(join(recorded.out, 'ranges.json'), 'utf8'),
      ) as RangeFile;
      expect(ranges).toMatchObject({ method: 'error-minimising', images: 2, part: 'test' });
      expect(Object.keys(ranges.ranges)).toHaveLength(18);
      for (const [low, high] of Object.values(ranges.ranges)) expect(low).toBe(-high);
      const again = await scored(file(`file: ${recorded.out}/ranges.json`));
      expect(again.rows).toEqual(recorded.rows);
      await expect(scored(file(`file: ${recorded.out}/ranges.json`, 128))).rejects.toThrow(
        /recorded for another network or mapping/,
      );
    });

    it('refuse unknown keys, absent files and data of another shape', async () => {
      const start = `kind: network-score\nweights: ${SHARED}models/resnet20.safetensors`;
      await expect(score(`${start}\n${data}\ngraf: resnet20`)).rejects.toThrow(/graf/);
      await expect(score(`${start}\n${data}`)).rejects.toThrow(/no graph of their own/);
      await expect(score(`${start}x\ngraph: resnet20\n${data}`)).rejects.toThrow(/did you mean/);
      await expect(score(`${start}\ngraph: resnet20\ndata: { set: mnist }`)).rejects.toThrow(
        /takes \(3, 32, 32\)/,
      );
    });
  },
);
