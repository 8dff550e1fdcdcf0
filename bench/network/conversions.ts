/**
 * Popcount partial sums with conversion by threshold or binomial table, draws included: conversions a second of
 * user CPU, one thread, beside the plain twin on the same layer. `node tools/run.mjs bench/network/conversions.ts`.
 */
import {
  defaultMapping,
  gatherRows,
  im2colIndices,
  layerGeometry,
  partialSumLayer,
  partialSumLayers,
  rowSources,
  streamActivations,
  type Conv2dNode,
  type MappedLayerOptions,
} from '../../src/network/index.js';
import { engineMemory } from '../../src/network/engine-memory.js';
import { mappedLayer } from '../../src/network/mapped-layer.js';

const node: Conv2dNode = {
  name: 'c',
  op: 'conv2d',
  inputs: ['input'],
  attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
  weights: { weight: 'w' },
};
const value = (i: number): number => (((i * 7919) % 2001) - 1000) / 1000;

/** A 3 x 3 convolution to 64 channels of 16 x 16 pixels; with 512 channels 512 rows divide its inputs. */
const layerOf = (channels: number) => ({
  rows: 9 * channels,
  channels,
  geometry: layerGeometry(node, [channels, 16, 16], [64, channels, 3, 3]),
  weight: Float32Array.from({ length: 64 * channels * 9 }, (_, i) => value(i)),
  x: Float32Array.from({ length: channels * 256 }, (_, i) => value(i * 3 + 1)),
});
const widest = layerOf(64);
const full = layerOf(512);

/** Runs for about a second of user CPU; gives calls a second. */
function rate(run: () => void): number {
  run();
  const start = process.cpuUsage().user;
  let calls = 0;
  while (process.cpuUsage().user - start < 1e6 || calls < 2) {
    run();
    calls += 1;
  }
  return (calls * 1e6) / (process.cpuUsage().user - start);
}

function bench({ rows, channels, geometry, weight, x }: typeof widest, rowsPerArray: number): void {
  for (const samples of [1, 8]) {
    const options: MappedLayerOptions = {
      name: 'c',
      mapping: { ...defaultMapping, rowsPerArray },
      cell: defaultMapping.cell,
      converter: { kind: 'tanh', slope: 0.05, samples, zero: 'draw' },
    };
    const conversions = 256 * 64 * Math.ceil(rows / rowsPerArray) * 16;
    const runner = mappedLayer(engineMemory(), geometry, weight, new Float32Array(64), options);
    const kernel = conversions * rate(() => runner.run(x, 0, 1));
    const line = `R = ${String(rowsPerArray).padEnd(4)} T = ${samples}  ${(kernel / 1e6).toFixed(0)} M conversions/s`;
    if (rowsPerArray !== 128 || channels !== 64) {
      console.log(line);
      continue;
    }
    const [layer] = partialSumLayers(geometry, weight, options);
    const indices = im2colIndices(geometry, rowSources(channels, 9, 'channel-major'));
    const streams = streamActivations(x, options.mapping).streams.map(({ digits }) =>
      gatherRows(digits, indices),
    );
    const plain =
      conversions * rate(() => partialSumLayer(layer, { streams, pixels: 256, seed: 1, image: 0 }));
    console.log(`${line}, ${(kernel / plain).toFixed(0)} times the plain twin`);
  }
}

console.log('576 inputs, the most that ResNet-20 has:');
for (const rowsPerArray of [64, 128, 256, 512]) bench(widest, rowsPerArray);
console.log('4608 inputs, every array full:');
for (const rowsPerArray of [128, 256, 512]) bench(full, rowsPerArray);
