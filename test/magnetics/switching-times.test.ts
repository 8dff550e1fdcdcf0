import { describe, expect, it } from 'vitest';
import { countSwitched, simulateEnsemble, switchingTimes } from '../../src/magnetics/index.js';
import { uniaxial } from './reference-spins.js';

describe('switching times', () => {
  const trials = 400;
  const ask = (i: number) => ({
    ...{ spin: uniaxial(0.1, 0.15, 20), trials, stepSeconds: 1e-12, seed: 6, currentIndex: 0 },
    start: { kind: 'equilibrium', well: [0, 0, 1] } as const,
    drive: [{ durationSeconds: 2e-9, dampingLike: [0, 0, -i * 0.015] as const }],
  });
  const median = (values: Float64Array): number =>
    [...values].map((v) => (Number.isNaN(v) ? Infinity : v)).sort((a, b) => a - b)[trials / 2];

  it('fall with the current, lie within the drive, and go with the outcome', () => {
    const slow = switchingTimes(ask(1.6), [0, 0, -1]);
    const fast = switchingTimes(ask(3), [0, 0, -1]);
    expect(median(fast.first)).toBeLessThan(median(slow.first));
    for (const { first, switched } of [slow, fast])
      first.forEach((time, t) => {
        if (switched[t] === 1) expect(time).toBeLessThanOrEqual(2.0000001e-9);
        if (Number.isNaN(time)) expect(switched[t]).toBe(0);
      });
  });

  it('see the same trials as the ensemble that is not looked at', () => {
    const { switched } = switchingTimes(ask(2), [0, 0, -1], { looks: 20 });
    const { reads } = simulateEnsemble(ask(2));
    expect(switched.reduce((sum, v) => sum + v, 0)).toBe(countSwitched(reads[0], [0, 0, -1]));
  });
});
