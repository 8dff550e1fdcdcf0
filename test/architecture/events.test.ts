import { describe, expect, it } from 'vitest';
import { countEvents } from '../../src/architecture/index.js';
import { resnet20Work } from './resnet20-work.js';

const total = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0);

describe('countEvents', () => {
  it.each([
    [64, 745_472, 97],
    [128, 466_944, 58],
    [256, 274_432, 35],
  ])('ResNet-20 at %i rows: %i conversions an image, %i tiles', (rows, conversions, tiles) => {
    const events = resnet20Work(rows).map(countEvents);
    expect(total(events.map((event) => event.conversions))).toBe(conversions);
    expect(total(events.map((event) => event.tiles))).toBe(tiles);
    expect(total(events.map((event) => event.multiplyAccumulates))).toBe(40_550_400);
  });

  it('multiplies by slices, streams and samples', () => {
    const [work] = resnet20Work(128);
    const once = countEvents(work);
    const many = countEvents({ ...work, slices: 4, streams: 4, samples: 8, activationBits: 4 });
    expect(many.conversions).toBe(16 * once.conversions);
    expect(many.samples).toBe(128 * once.conversions);
    expect(many.topSliceConversions).toBe(4 * once.conversions);
    expect(many.arrayReads).toBe(4 * once.arrayReads);
  });
});
