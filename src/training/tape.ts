import type { Slot, Workspace } from './workspace.js';

/**
 * One tensor between operations, for all images of a shard: channel-major, `stride` floats a channel
 * (images x height x width, rounded up to 8), [images / lanes][height][width][lanes] there. Gradients beyond the real
 * pixels stay zero.
 */
export interface Value {
  readonly data: Slot;
  readonly gradient: Slot;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  /** Images whose pixels stand side by side. */
  readonly lanes: number;
}

/** What one forward and backward sweep over a shard reads and writes beside the workspace. */
export interface Pass {
  /** All parameters and statistics, flat, as the `ParameterTable` lays them out. */
  readonly parameters: Float32Array;
  /**
   * Same layout: gradients are added at trainable entries; a training forward writes what it observed
   * at statistic entries (batch mean, unbiased variance, mean square of partial sums).
   */
  readonly gradient: Float32Array;
  /** True: batch statistics; false: the stored ones. */
  readonly training: boolean;
  /** Seed of this sweep's draws. */
  readonly seed: number;
  /** Index of every image in its data set: what its draws are keyed by. */
  readonly imageIndices: Uint32Array;
  /** The chip the network is on, where training puts it on many. */
  readonly chip?: Chip;
}

export interface Chip {
  readonly number: number;
  /** What its cells and wires add to the programmed digits, by layer (array-corrections.ts). */
  readonly corrections: ReadonlyMap<string, Float32Array>;
}

/** A differentiable step. `backward` adds into its inputs' gradients. */
export interface Operation {
  readonly name: string;
  forward(pass: Pass): void;
  backward(pass: Pass): void;
  /** Share of samples that were certain to 1 % in the last forward pass, from some of its conversions. */
  readonly saturation?: () => number;
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Images side by side: they fill two vectors. Numbers of images that are no multiple stand one behind the other. */
export const LANES = 8;
export const lanesOf = (images: number): number => (images % LANES === 0 ? LANES : 1);

/** Where pixel `pixel` (row-major) of an image stands in a channel. */
export const elementOf = (
  { height, width, lanes }: Pick<Value, 'height' | 'width' | 'lanes'>,
  image: number,
  pixel: number,
): number => {
  const lane = image % lanes;
  return (image - lane) * height * width + pixel * lanes + lane;
};

/** Elements of a value's slots. */
export const valueLength = (
  images: number,
  [channels, height = 1, width = 1]: readonly number[],
): number => roundUp(channels, 8) * roundUp(images * height * width, 8);

/** Reserves a value for `images` images. Channels are rounded up to 8 for the kernels' tiles. */
export function reserveValue(
  workspace: Workspace,
  images: number,
  shape: readonly number[],
  gradient: Slot = workspace.forBackward('gradient', valueLength(images, shape)),
): Value {
  const [channels, height = 1, width = 1] = shape;
  const stride = roundUp(images * height * width, 8);
  return {
    data: workspace.reserve(valueLength(images, shape)),
    gradient,
    channels,
    height,
    width,
    stride,
    lanes: lanesOf(images),
  };
}

/** Byte offset of a channel within a value's data or gradient slot. */
export const channelOffset = (slot: Slot, value: Value, channel: number): number =>
  slot.offset + channel * value.stride * 4;
