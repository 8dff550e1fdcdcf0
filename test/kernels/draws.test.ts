import { describe, expect, it } from 'vitest';
import { drawKernel, drawSideBySideKernel } from '../../src/kernels/draws.js';
import { conversionDraws } from '../../src/network/conversion-draws.js';

const OUT = 4096;
const GUARD = 0xabcd;

describe('draws of the kernel are those of the plain twin', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernel = drawKernel(memory);
  const key = { key0: 0x12345678, key1: 0x9abcdef0 };
  const [plane, image] = [37, 49_999];

  it.each([
    [0, 4],
    [0, 8],
    [0, 12],
    [0, 20],
    [0, 24],
    [3, 28],
    [128, 128],
    [1000, 260],
  ])('from block %i on %i blocks', (firstBlock, blocks) => {
    const all = conversionDraws(key, image, plane, new Uint16Array((firstBlock + blocks) * 8));
    const expected = all.slice(firstBlock * 8);
    for (const mask of [0, -1]) {
      const memoryWords = new Uint16Array(memory.buffer).fill(GUARD);
      kernel.philoxDraws(key.key0, key.key1, plane, image, OUT, firstBlock, blocks, mask);
      const found = memoryWords.slice(OUT / 2, OUT / 2 + blocks * 8);
      expect(found).toEqual(expected.map((draw) => Math.min(65534, mask ? ~draw & 0xffff : draw)));
      // Nothing but whole groups is written.
      expect(memoryWords[OUT / 2 - 1]).toBe(GUARD);
      expect(memoryWords[OUT / 2 + blocks * 8]).toBe(GUARD);
    }
  });
});

describe('draws of eight images side by side are those of the plain twin', () => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const kernel = drawSideBySideKernel(memory);
  const key = { key0: 0x12345678, key1: 0x9abcdef0 };
  const plane = 37;
  const images = [49_999, 3, 2 ** 31, 7, 0, 12_345, 2 ** 32 - 1, 8];
  const masks = [0, -1, 0, 0, -1, -1, 0, -1];

  it.each([
    [0, 1, 1],
    [0, 1, 40],
    [0, 5, 8],
    [0, 100, 16],
    [0, 7, 84],
    [3, 8, 6],
    [1000, 16, 3],
    [64, 2, 120],
  ])('from block %i on, %i pixels of %i outputs', (firstBlock, pixels, outputs) => {
    const [places, panel, out] = [64, 1024, 8192];
    const stride = pixels * 16 + 32;
    const words = new Uint16Array(memory.buffer).fill(GUARD);
    new Uint32Array(memory.buffer, places, 8).set(images);
    new Int16Array(memory.buffer, places + 32, 8).set(masks);
    kernel.philoxSideBySide(
      key.key0,
      key.key1,
      plane,
      places,
      firstBlock,
      pixels,
      outputs,
      out,
      stride,
      panel,
    );
    const expected = new Uint16Array((outputs * stride) / 2).fill(GUARD);
    images.forEach((image, lane) => {
      const count = firstBlock * 8 + pixels * outputs;
      const own = conversionDraws(key, image, plane, new Uint16Array(count)).slice(firstBlock * 8);
      own.forEach((draw, d) => {
        const [o, p] = [d % outputs, Math.floor(d / outputs)];
        expected[(o * stride) / 2 + p * 8 + lane] = Math.min(65534, draw ^ (masks[lane] & 0xffff));
      });
    });
    expect(words.slice(out / 2, out / 2 + expected.length)).toEqual(expected);
    // Nothing else is written.
    expect(words.slice(out / 2 + expected.length).every((word) => word === GUARD)).toBe(true);
    expect(words.slice((panel + 832) / 2, out / 2).every((word) => word === GUARD)).toBe(true);
  });
});
