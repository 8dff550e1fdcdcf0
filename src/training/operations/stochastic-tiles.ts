import { tileBlocks } from '../tile-blocks.js';
import { channelsOf } from '../whole-filters.js';
import { addFilterGradient, POINTS, transformFilters } from '../winograd-filters.js';
import type { Workspace } from '../workspace.js';
import type { StochasticLayout, StochasticOptions } from './stochastic-layout.js';
import type { PackedWeights } from './stochastic-weights.js';

/**
 * The backward pass of a stochastic layer through transformed tiles, by a quarter of the products of its columns. From
 * the output's gradient, the chunks' slopes (layout.gates) and the input's levels (layout.levelPlanes): adds `factor` times
 * the weights' gradient to `weightGradient`, and makes that of the levels (layout.levelGradient) in the units of the
 * weights' levels.
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
  const { winogradProducts: products } = workspace.kernels;
  const { outputs, rows, levelGradient } = layout;
  const tiles = tileBlocks(workspace, input, output, images);
  const gradientTiles = workspace.scratch('gradient tiles', tiles.inputTiles.length);
  const chunks = layout.blocks.map((block, c) => {
    const own = channelsOf(block.first, block.rows, 4);
    const size = POINTS * own.count * outputs;
    return {
      ...own,
      firstRow: block.first,
      endRow: block.first + block.rows,
      gate: layout.gates[c].offset,
      filters: workspace.reserve(wantsInputGradient ? size : 0),
      points: workspace.scratch(`transformed weight gradient ${c}`, size),
    };
  });
  const longest = Math.max(...chunks.map(({ count }) => count));
  const own = new Float32Array(outputs * longest * 9);
  let known: PackedWeights | undefined;

  /** Transforms every chunk's weights, which are 0 where a channel's rows lie in another. */
  const pack = (packed: PackedWeights): void => {
    if (packed === known || !wantsInputGradient) return;
    known = packed;
    const { levels } = packed;
    for (const { first, count, firstRow, endRow, filters } of chunks) {
      for (let m = 0; m < outputs; m += 1)
        for (let k = 0; k < count * 9; k += 1) {
          const row = first * 9 + k;
          const inside = row >= firstRow && row < endRow;
          own[m * count * 9 + k] = inside ? levels[m * rows + row] : 0;
        }
      transformFilters(own, { outputs, channels: count }, 'channels', workspace.f32(filters));
    }
  };

  return (packed, weightGradient, factor) => {
    pack(packed);
    for (const { points } of chunks) workspace.f32(points).fill(0);
    if (wantsInputGradient) levelGradient.clear();
    for (const block of tiles.blocks) {
      tiles.gatherLevels(layout.levelPlanes, block);
      if (wantsInputGradient) workspace.f32(gradientTiles).fill(0);
      for (const { gate, first, count, filters, points } of chunks) {
        tiles.gatherOutputGradient(output.gradient.offset, block, gate);
        products.tileWeightGradient(
          tiles.inputTiles.offset + first * 32,
          tiles.inputTileBytes,
          tiles.inputXiBytes,
          tiles.outputTiles.offset,
          tiles.outputXiBytes,
          points.offset,
          count,
          outputs,
          tiles.tiles,
          tiles.panel,
        );
        if (!wantsInputGradient) continue;
        products.tileProducts(
          filters.offset,
          tiles.outputTiles.offset,
          tiles.outputTileBytes,
          tiles.outputXiBytes,
          gradientTiles.offset + first * 32,
          tiles.inputTileBytes,
          tiles.inputXiBytes,
          outputs,
          count,
          tiles.tiles,
          1,
        );
      }
      if (wantsInputGradient)
        tiles.addInputGradient(gradientTiles, levelGradient.slot.offset, block);
    }
    for (const { first, count, firstRow, endRow, points } of chunks)
      addFilterGradient(workspace.f32(points), { outputs, channels: count }, weightGradient, {
        rows,
        first: first * 9,
        from: firstRow,
        to: endRow,
        factor,
      });
  };
}
