import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  elementCount,
  foldBatchNorms,
  type Converter,
  type Graph,
  type LayerMapping,
  type Mapping,
  type SignedScheme,
  type Tensor,
  type WeightQuantiser,
} from '../../src/network/index.js';
import { streamKey } from '../../src/numerics/stream.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { testCurve } from './curve-fixture.js';

/** Numbers of [-1, 1). */
function noise(name: string, length: number): Float32Array<ArrayBuffer> {
  const key = streamKey(5, name);
  const words = new Uint32Array(4);
  return Float32Array.from({ length }, (_, i) => {
    philox4x32(key, i, 0, 0, 0, words);
    return words[0] / 2 ** 31 - 1;
  });
}

/** Weights of order one over the fan-in; batch norms with scales of both signs. */
function weightsOf(shapes: ReadonlyMap<string, readonly number[]>): Map<string, Tensor> {
  return new Map(
    [...shapes].map(([name, shape]) => {
      const data = noise(name, elementCount(shape));
      const fanIn = elementCount(shape.slice(1));
      if (shape.length > 1) for (const i of data.keys()) data[i] *= Math.sqrt(3 / fanIn);
      else if (name.endsWith('running_var')) for (const i of data.keys()) data[i] = 1 + data[i] / 2;
      return [name, { shape, data }];
    }),
  );
}

/** One 3 x 3 convolution in two groups, its batch norm and a clamp. */
const single: Graph = {
  name: 'single',
  inputShape: [4, 5, 5],
  output: 'act',
  nodes: [
    {
      name: 'conv',
      op: 'conv2d',
      inputs: ['input'],
      attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 2 },
      weights: { weight: 'conv.weight', bias: 'conv.bias' },
    },
    {
      name: 'bn',
      op: 'batchNorm',
      inputs: ['conv'],
      attributes: { epsilon: 1e-5 },
      weights: {
        mean: 'bn.mean',
        variance: 'bn.running_var',
        scale: 'bn.scale',
        shift: 'bn.shift',
      },
    },
    { name: 'act', op: 'hardtanh', inputs: ['bn'], attributes: {}, weights: {} },
  ],
};
const singleWeights = weightsOf(
  new Map<string, readonly number[]>([
    ['conv.weight', [6, 2, 3, 3]],
    ...['conv.bias', 'bn.mean', 'bn.running_var', 'bn.scale', 'bn.shift'].map(
      (name) => [name, [6]] as const,
    ),
  ]),
);
/** On the levels of eight bits. */
const image = noise('image', 100).map((x) => (2 * Math.round(((x + 1) / 2) * 255)) / 255 - 1);

const folding = (own: Partial<Mapping> = {}): Mapping => ({
  ...defaultMapping,
  activationBits: 8,
  batchNorm: 'folded',
  ...own,
  policy: { first: 'mapped', last: 'mapped' },
});
const run = (network: Parameters<typeof compileNetwork>[0], input = image): Float32Array =>
  compileNetwork(network).forward(input, 0);
const furthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);

const schemes: readonly SignedScheme[] = [
  'differential',
  'sign-magnitude',
  'offset-column',
  'twos-complement',
  'separate-arrays',
];

