import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultMapping,
  gatherRows,
  im2colIndices,
  layerGeometry,
  partialSumLayer,
  partialSumLayers,
  rowSources,
  streamActivations,
  streamPlan,
  chunkRows,
  type Conv2dNode,
  type Converter,
  type LayerGeometry,
  type LayerMapping,
  type LinearNode,
  type MappedLayerOptions,
  tileKey,
} from '../../src/network/index.js';
import { engineMemory } from '../../src/network/engine-memory.js';
import { mappedLayer } from '../../src/network/mapped-layer.js';
import { testCurve } from './curve-fixture.js';

const converters: Converter[] = [
  { kind: 'ideal' },
  { kind: 'sign' },
  { kind: 'mtj', curve: testCurve(), samples: 1 },
  { kind: 'mtj', curve: testCurve(), samples: 3 },
  { kind: 'mtj', curve: testCurve(30e-6, 'reset-and-pulse', 1e-4), samples: 20 },
  { kind: 'expectation', curve: testCurve() },
  { kind: 'tanh', slope: 0.1, samples: 1, zero: 'draw' },
  { kind: 'tanh', slope: 0.1, samples: 2, zero: 'zero' },
  { kind: 'tanh', slope: 0.1, samples: 'infinite', zero: 'zero' },
  { kind: 'adc', bits: 4, topSliceBits: 1, range: 'full' },
  { kind: 'adc', bits: 3, range: { clip: 0.3 } },
  {
    kind: 'adc',
    bits: 5,
    range: { clip: 0.5 },
    offsetSigma: 0.5,
    gainSigma: 0.1,
    mismatchSigma: 0.2,
  },
  { kind: 'adc', bits: 4, range: 'full', architecture: 'ramp', mismatchSigma: 0.3, chip: 7 },
  { kind: 'mtj', curve: testCurve(), samples: 8, staggerWidths: 6 },
  { kind: 'expectation', curve: testCurve(), samples: 4, staggerWidths: 9 },
  {
    kind: 'mtj',
    curve: testCurve(),
    samples: 5,
    staggerWidths: 4,
    population: { spread: { i50Ampere: 4e-6, logSlope: 0.3 }, chip: 3 },
  },
  {
    kind: 'mtj',
    curve: testCurve(),
    samples: { default: 2, layers: { c: 1 }, slices: [1, 3, 2], streams: [2, 1, 1] },
  },
  {
    kind: 'mtj',
    curve: testCurve(30e-6, 'reset-and-pulse', 1e-4),
    samples: 4,
    population: { spread: { i50Ampere: 4e-6, logSlope: 0.3, correlation: 0.4 }, chip: 3 },
    readError: { plusAsMinus: 0.05, minusAsPlus: 0.01 },
  },
  {
    kind: 'expectation',
    curve: testCurve(),
    population: { spread: { i50Ampere: 4e-6, logSlope: 0.3 }, chip: 3 },
  },
];

const schemes = [
  'differential',
  'sign-magnitude',
  'offset-column',
  'twos-complement',
  'separate-arrays',
] as const;

const mappings = fc
  .record({
    weightBits: fc.integer({ min: 2, max: 8 }),
    bitsPerSlice: fc.constantFrom(1, 1, 2),
    activationBits: fc.integer({ min: 1, max: 5 }),
    bitsPerStream: fc.constantFrom(1, 1, 2),
    signedScheme: fc.constantFrom(...schemes),
    encoding: fc.constantFrom('unipolar' as const, 'bipolar' as const),
    rowsPerArray: fc.constantFrom(5, 16, 64, 100, 200),
    chunkRule: fc.constantFrom('fill' as const, 'equal' as const),
    rowOrder: fc.constantFrom('channel-major' as const, 'kernel-position-major' as const),
  })
  .map((fields): LayerMapping => ({ ...defaultMapping, ...fields }));

const COLUMNS = 10;
const biases = fc.record({
  by: fc.constantFrom('layer' as const, 'column' as const, 'array' as const),
  whole: fc.boolean(),
});

