import type { MatrixNode } from '../../network/index.js';
import { sameValues } from '../columns.js';
import type { ParameterEntry } from '../parameters.js';
import { channelOffset, type Operation, type Pass, type Value } from '../tape.js';
import { addFilterGradient, POINTS, transformFilters } from '../winograd-filters.js';
import type { Slot, Workspace } from '../workspace.js';

export interface WinogradOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly weight: ParameterEntry;
  readonly bias?: ParameterEntry;
  readonly images: number;
}

/** Whether `winogradOperation` does this layer. */
export function isWinograd(
  node: MatrixNode,
  [outputs, channels, ...kernel]: readonly number[],
  input: Value,
): boolean {
  if (node.op !== 'conv2d') return false;
  const { stride, padding, dilation, groups } = node.attributes;
  return (
    groups === 1 &&
    kernel.every((extent) => extent === 3) &&
    [...stride, ...padding, ...dilation].every((extent) => extent === 1) &&
    [outputs, channels].every((count) => count % 8 === 0) &&
    [input.height, input.width].every((extent) => extent % 4 === 0)
  );
}

/** Images a kernel call works on. */
const TOGETHER = 8;
/** Tiles of eight images a kernel call works on at most: what stays in the second-level cache. */
const TILES = 8;

/**
 * A floating-point convolution of 3 x 3 kernels, stride and padding 1: y = w * x + bias, by a quarter of the
 * products (winograd-tiles.as.ts), and its exact transpose backward. The planes' extents are multiples of 4, the
 * numbers of channels multiples of 8.
 */
export function winogradOperation(
  workspace: Workspace,
  { name, input, output, weight, bias, images }: WinogradOptions,
): Operation {
  const { winogradTiles: transform, winogradProducts: products, layers } = workspace.kernels;
  const { height, width, channels } = input;
  const outputs = output.channels;
  const extent = { outputs, channels };
  const rowsOfTiles = height / 4;
  const across = width / 4;
  const together = Math.max(1, Math.min(rowsOfTiles, Math.floor(TILES / across)));
  const imageBytes = height * width * 4;
  // 64 bytes more than they hold keep the 36 points off the same lines of the cache.
  const tileBytes = (count: number): number => together * across * count * 32 + 64;
  const inputXi = tileBytes(channels);
  const outputXi = tileBytes(outputs);
  const size = channels * outputs;
  const forwardFilters = workspace.reserve(POINTS * size);
  const backwardFilters = workspace.forBackward('transformed filters', POINTS * size);
  const pointGradient = workspace.scratch('transformed weight gradient', POINTS * size);
  const inputSlot = workspace.scratch('input tiles', (POINTS * inputXi) / 4);
  const outputSlot = workspace.scratch('output tiles', (POINTS * outputXi) / 4);
  const rows = workspace.scratch('tile rows', (6 * (width + 2) + 36) * 4).offset;
  const panel = workspace.scratch('tile panel', together * across * 64).offset;
  const packed = new Float32Array(weight.length).fill(NaN);

  const pack = (parameters: Float32Array): void => {
    const current = parameters.subarray(weight.offset, weight.offset + weight.length);
    if (sameValues(current, packed)) return;
    packed.set(current);
    transformFilters(packed, extent, workspace.f32(forwardFilters), workspace.f32(backwardFilters));
  };

  /** Calls `visit` with every stretch of tiles: image, images, first row of tiles, rows of tiles. */
  const eachBlock = (visit: (image: number, count: number, row: number, rows: number) => void) => {
    for (let image = 0; image < images; image += TOGETHER)
      for (let row = 0; row < rowsOfTiles; row += together)
        visit(
          image,
          Math.min(TOGETHER, images - image),
          row,
          Math.min(together, rowsOfTiles - row),
        );
  };
  const plane = (slot: Slot, image: number): number => slot.offset + image * imageBytes;
  const inputStride = input.stride * 4;
  const outputStride = output.stride * 4;

  const gatherInput = (image: number, count: number, row: number, tileRows: number): void => {
    transform.inputTiles(
      plane(input.data, image),
      imageBytes,
      inputStride,
      channels,
      count,
      height,
      width,
      row,
      tileRows,
      inputSlot.offset,
      inputXi,
      rows,
    );
  };

  return {
    name,
    forward({ parameters }: Pass) {
      pack(parameters);
      eachBlock((image, count, row, tileRows) => {
        gatherInput(image, count, row, tileRows);
        products.tileProducts(
          forwardFilters.offset,
          inputSlot.offset,
          inputXi,
          outputSlot.offset,
          outputXi,
          channels,
          outputs,
          tileRows * across,
        );
        transform.outputTiles(
          plane(output.data, image),
          imageBytes,
          outputStride,
          outputs,
          count,
          width,
          row,
          tileRows,
          outputSlot.offset,
          outputXi,
          rows,
        );
      });
      if (!bias) return;
      const count = images * height * width;
      for (let m = 0; m < outputs; m += 1) {
        const y = channelOffset(output.data, output, m);
        layers.affine(y, y, count, 1, parameters[bias.offset + m]);
      }
    },
    backward({ gradient }: Pass) {
      const points = workspace.f32(pointGradient).fill(0);
      eachBlock((image, count, row, tileRows) => {
        const tiles = tileRows * across;
        gatherInput(image, count, row, tileRows);
        transform.outputGradientTiles(
          plane(output.gradient, image),
          imageBytes,
          outputStride,
          outputs,
          count,
          width,
          row,
          tileRows,
          outputSlot.offset,
          outputXi,
          rows,
        );
        products.tileWeightGradient(
          inputSlot.offset,
          inputXi,
          outputSlot.offset,
          outputXi,
          pointGradient.offset,
          channels,
          outputs,
          tiles,
          panel,
        );
        products.tileProducts(
          backwardFilters.offset,
          outputSlot.offset,
          outputXi,
          inputSlot.offset,
          inputXi,
          outputs,
          channels,
          tiles,
        );
        transform.addInputGradientTiles(
          plane(input.gradient, image),
          imageBytes,
          inputStride,
          channels,
          count,
          height,
          width,
          row,
          tileRows,
          inputSlot.offset,
          inputXi,
          rows,
        );
      });
      addFilterGradient(
        points,
        extent,
        gradient.subarray(weight.offset, weight.offset + weight.length),
      );
      if (!bias) return;
      const count = images * height * width;
      for (let m = 0; m < outputs; m += 1)
        gradient[bias.offset + m] += layers.channelSum(
          channelOffset(output.gradient, output, m),
          count,
        );
    },
  };
}
