import type { LayerGeometry } from './im2col.js';

/**
 * An image as zero-padded planes, so that every im2col element is plane[rowOffset[k] + pixelOffset[p]]
 * (element offsets), with nothing to test in the inner loop.
 */
export interface PaddedPlanes {
  /** Elements of all planes. */
  readonly length: number;
  /** Per row of one group's im2col, in the mapping's row order. */
  readonly rowOffset: Int32Array;
  /** Per output pixel. */
  readonly pixelOffset: Int32Array;
  /** Added for each further group. */
  readonly groupOffset: number;
  /** Copies (channels, height, width) data into the middle of the planes. */
  fill(target: Float32Array | Uint8Array, source: Float32Array | Uint8Array | Int8Array): void;
  /** 1 inside the image, 0 in the padding. */
  insideMask(): Uint8Array;
}

export function paddedPlanes(geometry: LayerGeometry, rowSource: Int32Array): PaddedPlanes {
  const { channels, height, width, padding, kernel, dilation, stride, outputWidth } = geometry;
  const paddedHeight = height + 2 * padding[0];
  const paddedWidth = width + 2 * padding[1];
  const plane = paddedHeight * paddedWidth;
  const size = kernel[0] * kernel[1];
  const rowOffset = rowSource.map((source) => {
    const position = source % size;
    const y = Math.floor(position / kernel[1]) * dilation[0];
    const x = (position % kernel[1]) * dilation[1];
    return Math.floor(source / size) * plane + y * paddedWidth + x;
  });
  const pixelOffset = Int32Array.from(
    { length: geometry.pixels },
    (_, p) => Math.floor(p / outputWidth) * stride[0] * paddedWidth + (p % outputWidth) * stride[1],
  );
  const fill: PaddedPlanes['fill'] = (target, source) => {
    if (padding[0] === 0 && padding[1] === 0) {
      target.set(source);
      return;
    }
    let from = 0;
    for (let c = 0; c < channels; c += 1)
      for (let y = 0; y < height; y += 1) {
        const to = c * plane + (y + padding[0]) * paddedWidth + padding[1];
        for (let x = 0; x < width; x += 1) target[to + x] = source[from + x];
        from += width;
      }
  };
  const length = channels * plane;
  return {
    length,
    rowOffset,
    pixelOffset,
    groupOffset: (channels / geometry.groups) * plane,
    fill,
    insideMask() {
      const mask = new Uint8Array(length);
      fill(mask, new Uint8Array(channels * height * width).fill(1));
      return mask;
    },
  };
}

/** Multiplied by an element size, and lengthened to a multiple of `multiple` by repeating the last entry. */
export function byteOffsets(offsets: Int32Array, elementBytes: number, multiple = 1): Int32Array {
  const length = Math.ceil(offsets.length / multiple) * multiple;
  return Int32Array.from(
    { length },
    (_, i) => offsets[Math.min(i, offsets.length - 1)] * elementBytes,
  );
}
