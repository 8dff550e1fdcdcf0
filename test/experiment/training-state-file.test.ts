import { describe, expect, it } from 'vitest';
import { restored, stored } from '../../src/experiment/run/training-state-file.js';
import type { TrainingState } from '../../src/training/index.js';

const state: TrainingState = {
  epoch: 1,
  steps: 7,
  parameters: Float32Array.of(0.1, -2, 3e-20),
  first: Float32Array.of(1, 2, 3),
  second: Float32Array.of(4, 5, 6),
  partial: { loss: 1.5, correct: 3 },
  history: [{ epoch: 0, loss: 2, accuracy: 0.5, validationAccuracy: NaN, rate: 0.1 }],
};

describe('training state in a checkpoint', () => {
  it.each([
    ['as it was', state],
    [
      'with an average and a programmed chip',
      { ...state, average: state.first, programmed: state.second },
    ],
    [
      'with a held-out accuracy',
      { ...state, history: [{ ...state.history[0], validationAccuracy: 0.25 }] },
    ],
  ])('comes back through JSON, %s', (_, before) => {
    expect(restored(JSON.parse(JSON.stringify(stored(before))))).toEqual(before);
  });

  it('is nothing where there is no checkpoint', () => {
    expect(restored(undefined)).toBeUndefined();
  });
});
