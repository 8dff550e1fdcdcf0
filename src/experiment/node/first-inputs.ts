import { pixelNormaliser, type Graph } from '../../network/index.js';
import type { Dataset } from './datasets.js';

/** The first images of a data set, as the network takes them. */
export function firstInputs(
  graph: Graph,
  { pixels, labels }: Pick<Dataset, 'pixels' | 'labels'>,
  images: number,
): Float32Array[] {
  const size = pixels.length / labels.length;
  const prepare = pixelNormaliser(graph);
  return Array.from({ length: Math.min(images, labels.length) }, (_, i) =>
    prepare(pixels.subarray(i * size, (i + 1) * size)),
  );
}
