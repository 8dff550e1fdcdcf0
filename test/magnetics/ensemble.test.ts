import { describe, expect, it } from 'vitest';
import { countSwitched, simulateEnsemble, type Macrospin } from '../../src/magnetics/index.js';

/** B20 of ../shared/data/fokker-planck: alpha 0.1, Bk 0.15 T, Delta 20. */
const spin: Macrospin = {
  gyromagneticRatio: 1.76085963e11,
  damping: 0.1,
  anisotropy: [0, 0, 0, 0, 0, 0, 0, 0, 0.15],
  field: [0, 0, 0],
  thermalField: 0.15 / (2 * 20),
};

const request = {
  spin,
  drive: [
    { durationSeconds: 2e-9, dampingLike: [0, 0.12, 0] },
    { durationSeconds: 3e-9, dampingLike: [0, 0, -0.1 * 0.1 * 0.15] },
  ],
  start: { kind: 'equilibrium', well: [0, 0, 1] },
  trials: 400,
  stepSeconds: 2e-12,
  seed: 1,
  currentIndex: 0,
} as const;

describe('simulateEnsemble', () => {
  it('decides a hard-axis preset by a spin-transfer bias as the Fokker-Planck table says', () => {
    const { reads } = simulateEnsemble(request);
    const down = countSwitched(reads[0], [0, 0, -1]) / 400;
    // sot_B20_fp.csv, relax_only, i = 0.1: 0.72984; 4 standard errors of 400 trials.
    expect(Math.abs(down - 0.72984)).toBeLessThan(4 * Math.sqrt((0.73 * 0.27) / 400));
  });

  it('gives the same trials whole or in shards', () => {
    const small = { ...request, trials: 10 };
    const whole = simulateEnsemble(small).reads[0];
    const shard = simulateEnsemble({ ...small, trials: 4, firstTrial: 6 }).reads[0];
    expect([...shard]).toEqual([...whole.subarray(18)]);
  });
});
