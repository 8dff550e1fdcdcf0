import type { ImageSlice } from '../network/index.js';

/**
 * The first `count` images in stretches of `length`, one a task. Each has bytes of its own: a view, as `slice` of a
 * Node Buffer is one too, would take the whole data set along to a worker.
 */
export function stretchesOf(
  { pixels, labels, first }: ImageSlice,
  length: number,
  count = labels.length,
): ImageSlice[] {
  const size = pixels.length / labels.length;
  return Array.from({ length: Math.ceil(count / length) }, (_, i) => {
    const start = i * length;
    const end = Math.min(count, start + length);
    return {
      pixels: new Uint8Array(pixels.subarray(start * size, end * size)),
      labels: new Uint8Array(labels.subarray(start, end)),
      first: first + start,
    };
  });
}
