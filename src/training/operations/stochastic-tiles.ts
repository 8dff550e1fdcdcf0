import { LANES } from '../tape.js';
import { blocksOfTiles, xiBytesOf } from '../tile-blocks.js';
import {
  channelsOf,
  filterScratch,
  packWholeFilters,
  pointScales,
  WHOLE_POINTS,
} from '../whole-filters.js';
import { wholeTiles } from '../whole-tiles.js';
import { addFilterGradient, filterGradient, POINTS } from '../winograd-filters.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';
import type { PackedWeights } from './stochastic-weights.js';

/**
 * The backward pass of a stochastic layer through transformed tiles, by a quarter of the products of its columns, in
 * 16-bit whole numbers (kernels/winograd-gradient.as.ts). From the output's gradient, the chunks' slopes (layout.gates)
 * and the input's levels (layout.levelPlanes): adds `factor` times the weights' gradient to `weightGradient`, and makes
 * that of the levels (layout.levelGradient) in the units of the weights' levels.
 */
export type StochasticTiles = (
  packed: PackedWeights,
  weightGradient: Float32Array,
  factor: number,
) => void;

/** Undefined for layers whose layout goes through columns. */
export function stochasticTiles(
  workspace: Workspace,
  options: StochasticOptions,
  layout: StochasticLayout,
): StochasticTiles | undefined {
  const { input, output, images, wantsInputGradient } = options;
  if (!layout.throughTiles) return undefined;
  const { wholeGradient } = workspace.kernels;
  const { channels, height, width } = input;
  const { outputs, rows, levelGradient } = layout;
  const levels = wholeTiles(workspace, input, layout.levelPlanes, 'apart');
  const { tiles, tileRows } = levels;
  const tileBlocks = blocksOfTiles(input, images);
  const outputXiBytes = xiBytesOf(tiles, outputs * 16);
  const inputXiBytes = xiBytesOf(tiles, channels * 32);
  const outputTiles = workspace.scratch('gated tiles', (POINTS * outputXiBytes) / 4).offset;
  const gradientTiles = workspace.scratch('gradient tiles', (POINTS * inputXiBytes) / 4);
  const panel = workspace.scratch('whole tile panel', Math.max(tiles * 32, outputs * 4)).offset;
  const factors = workspace.scratch('point factors', POINTS);
  const worths = workspace.scratch('point worths', POINTS);
  const scales = pointScales(layout.pointTop);
  const planeBytes = height * width * 4;
  let end = 0;
  const chunks = layout.blocks.map((block, c) => {
    const own = channelsOf(block.first, block.rows, 4);
    const size = POINTS * own.count * outputs;
    filterScratch(workspace, outputs, own.count);
    // Channels that the arrays before have rows of too.
    const added = Math.max(0, end - own.first);
    end = own.first + own.count;
    return {
      ...own,
      added,
      firstRow: block.first,
      arrayRows: block.rows,
      gate: layout.gates[c].offset,
      filters: workspace.reserve(wantsInputGradient ? size / 2 : 0),
      ofFilters: filterGradient(workspace, `${c}`, { outputs, channels: own.count }),
    };
  });
  let known: PackedWeights | undefined;

  const pack = (packed: PackedWeights): void => {
    if (packed === known || !wantsInputGradient) return;
    known = packed;
    for (const { first, count, firstRow, arrayRows, filters } of chunks)
      packWholeFilters(
        workspace,
        filters,
        { digits: packed.levels, first: firstRow, rows: arrayRows, stride: rows, outputs },
        { first, count },
      );
  };

  /** Of gradients up to `largest`. */
  const placeScales = (largest: number): void => {
    const [toFactors, toWorths] = [workspace.f32(factors), workspace.f32(worths)];
    for (let xi = 0; xi < POINTS; xi += 1) {
      toFactors[xi] = scales.factors[xi] / largest;
      toWorths[xi] = scales.worths[xi] * largest;
    }
  };

  return (packed, weightGradient, factor) => {
    pack(packed);
    for (const { ofFilters } of chunks) workspace.f32(ofFilters.points).fill(0);
    for (const block of tileBlocks) {
      const { image, row } = block;
      levels.gather(block);
      const dy = output.gradient.offset + image * planeBytes;
      const before = row * 4 * width * LANES * 4;
      for (const { gate, first, count, added, filters, ofFilters } of chunks) {
        const ownGate = gate + (image * planeBytes) / 2;
        const largest = wholeGradient.largestOfBlock(
          dy + before,
          ownGate + before / 2,
          output.stride * 4,
          outputs,
          tileRows * 4 * width * LANES * 4,
        );
        placeScales(largest > 0 ? largest : 1);
        wholeGradient.gatedTiles(
          dy,
          ownGate,
          output.stride * 4,
          outputs,
          width,
          row,
          tileRows,
          outputTiles,
          outputXiBytes,
          factors.offset,
          levels.rows,
        );
        wholeGradient.wholeWeightGradient(
          levels.offset + first * 16,
          levels.tileBytes,
          levels.xiBytes,
          outputTiles,
          outputXiBytes,
          ofFilters.points.offset,
          worths.offset,
          count,
          outputs,
          tiles,
          panel,
        );
        if (!wantsInputGradient) continue;
        wholeGradient.wholeInputGradient(
          filters.offset,
          outputTiles,
          outputXiBytes,
          gradientTiles.offset + first * 32,
          channels * 32,
          inputXiBytes,
          worths.offset,
          count,
          added,
          outputs,
          tiles,
          panel,
        );
      }
      if (wantsInputGradient)
        wholeGradient.inputGradientPlanes(
          levelGradient.slot.offset + image * planeBytes,
          input.stride * 4,
          channels,
          height,
          width,
          row,
          tileRows,
          gradientTiles.offset,
          inputXiBytes,
          levels.rows,
        );
    }
    for (const { first, firstRow, arrayRows, ofFilters } of chunks)
      addFilterGradient(
        workspace,
        ofFilters,
        weightGradient,
        { rows, first: first * 9, from: firstRow, to: firstRow + arrayRows, factor },
        WHOLE_POINTS,
      );
  };
}
