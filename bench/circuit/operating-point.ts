/**
 * Operating point of an N x N crossbar with wires given as a plain netlist: parse, elaborate, solve; CPU
 * seconds of this process beside Debian's ngspice (whole process, where installed) on the same text.
 * node tools/run.mjs bench/circuit/operating-point.ts [N ...]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulate } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

/** Word lines driven at 0.2 V from the left, bit lines grounded at the bottom, 1 ohm a segment, 10-100 kohm cells. */
function crossbarNetlist(size: number): string {
  const lines = [`${size} x ${size} crossbar`];
  for (let i = 0; i < size; i += 1) {
    lines.push(`v${i} in${i} 0 0.2`, `rin${i} in${i} w${i}_0 1`);
    for (let j = 0; j < size; j += 1) {
      const ohm = 1e4 + (9e4 * ((7 * i + 13 * j + i * j) % 17)) / 16;
      lines.push(`rc${i}_${j} w${i}_${j} b${i}_${j} ${ohm}`);
      if (j + 1 < size) lines.push(`rw${i}_${j} w${i}_${j} w${i}_${j + 1} 1`);
      lines.push(`rb${i}_${j} b${i}_${j} ${i + 1 < size ? `b${i + 1}_${j}` : '0'} 1`);
    }
  }
  return [...lines, '.op', '.end', ''].join('\n');
}

function ours(text: string): number {
  const before = process.cpuUsage();
  simulate(elaborate(parseNetlist(text, { file: 'crossbar.cir' })));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** CPU seconds of ngspice's whole process by GNU time's rule (children's user + system), or undefined. */
function ngspice(text: string): number | undefined {
  const file = join(mkdtempSync(join(tmpdir(), 'spinbar-')), 'crossbar.cir');
  writeFileSync(file, text);
  const script = `{ time -p ngspice -b ${file} > /dev/null 2>&1; } 2>&1`;
  const { status, stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  const seconds = [...stdout.matchAll(/^(?:user|sys) ([\d.]+)$/gm)].map(([, value]) =>
    Number(value),
  );
  return status === 0 ? seconds.reduce((sum, value) => sum + value, 0) : undefined;
}

const sizes = process.argv.slice(3).map(Number);
for (const size of sizes.length > 0 ? sizes : [16, 32, 64]) {
  const text = crossbarNetlist(size);
  const first = ours(text);
  const warm = Math.min(ours(text), ours(text), ours(text));
  const peer = ngspice(text);
  const ratio =
    peer === undefined
      ? 'ngspice not installed'
      : `ngspice ${peer.toFixed(2)} s, ${(peer / warm).toFixed(1)}x`;
  process.stdout.write(
    `N = ${size}: first ${first.toFixed(3)} s, warm ${warm.toFixed(3)} s; ${ratio}\n`,
  );
}
