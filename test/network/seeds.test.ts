import { expect, it } from 'vitest';
import {
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  elementCount,
  type Mapping,
} from '../../src/network/index.js';
import { arbitrary, arbitraryWeights } from './arbitrary-weights.js';

it('a compiled network draws with any seed as one compiled for that seed', () => {
  const { graph, shapes } = builtInNetwork('lenet');
  const weights = arbitraryWeights(shapes);
  const input = Float32Array.from({ length: elementCount(graph.inputShape) }, (_, i) =>
    arbitrary(i),
  );
  const converter = { kind: 'tanh', slope: 0.1, samples: 2, zero: 'draw' } as const;
  const binary: Mapping = { ...defaultMapping, weightBits: 2, activationBits: 2 };
  for (const mapping of [binary, { ...binary, bitsPerStream: 2, bitsPerSlice: 2 }]) {
    const compiled = (seed: number) => compileNetwork({ graph, weights, mapping, converter, seed });
    const first = compiled(1);
    const logits = [1, 2, 1].map((seed) => Array.from(first.withSeed(seed).forward(input, 3)));
    expect(logits[0]).toEqual(logits[2]);
    expect(logits[0]).not.toEqual(logits[1]);
    expect(logits[1]).toEqual(Array.from(compiled(2).forward(input, 3)));
    expect(Array.from(first.forward(input, 3))).toEqual(logits[0]);
  }
});
