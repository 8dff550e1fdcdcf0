import { philox4x32 } from '../numerics/philox.js';
import { streamKey } from '../numerics/stream.js';

/** Labelled raw images: `pixels` holds count x channels x height x width bytes, `labels` a class each. */
export interface TrainingData {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** [channels, height, width] */
  readonly shape: readonly number[];
}

export interface Augmentation {
  /** Zero padding (of the raw image's `fill`) on every side before a crop at a random place. */
  readonly cropPadding?: number;
  /** Mirrors half of the images left to right. */
  readonly flip?: boolean;
  /** Side of a square put to `fill` at a random place (DeVries and Taylor, arXiv:1708.04552). */
  readonly cutout?: number;
  /** Pixel value of padding and cutout, by channel; default 0. */
  readonly fill?: readonly number[];
  /**
   * alpha of mixup: every image of a batch is blended with another, labels alike, the share drawn from
   * Beta(alpha, alpha) for the batch (Zhang et al., ICLR 2018, equation 1).
   */
  readonly mixup?: number;
}

/** A keyed permutation of the given indices: the order of one epoch (Fisher and Yates). */
export function shuffled(indices: Uint32Array, seed: number, epoch: number): Uint32Array {
  const key = streamKey(seed, 'training.order');
  const result = indices.slice();
  const words = new Uint32Array(4);
  for (let i = result.length - 1; i > 0; i -= 1) {
    philox4x32(key, i, epoch, 0, 0, words);
    const j = Math.floor((words[0] * 2 ** -32 + words[1] * 2 ** -64) * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Bytes of so many images. */
export const imageBytes = ({ shape }: Pick<TrainingData, 'shape'>, images: number): number =>
  shape.reduce((product, extent) => product * extent, images);

/** Copies images by index to `out`; with `augmentation` each is moved, mirrored and cut by (seed, epoch, index). */
export function gatherImages(
  { pixels, shape }: TrainingData,
  indices: Uint32Array,
  options?: { readonly augmentation: Augmentation; readonly seed: number; readonly epoch: number },
  out: Uint8Array = new Uint8Array(imageBytes({ shape }, indices.length)),
): Uint8Array {
  const size = imageBytes({ shape }, 1);
  if (!options) {
    for (const [i, index] of indices.entries())
      out.set(pixels.subarray(index * size, (index + 1) * size), i * size);
    return out;
  }
  const { augmentation, seed, epoch } = options;
  const key = streamKey(seed, 'training.augmentation');
  const words = new Uint32Array(8);
  for (const [i, index] of indices.entries()) {
    philox4x32(key, index, epoch, 0, 0, words);
    philox4x32(key, index, epoch, 1, 0, words, 4);
    const image = pixels.subarray(index * size, (index + 1) * size);
    augment(image, shape, augmentation, words, out.subarray(i * size, (i + 1) * size));
  }
  return out;
}

function augment(
  image: Uint8Array,
  [channels, height, width]: readonly number[],
  { cropPadding = 0, flip = false, cutout = 0, fill }: Augmentation,
  words: Uint32Array,
  out: Uint8Array,
): void {
  const below = (word: number, count: number): number => Math.floor((word / 2 ** 32) * count);
  const down = below(words[0], 2 * cropPadding + 1) - cropPadding;
  const right = below(words[1], 2 * cropPadding + 1) - cropPadding;
  const mirrored = flip && words[2] >>> 31 === 1;
  const cutTop = below(words[4], height) - (cutout >> 1);
  const cutLeft = below(words[5], width) - (cutout >> 1);
  // Columns that come from within the image.
  const within = (column: number): number => Math.max(0, Math.min(width, column));
  const first = within(mirrored ? right : -right);
  const end = within(width + (mirrored ? right : -right));
  const step = mirrored ? -1 : 1;
  for (let c = 0; c < channels; c += 1) {
    const blank = fill?.[c] ?? 0;
    for (let i = 0; i < height; i += 1) {
      const line = (c * height + i) * width;
      const row = i + down;
      if (row < 0 || row >= height) {
        out.fill(blank, line, line + width);
        continue;
      }
      let from = (c * height + row) * width + (mirrored ? width - 1 - first : first) + right;
      for (let j = 0; j < first; j += 1) out[line + j] = blank;
      for (let j = first; j < end; j += 1) {
        out[line + j] = image[from];
        from += step;
      }
      for (let j = end; j < width; j += 1) out[line + j] = blank;
    }
    for (let i = Math.max(0, cutTop); i < Math.min(height, cutTop + cutout); i += 1) {
      const line = (c * height + i) * width;
      const cutEnd = Math.min(width, cutLeft + cutout);
      if (cutEnd > 0) out.fill(blank, line + Math.max(0, cutLeft), line + cutEnd);
    }
  }
}
