import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spinbar-simulate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const netlist = (...lines: readonly string[]): string => {
  const file = join(folder, 'test.cir');
  writeFileSync(file, ['title', ...lines, '.end', ''].join('\n'));
  return file;
};
const divider = ['.param rload=1k', 'v1 in 0 1', 'r1 in out 1k', 'r2 out 0 {rload}', '.op'];

interface Simulation {
  readonly analyses: readonly { kind: string; vectors: Record<string, readonly number[]> }[];
  readonly measures: object;
}

describe('spinbar simulate', () => {
  it('prints the operating point as JSON with the names of ngspice', async () => {
    const { exitCode, stdout, stderr } = await spinbar(['simulate', netlist(...divider), '--json']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    const { analyses, measures } = JSON.parse(stdout) as Simulation;
    expect(analyses[0].kind).toBe('op');
    expect(analyses[0].vectors['v(out)'][0]).toBeCloseTo(0.5, 9);
    expect(analyses[0].vectors['i(v1)'][0]).toBeCloseTo(-5e-4, 12);
    expect(measures).toEqual({});
  });

  it('prints voltages and currents with units', async () => {
    const { stdout } = await spinbar(['simulate', netlist(...divider)]);
    expect(stdout).toMatch(/v\(out\) +500 mV/);
    expect(stdout).toMatch(/i\(v1\) +-500 uA/);
  });

  it('replaces a parameter with --set', async () => {
    const argv = ['simulate', netlist(...divider), '--json', '--set', 'rload=3e3'];
    const { analyses } = JSON.parse((await spinbar(argv)).stdout) as Simulation;
    expect(analyses[0].vectors['v(out)'][0]).toBeCloseTo(0.75, 9);
  });

  it('writes CSV and JSON into an output folder, and refuses to mix it with an earlier one', async () => {
    const out = join(folder, 'out');
    const argv = ['simulate', netlist(...divider), '--out', out];
    expect((await spinbar(argv)).exitCode).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      '1-op.csv',
      'report.html',
      'run.json',
      'simulation.json',
      'simulation.raw',
    ]);
    expect(readFileSync(join(out, '1-op.csv'), 'utf8').split('\n')[0]).toContain('v(out)');
    const again = await spinbar(argv);
    expect(again.exitCode).toBe(3);
    expect(again.stderr).toContain('error[experiment.output-not-empty]');
    expect((await spinbar([...argv, '--force'])).exitCode).toBe(0);
  });

  it('runs trials and steps over threads with the same bits, and reports them', async () => {
    await ensureBuilt();
    const file = netlist(
      '.param r=agauss(1k,50,1) load=1k',
      ...['v1 in 0 1', 'r1 in out {r}', 'r2 out 0 {load}'],
      ...['.step param load list 1k 3k', '.op'],
    );
    const argv = ['simulate', file, '--trials', '5', '--json', '--seed', '3'];
    const one = await spinbar([...argv, '--threads', '1']);
    const two = await spinbar([...argv, '--threads', '2', '--out', join(folder, 'out')]);
    expect(two.stdout).toBe(one.stdout);
    const { analyses } = JSON.parse(one.stdout) as Simulation;
    expect(analyses).toHaveLength(10);
    expect(new Set(analyses.map(({ vectors }) => vectors['v(out)'][0])).size).toBe(10);
    const page = readFileSync(join(folder, 'out', 'report.html'), 'utf8');
    expect(page).toContain('trial = 1, load = 1000');
  });

  it('steps a parameter, and exits with 5 when a measure finds nothing', async () => {
    const lines = [...divider, '.step param rload list 1k 3k', '.tran 1n 10n'];
    const found = netlist(...lines, '.measure tran top max v(out)');
    const { exitCode, stdout } = await spinbar(['simulate', found, '--json']);
    expect(exitCode).toBe(0);
    const { measures } = JSON.parse(stdout) as { measures: { top: number[] } };
    expect(measures.top[0]).toBeCloseTo(0.5, 6);
    expect(measures.top[1]).toBeCloseTo(0.75, 6);
    const missed = netlist(...divider, '.tran 1n 10n', '.measure tran t1 when v(out)=2');
    const result = await spinbar(['simulate', missed]);
    expect(result.exitCode).toBe(5);
    expect(result.stderr).toContain('measure t1 found nothing');
  });

  it.each([
    ['a missing value', ['v1 a 0 1', 'r1 a 0'], 3, 'test.cir:3'],
    ['an unknown element', ['v1 a 0 1', 'ö1 a 0 1k'], 3, 'test.cir:3'],
    ['a floating node', ['v1 a 0 1', 'r1 a 0 1k', 'c1 a x 1p', 'c2 x 0 1p'], 3, 'x'],
    ['a loop of voltage sources', ['v1 a 0 1', 'v2 a 0 2', 'r1 a 0 1k'], 3, 'v2'],
  ])('refuses %s, saying where and how to mend it', async (_, lines, exitCode, where) => {
    const out = join(folder, 'out');
    const result = await spinbar(['simulate', netlist(...lines, '.op'), '--out', out]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^error\[[a-z]+\.[a-z-]+\]: /m);
    expect(result.stderr).toContain(where);
    expect(result.stderr).toContain('mend: ');
    expect(existsSync(out)).toBe(false);
  });

  it('names a file that does not exist, and the one that was meant', async () => {
    netlist(...divider);
    const { exitCode, stderr } = await spinbar(['simulate', join(folder, 'tset.cir')]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`did you mean ${join(folder, 'test.cir')}?`);
  });

  it('keeps what --save names, and says which it does not know', async () => {
    const file = netlist(...divider);
    const { stdout } = await spinbar(['simulate', file, '--save', 'V(out), i(v1)', '--json']);
    const { analyses } = JSON.parse(stdout) as Simulation;
    expect(Object.keys(analyses[0].vectors)).toEqual(['v(out)', 'i(v1)']);
    const wrong = await spinbar(['simulate', file, '--save', 'v(ou)']);
    expect(wrong.exitCode).toBe(3);
    expect(wrong.stderr).toContain('did you mean v(out)?');
  });

  it('writes raw files in both forms', async () => {
    const file = netlist(...divider);
    for (const form of ['binary', 'ascii'] as const) {
      const out = join(folder, form);
      await spinbar(['simulate', file, '--out', out, '--raw', form]);
      const text = readFileSync(join(out, 'simulation.raw'), 'latin1');
      expect(text).toContain(`Plotname: Operating Point\n`);
      expect(text).toContain(form === 'ascii' ? '\nValues:\n' : '\nBinary:\n');
      if (form === 'ascii') expect(text).toContain('\t5.000000000000000e-1');
    }
    const { exitCode } = await spinbar(['simulate', file, '--raw', 'hex']);
    expect(exitCode).toBe(2);
  });
});
