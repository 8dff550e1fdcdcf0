import { createHash } from 'node:crypto';
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OfficialData } from '../../src/experiment/data/catalogue.js';
import { download, verifyData } from '../../src/experiment/data/obtain.js';

const folder = mkdtempSync(join(tmpdir(), 'spinbar-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) % 256);
const md5 = createHash('md5').update(bytes).digest('hex');
const archive = { name: 'set.tar.gz', url: 'https://example.org/set.tar.gz', md5 };
const { signal } = new AbortController();

/** A server of `bytes` that understands ranges; `cut` ends the answer early, as a broken line does. */
const server =
  (asked: string[], { cut = Infinity, data = bytes } = {}): typeof fetch =>
  (_url, options) => {
    const range = (options?.headers as Record<string, string>).range ?? '';
    asked.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range)?.[1] ?? 0);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(data.slice(from, Math.min(data.length, from + cut)));
        if (cut === Infinity) controller.close();
      },
      pull(controller) {
        controller.error(new Error('line broken'));
      },
    });
    return Promise.resolve(new Response(body, { status: from > 0 ? 206 : 200 }));
  };

describe('official data', () => {
  it('is fetched on from where a broken line left it, and kept only when its sum is right', async () => {
    const asked: string[] = [];
    await expect(
      download(archive, folder, { signal, request: server(asked, { cut: 1234 }) }),
    ).rejects.toThrow(/what has come so far is kept/);
    expect(readFileSync(join(folder, 'set.tar.gz.part')).length).toBe(1234);
    const file = await download(archive, folder, { signal, request: server(asked) });
    expect(asked).toEqual(['', 'bytes=1234-']);
    expect(Uint8Array.from(readFileSync(file))).toEqual(bytes);
    expect(existsSync(`${file}.part`)).toBe(false);
    const damaged = bytes.slice();
    damaged[77] ^= 1;
    const other = { ...archive, name: 'other.tar.gz' };
    await expect(
      download(other, folder, { signal, request: server([], { data: damaged }) }),
    ).rejects.toThrow(/published is/);
    expect(existsSync(join(folder, 'other.tar.gz'))).toBe(false);
    expect(existsSync(join(folder, 'other.tar.gz.part'))).toBe(false);
  });

  it('is right, wrong or absent', async () => {
    writeFileSync(join(folder, 'good'), bytes);
    writeFileSync(join(folder, 'bad'), bytes.subarray(1));
    const official: OfficialData = {
      title: 'Set',
      home: '',
      archives: [],
      folder: 'inner',
      files: ['good', 'bad', 'gone'].map((name) => ({ name, md5 })),
    };
    expect((await verifyData(official, folder)).map(({ state }) => state)).toEqual([
      'right',
      'wrong',
      'absent',
    ]);
  });
});
