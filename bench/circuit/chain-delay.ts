/**
 * What the chain of 101 inverters costs in accuracy: delay of both edges through all stages, by default
 * tolerances, against a run with a thousandth of the tolerated error, and by Debian's ngspice.
 * node tools/run.mjs bench/circuit/chain-delay.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inverterChain } from './netlists.js';
import { spinbar } from './peers.js';

const netlist = (options: string) =>
  inverterChain(101).replace(
    '.end',
    `${options}
.meas tran first trig v(n0) val=0.9 rise=1 targ v(n101) val=0.9 fall=1
.meas tran second trig v(n0) val=0.9 fall=1 targ v(n101) val=0.9 rise=1
.end`,
  );

function ngspice(text: string): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'spinbar-'));
  const file = join(folder, 'chain.cir');
  writeFileSync(file, text);
  const { stdout } = spawnSync('ngspice', ['-b', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const found = [...stdout.matchAll(/^(first|second) *= *([-+.\de]+)/gm)];
  return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
}

const measured = (options: string) =>
  Object.fromEntries(
    spinbar(netlist(options)).result.measures.map(({ name, value }) => [name, value]),
  );
const exact = measured('.options reltol=1e-5 trtol=0.7');
const ours = measured('');
const theirs = ngspice(netlist(''));
for (const edge of ['first', 'second']) {
  const late = (delay: unknown) =>
    `${((Number(delay) - Number(exact[edge])) * 1e12).toFixed(1)} ps late`;
  process.stdout.write(
    `${edge} edge: ${(Number(exact[edge]) * 1e9).toFixed(4)} ns; spinbar ${late(ours[edge])}, ngspice ${late(theirs[edge])}\n`,
  );
}
