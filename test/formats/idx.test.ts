import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { readIdx } from '../../src/formats/index.js';

const header = (type: number, ...shape: number[]): number[] => [
  ...[0, 0, type, shape.length],
  ...shape.flatMap((extent) => [0, 0, extent >> 8, extent & 255]),
];

describe('readIdx', () => {
  it('gives shape and bytes', () => {
    const { shape, data } = readIdx(Uint8Array.of(...header(8, 2, 3), 1, 2, 3, 4, 5, 6), 'x');
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['empty', [], 'only 0 bytes'],
    ['gzip', [0x1f, 0x8b, 8, 0, 0], 'compressed by gzip'],
    ['floats', header(0x0d, 1), 'element type 0xd'],
    ['cut in the extents', [0, 0, 8, 3, 0, 0], 'end before its 3 extents'],
    ['cut in the data', [...header(8, 2, 3), 1, 2], '2 x 3 elements want 18 bytes, it has 14'],
    ['too long', [...header(8, 1), 1, 2], 'too many bytes'],
  ])('refuses a file that is %s', (_, bytes, message) => {
    expect(() => readIdx(Uint8Array.from(bytes), 'x.idx')).toThrow(message);
    expect(() => readIdx(Uint8Array.from(bytes), 'x.idx')).toThrow('x.idx');
  });

  it('throws nothing but our error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          readIdx(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(SpinbarError);
        }
      }),
    );
  });
});
