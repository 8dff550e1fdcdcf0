import { elementCount, type Tensor } from '../../src/network/index.js';

/** Numbers that no pattern of the code could agree with by chance. */
export const arbitrary = (i: number): number =>
  ((Math.imul(i + 1, 2654435761) >>> 8) % 2001) / 1000 - 1;

/** Such weights of a built-in network; variances above one. */
export const arbitraryWeights = (
  shapes: ReadonlyMap<string, readonly number[]>,
): Map<string, Tensor> =>
  new Map(
    [...shapes].map(([weight, shape], w) => {
      const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => arbitrary(i + w));
      return [weight, { shape, data: weight.endsWith('var') ? data.map((x) => x + 2) : data }];
    }),
  );
