/**
 * How fast a netlist is read: an N x N crossbar as a flat netlist (parse and elaborate, memory), and
 * a netlist of a million lines. Run: node --expose-gc tools/run.mjs bench/netlist/parse.ts. Prints seconds, lines a second, and the ratio to the peer that any
 * parser must beat: splitting the same text into words with String.split.
 */
import { elaborate, parseNetlist, type Circuit } from '../../src/netlist/index.js';

/** Word lines and bit lines of 1 ohm segments, one cell a crosspoint, as one flat netlist. */
export function crossbarNetlist(size: number): string {
  const lines = [`${size} x ${size} crossbar`];
  for (let r = 0; r < size; r += 1) {
    lines.push(`vw${r} w${r}_0 0 0.1`);
    for (let c = 0; c < size; c += 1) {
      if (c > 0) lines.push(`rw${r}_${c} w${r}_${c - 1} w${r}_${c} 1`);
      lines.push(`rc${r}_${c} w${r}_${c} b${r}_${c} ${10 + ((r * 7 + c * 13) % 90)}k`);
      if (r > 0) lines.push(`rb${r}_${c} b${r - 1}_${c} b${r}_${c} 1`);
    }
  }
  for (let c = 0; c < size; c += 1) lines.push(`vs${c} b${size - 1}_${c} 0 0`);
  lines.push('.op', '.end', '');
  return lines.join('\n');
}

/** A mix of what large extracted netlists hold. */
export function mixedNetlist(lineCount: number): string {
  const lines = ['mixed', '.model nm nmos level=1 vto=0.5', '.param rx=1.5k'];
  lines.push('.subckt cell a b r=1k', 'r1 a m {r}', 'c1 m 0 1f', 'r2 m b 10', '.ends');
  for (let k = 0; lines.length < lineCount - 2; k += 1) {
    const kind = k % 10;
    if (kind < 5) lines.push(`R${k} net_${k} net_${k + 1} ${(k % 97) + 1}.5k`);
    else if (kind < 8) lines.push(`C${k} net_${k} 0 ${(k % 13) + 1}.25f`);
    else if (kind === 8) lines.push(`M${k} net_${k} net_${k + 1} 0 0 nm W=1u L=0.18u AD=1p`);
    else lines.push(`Rp${k} net_${k} net_${k + 1} r={rx*${k % 7}+1} tc1=1m`);
  }
  lines.push('.op', '.end');
  return lines.join('\n');
}

const seconds = <T>(work: () => T): { readonly time: number; readonly result: T } => {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { time: (user + system) * 1e-6, result };
};

function measure(label: string, text: string): void {
  const lineCount = text.split('\n').length;
  const split = Math.min(
    ...[1, 2, 3].map(
      () => seconds(() => text.split('\n').map((line) => line.split(/\s+/)).length).time,
    ),
  );
  globalThis.gc?.();
  const before = process.memoryUsage();
  const parsed = seconds(() => parseNetlist(text, { file: label }));
  const elaborated = seconds(() => elaborate(parsed.result));
  const circuit: Circuit = elaborated.result;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const total = parsed.time + elaborated.time;
  const megabytes =
    (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 2 ** 20;
  const devices = circuit.resistors.count + circuit.capacitors.count + circuit.devices.length;
  console.log(
    `${label}: ${lineCount} lines, ${devices} devices, ${circuit.nodeNames.length} nodes: ` +
      `parse ${parsed.time.toFixed(3)} s + elaborate ${elaborated.time.toFixed(3)} s CPU = ` +
      `${(lineCount / total / 1e6).toFixed(2)} M lines/s; ` +
      `${(total / split).toFixed(2)} x the time of splitting into words (${split.toFixed(3)} s); ` +
      `${globalThis.gc ? `${megabytes.toFixed(0)} MB kept` : 'memory: run with --expose-gc'}`,
  );
}

for (const size of [64, 128, 256]) measure(`crossbar ${size}`, crossbarNetlist(size));
measure('mixed', mixedNetlist(1_000_000));
