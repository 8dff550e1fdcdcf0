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
const geometry = layerGeometry(node, [64, 16, 16], [64, 64, 3, 3]);
const value = (i: number): number => (((i * 7919) % 2001) - 1000) / 1000;
const weight = Float32Array.from({ length: 64 * 576 }, (_, i) => value(i));
const x = Float32Array.from({ length: 64 * 256 }, (_, i) => value(i * 3 + 1));

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

for (const rowsPerArray of [64, 128, 256, 512])
  for (const samples of [1, 8]) {
    const options: MappedLayerOptions = {
      name: 'c',
      mapping: { ...defaultMapping, rowsPerArray },
      cell: defaultMapping.cell,
      converter: { kind: 'tanh', slope: 0.05, samples, zero: 'draw' },
      seed: 1,
    };
    const conversions = 256 * 64 * Math.ceil(576 / rowsPerArray) * 16;
    const runner = mappedLayer(engineMemory(), geometry, weight, new Float32Array(64), options);
    const kernel = conversions * rate(() => runner.run(x, 0));
    const line = `R = ${String(rowsPerArray).padEnd(4)} T = ${samples}  ${(kernel / 1e6).toFixed(0)} M conversions/s`;
    if (rowsPerArray !== 128) {
      console.log(line);
      continue;
    }
    const [layer] = partialSumLayers(geometry, weight, options);
    const indices = im2colIndices(geometry, rowSources(64, 9, 'channel-major'));
    const streams = streamActivations(x, options.mapping).streams.map(({ digits }) =>
      gatherRows(digits, indices),
    );
    const plain =
      conversions * rate(() => partialSumLayer(layer, { streams, pixels: 256, seed: 1, image: 0 }));
    console.log(`${line}, ${(kernel / plain).toFixed(0)} times the plain twin`);
  }
