import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.js';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const command = join(repository, 'dist/cli/main.js');

/** Builds `dist` when it is older than `src`, for tests that start threads or the command itself. */
export async function ensureBuilt(): Promise<void> {
  const cache = join(repository, '.cache');
  mkdirSync(cache, { recursive: true });
  await withLock(join(cache, 'build.pid'), () => {
    if (
      newest(join(repository, 'src'), /(?<!\.as)\.ts$/) >
      newest(join(repository, 'dist'), /buildinfo$/)
    )
      execFileSync('npm', ['run', '--silent', 'build'], { cwd: repository, stdio: 'pipe' });
  });
}

function newest(folder: string, name: RegExp): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .reduce((latest, file) => Math.max(latest, statSync(join(folder, file)).mtimeMs), 0);
}
