/**
 * The network of examples/01-mnist with and without exact wires, one thread: milliseconds of user CPU an
 * image, and their ratio (target: at least half the speed).
 * Stretches of 500 images, as in `spinbar run`, compilation included.
 * `node tools/run.mjs bench/crossbar/mnist-wires.ts [images]`.
 */
import { readFileSync } from 'node:fs';
import { parseCurve } from '../../src/calibration/index.js';
import { crossbarTasks } from '../../src/crossbar/index.js';
import { readDataset } from '../../src/experiment/node/datasets.js';
import { readModel } from '../../src/experiment/node/model-folder.js';
import { asTrained, withGains } from '../../src/experiment/run/effective-mapping.js';
import {
  accuracyOf,
  defaultMapping,
  networkTasks,
  scoreImages,
  solveTiles,
  type Converter,
  type Mapping,
  type ScoreInput,
} from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';

const count = Number(process.argv[3] ?? 500);
const { pixels, labels } = readDataset({ set: 'mnist', part: 'test' });
const images = (first: number, last: number) => ({
  pixels: pixels.subarray(first * 784, last * 784),
  labels: labels.subarray(first, last),
  first,
});
const { graph, weights, stochastic } = readModel('examples/01-mnist/mlp/stochastic', 'the model');
const name = 'devices/curves/sot-mtj-in-plane.hard-axis-preset.json';
const curve = parseCurve(readFileSync(name, 'utf8'), name);
const bare: Mapping = {
  ...defaultMapping,
  policy: { first: 'mapped', last: 'float' },
  cell: { onSiemens: 1 / 25_000, offSiemens: 1 / 55_000, readVolt: 0.1 },
  layers: { fc1: { encoding: 'unipolar' } },
};
if (!stochastic) throw new Error('examples/01-mnist/mlp/stochastic is a float model');
const mapping = withGains(asTrained(bare, stochastic), curve, stochastic);

const executor = inlineExecutor({ ...networkTasks, ...crossbarTasks });
const wires = { wordLineOhm: 1.5, bitLineOhm: 1.2, driverOhm: 0, loadOhm: 0 };
const network = { graph, weights, seed: 1 };
const start = process.cpuUsage().user;
const ideal: Converter = { kind: 'ideal' };
const tiles = await solveTiles({ ...network, mapping, converter: ideal, wires }, { executor });
console.log(`arrays solved in ${((process.cpuUsage().user - start) / 1e6).toFixed(1)} s`);
for (const samples of [1, 2, 4, 8]) {
  const converter: Converter = { kind: 'mtj', curve, samples };
  const score = (input: Partial<ScoreInput>, share = 1): [number, number] => {
    const from = process.cpuUsage().user;
    const stretch = images(0, Math.ceil(count * share));
    const result = scoreImages({ ...network, mapping, converter, ...input, images: stretch });
    const milliseconds = (process.cpuUsage().user - from) / 1000 / result.images;
    return [milliseconds, 100 * accuracyOf(result).accuracy];
  };
  score({}, 0.1);
  score({ tiles }, 0.1);
  const [without, plain] = score({});
  const [wired, exact] = score({ tiles });
  console.log(
    `T=${samples}: ${without.toFixed(3)} ms an image without wires (${plain.toFixed(1)} %), ` +
      `${wired.toFixed(3)} with (${exact.toFixed(1)} %): ${(without / wired).toFixed(2)} of the speed`,
  );
}
