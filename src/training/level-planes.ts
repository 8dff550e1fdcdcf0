import type { ColumnGeometry } from './columns.js';
import { scaleGradientFactor } from './learned-steps.js';
import type { Value } from './tape.js';
import type { Slot, Workspace } from './workspace.js';

/** Where a stochastic layer's columns or tiles are gathered from: zero-padded planes of 16-bit levels or digits. */
export interface LevelPlanes {
  /** Byte offset of the interior of the first plane. */
  readonly interior: number;
  /** Byte offset of the first plane with its padding. */
  readonly offset: number;
  /** Bytes from row to row, from group to group of images, and from channel to channel. */
  readonly rowBytes: number;
  readonly groupBytes: number;
  readonly channelBytes: number;
  /** Takes the levels of the layer's input. */
  quantise(quantiser: Quantiser): void;
  /** Takes levels as a rule gives them, number by number. */
  place(levelOf: (value: number) => number): void;
  /** Takes one stream's digits of another's levels. */
  extract(levels: LevelPlanes, digit: Digit): void;
}

/** Codes floor(factor x + shift + 1/2), 0 to `top`; levels 2 code - top where `bipolar`. */
export interface Quantiser {
  readonly factor: number;
  readonly shift: number;
  readonly top: number;
  readonly bipolar: boolean;
}

/** `bits` bits from bit `low` on of codes 0 to `top`. */
export interface Digit {
  readonly low: number;
  readonly bits: number;
  readonly top: number;
  readonly bipolar: boolean;
}

/** Gradient of the planes, in single precision. Scratch: between `clear` and `release` only. */
export interface PlanesGradient {
  readonly slot: Slot;
  clear(): void;
  /**
   * Adds `factor` times its interior to the value's gradient where the value lies within the codes' range. Gives the
   * gradient of the scale that the value was quantised by (learned-steps.ts).
   */
  release(value: Value, factor: number, codes: Codes): number;
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
        padded,
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
        padded,
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
  geometry: Padding,
  input: Value,
  images: number,
): LevelPlanes {
  const planes = planesOf(geometry, input, images);
  const { count, height, width } = planes;
  const { digits } = workspace.kernels;
  const short = workspace.reserve(Math.ceil(planes.length / 2));
  const rowBytes = planes.row * 2;
  const planeBytes = planes.plane * 2;
  const channelOf = (c: number): number => (c * count * planes.plane + planes.interior) * 2;
  const plane = input.height * input.width * input.lanes;
  return {
    offset: short.offset,
    interior: short.offset + channelOf(0),
    rowBytes: planes.padded ? rowBytes : input.width * input.lanes * 2,
    groupBytes: planes.padded ? planeBytes : plane * 2,
    channelBytes: planes.padded ? count * planeBytes : input.stride * 2,
    quantise: ({ factor, shift, top, bipolar }) => {
      for (let c = 0; c < planes.channels; c += 1)
        digits.quantise(
          input.data.offset + c * input.stride * 4,
          short.offset + channelOf(c),
          count,
          height,
          width,
          rowBytes,
          planeBytes,
          factor,
          shift,
          top,
          bipolar ? 1 : 0,
        );
    },
    place: (levelOf) => {
      const x = workspace.f32(input.data);
      const target = workspace.i16(short);
      for (let c = 0; c < planes.channels; c += 1)
        for (let n = 0; n < count; n += 1)
          for (let r = 0; r < height; r += 1) {
            const to = channelOf(c) / 2 + n * planes.plane + r * planes.row;
            const from = c * input.stride + (n * height + r) * width;
            for (let i = 0; i < width; i += 1) target[to + i] = levelOf(x[from + i]);
          }
    },
    extract: ({ interior }, { low, bits, top, bipolar }) => {
      for (let c = 0; c < planes.channels; c += 1)
        digits.extractDigits(
          interior - channelOf(0) + channelOf(c),
          short.offset + channelOf(c),
          count,
          height,
          width,
          rowBytes,
          planeBytes,
          top,
          low,
          bits,
          bipolar ? 1 : 0,
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
    release: ({ data, gradient, stride }, factor, { low, scale, top }) => {
      let sum = 0;
      for (let c = 0; c < planes.channels; c += 1)
        sum += workspace.kernels.layers.releaseLevels(
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
          scale,
          (scale - low) / top,
        );
      const values = (input.channels * input.stride) / images;
      return factor * sum * scaleGradientFactor(values, low < 0 ? top / 2 : top);
    },
  };
}
