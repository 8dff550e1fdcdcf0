import { describe, expect, it } from 'vitest';
import {
  defaultMapping,
  layerGeometry,
  stoxAuthorsMapping,
  type Conv2dNode,
  type LayerMapping,
} from '../../src/network/index.js';
import { engineMemory } from '../../src/network/engine-memory.js';
import { mappedLayer } from '../../src/network/mapped-layer.js';

const CHANNELS = 32;
const OUTPUTS = 12;
const EXTENT = 6;
const node: Conv2dNode = {
  name: 'c',
  op: 'conv2d',
  inputs: ['input'],
  attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
  weights: { weight: 'w' },
};
const geometry = layerGeometry(node, [CHANNELS, EXTENT, EXTENT], [OUTPUTS, CHANNELS, 3, 3]);
const noise = (i: number): number => ((Math.imul(i + 7, 2654435761) >>> 5) % 4001) / 2000 - 1;
const weight = Float32Array.from(
  { length: OUTPUTS * CHANNELS * 9 },
  (_, i) => noise(i) ** 3 + 0.1 * noise(3 * i),
);
const x = Float32Array.from({ length: CHANNELS * EXTENT * EXTENT }, (_, i) =>
  i % 11 === 0 ? 0 : noise(5 * i + 1) * 1.3,
);

interface Recipe {
  readonly weightSteps: number;
  readonly activationSteps: number;
  readonly rows: number;
  readonly clamp: boolean;
  readonly order: 'kernel' | 'channel';
  readonly merge: 'mean' | 'sum';
}

/** README of the authors' checkpoint, steps 1 to 6, in double precision and by its own words. */
function byRecipe({ weightSteps, activationSteps, rows, clamp, order, merge }: Recipe) {
  const K = CHANNELS * 9;
  const away = (v: number, m: number): number => (Math.sign(v) * Math.ceil(Math.abs(v) * m)) / m;
  const a = Array.from(x, (v) => away(Math.max(-1, Math.min(1, v)), activationSteps));
  const w = Array.from({ length: OUTPUTS }, (_, o) => {
    const own = Array.from(weight.subarray(o * K, (o + 1) * K));
    const mean = own.reduce((p, q) => p + q, 0) / K;
    const std = Math.sqrt(own.reduce((p, q) => p + (q - mean) ** 2, 0) / (K - 1));
    const standard = own.map((v) => (v - mean) / std);
    const s = 2 ** Math.round(Math.log2(standard.reduce((p, q) => p + Math.abs(q), 0) / K));
    return standard.map((v) => {
      const q = away(v, weightSteps);
      return s * (clamp ? Math.max(-1, Math.min(1, q)) : q);
    });
  });
  const chunks = Math.ceil(K / rows);
  const length = Math.ceil(K / chunks);
  const out: number[] = new Array<number>(OUTPUTS * EXTENT * EXTENT).fill(0);
  for (let y = 0; y < EXTENT; y += 1)
    for (let u = 0; u < EXTENT; u += 1)
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        const t = new Array<number>(OUTPUTS).fill(0);
        for (let row = chunk * length; row < Math.min(K, (chunk + 1) * length); row += 1) {
          const c = order === 'kernel' ? row % CHANNELS : Math.floor(row / 9);
          const position = order === 'kernel' ? Math.floor(row / CHANNELS) : row % 9;
          const [h, v] = [y + Math.floor(position / 3) - 1, u + (position % 3) - 1];
          if (h < 0 || v < 0 || h >= EXTENT || v >= EXTENT) continue;
          for (let o = 0; o < OUTPUTS; o += 1)
            t[o] += w[o][c * 9 + position] * a[(c * EXTENT + h) * EXTENT + v];
        }
        const mean = t.reduce((p, q) => p + q, 0) / OUTPUTS;
        const variance = t.reduce((p, q) => p + (q - mean) ** 2, 0) / (OUTPUTS - 1);
        for (let o = 0; o < OUTPUTS; o += 1) {
          const z = (t[o] - mean) / Math.sqrt(variance + 0.001);
          out[(o * EXTENT + y) * EXTENT + u] += Math.tanh(4 * z) / (merge === 'mean' ? chunks : 1);
        }
      }
  return out;
}

describe("the authors' recipe is configuration", () => {
  const cases: [string, Recipe, Partial<LayerMapping>][] = [];
  for (const bits of [1, 2, 4])
    for (const rows of [16, 64, 256])
      for (const clamp of [false, true])
        cases.push([
          `${bits}w${bits}a, ${rows} rows, ${clamp ? 'clamped' : 'unclamped'}`,
          {
            weightSteps: 2 ** (bits - 1),
            activationSteps: 2 ** (bits - 1),
            rows,
            clamp,
            order: 'kernel',
            merge: 'mean',
          },
          {
            weightBits: bits,
            activationBits: bits,
            rowsPerArray: rows,
            weightQuantiser: {
              kind: 'away-from-zero',
              clamp,
              standardise: true,
              powerOfTwoScale: true,
            },
          },
        ]);
  cases.push([
    'levels of their own, channels first, chunks added',
    {
      weightSteps: 3,
      activationSteps: 5,
      rows: 100,
      clamp: false,
      order: 'channel',
      merge: 'sum',
    },
    {
      weightLevels: 3,
      activationLevels: 5,
      rowsPerArray: 100,
      rowOrder: 'channel-major',
      chunkMerge: 'sum',
    },
  ]);
  it.each(cases)('%s', (_, recipe, changes) => {
    const mapping = { ...stoxAuthorsMapping, ...changes };
    const layer = mappedLayer(engineMemory(), geometry, weight, new Float32Array(OUTPUTS), {
      name: 'c',
      mapping,
      cell: defaultMapping.cell,
      converter: { kind: 'tanh', slope: 4, samples: 'infinite', zero: 'zero' },
    });
    const wanted = byRecipe(recipe);
    const got = layer.run(x, 0, 1);
    const off = wanted.map((value, i) => Math.abs(value - got[i]));
    // Single-precision statistics of one pixel, times the slope.
    expect(Math.max(...off)).toBeLessThan(2e-4);
    expect(Math.max(...wanted) - Math.min(...wanted)).toBeGreaterThan(0.5);
  });
});
