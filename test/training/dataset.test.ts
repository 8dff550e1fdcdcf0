import { describe, expect, it } from 'vitest';
import { gatherImages, type Augmentation } from '../../src/training/dataset.js';

const shape = [2, 5, 7];
const [channels, height, width] = shape;
const size = channels * height * width;
/** No two pixels of an image alike, none of them a fill. */
const pixels = Uint8Array.from({ length: 3 * size }, (_, i) => 20 + (i % size));
const data = { pixels, labels: new Uint8Array(3), shape };
const FILL = [3, 9];

/** Where a pixel of the image came from: it holds its own index. */
const sourceOf = (value: number): number | undefined => (value < 20 ? undefined : value - 20);

describe('images of a batch', () => {
  it.each<[string, Augmentation, number]>([
    ['crops', { cropPadding: 2 }, 2],
    ['crops wider than the image', { cropPadding: 9 }, 9],
    ['crops and mirrors', { cropPadding: 2, flip: true }, 2],
    ['cuts out', { cutout: 3 }, 0],
    ['does all of it', { cropPadding: 1, flip: true, cutout: 2 }, 1],
  ])('%s: every pixel is moved alike, what lies outside is filled', (_, augmentation, padding) => {
    const { cutout = 0 } = augmentation;
    const moves = new Set<string>();
    for (let epoch = 0; epoch < 40; epoch += 1) {
      const options = { augmentation: { ...augmentation, fill: FILL }, seed: 5, epoch };
      const out = gatherImages(data, Uint32Array.of(epoch % 3), options);
      const found: { i: number; j: number; row: number; column: number }[] = [];
      let blanks = 0;
      for (let p = 0; p < size; p += 1) {
        const source = sourceOf(out[p]);
        const channel = Math.floor(p / (height * width));
        if (source === undefined) {
          expect(out[p]).toBe(FILL[channel]);
          blanks += 1;
          continue;
        }
        expect(Math.floor(source / (height * width))).toBe(channel);
        const [i, j] = [Math.floor(p / width) % height, p % width];
        found.push({ i, j, row: Math.floor(source / width) % height, column: source % width });
      }
      const down = new Set(found.map(({ i, row }) => row - i));
      const straight = new Set(found.map(({ j, column }) => column - j));
      const mirrored = new Set(found.map(({ j, column }) => column - (width - 1 - j)));
      if (found.length === 0) continue;
      expect(down.size).toBe(1);
      expect(Math.min(straight.size, mirrored.size)).toBe(1);
      const [byRows] = down;
      const [byColumns] = straight.size === 1 ? straight : mirrored;
      expect(Math.max(Math.abs(byRows), Math.abs(byColumns))).toBeLessThanOrEqual(padding);
      // Every pixel that the move finds within the image is there, but for the square.
      const inside = (height - Math.abs(byRows)) * (width - Math.abs(byColumns)) * channels;
      expect(found.length).toBeLessThanOrEqual(inside);
      expect(found.length).toBeGreaterThanOrEqual(inside - cutout * cutout * channels);
      expect(blanks).toBe(size - found.length);
      moves.add(`${byRows} ${byColumns} ${straight.size}`);
    }
    expect(moves.size).toBeGreaterThan(cutout > 0 && padding === 0 ? 0 : 2);
  });

  it('are written where they are asked for', () => {
    const out = new Uint8Array(2 * size);
    expect(gatherImages(data, Uint32Array.of(2, 1), undefined, out)).toBe(out);
    expect(out).toEqual(
      Uint8Array.from([...pixels.subarray(0, size), ...pixels.subarray(0, size)]),
    );
  });
});
