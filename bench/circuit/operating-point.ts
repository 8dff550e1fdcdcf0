/**
 * Operating point of an N x N crossbar with wires given as a plain netlist: parse, elaborate, solve. CPU
 * seconds, warm (best of five), beside Debian's ngspice (its own process, start taken off) and the warm
 * WebAssembly ngspice with KLU (best of three), same text, same run. `--ngspice-limit=S` skips runs over S seconds.
 * node tools/run.mjs bench/circuit/operating-point.ts [N ...]
 */
import { crossbarNetlist } from './netlists.js';
import { best, compare, eecircuit, ngspice, spinbar } from './peers.js';

const words = process.argv.slice(3);
const limit = Number(
  words.find((word) => word.startsWith('--ngspice-limit='))?.split('=')[1] ?? 30,
);
const sizes = words.map(Number).filter((size) => size > 0);

for (const size of sizes.length > 0 ? sizes : [16, 32, 64]) {
  const text = crossbarNetlist({ size, analysis: '.op' });
  const first = spinbar(text);
  const warm = best(5, () => spinbar(text));
  const memory = process.memoryUsage().rss / 2 ** 20;
  const klu = [await eecircuit(text), await eecircuit(text), await eecircuit(text)];
  compare(
    `.op ${size} x ${size}, first ${first.seconds.toFixed(3)} s, ${memory.toFixed(0)} MB`,
    warm,
    {
      'eecircuit KLU': klu.reduce((a, b) => (a.seconds <= b.seconds ? a : b)),
      ngspice: ngspice(text, { limit }),
    },
  );
}
