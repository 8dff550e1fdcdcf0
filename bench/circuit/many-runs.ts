/**
 * What a long process does: 1000 different netlists one after the other (memory must stay flat), and one
 * crossbar whose inputs change (the factorisation must be reused).
 * node --expose-gc tools/run.mjs bench/circuit/many-runs.ts [N]
 */
import { prepareCircuit, setDeviceValue, solveDc } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';
import { crossbarNetlist, inverterChain } from './netlists.js';
import { spinbar } from './peers.js';

const size = process.argv.slice(3).map(Number)[0] ?? 128;
const megabytes = () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return `${((heapUsed + arrayBuffers) / 2 ** 20).toFixed(1)} MB in use, ${(rss / 2 ** 20).toFixed(0)} MB resident`;
};

/** Netlists that share no name and no size with the ones before. */
function netlist(k: number): string {
  if (k % 3 === 0) return inverterChain(1 + (k % 5)).replaceAll(/\bn(\d+)\b/g, `q${k}_$1`);
  const analysis = k % 3 === 1 ? '.op' : '.tran 20p 1n';
  return crossbarNetlist({
    size: 4 + (k % 13),
    analysis,
    ...(k % 3 === 1 ? {} : { nodeCapacitance: 1e-15 }),
    source: (row) => (k % 3 === 1 ? `${0.1 + k / 1e4}` : `pulse(0 ${0.1 + row / 100} 0 10p)`),
  }).replaceAll(/\b([wb])(\d+_)/g, `$1${k}_$2`);
}

for (let k = 0; k < 1000; k += 1) {
  spinbar(netlist(k));
  if (k % 250 === 99 || k === 999)
    process.stdout.write(`after ${k + 1} netlists: ${megabytes()}\n`);
}

const prepared = prepareCircuit(
  elaborate(parseNetlist(crossbarNetlist({ size, analysis: '.op' }), { file: 'array.cir' })),
);
const timed = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
};
const first = timed(() => void solveDc(prepared));
const again: number[] = [];
for (let k = 0; k < 20; k += 1) {
  setDeviceValue(prepared, `v${k}`, 0.1 + k / 100);
  again.push(timed(() => void solveDc(prepared)));
}
const { factorisations, solves } = prepared.solution.counts;
again.sort((a, b) => a - b);
process.stdout.write(
  `${size} x ${size}: first solution ${first.toFixed(1)} ms, after a changed input ${again[10].toFixed(1)} ms ` +
    `(median of 20, ${(first / again[10]).toFixed(1)}x less; ${factorisations} factorisation(s), ${solves} solutions)\n`,
);
