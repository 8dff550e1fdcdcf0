import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  meanDirection,
  probabilityTowards,
  simulateEnsemble,
  countSwitched,
  solveFokkerPlanck,
  type DriveSegment,
} from '../../src/magnetics/index.js';
import { GAMMA, sharedData, uniaxial } from './reference-spins.js';

const SLOW = process.env.SPINBAR_SLOW !== undefined;
const folder = sharedData('fokker-planck');
const DOWN = [0, 0, -1] as const;
const UP = { kind: 'equilibrium', well: [0, 0, 1] } as const;

const table = (name: string): Record<string, string>[] => {
  const [header, ...lines] = readFileSync(`${folder}/${name}`, 'utf8').trim().split(/\r?\n/);
  const keys = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((v, i) => [keys[i], v])));
};
/** Every row in the slow run, `count` rows spread over the table else. */
const some = <T>(rows: readonly T[], count: number): readonly T[] =>
  SLOW ? rows : rows.filter((_, i) => i % Math.ceil(rows.length / count) === 1);

/** B20: alpha 0.1, Bk 0.15 T, Delta 20; preset by aDL 0.12 T for 2 ns, then 3 ns with bias i. */
const coinFlip = (i: number, always: boolean): DriveSegment[] => {
  const aS = -i * 0.1 * 0.15;
  return [
    { durationSeconds: 2e-9, dampingLike: [0, 0.12, always ? aS : 0] },
    { durationSeconds: 3e-9, dampingLike: [0, 0, aS] },
  ];
};

describe('the Fokker-Planck equation', () => {
  it('conserves probability and approaches Boltzmann (V9)', () => {
    const { reads } = solveFokkerPlanck({
      spin: uniaxial(0.1, 0.1, 5),
      drive: [{ durationSeconds: 100 / (0.1 * GAMMA * 0.1) }],
      start: { kind: 'equilibrium', well: [0, 0, 1] },
      tolerance: 1e-8,
    });
    const { moments } = reads[0];
    expect(Math.abs(moments[0] * Math.sqrt(4 * Math.PI) - 1)).toBeLessThan(1e-12);
    // <m_z^2> from <Y_20>; axial, so moment l stands at index l.
    const square = (1 + 2 * Math.sqrt((4 * Math.PI) / 5) * moments[4]) / 3;
    expect(square).toBeCloseTo(0.764266221, 8);
  });

  it.each([
    ['z', [0, 0, 1]],
    ['x', [1, 0, 0]],
    ['(111)', [1, 1, 1]],
  ] as const)('does not depend on the frame: easy axis %s', (_, axis) => {
    const length = Math.hypot(...axis);
    const spin = uniaxial(0.1, 0.1, 6, { axis });
    const along = axis.map((v) => -0.3 * 0.1 * 0.1 * (v / length)) as [number, number, number];
    const run = solveFokkerPlanck({
      spin,
      drive: [{ durationSeconds: 4e-9, dampingLike: along }],
      start: { kind: 'equilibrium', well: axis },
    });
    const reference = solveFokkerPlanck({
      spin: uniaxial(0.1, 0.1, 6),
      drive: [{ durationSeconds: 4e-9, dampingLike: [0, 0, -0.3 * 0.1 * 0.1] }],
      start: UP,
      tolerance: 1e-9,
    });
    const expected = probabilityTowards(reference.reads[0], DOWN);
    const back = axis.map((v) => -v) as [number, number, number];
    expect(Math.abs(probabilityTowards(run.reads[0], back) - expected)).toBeLessThan(1e-5);
    const mean = meanDirection(run.reads[0]);
    const projected = mean.reduce((sum, v, i) => sum + (v * axis[i]) / length, 0);
    expect(Math.abs(projected - meanDirection(reference.reads[0])[2])).toBeLessThan(1e-5);
  });

  it('agrees with Monte Carlo in the frame of an in-plane magnet under a ramp', () => {
    const spin = {
      gyromagneticRatio: GAMMA,
      damping: 0.1,
      anisotropy: [0, 0, 0, 0, 0.05, 0, 0, 0, -0.08] as const,
      field: [0, 0, 0] as const,
      thermalField: 0.05 / 16,
    };
    const drive: DriveSegment[] = [
      { durationSeconds: 0.5e-9, dampingLike: [0.12, 0, 0], perpendicularAnisotropy: 0.01 },
      { durationSeconds: 0.2e-9, dampingLike: [0.1, 0, 0], dampingLikeEnd: [0, 0.003, 0] },
      { durationSeconds: 1e-9, dampingLike: [0, 0.003, 0], field: [0, 0, 0.002] },
    ];
    const start = { kind: 'equilibrium', well: [0, -1, 0] } as const;
    const trials = 6000;
    const mc = simulateEnsemble({
      spin,
      drive,
      start,
      trials,
      stepSeconds: 1e-12,
      seed: 8,
      currentIndex: 1,
      readAfter: [0, 1, 2],
    });
    const fp = solveFokkerPlanck({
      spin,
      drive,
      start,
      readAfter: [0, 1, 2],
      tolerance: 3e-3,
      rampSteps: 5,
    });
    for (const [index, density] of fp.reads.entries()) {
      const p = probabilityTowards(density, [0, 1, 0]);
      const counted = countSwitched(mc.reads[index], [0, 1, 0]) / trials;
      expect(Math.abs(counted - p)).toBeLessThan(3.5 * Math.sqrt((p * (1 - p)) / trials) + 2e-3);
    }
  });

  it('continues a density', () => {
    const spin = uniaxial(0.1, 0.15, 8);
    const [preset, relax] = coinFlip(0.2, false);
    const whole = solveFokkerPlanck({ spin, drive: [preset, relax], start: UP });
    const first = solveFokkerPlanck({ spin, drive: [preset], start: UP }).reads[0];
    const second = solveFokkerPlanck({
      spin,
      drive: [relax],
      start: { kind: 'density', density: first },
    });
    expect(probabilityTowards(second.reads[0], DOWN)).toBeCloseTo(
      probabilityTowards(whole.reads[0], DOWN),
      5,
    );
  });

  it('is refused at zero temperature', () => {
    const spin = { ...uniaxial(0.1, 0.1, 5), thermalField: 0 };
    expect(() =>
      solveFokkerPlanck({ spin, drive: [{ durationSeconds: 1e-9 }], start: UP }),
    ).toThrow('magnetics.no-temperature');
  });
});

