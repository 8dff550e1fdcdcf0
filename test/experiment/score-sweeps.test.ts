import { expect, it } from 'vitest';
import { sweepsOf, type ScoreJob } from '../../src/experiment/run/score-stage.js';
import { builtInNetwork, defaultMapping, type Mapping } from '../../src/network/index.js';
import { arbitraryWeights } from '../network/arbitrary-weights.js';
import { testCurve } from '../network/curve-fixture.js';

const networkOf = (name: string) => {
  const { graph, shapes } = builtInNetwork(name);
  return { graph, weights: arbitraryWeights(shapes) };
};

const mapping: Mapping = defaultMapping;

const drawn = (network: ReturnType<typeof networkOf>, own: Partial<ScoreJob> = {}): ScoreJob[] =>
  [1, 4].flatMap((samples) => {
    const conversion = { kind: 'mtj' as const, curve: testCurve(), samples };
    return [1, 2].map((seed): ScoreJob => ({
      ...network,
      converter: 'mtj',
      samples,
      seed,
      mapping,
      conversion,
      ...own,
    }));
  });

it('scores the drawn rows of a small network together, all others one by one', () => {
  const small = networkOf('mnist-mlp');
  const float: ScoreJob = { ...small, converter: 'float', samples: 0, seed: 1 };
  const ideal: ScoreJob = { ...float, converter: 'ideal', mapping, conversion: { kind: 'ideal' } };
  const rows = drawn(small);
  expect(sweepsOf([float, ideal, ...rows])).toEqual([[float], [ideal], rows]);
  expect(sweepsOf(rows.map((job) => ({ ...job, tiles: new Map() })))).toHaveLength(4);
  // Another network, or the same mapped otherwise.
  const others = drawn(networkOf('lenet'));
  const otherwise = drawn(small, { mapping: { ...mapping } });
  expect(sweepsOf([...rows, ...others, ...otherwise])).toEqual([rows, others, otherwise]);
  expect(sweepsOf(drawn(networkOf('resnet20')))).toHaveLength(4);
});
