import { describe, expect, it } from 'vitest';
import {
  countSwitched,
  simulateEnsemble,
  type DriveSegment,
  type EnsembleRequest,
  type Macrospin,
} from '../../src/magnetics/index.js';
import { dot, type Vector3 } from '../../src/numerics/vector3.js';
import { uniaxial } from './reference-spins.js';

const DOWN: Vector3 = [0, 0, -1];
const [ALPHA, BK] = [0.1, 0.15];

const runs = (
  spin: Macrospin,
  drive: readonly DriveSegment[],
  risk: number,
  more: Partial<EnsembleRequest> = {},
) => {
  const request: EnsembleRequest = {
    ...{ spin, drive, trials: 8000, seed: 6, currentIndex: 2 },
    start: { kind: 'equilibrium', well: [0, 0, 1] },
    ...{ stepSeconds: 1.5e-12, precision: 'f32' },
    ...more,
  };
  const towards = more.start && 'well' in more.start ? more.start.well : DOWN;
  const all = simulateEnsemble(request);
  const stopped = simulateEnsemble({ ...request, earlyStop: { towards, risk } });
  const side = (m: Float64Array, t: number): boolean =>
    dot([m[3 * t], m[3 * t + 1], m[3 * t + 2]], towards) > 0;
  let changed = 0;
  for (let t = 0; t < request.trials; t += 1)
    if (side(all.reads[0], t) !== side(stopped.reads[0], t)) changed += 1;
  return {
    changed: changed / request.trials,
    saved: 1 - stopped.trialSteps / all.trialSteps,
    switched: countSwitched(all.reads[0], towards) / request.trials,
    stopped,
  };
};

/** A pulse that switches about half, then a long relaxation. */
const pulse: DriveSegment[] = [
  { durationSeconds: 5e-10, dampingLike: [0, 0, -0.045] },
  { durationSeconds: 2e-9 },
];

describe('trials that stop early', () => {
  it('save most of a relaxation and change no outcome at a risk of 1e-6', () => {
    const { changed, saved, switched } = runs(uniaxial(ALPHA, BK, 30), pulse, 1e-6);
    expect(switched).toBeGreaterThan(0.1);
    expect(switched).toBeLessThan(0.9);
    expect(changed).toBe(0);
    // The relaxation is 0.77 of all steps.
    expect(saved).toBeGreaterThan(0.4);
  });

  it.each([0.3, 0.1, 0.03])('change fewer outcomes than the risk allows: %d', (risk) => {
    // A low barrier makes changes frequent enough to be seen.
    const drive = [pulse[0], { durationSeconds: 1e-9 }];
    const { changed, saved } = runs(uniaxial(ALPHA, BK, 9), drive, risk);
    expect(saved).toBeGreaterThan(0.02);
    expect(changed).toBeLessThan(risk);
  });

  it('stop under a current along the axis of a uniaxial magnet, in the device frame', () => {
    const axis: Vector3 = [1, 0, 0];
    const drive: DriveSegment[] = [
      { durationSeconds: 1.5e-9, dampingLike: [-0.045, 0, 0] },
      { durationSeconds: 5e-10, dampingLike: [-0.045, 0, 0], field: [-0.02, 0, 0] },
    ];
    const spin = uniaxial(ALPHA, BK, 30, { axis });
    const { changed, saved } = runs(spin, drive, 1e-6, {
      start: { kind: 'equilibrium', well: axis },
    });
    expect(changed).toBe(0);
    expect(saved).toBeGreaterThan(0.2);
  });

  it('of a biaxial magnet stop without current only', () => {
    const biaxial: Macrospin = {
      ...uniaxial(ALPHA, BK, 30),
      anisotropy: [-0.4, 0, 0, 0, 0, 0, 0, 0, BK],
    };
    const driven = runs(biaxial, [{ durationSeconds: 1e-9, dampingLike: [0, 0, -0.02] }], 1e-6, {
      stepSeconds: 4e-13,
      trials: 400,
    });
    expect(driven.saved).toBe(0);
    const quiet = runs(biaxial, [{ durationSeconds: 1e-9 }], 1e-6, {
      stepSeconds: 4e-13,
      trials: 400,
    });
    expect(quiet.saved).toBeGreaterThan(0.5);
    expect(quiet.changed).toBe(0);
  });

  it('never stop where a barrier of 5 kT makes no outcome sure', () => {
    const { saved } = runs(uniaxial(ALPHA, BK, 5), pulse, 1e-6, { trials: 64 });
    expect(saved).toBe(0);
  });

  it('keep the bits of the trials that go on', () => {
    const short = runs(uniaxial(0.02, BK, 30), pulse.slice(0, 1), 1e-6, { trials: 100 });
    const again = simulateEnsemble({
      ...{ spin: uniaxial(0.02, BK, 30), drive: pulse.slice(0, 1), trials: 100, seed: 6 },
      ...{ currentIndex: 2, stepSeconds: 1.5e-12, precision: 'f32' },
      start: { kind: 'equilibrium', well: [0, 0, 1] },
    });
    let same = 0;
    for (let t = 0; t < 100; t += 1)
      if (short.stopped.reads[0][3 * t] === again.reads[0][3 * t]) same += 1;
    // Those that were decided stopped elsewhere; the others walked the same path.
    expect(same).toBeGreaterThan(10);
  });
});