describe('a folded batch norm', () => {
  const float = run({ graph: single, weights: singleWeights });

  it.each(schemes)(
    'is the float network for ideal conversion of enough bits, %s',
    (signedScheme) => {
      const mapping = folding({ signedScheme, weightBits: 21, bitsPerSlice: 4, rowsPerArray: 7 });
      const converter: Converter = { kind: 'ideal' };
      const folded = foldBatchNorms({ graph: single, weights: singleWeights, mapping, converter });
      expect(folded.graph.nodes.map(({ op }) => op)).toEqual(['conv2d', 'hardtanh']);
      expect(furthest(run({ ...folded, converter }), float)).toBeLessThan(1e-5);
      // Float layers fold as well.
      expect(furthest(run({ graph: folded.graph, weights: folded.weights }), float)).toBeLessThan(
        1e-5,
      );
    },
  );

  it('leaves a whole network without batch norm, and its float logits', () => {
    const { graph, shapes } = builtInNetwork('lenet');
    const weights = weightsOf(shapes);
    const input = noise('digit', 784);
    const folded = foldBatchNorms({
      graph,
      weights,
      mapping: folding(),
      converter: { kind: 'ideal' },
    });
    expect(graph.nodes.filter(({ op }) => op === 'batchNorm')).toHaveLength(4);
    expect(folded.graph.nodes.filter(({ op }) => op === 'batchNorm')).toHaveLength(0);
    const kept = run({ graph, weights }, input);
    expect(
      furthest(run({ graph: folded.graph, weights: folded.weights }, input), kept),
    ).toBeLessThan(1e-5);
  });

  it('becomes one gain and a bias row: bits have the expectation of the affine map near zero', () => {
    // Small values, where the curve is straight.
    const small = 0.02;
    const weights = new Map(singleWeights);
    for (const name of ['bn.scale', 'bn.shift'])
      weights.set(name, {
        shape: [6],
        data: (singleWeights.get(name)?.data ?? new Float32Array(6)).map((v) => v * small),
      });
    const wanted = run({ graph: single, weights });
    const converters: readonly Converter[] = [
      { kind: 'expectation', curve: testCurve() },
      { kind: 'expectation', curve: testCurve(30e-6, 'reset-and-pulse', 70e-6) },
      { kind: 'tanh', slope: 4, samples: 'infinite', zero: 'draw' },
    ];
    const mappings: readonly Partial<Mapping>[] = [
      { bitsPerSlice: 4, bitsPerStream: 7 },
      { bitsPerSlice: 4, bitsPerStream: 1, rowsPerArray: 7 },
      { bitsPerSlice: 2, bitsPerStream: 2, rowsPerArray: 7, chunkRule: 'equal' },
      { bitsPerSlice: 1, rowsPerArray: 7, chunkMerge: 'sum' },
      { signedScheme: 'offset-column' },
      { signedScheme: 'sign-magnitude' },
    ];
    for (const converter of converters)
      for (const own of mappings) {
        const mapping = folding({ weightBits: 8, activationBits: 7, ...own });
        const folded = foldBatchNorms({ graph: single, weights, mapping, converter });
        const { gain, biasRow } = folded.mapping.layers?.conv ?? {};
        expect(typeof gain).toBe('number');
        expect(biasRow).toHaveLength(6);
        expect(folded.graph.nodes[0].weights).toEqual({ weight: 'conv.folded.weight' });
        // A hundredth of the range of y, to quantisation and curvature.
        const off = furthest(run({ ...folded, converter }), wanted);
        expect(off).toBeLessThan(0.05 * Math.max(...wanted.map(Math.abs)));
      }
  });

  it('is a threshold of its own in every column for sense amplifiers', () => {
    const mapping = folding({
      weightBits: 7,
      bitsPerSlice: 7,
      bitsPerStream: 7,
      activationBits: 7,
    });
    const converter: Converter = { kind: 'sign' };
    const folded = foldBatchNorms({ graph: single, weights: singleWeights, mapping, converter });
    const bits = run({ ...folded, converter });
    const away = (y: number): boolean => Math.abs(y) > 0.05;
    expect(float.filter(away).length).toBeGreaterThan(0.8 * float.length);
    bits.forEach((bit, i) => {
      if (away(float[i])) expect(bit).toBe(Math.sign(float[i]));
    });
  });

  it('stays where others take the value of the layer, and where a layer says so', () => {
    const both: Graph = {
      ...single,
      output: 'sum',
      nodes: [
        ...single.nodes,
        { name: 'sum', op: 'add', inputs: ['act', 'conv'], attributes: {}, weights: {} },
      ],
    };
    const converter: Converter = { kind: 'ideal' };
    const ops = (graph: Graph, mapping: Mapping): readonly string[] =>
      foldBatchNorms({ graph, weights: singleWeights, mapping, converter }).graph.nodes.map(
        ({ op }) => op,
      );
    expect(ops(both, folding())).toContain('batchNorm');
    expect(ops(single, folding({ layers: { conv: { batchNorm: 'kept' } } }))).toContain(
      'batchNorm',
    );
  });

  it('refuses weights standardised by column, schemes without a bias, and networks not folded yet', () => {
    const fold = (own: Partial<LayerMapping>, converter: Converter) => () =>
      foldBatchNorms({ graph: single, weights: singleWeights, mapping: folding(own), converter });
    const weightQuantiser: WeightQuantiser = {
      kind: 'away-from-zero',
      clamp: true,
      standardise: true,
      powerOfTwoScale: false,
    };
    expect(fold({ weightQuantiser }, { kind: 'ideal' })).toThrow(/conv.*standardised by column/);
    expect(fold({ signedScheme: 'separate-arrays' }, { kind: 'sign' })).toThrow(
      /conv.*separate-arrays/,
    );
    expect(() => run({ graph: single, weights: singleWeights, mapping: folding() })).toThrow(
      /folds bn into conv/,
    );
  });
});
