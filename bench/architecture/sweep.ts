/**
 * Speed of the cost model: one ResNet-20 report with its tornado, and a sweep of 1,000 designs (counted,
 * priced and scheduled anew), in seconds of one processor. `node tools/run.mjs bench/architecture/sweep.ts`.
 */
import { fileURLToPath } from 'node:url';
import {
  costOfDesign,
  headlineOf,
  layerWorkOf,
  libraryAssumptions,
  paretoFront,
  tornado,
  type ComponentLibrary,
  type Design,
} from '../../src/architecture/index.js';
import { readLibrary } from '../../src/experiment/cost/component-files.js';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';

const here = fileURLToPath(import.meta.url);
const { graph, shapes } = builtInNetwork('resnet20-stox');
const weights = new Map(
  [...shapes].map(([name, shape]) => [
    name,
    { shape, data: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) },
  ]),
);
const libraries = ['isaac-32nm', 'neurosim-like-22nm'].map(
  (name) => readLibrary(name, here).library,
);
const price = {
  presetJoule: 128e-15,
  writeJoule: 0,
  readJoule: 3e-15,
  sampleSecond: 5.25e-9,
  areaSquareMetre: 1.52e-12,
};

interface Point {
  readonly rows: number;
  readonly bits: number;
  readonly samples: number;
  readonly shared: number;
  readonly library: ComponentLibrary;
}

function designOf({ rows, bits, samples, shared, library }: Point): Design {
  const mapping = {
    ...defaultMapping,
    rowsPerArray: rows,
    columnsPerArray: rows,
    bitsPerSlice: bits,
    bitsPerStream: bits,
  };
  const works = layerWorkOf(graph, weights, mapping, {
    kind: 'tanh',
    slope: 1,
    samples,
    zero: 'draw',
  });
  return {
    name: 'point',
    works,
    library,
    organisation: {
      mode: 'pipelined',
      arraysPerTile: 96,
      hopsPerByte: 1,
      shiftAddUnits: 'balanced',
      digitalUnits: 'balanced',
      converter: { kind: 'mtj', price, columnsPerConverter: shared },
    },
  };
}

const points: Point[] = [];
for (const library of libraries)
  for (const rows of [32, 64, 128, 256, 512])
    for (const bits of [1, 2, 4])
      for (const shared of [1, 2, 4, 8])
        for (const samples of [1, 2, 3, 4, 6, 8, 12, 16, 24])
          if (points.length < 1000) points.push({ rows, bits, samples, shared, library });

const seconds = <Result>(what: () => Result): readonly [number, Result] => {
  const before = process.cpuUsage();
  const result = what();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, result];
};
const single: Point = { rows: 128, bits: 1, samples: 4, shared: 1, library: libraries[0] };
const [report] = seconds(() => {
  const design = designOf(single);
  costOfDesign(design);
  return tornado([design, design], libraryAssumptions(libraries[0]), ([a, b]) => a.edp / b.edp);
});
const [sweep, costs] = seconds(() =>
  points.map((point) => headlineOf(costOfDesign(designOf(point)))),
);
const front = paretoFront(costs, ({ energy, latency }) => [energy, latency]);
process.stdout.write(
  `one ResNet-20 design with its tornado: ${report.toFixed(3)} s\n` +
    `${points.length} designs: ${sweep.toFixed(2)} s; ${front.length} of them on the front of energy and latency\n`,
);
