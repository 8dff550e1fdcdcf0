import { kernelKind } from '../bit-tables.js';
import { blocksOfTiles, xiBytesOf } from '../tile-blocks.js';
import { wholeTiles } from '../whole-tiles.js';
import { POINTS } from '../winograd-filters.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';

/** One conversion's place: the first pixel of a block of images, the stream and the array chunk. */
export interface ConversionPlace {
  readonly start: number;
  readonly stream: number;
  readonly chunk: number;
}

/** Makes a block's partial sums of one array, of all slices (layout.partialSums). The first chunk comes first. */
export type PartialSums = (place: ConversionPlace) => void;

export const partialSums = (
  workspace: Workspace,
  options: StochasticOptions,
  layout: StochasticLayout,
): PartialSums =>
  layout.sumsThroughTiles
    ? throughTiles(workspace, options, layout)
    : throughColumns(workspace, layout);

function throughColumns({ kernels }: Workspace, layout: StochasticLayout): PartialSums {
  const { blockPixels, paddedPixels, paddedOutputs, pairField, bitKind, shortSums } = layout;
  const rowBytes = blockPixels * layout.sumBytes;
  const columns = paddedOutputs * layout.slices;
  return ({ start, chunk }) => {
    const block = layout.blocks[chunk];
    const count = Math.min(blockPixels, paddedPixels - start);
    const pixelTable = layout.pixelTable + start * 4;
    const { offset } = layout.digitPlanes;
    if (bitKind)
      kernels.bits.bitForward(
        offset,
        block.table.offset,
        block.paddedRows / 4,
        pixelTable,
        count,
        block.forward.offset,
        columns,
        layout.partialSums,
        rowBytes,
        shortSums,
        kernelKind[bitKind],
        layout.panel,
      );
    else
      kernels.digits.integerForward(
        offset,
        block.table.offset,
        block.paddedRows,
        pixelTable,
        count,
        block.forward.offset,
        pairField > 0 ? columns / 2 : columns,
        layout.partialSums,
        rowBytes,
        layout.fraction,
        pairField,
        paddedOutputs,
        layout.panel,
      );
  };
}

/** By a quarter of the products (kernels/winograd-whole.as.ts): blocks are rows of tiles. */
function throughTiles(
  workspace: Workspace,
  { input, images }: StochasticOptions,
  layout: StochasticLayout,
): PartialSums {
  const { wholeTiles: kernels } = workspace.kernels;
  const { blockPixels } = layout;
  const outputs = layout.outputs * layout.slices;
  const blocks = blocksOfTiles(input, images);
  const digits = wholeTiles(workspace, input, layout.digitPlanes, 'paired');
  const { tiles } = digits;
  const outputXiBytes = xiBytesOf(tiles, outputs * 32);
  const products = workspace.scratch('whole products', (POINTS * outputXiBytes) / 4).offset;
  return ({ start, chunk }) => {
    const { forward, channels } = layout.blocks[chunk];
    if (chunk === 0) digits.gather(blocks[start / blockPixels]);
    kernels.wholeTileProducts(
      forward.offset,
      digits.offset + channels.first * 16,
      digits.tileBytes,
      digits.xiBytes,
      products,
      outputXiBytes,
      channels.count / 2,
      outputs,
      tiles,
    );
    kernels.wholeOutputTiles(
      layout.partialSums,
      blockPixels * 4,
      outputs,
      input.width,
      digits.tileRows,
      products,
      outputXiBytes,
      digits.rows,
    );
  };
}