describe.skipIf(!folder)('the shared Fokker-Planck tables', () => {
  it('V14: axial spin-transfer switching, at the end of the pulse and after relaxation', () => {
    const alpha = 0.05;
    const bk = 0.3;
    const unitTime = (1 + alpha * alpha) / (alpha * GAMMA * bk);
    for (const row of some(table('psw_axial_stt.csv'), 12)) {
      const spin = uniaxial(alpha, bk, Number(row.Delta));
      const { reads } = solveFokkerPlanck({
        spin,
        drive: [
          {
            durationSeconds: Number(row.tau_p) * unitTime,
            dampingLike: [0, 0, -Number(row.i) * alpha * bk],
          },
          { durationSeconds: 10 * unitTime },
        ],
        start: UP,
        readAfter: [0, 1],
        tolerance: 1e-11,
      });
      const label = `Delta ${row.Delta} i ${row.i} tau ${row.tau_p}`;
      const end = probabilityTowards(reads[0], DOWN);
      const after = probabilityTowards(reads[1], DOWN);
      expect(Math.abs(end - Number(row.P_sw_end)), label).toBeLessThan(2e-10);
      expect(Math.abs(after - Number(row.P_sw_after_relax10)), label).toBeLessThan(2e-10);
    }
  });

  it('V15: a spin-orbit pulse with in-plane field', () => {
    for (const row of some(table('sot_A20_fp.csv'), 1)) {
      const aDL = Number(row.aDL_T);
      const { reads } = solveFokkerPlanck({
        spin: uniaxial(0.1, 0.15, 20, { field: [-0.015, 0, 0] }),
        drive: [
          {
            durationSeconds: Number(row.tp_ns) * 1e-9,
            dampingLike: [0, aDL, 0],
            field: [0, aDL * Number(row.fl_ratio), 0],
          },
          { durationSeconds: 3e-9 },
        ],
        start: UP,
        readAfter: [0, 1],
      });
      const label = JSON.stringify(row);
      const end = probabilityTowards(reads[0], DOWN);
      const after = probabilityTowards(reads[1], DOWN);
      expect(Math.abs(end - Number(row.Pneg_end_fp)), label).toBeLessThan(3e-5);
      expect(Math.abs(after - Number(row.Psw_after_relax_fp)), label).toBeLessThan(3e-5);
    }
  });

  it('V15: a hard-axis preset decided by a bias', () => {
    for (const row of some(table('sot_B20_fp.csv'), 1)) {
      const { reads } = solveFokkerPlanck({
        spin: uniaxial(0.1, 0.15, 20),
        drive: coinFlip(Number(row.i_bias), row.bias_mode === 'always'),
        start: UP,
      });
      const p = probabilityTowards(reads[0], DOWN);
      expect(Math.abs(p - Number(row.Pneg_fp)), JSON.stringify(row)).toBeLessThan(3e-5);
    }
  });
});
