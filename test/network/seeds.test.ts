import { expect, it } from 'vitest';
import {
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  elementCount,
  type Mapping,
  type Tensor,
} from '../../src/network/index.js';

/** Numbers that no pattern of the code could agree with by chance. */
const value = (i: number): number => ((Math.imul(i + 1, 2654435761) >>> 8) % 2001) / 1000 - 1;

it('a compiled network draws with any seed as one compiled for that seed', () => {
  const { graph, shapes } = builtInNetwork('lenet');
  const weights = new Map<string, Tensor>(
    [...shapes].map(([weight, shape], w) => {
      const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => value(i + w));
      return [weight, { shape, data: weight.endsWith('var') ? data.map((x) => x + 2) : data }];
    }),
  );
  const input = Float32Array.from({ length: elementCount(graph.inputShape) }, (_, i) => value(i));
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
