import { describe, expect, it } from 'vitest';
import { countEvents, layerWorkOf } from '../../src/architecture/index.js';
import {
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  layerMapping,
  mappingReport,
  matrixNodes,
  partialSumLayer,
  partialSumLayers,
  profilePartialSums,
  type Converter,
  type Mapping,
  type Tensor,
} from '../../src/network/index.js';
import { rowSources } from '../../src/network/chunks.js';
import { im2colIndices } from '../../src/network/im2col.js';
import { nodeGeometry } from '../../src/network/node-geometry.js';
import { streamActivations } from '../../src/network/activation-streams.js';

/** A reproducible tensor of about unit spread; its values do not matter to the counts. */
function tensor(shape: readonly number[], salt: number): Tensor {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length }, (_, i) => Math.sin(1 + salt + i * 1.7) / 3);
  return { shape, data };
}

const { graph, shapes } = builtInNetwork('lenet');
const weights = new Map([...shapes].map(([name, shape], i) => [name, tensor(shape, i)]));
const converter: Converter = { kind: 'tanh', slope: 0.1, samples: 2, zero: 'draw' };
const mappings: Record<string, Mapping> = {
  default: defaultMapping,
  'two-bit slices, one stream, 64 rows': {
    ...defaultMapping,
    bitsPerSlice: 2,
    bitsPerStream: 4,
    rowsPerArray: 64,
    columnsPerArray: 32,
  },
  'sign and magnitude, all layers mapped': {
    ...defaultMapping,
    signedScheme: 'sign-magnitude',
    policy: { first: 'mapped', last: 'mapped' },
  },
};

describe('events against an instrumented run', () => {
  it.each(Object.entries(mappings))(
    '%s: conversions and tiles are those of the engine',
    (_name, mapping) => {
      const input = tensor(graph.inputShape, 99).data;
      const profiles = profilePartialSums({
        graph,
        weights,
        mapping,
        converter,
        inputs: [input],
        seed: 1,
        pixels: Infinity,
      });
      const report = mappingReport(graph, weights, mapping, converter);
      const works = layerWorkOf(graph, weights, mapping, converter).filter(({ mapped }) => mapped);
      expect(works.map(({ name }) => name)).toEqual(profiles.map(({ layer }) => layer));
      for (const [i, work] of works.entries()) {
        const { conversions, tiles } = countEvents(work);
        const seen = profiles[i].histogram.reduce((sum, count) => sum + count, 0);
        expect(conversions, work.name).toBe(seen);
        expect(tiles, work.name).toBe(report.layers[i].tiles);
      }
    },
  );

  it.each(Object.entries(mappings))(
    '%s: reads, driven rows, conversions and samples of the layer that defines the engines',
    (_name, mapping) => {
      const input = tensor(graph.inputShape, 99).data;
      const network = compileNetwork({ graph, weights, mapping, converter, seed: 1 });
      const values = new Map<string, Tensor>([['input', { shape: graph.inputShape, data: input }]]);
      network.forward(input, 0, (name, value) => values.set(name, value));
      const works = layerWorkOf(graph, weights, mapping, converter);
      for (const node of matrixNodes(graph)) {
        const work = works.find(({ name }) => name === node.name);
        if (!work?.mapped) continue;
        const own = layerMapping(mapping, node.name);
        const geometry = nodeGeometry(node, network.shapes, weights);
        const weight = weights.get(node.weights.weight)?.data ?? new Float32Array(0);
        const settings = { name: node.name, mapping: own, cell: mapping.cell, converter, seed: 1 };
        const [layer] = partialSumLayers(geometry, weight, settings);
        const size = geometry.kernel[0] * geometry.kernel[1];
        const indices = im2colIndices(
          geometry,
          rowSources(geometry.rows / size, size, own.rowOrder),
          0,
        );
        const x = values.get(node.inputs[0])?.data ?? new Float32Array(0);
        const streams = streamActivations(x, own).streams.map(({ digits }) =>
          Int8Array.from(indices, (at) => (at < 0 ? 0 : digits[at])),
        );
        // One plane is one chunk of one slice and stream: `pixels` reads of each array across its columns.
        const planes = new Set<number>();
        let conversions = 0;
        partialSumLayer(
          layer,
          { streams, pixels: geometry.pixels, seed: 1, image: 0 },
          (sums, plane) => {
            planes.add(plane);
            conversions += sums.length;
          },
        );
        const events = countEvents(work);
        const slices = layer.weights.slices.length;
        const acrossArrays = Math.ceil((geometry.columns * slices) / own.columnsPerArray);
        expect(events.conversions, node.name).toBe(conversions);
        expect(events.samples).toBe(2 * conversions);
        expect(events.arrayReads).toBe((planes.size / slices) * geometry.pixels * acrossArrays);
        // Every stream applies every row of the im2col matrix once to each array across.
        const rows = streams.reduce((sum, digits) => sum + digits.length, 0);
        expect(events.rowDrives).toBe(rows * acrossArrays);
        expect(events.topSliceConversions).toBe(conversions / slices);
        expect(events.shiftAdds).toBe(conversions);
      }
    },
  );

  it('pools of LeNet by hand: four values for each of 8 x 14 x 14 and 16 x 5 x 5 outputs', () => {
    const [conv1, conv2, ...rest] = layerWorkOf(graph, weights, defaultMapping, converter);
    expect(conv1.poolings).toBe(4 * 8 * 14 * 14);
    expect(conv2.poolings).toBe(4 * 16 * 5 * 5);
    expect(rest.every(({ poolings, additions }) => poolings + additions === 0)).toBe(true);
  });

  it('joins of ResNet-20: two a block, one for every value', () => {
    const resnet = builtInNetwork('resnet20-stox');
    const values = new Map([...resnet.shapes].map(([name, shape], i) => [name, tensor(shape, i)]));
    const works = layerWorkOf(resnet.graph, values, defaultMapping, converter);
    const additions = works.reduce((sum, work) => sum + work.additions, 0);
    expect(additions).toBe(6 * (16 * 32 * 32 + 32 * 16 * 16 + 64 * 8 * 8));
    expect(works.reduce((sum, work) => sum + work.poolings, 0)).toBe(64 * 8 * 8);
  });
});

describe('a grouped convolution', () => {
  it('takes arrays of its own for every group', () => {
    const [work] = layerWorkOf(
      {
        name: 'grouped',
        inputShape: [8, 6, 6],
        output: 'conv',
        nodes: [
          {
            name: 'conv',
            op: 'conv2d',
            inputs: ['input'],
            attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 4 },
            weights: { weight: 'w' },
          },
        ],
      },
      new Map([['w', tensor([8, 2, 3, 3], 1)]]),
      { ...defaultMapping, policy: { first: 'mapped', last: 'mapped' } },
      converter,
    );
    const { tiles, multiplyAccumulates, conversions } = countEvents(work);
    expect(tiles).toBe(4);
    expect(multiplyAccumulates).toBe(36 * 8 * 18);
    expect(conversions).toBe(36 * 8 * 4 * 4);
  });
});
