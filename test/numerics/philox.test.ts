import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../src/numerics/philox.js';
import { streamKey } from '../../src/numerics/stream.js';

const block = (counter: readonly number[], key: readonly number[]): number[] => {
  const out = new Uint32Array(4);
  philox4x32({ key0: key[0], key1: key[1] }, counter[0], counter[1], counter[2], counter[3], out);
  return [...out];
};

describe('philox4x32-10', () => {
  // Known answers of the Random123 distribution, file kat_vectors.
  it('meets the Random123 known answers', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(block([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    expect(
      block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it('keys streams by seed and by purpose', () => {
    const keys = [
      streamKey(1, 'a'),
      streamKey(2, 'a'),
      streamKey(1, 'b'),
      streamKey(2 ** 40 + 1, 'a'),
    ];
    expect(new Set(keys.map(({ key0, key1 }) => `${key0}:${key1}`)).size).toBe(4);
    expect(streamKey(1, 'a')).toEqual(keys[0]);
    expect(() => streamKey(0.5, 'a')).toThrow('invalid seed: 0.5');
  });
});
