import type { InputTransform, OutputTransform } from '../kernels/winograd.js';
import type { MatrixNode } from '../network/index.js';
import { LANES, type Value } from './tape.js';
import { POINTS } from './winograd-filters.js';
import type { Slot, Workspace } from './workspace.js';

/** Tiles of eight images a kernel call works on at most: what stays in the second-level cache. */
const TILES = 8;

/** Whether a layer can go through transformed tiles (kernels/winograd-tiles.as.ts). */
export function fitsTiles(
  node: MatrixNode,
  [outputs, channels, ...kernel]: readonly number[],
  input: Value,
): boolean {
  if (node.op !== 'conv2d') return false;
  const { stride, padding, dilation, groups } = node.attributes;
  return (
    input.lanes === LANES &&
    groups === 1 &&
    kernel.every((extent) => extent === 3) &&
    [...stride, ...padding, ...dilation].every((extent) => extent === 1) &&
    [outputs, channels].every((count) => count % 8 === 0) &&
    [input.height, input.width].every((extent) => extent % 4 === 0)
  );
}

/** A stretch of tiles: of the eight images from `image` on, some rows of tiles from `row` on. */
export interface TileBlock {
  readonly image: number;
  readonly row: number;
}

/** Rows of tiles that a block has: a whole share of the value's. */
export function tileRowsOf({ height, width }: Pick<Value, 'height' | 'width'>): number {
  const all = height / 4;
  let rows = Math.max(1, Math.min(all, Math.floor(TILES / (width / 4))));
  while (all % rows !== 0) rows -= 1;
  return rows;
}

/** Blocks in the order of the pixels of values that keep eight images side by side. */
export function blocksOfTiles(value: Value, images: number): readonly TileBlock[] {
  const tileRows = tileRowsOf(value);
  const blocks: TileBlock[] = [];
  for (let image = 0; image < images; image += LANES)
    for (let row = 0; row < value.height / 4; row += tileRows) blocks.push({ image, row });
  return blocks;
}

/** 64 bytes more than the tiles take keep the 36 points off the same lines of the cache. */
export const xiBytesOf = (tiles: number, tileBytes: number): number => tiles * tileBytes + 64;

/** Scratch for the tiles of a layer, block by block, and the steps between planes and tiles. */
export interface TileBlocks {
  readonly blocks: readonly TileBlock[];
  /** Tiles of a block. */
  readonly tiles: number;
  /** Transformed tiles of the layer's input and of its output, and of their gradients. */
  readonly inputTiles: Slot;
  readonly outputTiles: Slot;
  /** Bytes of one tile, and from one of the 36 points to the next. */
  readonly inputTileBytes: number;
  readonly outputTileBytes: number;
  readonly inputXiBytes: number;
  readonly outputXiBytes: number;
  readonly panel: number;
  /** Planes laid out as the layer's input or output at byte offset `planes`, to tiles and back. */
  gatherInput(planes: number, block: TileBlock): void;
  scatterOutput(planes: number, block: TileBlock): void;
  gatherOutputGradient(planes: number, block: TileBlock): void;
  addInputGradient(planes: number, block: TileBlock): void;
}

export function tileBlocks(
  workspace: Workspace,
  input: Value,
  output: Value,
  images: number,
): TileBlocks {
  const { winogradTiles: transform } = workspace.kernels;
  const { height, width, channels } = input;
  const outputs = output.channels;
  const tileRows = tileRowsOf(input);
  const tiles = (tileRows * width) / 4;
  const imageBytes = height * width * 4;
  const inputTileBytes = channels * 32;
  const outputTileBytes = outputs * 32;
  const inputXiBytes = xiBytesOf(tiles, inputTileBytes);
  const outputXiBytes = xiBytesOf(tiles, outputTileBytes);
  const inputTiles = workspace.scratch('input tiles', (POINTS * inputXiBytes) / 4);
  const outputTiles = workspace.scratch('output tiles', (POINTS * outputXiBytes) / 4);
  const rows = workspace.scratch('tile rows', 12 * (width + 2) * 4 + 4).offset;
  const ofInput = (run: InputTransform, planes: number, { image, row }: TileBlock): void =>
    run(
      planes + image * imageBytes,
      input.stride * 4,
      channels,
      height,
      width,
      row,
      tileRows,
      inputTiles.offset,
      inputXiBytes,
      rows,
    );
  const ofOutput = (run: OutputTransform, planes: number, { image, row }: TileBlock): void =>
    run(
      planes + image * imageBytes,
      output.stride * 4,
      outputs,
      width,
      row,
      tileRows,
      outputTiles.offset,
      outputXiBytes,
      rows,
    );
  return {
    blocks: blocksOfTiles(input, images),
    tiles,
    inputTiles,
    outputTiles,
    inputTileBytes,
    outputTileBytes,
    inputXiBytes,
    outputXiBytes,
    panel: workspace.scratch('tile panel', tiles * 64).offset,
    gatherInput: (planes, block) => ofInput(transform.inputTiles, planes, block),
    scatterOutput: (planes, block) => ofOutput(transform.outputTiles, planes, block),
    gatherOutputGradient: (planes, block) => ofOutput(transform.outputGradientTiles, planes, block),
    addInputGradient: (planes, block) => ofInput(transform.addInputGradientTiles, planes, block),
  };
}
