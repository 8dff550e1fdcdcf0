import { describe, expect, it } from 'vitest';
import { countEvents, type LayerWork } from '../../src/architecture/layer-work.js';

/** The 19 convolutions of ResNet-20 on 32 x 32 images, by hand. */
function resnet20(rowsPerArray: number): LayerWork[] {
  const layer = (name: string, size: number, from: number, to: number, stride = 1): LayerWork => ({
    name,
    positions: size * size,
    inputs: 9 * from,
    outputs: to,
    inputValues: from * (size * stride) ** 2,
    activationBits: 1,
    bitsPerStream: 1,
    bitsPerSlice: 1,
    streams: 1,
    slices: 1,
    rowsPerArray,
    columnsPerArray: rowsPerArray,
    linesPerColumn: 2,
    samples: 1,
  });
  const stage = (size: number, from: number, to: number) =>
    Array.from({ length: 6 }, (_, i) =>
      layer(`${size}-${i}`, size, i === 0 ? from : to, to, i === 0 && from !== to ? 2 : 1),
    );
  return [
    layer('stem', 32, 3, 16),
    ...stage(32, 16, 16),
    ...stage(16, 16, 32),
    ...stage(8, 32, 64),
  ];
}

const total = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0);

describe('countEvents', () => {
  it.each([
    [64, 745_472, 97],
    [128, 466_944, 58],
    [256, 274_432, 35],
  ])('ResNet-20 at %i rows: %i conversions an image, %i tiles', (rows, conversions, tiles) => {
    const events = resnet20(rows).map(countEvents);
    expect(total(events.map((event) => event.conversions))).toBe(conversions);
    expect(total(events.map((event) => event.tiles))).toBe(tiles);
    expect(total(events.map((event) => event.multiplyAccumulates))).toBe(40_550_400);
  });

  it('multiplies by slices, streams and samples', () => {
    const [work] = resnet20(128);
    const once = countEvents(work);
    const many = countEvents({ ...work, slices: 4, streams: 4, samples: 8, activationBits: 4 });
    expect(many.conversions).toBe(16 * once.conversions);
    expect(many.samples).toBe(128 * once.conversions);
    expect(many.topSliceConversions).toBe(4 * once.conversions);
    expect(many.arrayReads).toBe(4 * once.arrayReads);
  });
});
