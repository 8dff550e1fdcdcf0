import { describe, expect, it } from 'vitest';
import { defaultMapping } from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { openStretches } from '../../src/training/operations/stochastic-saturation.js';
import type { Saturation } from '../../src/training/shard.js';
import { normalCdf } from '../../src/numerics/special.js';
import { train, trainingTasks } from '../../src/training/train.js';
import { networkBuilder } from './network-builder.js';
import { probitCurve, twoSides } from './support.js';

/** A sum's share of saturated samples, from the definition. */
const saturated = (chances: readonly number[]): number =>
  chances.filter((chance) => chance < 0.01 || chance > 0.99).length / chances.length;

describe('saturation', () => {
  const law = { argumentPerDigit: 0.13, bias: 3, widthsPerDigit: 1 };

  it.each([[[0]], [[-2, -0.5, 0.5, 2]]])(
    'begins where draws are certain to 1 %, samples at %j',
    (offsets) => {
      const transfer = {
        kind: 'draw',
        samples: offsets.length,
        probability: normalCdf,
        offsets: offsets.length > 1 ? offsets : undefined,
        zeroGivesZero: false,
      } as const;
      const open = openStretches({ ...law, transfer }, 60);
      for (let sum = -60; sum <= 60; sum += 1)
        expect(
          open.filter(({ first, last }) => sum < first || sum > last).length / open.length,
        ).toBe(saturated(offsets.map((offset) => normalCdf(0.13 * (sum + 3) + offset))));
    },
  );

  it('begins where expectations are, and nowhere where misreading leaves doubt', () => {
    const value = (argument: number): number => 2 * normalCdf(argument) - 1;
    const [open] = openStretches({ ...law, transfer: { kind: 'value', value } }, 60);
    for (let sum = -60; sum <= 60; sum += 1)
      expect(sum < open.first || sum > open.last ? 1 : 0).toBe(
        saturated([normalCdf(0.13 * (sum + 3))]),
      );
    const misread = (argument: number): number => 0.9 * value(argument);
    expect(openStretches({ ...law, transfer: { kind: 'value', value: misread } }, 60)).toEqual([
      { first: -60, last: 60 },
    ]);
  });

  const blueprint = (() => {
    const build = networkBuilder();
    build.linear('fc1', 'input', [32, 64]);
    build.batchNorm('bn1', 'fc1', 32);
    build.linear('fc2', 'bn1', [2, 32], { bias: true });
    return build.finish({ name: 'two layers', inputShape: [64, 1, 1], output: 'fc2' });
  })();

  const live = async (gainWidths: number | undefined): Promise<Saturation> => {
    let last: Saturation = {};
    await train(
      {
        ...blueprint,
        data: { ...twoSides(320, 8), shape: [64, 1, 1] },
        validationImages: 0,
        epochs: 2,
        batchImages: 64,
        shards: 1,
        optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 },
        schedule: { rate: 1e-3 },
        seed: 2,
        ...(gainWidths === undefined
          ? {}
          : {
              stochastic: {
                mapping: defaultMapping,
                converter: { kind: 'mtj', curve: probitCurve, samples: 1 },
                estimator: { kind: 'expectation' },
                gainWidths,
              },
            }),
      },
      {
        executor: inlineExecutor(trainingTasks),
        onProgress: ({ saturation }) => (last = saturation),
      },
    );
    return last;
  };

  it('is seen while training, by layer: from none of the samples to nearly all, by the gain', async () => {
    expect(await live(undefined)).toEqual({});
    const shares = await Promise.all([0.05, 1.5, 4, 1000].map(live));
    expect(Object.keys(shares[0])).toEqual(['fc1']);
    const [none, few, many, all] = shares.map(({ fc1 }) => fc1);
    expect(none).toBe(0);
    expect(few).toBeGreaterThan(0.02);
    expect(many).toBeGreaterThan(few + 0.2);
    expect(all).toBeGreaterThan(many);
    expect(all).toBeGreaterThan(0.85);
  });
});
