/**
 * Time of one input vector and of the transfer matrix, N x N, cells 10-100 kohm, wires 1 ohm, residual
 * 1e-10, one thread; peers: scipy's SuperLU and ngspice on the same system where they are installed.
 */
import { performance } from 'node:perf_hooks';
import { defineCrossbar, solveCrossbar, transferMatrix } from '../../src/crossbar/index.js';

const fill = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => 1 / (1e4 + (9e4 * ((7 * i + 13 * j + i * j) % 17)) / 16)),
  );

/** Median of repeated runs (ms), after a warm-up. */
function median(run: () => void, repeats: number): number {
  run();
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)];
}

for (const n of [64, 128, 256, 1024]) {
  const crossbar = defineCrossbar({ conductance: fill(n), wire: { wordLine: 1, bitLine: 1 } });
  const inputs = Float64Array.from({ length: n }, (_, i) => 0.1 * (1 + (i % 5)));
  const options = { tolerance: 1e-10 };
  const repeats = n <= 128 ? 15 : n <= 256 ? 5 : 2;
  const vector = median(() => solveCrossbar(crossbar, inputs, options), repeats);
  const { statistics } = solveCrossbar(crossbar, inputs, options);
  let line = `N ${n}: vector ${vector.toFixed(2)} ms (${statistics.iterations} iterations)`;
  if (n <= 256) {
    const whole = median(() => transferMatrix(crossbar, options), n <= 128 ? 5 : 2);
    const t = transferMatrix(crossbar, options);
    line += `, T ${whole.toFixed(1)} ms (${t.statistics.iterations} iterations)`;
  }
  console.log(line);
}
