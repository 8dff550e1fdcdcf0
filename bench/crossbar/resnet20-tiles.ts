/**
 * Exact transfer matrices of all tiles of ResNet-20: 128-row arrays, 4 one-bit slices, differential
 * pairs, random digits, cells 10-100 kohm, wires 1 ohm (target: under 20 s on 2 cores, under 1 GB).
 * Run after `npm run build`, which gives the worker threads their files.
 */
import { performance } from 'node:perf_hooks';
import { wiredTiles, type DigitTile } from '../../src/crossbar/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';

const ROWS = 128;
const SLICES = 4;
/** (inputs, outputs, layers) of each kind of convolution, and the head. */
const layers = [
  [27, 16, 1],
  [144, 16, 6],
  [144, 32, 1],
  [288, 32, 5],
  [288, 64, 1],
  [576, 64, 5],
  [64, 10, 1],
] as const;

let state = 1;
const digit = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state >>> 31 ? 1 : -1;
};

const tiles: DigitTile[] = layers.flatMap(([inputs, columns, count]) =>
  Array.from({ length: count * SLICES }, () =>
    Array.from({ length: Math.ceil(inputs / ROWS) }, (_, chunk): DigitTile => {
      const rows = Math.min(ROWS, inputs - chunk * ROWS);
      return { rows, columns, digits: Int8Array.from({ length: rows * columns }, digit) };
    }),
  ).flat(),
);

const executor = threadExecutor({ threads: 2 });
const cell = { onSiemens: 1e-4, offSiemens: 1e-5, pair: 'complementary' } as const;
const parasitics = { wire: { wordLine: 1, bitLine: 1 } };
const start = performance.now();
const cpu = process.cpuUsage();
const wired = await wiredTiles(tiles, cell, parasitics, { executor });
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const memory = process.memoryUsage.rss() / 2 ** 20;
await executor.close();
const worst = Math.max(...wired.map(({ errorEstimate }) => errorEstimate));
console.log(
  `${tiles.length} tiles, ${tiles.reduce((sum, tile) => sum + tile.columns, 0)} outputs: ${seconds.toFixed(1)} s on 2 threads, ${((user + system) / 1e6).toFixed(1)} s CPU, ${memory.toFixed(0)} MiB, largest probed error ${worst.toExponential(1)}`,
);
