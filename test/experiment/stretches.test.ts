import { expect, it } from 'vitest';
import { stretchesOf } from '../../src/experiment/stretches.js';

it('cuts a data set in order, with its numbering, each stretch in bytes of its own', () => {
  // A Buffer, as files are read: its `slice` would be a view.
  const pixels = Buffer.from(Array.from({ length: 21 }, (_, i) => i));
  const data = { pixels, labels: Uint8Array.from([0, 1, 2, 3, 4, 5, 6]), first: 100 };
  const parts = stretchesOf(data, 3);
  expect(parts.map(({ first }) => first)).toEqual([100, 103, 106]);
  expect(parts.flatMap((part) => [...part.pixels])).toEqual([...pixels]);
  expect(parts.flatMap((part) => [...part.labels])).toEqual([...data.labels]);
  for (const part of parts) expect(part.pixels.buffer.byteLength).toBe(part.pixels.length);
  expect(stretchesOf(data, 3, 4).map((part) => [...part.labels])).toEqual([[0, 1, 2], [3]]);
});
