import { describe, expect, it } from 'vitest';
import { countEvents, layerWorkOf } from '../../src/architecture/index.js';
import {
  builtInNetwork,
  defaultMapping,
  mappingReport,
  profilePartialSums,
  type Converter,
  type Mapping,
  type Tensor,
} from '../../src/network/index.js';

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
});
