/**
 * Transients beside the peers, CPU seconds in one run: an N x N RC crossbar (1 fF a node, 1000 points) and a
 * chain of 101 inverters; warm, the best of several runs. The crossbar's ngspice run takes minutes: it is skipped
 * unless `--ngspice-limit=S` allows it. N = 0: the chain alone.
 * node tools/run.mjs bench/circuit/transient.ts [N]
 */
import { crossbarNetlist, inverterChain } from './netlists.js';
import { best, compare, eecircuit, ngspice, spinbar, type Run } from './peers.js';

const words = process.argv.slice(3);
const limit = Number(
  words.find((word) => word.startsWith('--ngspice-limit='))?.split('=')[1] ?? 30,
);
const size = words.map(Number).find((n) => n >= 0) ?? 64;

const chain = inverterChain(101);
const least = (runs: readonly (Run | undefined)[]) =>
  runs.reduce((a, b) => (a && b && b.seconds < a.seconds ? b : a));
const ours = best(30, () => spinbar(chain)); // before the peers' engines share the process
const webAssembly = [await eecircuit(chain), await eecircuit(chain), await eecircuit(chain)];
const native = Array.from({ length: 8 }, () => ngspice(chain));
compare('.tran chain of 101 inverters', ours, {
  'eecircuit KLU': least(webAssembly),
  ngspice: least(native),
});

if (size > 0) {
  const array = crossbarNetlist({
    size,
    nodeCapacitance: 1e-15,
    analysis: '.tran 10p 10n 0 10p',
    source: (row) => `pulse(0 0.2 ${(0.1 + (row % 7) * 0.3).toFixed(1)}n 50p 50p 4n 20n)`,
  });
  spinbar(crossbarNetlist({ size: 8, nodeCapacitance: 1e-15, analysis: '.tran 10p 10n 0 10p' }));
  compare(
    `.tran ${size} x ${size} RC crossbar`,
    best(2, () => spinbar(array)),
    {
      'eecircuit KLU': await eecircuit(array),
      ngspice: ngspice(array, { limit }),
    },
  );
}
