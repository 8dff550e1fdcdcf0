/**
 * User CPU time of one input vector and of the transfer matrix, N x N, cells 10-100 kohm, wires 1 ohm, residual
 * 1e-10, one thread; beside it, in the same run, scipy's SuperLU (assembly excluded) and ngspice on the
 * same system, where they are installed. Run: see bench/crossbar/README.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  crossbarToNetlist,
  defineCrossbar,
  solveCrossbar,
  transferMatrix,
  type CrossbarOptions,
} from '../../src/crossbar/index.js';
import { relativeDifference } from './difference.js';

const folder = mkdtempSync(join(tmpdir(), 'crossbar-bench-'));
const options = { tolerance: 1e-10 };

const cells = (n: number, scale = 1): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: n },
      (_, j) => scale / (1e4 + (9e4 * ((7 * i + 13 * j + i * j) % 17)) / 16),
    ),
  );
const voltages = (n: number) => Float64Array.from({ length: n }, (_, i) => 0.1 * (1 + (i % 5)));
const grid = (n: number, scale = 1, more: Partial<CrossbarOptions> = {}) =>
  defineCrossbar({ conductance: cells(n, scale), wire: { wordLine: 1, bitLine: 1 }, ...more });

/** Median CPU time of this process over repeated runs (ms), after as many that warm the compiler. */
function median(run: () => void, repeats: number): number {
  for (let k = 0; k < repeats; k += 1) run();
  const times = Array.from({ length: repeats }, () => {
    const start = process.cpuUsage();
    run();
    return process.cpuUsage(start).user / 1000;
  });
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)];
}

const SUPERLU = `
import sys, json, time, resource, numpy as np, scipy.sparse as sp, scipy.sparse.linalg as sl
n, all_columns = int(sys.argv[1]), sys.argv[2] == 'T'
i, j = np.meshgrid(np.arange(n), np.arange(n), indexing='ij')
g = (1 / (1e4 + 9e4 * ((7*i + 13*j + i*j) % 17) / 16)).ravel()
w = (i*n + j); b = w + n*n
rows, cols, vals = [], [], []
def tie(p, q, g):
    rows.extend([p, q, p, q]); cols.extend([p, q, q, p]); vals.extend([g, g, -g, -g])
tie(w.ravel(), b.ravel(), g)
one = np.ones(n*(n-1))
tie(w[:, 1:].ravel(), w[:, :-1].ravel(), one); tie(b[1:].ravel(), b[:-1].ravel(), one)
for end in (w[:, 0], b[n-1]):
    rows.append(end); cols.append(end); vals.append(np.ones(n))
A = sp.csc_matrix((np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))))
rhs = np.zeros((2*n*n, n if all_columns else 1))
if all_columns: rhs[b[n-1], np.arange(n)] = 1
else: rhs[w[:, 0], 0] = 0.1 * (1 + np.arange(n) % 5)
def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF); return u.ru_utime + u.ru_stime
best = 1e9
for _ in range(2 if n <= 128 else 1):
    t = cpu(); x = sl.splu(A, permc_spec='MMD_AT_PLUS_A', options=dict(SymmetricMode=True), diag_pivot_thresh=0).solve(rhs); best = min(best, cpu() - t)
out = x[w[:, 0]].T.ravel() if all_columns else x[b[n-1], 0]
print(json.dumps({'ms': 1000*best, 'out': out.tolist()}))
`;

interface Peer {
  readonly ms: number;
  readonly out: number[];
}

function superLu(n: number, what: 'vector' | 'T'): Peer | undefined {
  const python = '/usr/bin/python3';
  if (!existsSync('/usr/lib/python3/dist-packages/scipy')) return undefined;
  const environment = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const arguments_ = ['-c', SUPERLU, String(n), what];
  const settings = { maxBuffer: 2 ** 28, env: environment };
  return JSON.parse(execFileSync(python, arguments_, settings).toString()) as Peer;
}

