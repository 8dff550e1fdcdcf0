import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulation } from 'eecircuit-engine';
import { simulate, type SimulationResult } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

export interface Run {
  /** CPU time, user + system, s. */
  readonly seconds: number;
  readonly points: number;
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Parse, elaborate and run in this process. */
export function spinbar(text: string): Run & { readonly result: SimulationResult } {
  const before = cpuSeconds();
  const netlist = parseNetlist(text, { file: 'bench.cir' });
  const result = simulate(elaborate(netlist), {
    reelaborate: (replaced) => elaborate(netlist, replaced),
  });
  const seconds = cpuSeconds() - before;
  return { seconds, points: result.analyses[0].values.shape[0], result };
}

/** Smallest of several runs: what the machine does when nobody disturbs it. No other result is kept. */
export function best(runs: number, run: () => Run): Run {
  const once = (): Run => {
    const { seconds, points } = run();
    return { seconds, points };
  };
  let least = once();
  for (let k = 1; k < runs; k += 1) {
    const next = once();
    if (next.seconds < least.seconds) least = next;
  }
  return least;
}

/**
 * Debian's ngspice as its own process; its start (an empty netlist) is taken off. Undefined when it is not
 * installed or takes longer than `limit` seconds.
 */
export function ngspice(text: string, { limit = 200 } = {}): Run | undefined {
  const start = wholeProcess('start\nr1 1 0 1\nv1 1 0 1\n.op\n.end\n', 10);
  const whole = wholeProcess(text, limit);
  if (!start || !whole) return undefined;
  return { ...whole, seconds: Math.max(whole.seconds - start.seconds, 0) };
}

function wholeProcess(text: string, limit: number): Run | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'spinbar-'));
  const file = join(folder, 'bench.cir');
  const raw = join(folder, 'bench.raw');
  writeFileSync(file, text);
  const script = `TIMEFORMAT=$'user %3U\\nsys %3S'; { time timeout ${limit} ngspice -b -r ${raw} ${file} > /dev/null 2>&1; } 2>&1 && head -c 4000 ${raw} | grep -a 'No. Points'`;
  const { status, stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (status !== 0) return undefined;
  const seconds = [...stdout.matchAll(/^(?:user|sys) ([\d.]+)$/gm)].map(([, value]) => +value);
  const points = /No\. Points: *(\d+)/.exec(stdout);
  return { seconds: seconds.reduce((a, b) => a + b, 0), points: Number(points?.[1] ?? 0) };
}

let engine: Promise<Simulation> | undefined;

/** ngspice compiled to WebAssembly with the KLU solver, warm in this process. */
export async function eecircuit(text: string): Promise<Run> {
  engine ??= (async () => {
    const simulation = new Simulation();
    await simulation.start();
    return simulation;
  })();
  const simulation = await engine;
  simulation.setNetList(text.replace(/\.end\n*$/, '.options klu\n.end\n'));
  const before = cpuSeconds();
  const { numPoints } = await simulation.runSim();
  return { seconds: cpuSeconds() - before, points: numPoints };
}

const digits = (seconds: number) => seconds.toFixed(seconds < 1 ? 3 : 2);

/** One line: our time, each peer's time and how many times longer it is. */
export function compare(
  label: string,
  ours: Run,
  peers: Readonly<Record<string, Run | undefined>>,
) {
  const others = Object.entries(peers).map(([name, run]) =>
    run
      ? `${name} ${digits(run.seconds)} s (${(run.seconds / ours.seconds).toFixed(1)}x, ${run.points} points)`
      : `${name} not run`,
  );
  const head = `${label}: spinbar ${digits(ours.seconds)} s (${ours.points} points)`;
  process.stdout.write(`${[head, ...others].join('; ')}\n`);
}
