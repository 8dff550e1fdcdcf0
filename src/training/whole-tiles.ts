import type { LevelPlanes } from './level-planes.js';
import { LANES, type Value } from './tape.js';
import { tileRowsOf, xiBytesOf, type TileBlock } from './tile-blocks.js';
import { POINTS } from './winograd-filters.js';
import type { Workspace } from './workspace.js';

/** Transformed tiles of a layer's levels or digits in 16-bit whole numbers (kernels/winograd-whole.as.ts). Scratch. */
export interface WholeTiles {
  readonly offset: number;
  /** Bytes of one tile, and from one of the 36 points to the next. */
  readonly tileBytes: number;
  readonly xiBytes: number;
  /** Of a block. */
  readonly tileRows: number;
  readonly tiles: number;
  /** What the kernels of whole tiles need beside their results. */
  readonly rows: number;
  /** Transforms a block of the planes. */
  gather(block: TileBlock): void;
}

/** Channels side by side in pairs, or each apart. */
export function wholeTiles(
  workspace: Workspace,
  { channels, height, width }: Value,
  planes: LevelPlanes,
  channelsAre: 'paired' | 'apart',
): WholeTiles {
  const tileRows = tileRowsOf({ height, width });
  const tiles = (tileRows * width) / 4;
  const tileBytes = channels * 16;
  const xiBytes = xiBytesOf(tiles, tileBytes);
  const { offset } = workspace.scratch('whole tiles', (POINTS * xiBytes) / 4);
  const rows = workspace.scratch('whole tile rows', (12 * (width + 2) + 60) * 4).offset;
  return {
    offset,
    tileBytes,
    xiBytes,
    tileRows,
    tiles,
    rows,
    gather: ({ image, row }) =>
      workspace.kernels.wholeTiles.wholeInputTiles(
        planes.interior + (image / LANES) * planes.groupBytes,
        planes.rowBytes,
        planes.channelBytes,
        channels,
        height,
        width,
        row,
        tileRows,
        offset,
        xiBytes,
        channelsAre === 'apart' ? 1 : 0,
        rows,
      ),
  };
}
