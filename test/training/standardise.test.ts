import { describe, expect, it } from 'vitest';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';
import { declareParameters, entryOf, initialParameters } from '../../src/training/index.js';
import { paceStandardised, standardiseWeights } from '../../src/training/standardise.js';

const OUTPUTS = 3;
const natural = Float32Array.from({ length: 18 }, (_, i) => Math.sin(1.7 * i) + 0.3 * (i % 5));

describe('weights standardised per output', () => {
  it('have zero mean and unit variance in every output', () => {
    const { weights } = standardiseWeights(natural, OUTPUTS);
    for (let m = 0; m < OUTPUTS; m += 1) {
      const own = weights.subarray(6 * m, 6 * m + 6);
      expect(own.reduce((sum, w) => sum + w, 0)).toBeCloseTo(0, 5);
      expect(own.reduce((sum, w) => sum + w * w, 0) / 6).toBeCloseTo(1, 5);
    }
  });

  it('are of one pace: latent weights of any size start at that of fresh ones, and compute the same', () => {
    const { graph, shapes } = builtInNetwork('mnist-mlp');
    const mapping = { ...defaultMapping, policy: { first: 'mapped', last: 'float' } } as const;
    const table = declareParameters(graph, shapes, mapping);
    const parameters = initialParameters(graph, table, 1, mapping);
    const before = parameters.slice();
    const [fc1, fc2] = ['fc1.weight', 'fc2.weight'].map((name) => {
      const { offset, length } = entryOf(table, name);
      return [offset, offset + length] as const;
    });
    for (let i = fc1[0]; i < fc1[1]; i += 1) parameters[i] *= 12;
    paceStandardised(graph, mapping, table, parameters);
    for (let i = fc1[0]; i < fc1[1]; i += 97) expect(parameters[i] / before[i]).toBeCloseTo(1, 1);
    const standard = (of: Float32Array) =>
      standardiseWeights(of.slice(...fc1), 256).weights.filter((_, i) => i % 97 === 0);
    const fresh = standard(before);
    for (const [i, weight] of standard(parameters).entries())
      expect(weight).toBeCloseTo(fresh[i], 5);
    expect(parameters.slice(...fc2)).toEqual(before.slice(...fc2));
  });

  it('of equal weights are zero', () => {
    const equal = standardiseWeights(new Float32Array(6).fill(0.4), 1);
    expect([...equal.weights]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
