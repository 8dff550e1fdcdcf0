import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { command, ensureBuilt } from '../support/built.js';
import { spinbar } from '../support/command-line.js';

describe('the command line', () => {
  it('shows help and version on stdout with exit code 0', async () => {
    const help = await spinbar(['--help']);
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('Usage: spinbar');
    expect(help.stderr).toBe('');
    const version = await spinbar(['--version']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('refuses a wrong command, option or value in the grammar of all errors, exit code 2', async () => {
    for (const [argv, text] of [
      [['explian'], 'Did you mean explain?'],
      [['doctor', '--jsno'], "unknown option '--jsno'"],
      [['doctor', '--seed', '1.5'], 'invalid --seed: 1.5'],
      [['doctor', '--threads', '0'], 'invalid --threads: 0'],
      [['doctor', '--set', 'mapping.rows'], 'invalid --set: mapping.rows'],
    ] as const) {
      const { exitCode, stdout, stderr } = await spinbar(argv);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error\[cli\.[a-z-]+\]: /);
      expect(stderr).toContain(text);
      expect(stderr).toContain('  mend: ');
    }
  });

  it('gives machines the diagnostics as JSON', async () => {
    const { exitCode, stdout } = await spinbar(['explain', 'maping.rows', '--json']);
    expect(exitCode).toBe(2);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; mend: string }[] };
    expect(diagnostics[0]).toMatchObject({
      code: 'cli.unknown-key',
      mend: 'did you mean mapping.rows?',
    });
  });
});

describe('spinbar explain', () => {
  it('tells name, symbol, range and default of a key', async () => {
    const { stdout } = await spinbar(['explain', 'mapping.rows']);
    expect(stdout).toMatch(/name +rows per array/);
    expect(stdout).toMatch(/symbol +R/);
    expect(stdout).toMatch(/range +1 to 4096/);
    expect(stdout).toMatch(/default +128/);
  });

  it('lists a section', async () => {
    const { stdout } = await spinbar(['explain', 'mapping.cell', '--json']);
    const { keys } = JSON.parse(stdout) as { keys: { path: string; unit?: string }[] };
    expect(keys.map(({ path }) => path)).toContain('mapping.cell.read');
    expect(keys.every(({ path }) => path.startsWith('mapping.cell'))).toBe(true);
  });
});

describe('the built command', () => {
  beforeAll(ensureBuilt, 180_000);

  it('answers --help without loading zod, yaml or any room', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [command, '--help'], {
      env: { ...process.env, NODE_DEBUG: 'esm' },
    });
    expect(stdout.toString()).toContain('Usage: spinbar');
    const trace = stderr.toString();
    expect(trace).toContain('cli/program.js');
    expect(trace).not.toMatch(/node_modules\/(zod|yaml)\/|dist\/(units|network|magnetics)\//);
  });

  it('examines this machine', () => {
    const output = execFileSync(process.execPath, [command, 'doctor', '--json', '--threads', '2'], {
      stdio: 'pipe',
    }).toString();
    const { checks } = JSON.parse(output) as { checks: { name: string; status: string }[] };
    const wanted = [
      'threads',
      'kernel llg',
      'kernel line-pcg',
      'kernel line-vector',
      'kernel gemm',
      'kernel partial-sum',
    ];
    for (const name of wanted)
      expect(checks.find((check) => check.name === name)?.status, name).toBe('ok');
  });
});
