/**
 * The float convolutions of ResNet-20's three stages, one thread: GFLOP/s of CPU time, beside torch's on the same
 * shapes in the same run (several images a call, as torch likes it), and numpy's sgemm (OpenBLAS) on the matrices
 * that such a convolution of one image is. `node tools/run.mjs bench/network/convolution.ts`.
 */
import { spawnSync } from 'node:child_process';
import { layerGeometry, type Conv2dNode } from '../../src/network/index.js';
import { engineMemory } from '../../src/network/engine-memory.js';
import { floatLayer } from '../../src/network/float-layer.js';

const node: Conv2dNode = {
  name: 'c',
  op: 'conv2d',
  inputs: ['input'],
  attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
  weights: { weight: 'w' },
};
const PEER = `
import time, torch
torch.set_num_threads(1)
for c, h in ((16, 32), (32, 16), (64, 8)):
    x, w = torch.rand(16, c, h, h), torch.rand(c, c, 3, 3)
    f = lambda: torch.nn.functional.conv2d(x, w, padding=1)
    for _ in range(5): f()
    best = 1e9
    for _ in range(10):
        start = time.process_time()
        for _ in range(5): f()
        best = min(best, time.process_time() - start)
    print(2 * 16 * 5 * 9 * c * c * h * h / best / 1e9)
`;
const BLAS = `
import time, numpy as np
for c, h in ((16, 32), (32, 16), (64, 8)):
    a, b = np.random.rand(c, 9 * c).astype(np.float32), np.random.rand(9 * c, h * h).astype(np.float32)
    for _ in range(50): a @ b
    best = 1e9
    for _ in range(10):
        start = time.process_time()
        for _ in range(100): a @ b
        best = min(best, time.process_time() - start)
    print(2 * 100 * 9 * c * c * h * h / best / 1e9)
`;
const blas = spawnSync('python3', ['-c', BLAS], {
  encoding: 'utf8',
  env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
});
const openblas = blas.status === 0 ? blas.stdout.trim().split('\n').map(Number) : [];
const peer = spawnSync('/usr/bin/python3', ['-c', PEER], { encoding: 'utf8' });
const torch = peer.status === 0 ? peer.stdout.trim().split('\n').map(Number) : [];
if (torch.length === 0) console.log('no torch here: its column is left out');
for (const [i, [channels, extent]] of [
  [16, 32],
  [32, 16],
  [64, 8],
].entries()) {
  const geometry = layerGeometry(node, [channels, extent, extent], [channels, channels, 3, 3]);
  const fill = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, k) => (((k * 7919) % 2001) - 1000) / 1000);
  const weight = fill(channels * channels * 9);
  const x = fill(channels * extent * extent);
  const layer = floatLayer(engineMemory(), geometry, weight, new Float32Array(channels));
  for (let k = 0; k < 100; k += 1) layer.run(x, 0, 1);
  let best = Infinity;
  for (let repeat = 0; repeat < 10; repeat += 1) {
    const start = process.cpuUsage().user;
    for (let k = 0; k < 100; k += 1) layer.run(x, 0, 1);
    best = Math.min(best, (process.cpuUsage().user - start) / 100);
  }
  const rate = (2 * 9 * channels * channels * extent * extent) / best / 1e3;
  const ratio =
    i < torch.length ? `, torch ${torch[i].toFixed(1)}, ratio ${(rate / torch[i]).toFixed(2)}` : '';
  const blasRatio =
    i < openblas.length
      ? `, OpenBLAS ${openblas[i].toFixed(1)}, ratio ${(rate / openblas[i]).toFixed(2)}`
      : '';
  console.log(
    `${channels} channels, ${extent} x ${extent}: ${rate.toFixed(1)} GFLOP/s${ratio}${blasRatio}`,
  );
}