/** A bias row of one number, one per column, or one per chunk and column; whole numbers or halves. */
function biasRow(
  { by, whole }: { readonly by: 'layer' | 'column' | 'array'; readonly whole: boolean },
  chunks: number,
): number | readonly number[] {
  const at = (i: number): number => (((i * 5) % 9) - 4) / (whole ? 1 : 2);
  if (by === 'layer') return at(3);
  return Array.from({ length: by === 'array' ? chunks * COLUMNS : COLUMNS }, (_, i) => at(i));
}

const convolutions = fc
  .record({
    groups: fc.constantFrom(1, 1, 2),
    channels: fc.integer({ min: 1, max: 10 }),
    kernel: fc.constantFrom(1, 2, 3),
    stride: fc.integer({ min: 1, max: 2 }),
    padding: fc.integer({ min: 0, max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    extent: fc.integer({ min: 5, max: 9 }),
  })
  .map(({ groups, channels, kernel, stride, padding, dilation, extent }): LayerGeometry => {
    const node: Conv2dNode = {
      name: 'c',
      op: 'conv2d',
      inputs: ['input'],
      attributes: {
        stride: [stride, 1],
        padding: [padding, 1],
        dilation: [dilation, 1],
        groups,
      },
      weights: { weight: 'w' },
    };
    const weightShape = [COLUMNS, channels, kernel, 3];
    return layerGeometry(node, [channels * groups, extent, extent + 1], weightShape);
  });

const values = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (((i * i * step + i * 7) % 201) - 100) / 97);

/** The plain TypeScript layer on gathered rows, group by group, in the engine's output layout. */
const SEED = 3;

function reference(
  geometry: LayerGeometry,
  weight: Float32Array,
  x: Float32Array,
  options: MappedLayerOptions,
  image: number,
): Float32Array {
  const { rows, kernel, groups, pixels, columns } = geometry;
  const { mapping } = options;
  const size = kernel[0] * kernel[1];
  const source = rowSources(rows / size, size, mapping.rowOrder);
  const { streams } = streamActivations(x, mapping);
  const out = new Float32Array(columns * pixels);
  const perGroup = columns / groups;
  partialSumLayers(geometry, weight, options).forEach((layer, g) => {
    const indices = im2colIndices(geometry, source, g);
    const gathered = streams.map(({ digits }) => gatherRows(digits, indices));
    const planes =
      streamPlan(mapping).coefficients.length *
      layer.weights.slices.length *
      chunkRows(rows, mapping).length;
    const input = { streams: gathered, pixels, seed: SEED, image, firstPlane: g * planes };
    const y = partialSumLayer(layer, input);
    for (let p = 0; p < pixels; p += 1)
      for (let o = 0; o < perGroup; o += 1)
        out[(g * perGroup + o) * pixels + p] = y[p * perGroup + o];
  });
  return out;
}

describe('mapped layers by kernels', () => {
  it('give the bits of the plain layer for every converter, mapping and convolution', () => {
    fc.assert(
      fc.property(
        mappings,
        biases,
        convolutions,
        fc.constantFrom(...converters),
        fc.integer({ min: 0, max: 9999 }),
        (fields, bias, geometry, converter, image) => {
          const chunks = chunkRows(geometry.rows, fields).length;
          // Where a sum of zero is special, fractional biases go through interpolated thresholds.
          const whole = bias.whole || (converter.kind === 'tanh' && converter.zero === 'zero');
          const mapping = { ...fields, biasRow: biasRow({ ...bias, whole }, chunks) };
          const weight = values(geometry.columns * geometry.rows, 13);
          const x = values(geometry.channels * geometry.height * geometry.width, 5);
          const options: MappedLayerOptions = {
            name: 'c',
            mapping,
            cell: defaultMapping.cell,
            converter,
          };
          const none = new Float32Array(geometry.columns);
          const runner = mappedLayer(engineMemory(), geometry, weight, none, options);
          const y = runner.run(x, image, SEED);
          expect(Array.from(y)).toEqual(Array.from(reference(geometry, weight, x, options, image)));
        },
      ),
      { numRuns: 120, seed: 11 },
    );
  });

  it('give them for one to eight words of rows and more columns than are compared at once', () => {
    const node: Conv2dNode = {
      name: 'c',
      op: 'conv2d',
      inputs: ['input'],
      attributes: { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
      weights: { weight: 'w' },
    };
    const columns = 139;
    for (const rows of [40, 100, 180, 250, 300, 380, 440, 512]) {
      const geometry = layerGeometry(node, [rows, 1, 3], [columns, rows, 1, 1]);
      const weight = values(columns * rows, 13);
      const x = values(3 * rows, 5);
      for (const samples of [1, 5, 20])
        for (const weightBits of [1, 4]) {
          const options: MappedLayerOptions = {
            name: 'c',
            mapping: { ...defaultMapping, weightBits, activationBits: 2, rowsPerArray: 512 },
            cell: defaultMapping.cell,
            converter: { kind: 'tanh', slope: 0.05, samples, zero: 'draw' },
          };
          const none = new Float32Array(columns);
          const y = mappedLayer(engineMemory(), geometry, weight, none, options).run(x, 7, SEED);
          expect(Array.from(y)).toEqual(Array.from(reference(geometry, weight, x, options, 7)));
        }
    }
  });

  it('refuse a bias row that fits neither the columns nor the arrays', () => {
    const node: LinearNode = {
      op: 'linear',
      name: 'head',
      inputs: ['input'],
      attributes: {},
      weights: { weight: 'w' },
    };
    const geometry = layerGeometry(node, [300], [40, 300]);
    const options: MappedLayerOptions = {
      name: 'head',
      mapping: { ...defaultMapping, biasRow: [1, 2, 3] },
      cell: defaultMapping.cell,
      converter: converters[0],
    };
    expect(() => partialSumLayers(geometry, values(300 * 40, 17), options)).toThrow(
      /head: a bias row of 3 values/,
    );
  });

  it('take tiles that leave the digits alone to the same results: every converter, scheme and encoding', () => {
    const node: LinearNode = {
      op: 'linear',
      name: 'l',
      inputs: ['input'],
      attributes: {},
      weights: { weight: 'w' },
    };
    const [rows, columns] = [90, 40];
    const geometry = layerGeometry(node, [rows], [columns, rows]);
    const weight = values(rows * columns, 17);
    const x = values(rows, 3);
    const none = new Float32Array(columns);
    for (const signedScheme of schemes)
      for (const encoding of ['unipolar', 'bipolar'] as const)
        for (const converter of converters) {
          const mapping = { ...defaultMapping, signedScheme, encoding, rowsPerArray: 40 };
          const { cell } = defaultMapping;
          const options: MappedLayerOptions = { name: 'l', mapping, cell, converter };
          const [{ weights }] = partialSumLayers(geometry, weight, options);
          const tiles = new Map(
            weights.slices.flatMap(({ digits }, s) =>
              chunkRows(rows, mapping).map(([start, end], c): [string, Float32Array] => [
                tileKey('l', 0, s, c),
                Float32Array.from({ length: columns * (end - start) }, (_, i) => {
                  const length = end - start;
                  return digits[Math.floor(i / length) * rows + start + (i % length)];
                }),
              ]),
            ),
          );
          const run = (own: MappedLayerOptions): Float32Array =>
            mappedLayer(engineMemory(), geometry, weight, none, own).run(x, 5, SEED);
          const exact = run(options);
          const wired = run({ ...options, tiles });
          // Thresholds are interpolated to 1e-5: at most a draw of 2000 may fall between.
          const scale = Math.max(1, ...exact.map(Math.abs));
          const different = wired.filter((y, i) => Math.abs(y - exact[i]) > 1e-5 * scale);
          expect(different.length).toBeLessThanOrEqual(1);
        }
  });
});