/** CPU time of the whole ngspice process (ms), by the shell's own clock. */
function ngspice(n: number): number | undefined {
  if (!existsSync('/usr/bin/ngspice')) return undefined;
  const file = join(folder, `crossbar-${n}.cir`);
  writeFileSync(file, crossbarToNetlist(grid(n), voltages(n)));
  const script = `ngspice -b ${file} > /dev/null 2>&1; times`;
  const times = execFileSync('/bin/bash', ['-c', script]).toString().trim().split('\n')[1];
  const seconds = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * +m + +s);
  return 1000 * seconds.reduce((a, b) => a + b, 0);
}

const ratio = (peer: number | undefined, ours: number): string =>
  peer === undefined ? 'not installed' : `${peer.toFixed(1)} ms, ${(peer / ours).toFixed(0)} x`;

console.log('one vector, CPU time (target: 64 0.7 ms, 128 4 ms, 256 20 ms, 1024 1 s)');
for (const n of [64, 128, 256, 1024]) {
  const crossbar = grid(n);
  const run = () => solveCrossbar(crossbar, voltages(n), options);
  const ours = median(run, n <= 128 ? 60 : n <= 256 ? 20 : 3);
  const { currents, statistics } = run();
  const peer = n <= 256 ? superLu(n, 'vector') : undefined;
  const spice = n <= 64 ? ngspice(n) : undefined;
  console.log(
    `  N ${n}: ${ours.toFixed(2)} ms, ${statistics.iterations} iterations, residual ${statistics.relativeResidual.toExponential(1)}` +
      (n <= 256 ? `; SuperLU ${ratio(peer?.ms, ours)}` : '') +
      (peer ? `, differs ${relativeDifference(currents, peer.out).toExponential(1)}` : '') +
      (n <= 64 ? `; ngspice ${ratio(spice, ours)}` : ''),
  );
}
console.log('transfer matrix, CPU time (target: 64 6 ms, 128 70 ms, 256 1 s)');
for (const n of [64, 128, 256]) {
  const crossbar = grid(n);
  const run = () => transferMatrix(crossbar, options);
  const ours = median(run, n <= 64 ? 40 : n <= 128 ? 12 : 2);
  const { values, errorBound, errorEstimate, statistics } = run();
  const peer = n <= 128 ? superLu(n, 'T') : undefined;
  console.log(
    `  N ${n}: ${ours.toFixed(1)} ms, ${statistics.iterations} iterations, bound ${errorBound.toExponential(1)}, probe ${errorEstimate.toExponential(1)}` +
      (n <= 128 ? `; SuperLU ${ratio(peer?.ms, ours)}` : '') +
      (peer ? `, differs ${relativeDifference(values, peer.out).toExponential(1)}` : ''),
  );
}
console.log('hard cases, one vector, tolerance 1e-12');
const hard: [string, number, number, Partial<CrossbarOptions>][] = [
  ['cell/wire 10', 256, 1e3, {}],
  ['cell/wire 1', 256, 1e4, {}],
  ['drivers 10 kohm', 256, 1, { driver: 1e4 }],
  ['drivers 1 Mohm', 256, 1, { driver: 1e6 }],
  ['one driver only', 256, 1, { driver: [100, ...new Array<number>(255).fill(Infinity)] }],
  ['drivers and loads 1 Mohm', 128, 1, { driver: 1e6, load: 1e6 }],
];
for (const [name, n, scale, more] of hard) {
  const crossbar = grid(n, scale, more);
  const ours = median(() => solveCrossbar(crossbar, voltages(n)), 1);
  const { status, statistics } = solveCrossbar(crossbar, voltages(n));
  console.log(
    `  ${name}, N ${n}: ${ours.toFixed(0)} ms, ${statistics.method}, ${statistics.iterations} iterations, residual ${statistics.relativeResidual.toExponential(1)}, ${status}`,
  );
}
