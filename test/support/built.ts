import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const command = join(repository, 'dist/cli/main.js');

/** Builds `dist` when it is older than `src`, for tests that start threads or the command itself. */
export async function ensureBuilt(): Promise<void> {
  const lock = join(repository, '.cache/build.lock');
  mkdirSync(join(repository, '.cache'), { recursive: true });
  const deadline = performance.now() + 120_000;
  while (!take(lock)) {
    if (performance.now() > deadline) rmSync(lock, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    if (
      newest(join(repository, 'src'), /(?<!\.as)\.ts$/) >
      newest(join(repository, 'dist'), /buildinfo$/)
    )
      execFileSync('npm', ['run', '--silent', 'build'], { cwd: repository, stdio: 'pipe' });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function newest(folder: string, name: RegExp): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .reduce((latest, file) => Math.max(latest, statSync(join(folder, file)).mtimeMs), 0);
}
