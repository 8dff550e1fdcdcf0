import type { ColumnGeometry } from './columns.js';
import { scaleGradientFactor } from './learned-steps.js';
import type { Value } from './tape.js';
import type { Slot, Workspace } from './workspace.js';

/** Where a stochastic layer's columns are gathered from: zero-padded planes of 16-bit levels or digits. */
export interface LevelPlanes {
  readonly short: Slot;
  /** Takes whole numbers laid out as the layer's input (single precision) into the planes' interior. */
  gather(from: Slot): void;
}

export interface Gate {
  readonly factor: number;
  readonly low: number;
  readonly high: number;
}

/** Gradient of the planes, in single precision. Scratch: between `clear` and `releaseThrough` only. */
export interface PlanesGradient {
  readonly slot: Slot;
  clear(): void;
  /** Adds `factor` times its interior to the value's gradient where the value lies within [low, high]. */
  releaseThrough(value: Value, gate: Gate): void;
  /** Gradient of the scale that the value was quantised by (learned-steps.ts), per unit of the interior's. */
  scaleGradient(value: Value, codes: Codes): number;
}

/** Codes 0 .. `top` over [low, scale]. */
export interface Codes {
  readonly low: number;
  readonly scale: number;
  readonly top: number;
}

type Padding = Pick<ColumnGeometry, 'padding' | 'paddedHeight' | 'paddedWidth'>;

/** Sizes of the planes [channels][images / lanes][paddedHeight][paddedWidth][lanes], or of the value itself unpadded. */
function planesOf(
  { padding, paddedHeight, paddedWidth }: Padding,
  { channels, height, width, stride, lanes }: Value,
  images: number,
) {
  const plane = paddedHeight * paddedWidth * lanes;
  const padded = padding[0] + padding[1] > 0;
  return padded
    ? {
        length: (channels * images * plane) / lanes,
        channels,
        count: images / lanes,
        height,
        width: width * lanes,
        plane,
        row: paddedWidth * lanes,
        interior: (padding[0] * paddedWidth + padding[1]) * lanes,
      }
    : {
        length: channels * stride,
        channels: 1,
        count: 1,
        height: 1,
        width: channels * stride,
        plane: channels * stride,
        row: channels * stride,
        interior: 0,
      };
}

export function levelPlanes(
  workspace: Workspace,
  geometry: ColumnGeometry,
  input: Value,
  images: number,
): LevelPlanes {
  const planes = planesOf(geometry, input, images);
  const short = workspace.reserve(Math.ceil(planes.length / 2));
  return {
    short,
    gather: (from) => {
      for (let c = 0; c < planes.channels; c += 1)
        workspace.kernels.digits.padNarrow(
          from.offset + c * input.stride * 4,
          short.offset + (c * planes.count * planes.plane + planes.interior) * 2,
          planes.count,
          planes.height,
          planes.width,
          planes.row * 2,
          planes.plane * 2,
        );
    },
  };
}

export function planesGradient(
  workspace: Workspace,
  geometry: Padding,
  input: Value,
  images: number,
): PlanesGradient {
  const planes = planesOf(geometry, input, images);
  const slot = workspace.scratch('planes gradient', planes.length);
  return {
    slot,
    clear: () => workspace.f32(slot).fill(0),
    releaseThrough: ({ data, gradient, stride }, { factor, low, high }) => {
      for (let c = 0; c < planes.channels; c += 1)
        workspace.kernels.layers.unpadGated(
          slot.offset + (c * planes.count * planes.plane + planes.interior) * 4,
          data.offset + c * stride * 4,
          gradient.offset + c * stride * 4,
          planes.count,
          planes.height,
          planes.width,
          planes.row * 4,
          planes.plane * 4,
          factor,
          low,
          high,
        );
    },
    scaleGradient: ({ data, stride }, { low, scale, top }) => {
      let sum = 0;
      for (let c = 0; c < planes.channels; c += 1)
        sum += workspace.kernels.layers.scaleGradient(
          slot.offset + (c * planes.count * planes.plane + planes.interior) * 4,
          data.offset + c * stride * 4,
          planes.count,
          planes.height,
          planes.width,
          planes.row * 4,
          planes.plane * 4,
          low,
          scale,
          (scale - low) / top,
        );
      const values = (input.channels * input.stride) / images;
      return sum * scaleGradientFactor(values, low < 0 ? top / 2 : top);
    },
  };
}
