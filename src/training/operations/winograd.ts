import { sameValues } from '../columns.js';
import type { ParameterEntry } from '../parameters.js';
import type { Operation, Pass, Value } from '../tape.js';
import { tileBlocks } from '../tile-blocks.js';
import {
  addFilterGradient,
  filterGradient,
  POINTS,
  transformFilters,
} from '../winograd-filters.js';
import type { Workspace } from '../workspace.js';
import { outputBias } from './bias.js';

export interface WinogradOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly weight: ParameterEntry;
  readonly bias?: ParameterEntry;
  readonly images: number;
}

/**
 * A floating-point convolution of 3 x 3 kernels, stride and padding 1: y = w * x + bias, by a quarter of the
 * products (kernels/winograd-tiles.as.ts), and its exact transpose backward. For layers that `fitsTiles`.
 */
export function winogradOperation(
  workspace: Workspace,
  { name, input, output, weight, bias, images }: WinogradOptions,
): Operation {
  const { winogradProducts: products } = workspace.kernels;
  const { channels } = input;
  const outputs = output.channels;
  const extent = { outputs, channels };
  const tiles = tileBlocks(workspace, input, output, images);
  const size = POINTS * channels * outputs;
  const forwardFilters = workspace.reserve(size);
  const backwardFilters = workspace.forBackward('transformed filters', size);
  const ofFilters = filterGradient(workspace, '', extent);
  const biases = outputBias(workspace, output, bias, images * output.height * output.width);
  const packed = new Float32Array(weight.length).fill(NaN);

  const pack = (parameters: Float32Array): void => {
    const current = parameters.subarray(weight.offset, weight.offset + weight.length);
    if (sameValues(current, packed)) return;
    packed.set(current);
    transformFilters(packed, extent, 'outputs', workspace.f32(forwardFilters));
    transformFilters(packed, extent, 'channels', workspace.f32(backwardFilters));
  };

  return {
    name,
    forward({ parameters }: Pass) {
      pack(parameters);
      for (const block of tiles.blocks) {
        tiles.gatherInput(input.data.offset, block);
        products.tileProducts(
          forwardFilters.offset,
          tiles.inputTiles.offset,
          tiles.inputTileBytes,
          tiles.inputXiBytes,
          tiles.outputTiles.offset,
          tiles.outputTileBytes,
          tiles.outputXiBytes,
          channels,
          outputs,
          tiles.tiles,
          0,
        );
        tiles.scatterOutput(output.data.offset, block);
      }
      biases.addTo(parameters);
    },
    backward({ gradient }: Pass) {
      workspace.f32(ofFilters.points).fill(0);
      for (const block of tiles.blocks) {
        tiles.gatherInput(input.data.offset, block);
        tiles.gatherOutputGradient(output.gradient.offset, block);
        products.tileWeightGradient(
          tiles.inputTiles.offset,
          tiles.inputTileBytes,
          tiles.inputXiBytes,
          tiles.outputTiles.offset,
          tiles.outputXiBytes,
          ofFilters.points.offset,
          channels,
          outputs,
          tiles.tiles,
          tiles.panel,
        );
        products.tileProducts(
          backwardFilters.offset,
          tiles.outputTiles.offset,
          tiles.outputTileBytes,
          tiles.outputXiBytes,
          tiles.inputTiles.offset,
          tiles.inputTileBytes,
          tiles.inputXiBytes,
          outputs,
          channels,
          tiles.tiles,
          0,
        );
        tiles.addInputGradient(input.gradient.offset, block);
      }
      const ofWeight = gradient.subarray(weight.offset, weight.offset + weight.length);
      addFilterGradient(workspace, ofFilters, ofWeight);
      biases.addGradient(gradient);
    },
  };
}
