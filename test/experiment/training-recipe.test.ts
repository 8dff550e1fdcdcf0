import { describe, expect, it } from 'vitest';
import { withTrainingRecipe } from '../../src/experiment/training-recipe.js';
import { trainingSchema } from '../../src/experiment/training-schema.js';

const trainingOf = (data: object) => {
  const { training } = withTrainingRecipe(data) as { training: unknown };
  return trainingSchema.parse(training);
};
const model = { graph: 'resnet20' };

describe('defaults that depend on the network', () => {
  it('leave MNIST networks, and what is no experiment, alone', () => {
    for (const data of [{ model: { graph: 'lenet' } }, { model: 3 }, [], null, 'text', {}])
      expect(withTrainingRecipe(data)).toBe(data);
  });

  it('train a CIFAR network with augmentation, at T = 8 before T = 1, and pass the schema', () => {
    const training = trainingOf({ model });
    expect(training.augmentation).toMatchObject({ crop: 4, flip: true });
    expect(training.progressive.map(({ samples }) => samples)).toEqual([8]);
    expect(training).toMatchObject({ samples: 1, gainWidths: 5, biasRows: true });
    expect(training.learnOffsets).toBe(true);
    expect(training.estimator).toEqual({ kind: 'scaled-expectation', widen: 3 });
  });

  it('drive the columns to a quarter of the span of staggered samples, from the float weights on', () => {
    const training = trainingOf({ model, staggerWidths: 56 });
    expect(training).toMatchObject({ samples: 16, gainWidths: 14, progressive: [] });
    expect(training.estimator).toEqual({ kind: 'expectation' });
    expect(trainingOf({ model, staggerWidths: 16, training: { samples: 8 } })).toMatchObject({
      ...{ samples: 8, gainWidths: 4 },
    });
  });

  it('give way to the file, key by key', () => {
    const training = trainingOf({
      model,
      training: {
        samples: 8,
        float: { epochs: 2 },
        augmentation: { flip: false },
        estimator: { kind: 'identity' },
        biasRows: false,
      },
    });
    expect(training.float).toMatchObject({ epochs: 2, rate: 0.1 });
    expect(training.augmentation).toMatchObject({ crop: 4, flip: false });
    expect(training.estimator).toEqual({ kind: 'identity' });
    expect(training).toMatchObject({ progressive: [], biasRows: false, learnOffsets: false });
  });

  it('go on from a stochastic model without a phase at T = 8, unless the file has one', () => {
    expect(trainingOf({ model, training: { initial: 'folder' } }).progressive).toEqual([]);
    const progressive = [{ samples: 4 }];
    const own = trainingOf({ model, training: { initial: 'folder', progressive } });
    expect(own.progressive.map(({ samples }) => samples)).toEqual([4]);
  });

  it('ask for nothing that training refuses: learned steps of slice filters', () => {
    const separate = trainingOf({ model, training: { sliceFilters: true } });
    expect(separate).toMatchObject({ standardise: false, learnSteps: false });
  });

  it('leave a training section of the wrong kind to the schema', () => {
    const data = { model, training: [1] };
    expect(withTrainingRecipe(data)).toBe(data);
  });
});
