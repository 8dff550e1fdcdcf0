import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { answer, type BrowserAnswer } from '../support/browser-magnet.js';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
if (!BROWSER) console.log('skipped: no chromium in /usr/bin (apt-get install chromium)');

describe.skipIf(!BROWSER)('the magnet in a browser page', () => {
  it('gives the bits of Node from the same module', { timeout: 300_000 }, async () => {
    const bundle = await build({
      ...{ configFile: false, logLevel: 'error', publicDir: false },
      build: {
        write: false,
        lib: { entry: 'test/support/browser-magnet.ts', formats: ['iife'], name: 'magnet' },
      },
    });
    const [{ output }] = bundle as { output: { code: string }[] }[];
    const [{ code }] = output;
    const browser = await chromium.launch({
      ...(BROWSER ? { executablePath: BROWSER } : {}),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      const page = await browser.newPage();
      await page.setContent('<!doctype html><title>magnet</title>');
      await page.addScriptTag({ content: code });
      const found = await page.evaluate<BrowserAnswer>('magnet.answer()');
      const expected = answer();
      expect(found.counts).toEqual(expected.counts);
      expect(expected.counts[0]).toBeGreaterThan(256);
      // Not draws, but sums of library functions: the same to rounding.
      expect(Math.abs(found.probability - expected.probability)).toBeLessThan(1e-10);
      expect(found.writeError / expected.writeError).toBeCloseTo(1, 10);
      console.log(
        `first use in the page: ${found.firstUseMilliseconds.toFixed(0)} ms (512 trials, ${(code.length / 1024).toFixed(0)} kB of code)`,
      );
    } finally {
      await browser.close();
    }
  });
});
