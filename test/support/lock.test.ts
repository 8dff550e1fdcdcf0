import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withLock } from './lock.js';

const folder = mkdtempSync(join(tmpdir(), 'spinbar-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A process that does nothing for a while. */
const idler = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);

describe('the lock of the build', () => {
  it('is taken over from a process that was killed', async () => {
    const file = join(folder, 'killed');
    const holder = idler();
    writeFileSync(file, String(holder.pid));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withLock(file, () => 'done')).toBe('done');
    expect(existsSync(file)).toBe(false);
  });

  it('is waited for while its holder lives', async () => {
    const file = join(folder, 'held');
    const holder = idler();
    writeFileSync(file, String(holder.pid));
    let entered = false;
    const waiting = withLock(file, () => (entered = true));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(entered).toBe(false);
    rmSync(file);
    await waiting;
    expect(entered).toBe(true);
    holder.kill();
  });

  it('is taken over after ten minutes even where another process has the id', async () => {
    const file = join(folder, 'old');
    writeFileSync(file, String(process.pid));
    const past = Date.now() / 1000 - 3600;
    utimesSync(file, past, past);
    expect(await withLock(file, () => 1)).toBe(1);
  });

  it('is given back where the action fails', async () => {
    const file = join(folder, 'failed');
    const failing = withLock(file, () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await withLock(file, () => 2)).toBe(2);
  });
});
