/**
 * Stochastic LLG ensembles, one thread: million spin-steps a second (CPU time) of the SIMD kernel and of its plain
 * TypeScript twin, beside the native loop of native.cpp compiled here with g++ -O3 -march=native. Thermal
 * field, damping- and field-like torque, uniaxial anisotropy, in-plane field. node tools/run.mjs bench/magnetics/ensemble.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advanceLlg } from '../../src/kernels/llg.js';
import { advanceReference } from '../../src/kernels/llg.reference.js';
import type { Macrospin } from '../../src/magnetics/index.js';
import { principalFrame } from '../../src/magnetics/principal-frame.js';
import { planRuns } from '../../src/magnetics/program.js';
import { streamKey } from '../../src/numerics/stream.js';

const STEPS = 4000;
const spin: Macrospin = {
  gyromagneticRatio: 1.76085963e11,
  damping: 0.05,
  anisotropy: [0, 0, 0, 0, 0, 0, 0, 0, 0.08],
  field: [0.025, 0, 0],
  thermalField: (1.380649e-23 * 300) / (1e6 * (Math.PI / 4) * 50e-9 * 50e-9 * 1e-9),
};
const drive = [
  { durationSeconds: STEPS * 1e-12, dampingLike: [0, 0.006, 0], field: [0, 0.001, 0] },
] as const;
const [runs] = planRuns(spin, drive, principalFrame(spin.anisotropy), 1e-12);

type Run = (m: Float64Array) => void;
const stream = (noise: 'gaussian' | 'uniform') => ({
  key: streamKey(1, 'bench'),
  noise,
  firstTrial: 0,
  currentIndex: 0,
});

/** Best of three, after a warm-up: million spin-steps a second of CPU time. */
function speed(trials: number, run: Run): number {
  const start = (): Float64Array =>
    Float64Array.from({ length: 3 * trials }, (_, i) => [0.05, 0, 0.99875][i % 3]);
  run(start());
  return Math.max(
    ...[1, 2, 3].map(() => {
      const m = start();
      const before = process.cpuUsage();
      run(m);
      return (trials * STEPS) / process.cpuUsage(before).user;
    }),
  );
}

function native(): number | undefined {
  const source = new URL('./native.cpp', import.meta.url).pathname;
  const binary = join(mkdtempSync(join(tmpdir(), 'spinbar-bench-')), 'native');
  try {
    execFileSync('g++', ['-O3', '-march=native', '-ffast-math', '-o', binary, source]);
    return Number(execFileSync(binary, { encoding: 'utf8' }).split(' ')[0]);
  } catch {
    console.log('no g++ here: no native figure');
    return undefined;
  }
}

const limit = native();
const print = (name: string, value: number): void => {
  const ratio = limit === undefined ? '' : `   ${(value / limit).toFixed(2)} of native f64`;
  console.log(`${name.padEnd(28)}${value.toFixed(1).padStart(7)} M steps/s${ratio}`);
};

if (limit !== undefined) print('native, 8-wide double', limit);
for (const precision of ['f64', 'f32'] as const) {
  for (const noise of ['gaussian', 'uniform'] as const) {
    const run: Run = (m) => {
      advanceLlg(m, runs, stream(noise), { precision });
    };
    print(`kernel ${precision} ${noise}`, speed(1024, run));
  }
}
print(
  'twin f64 gaussian',
  speed(32, (m) => {
    advanceReference(m, runs, stream('gaussian'));
  }),
);
