import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';

/** A holder that is still there after this long has taken the process id of one that was killed. */
const LONGEST_MS = 600_000;

/**
 * Runs `action` while no other process runs one under the same lock file. The file holds its holder's process id:
 * where that process was killed, the next one in line takes the lock over at once.
 */
export async function withLock<T>(file: string, action: () => T): Promise<T> {
  while (!take(file)) {
    dropStale(file);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return action();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Linked, not written: whoever sees the file sees the whole id. */
function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(own);
  }
}

/** Two may find the same lock stale: only the one whose renamed file is the stale one has removed it. */
function dropStale(file: string): void {
  const holder = holderOf(file);
  if (holder === undefined || holds(file, holder)) return;
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holderOf(aside) === holder) rmSync(aside);
  else renameSync(aside, file);
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function holds(file: string, holder: number): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > LONGEST_MS) return false;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
