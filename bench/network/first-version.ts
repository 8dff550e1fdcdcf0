/**
 * The MNIST network of the first build's examples/01-mnist scored by two builds of Spinbar in one run, 500 images a
 * call as a run's workers are given them: predictions compared, images a second of each, compilation included, one
 * thread.
 *   git archive fbd53b0 | tar -x -C /tmp/first && ln -s $PWD/node_modules /tmp/first/ && (cd /tmp/first && npm run build)
 *   npm run build && node tools/run.mjs bench/network/first-version.ts /tmp/first/dist dist
 */
import { resolve } from 'node:path';
import { readDataset } from '../../src/experiment/node/datasets.js';
import { loadScoreFile } from '../../src/experiment/score/score-file.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Converter, ImageSlice, ScoreInput, ScoreResult } from '../../src/network/index.js';

interface Build {
  readonly scoreImages: (input: ScoreInput) => ScoreResult;
}

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'spinbar-first-'));
const file = join(folder, 'mnist.yaml');
const curve = `${root}devices/curves/sot-mtj-in-plane.hard-axis-preset.json`;
writeFileSync(
  file,
  `kind: network-score\nweights: ${resolve(process.argv[3], '../examples/01-mnist/mlp/stochastic')}\nconverter: { kind: mtj, curve: ${curve} }\ndata: { set: mnist }\n`,
);
const { network } = loadScoreFile(file, []);
rmSync(folder, { recursive: true });
const { pixels, labels } = readDataset({ set: 'mnist', part: 'test' });
const stretches: readonly ImageSlice[] = Array.from({ length: 20 }, (_, i) => ({
  pixels: Uint8Array.from(pixels.subarray(i * 500 * 784, (i + 1) * 500 * 784)),
  labels: Uint8Array.from(labels.subarray(i * 500, (i + 1) * 500)),
  first: i * 500,
}));

const paths = process.argv.slice(3);
const builds = await Promise.all(
  paths.map((path) => import(resolve(path, 'network/index.js')) as Promise<Build>),
);
const { graph, weights, mapping, converter } = network;
const mtj = (samples: number): Converter =>
  converter?.kind === 'mtj' ? { ...converter, samples } : { kind: 'ideal' };
const rows: readonly (readonly [string, Partial<ScoreInput>])[] = [
  ['float', {}],
  ['ideal', { mapping, converter: { kind: 'ideal' } }],
  ['sign', { mapping, converter: { kind: 'sign' } }],
  ...[1, 2, 4, 8].map(
    (samples) => [`T = ${samples}`, { mapping, converter: mtj(samples) }] as const,
  ),
];
for (const [name, own] of rows) {
  const results = builds.map(({ scoreImages }) => {
    const start = performance.now();
    const parts = stretches.map((images) =>
      scoreImages({ graph, weights, seed: 1, images, key: name, ...own }),
    );
    const seconds = (performance.now() - start) / 1000;
    const correct = parts.reduce((sum, part) => sum + part.correct, 0);
    const predictions = parts.map((part) => part.predictions.join()).join();
    return { correct, predictions, rate: labels.length / seconds };
  });
  const [first] = results;
  const alike = results.every(({ predictions }) => predictions === first.predictions);
  console.log(
    `${name.padEnd(6)} ${((100 * first.correct) / labels.length).toFixed(2)} %, ${alike ? 'the same predictions' : 'OTHER PREDICTIONS'}; images/s: ${results.map(({ rate }) => rate.toFixed(0)).join(', ')}; ${((results.at(-1)?.rate ?? NaN) / first.rate).toFixed(1)} times`,
  );
}
