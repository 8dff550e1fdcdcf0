import { describe, expect, it } from 'vitest';
import { drawKernel } from '../../src/kernels/draws.js';
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
