/** What the browser test runs in a page, bundled: the library's own module, without Node. */
import {
  axialSwitching,
  countSwitched,
  probabilityTowards,
  simulateEnsemble,
  solveFokkerPlanck,
  type Macrospin,
} from '../../src/magnetics/index.js';

export interface BrowserAnswer {
  readonly counts: readonly number[];
  readonly probability: number;
  readonly writeError: number;
  /** From the first call to the first result, compilation of the kernels included (ms). */
  readonly firstUseMilliseconds: number;
}

const BK = 0.15;
const spin: Macrospin = {
  gyromagneticRatio: 1.76085963e11,
  damping: 0.1,
  anisotropy: [0, 0, 0, 0, 0, 0, 0, 0, BK],
  field: [0, 0, 0],
  thermalField: BK / 40,
};
const drive = [
  { durationSeconds: 1e-9, dampingLike: [0, 0.12, -0.0015] as const },
  { durationSeconds: 1e-9, dampingLike: [0, 0, -0.0015] as const },
];

export function answer(): BrowserAnswer {
  const begin = performance.now();
  const run = (precision: 'f64' | 'f32'): number =>
    countSwitched(
      simulateEnsemble({
        ...{ spin, drive, trials: 512, stepSeconds: 1.5e-12, seed: 9, currentIndex: 0, precision },
        start: { kind: 'equilibrium', well: [0, 0, 1] },
      }).reads[0],
      [0, 0, -1],
    );
  const first = run('f32');
  const firstUseMilliseconds = performance.now() - begin;
  const { reads } = solveFokkerPlanck({
    ...{ spin, drive, start: { kind: 'equilibrium', well: [0, 0, 1] } },
    tolerance: 1e-2,
  });
  return {
    counts: [first, run('f64')],
    probability: probabilityTowards(reads[0], [0, 0, -1]),
    writeError: axialSwitching(20, [{ bias: -2, tau: 4 }], { tolerance: 1e-4 }).stayed,
    firstUseMilliseconds,
  };
}
