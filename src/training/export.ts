import { isMapped, layerMapping, matrixNodes, type Graph, type Mapping } from '../network/index.js';
import type { LayerMapping, Tensor } from '../network/index.js';
import type { StochasticTraining } from './compile.js';
import { gainFromWidths, layerGain } from './gain.js';
import { biasDigits, biasRowsOf } from './bias-rows.js';
import { meanSquareName } from './initialise.js';
import { mappingWithSteps } from './learned-steps.js';
import { entryOf, unloadWeights, type ParameterTable } from './parameters.js';
import { mergeFilters, sliceFilters } from './slice-filters.js';
import { standardiseWeights } from './standardise.js';
import { sliceForTraining } from './weight-levels.js';

/**
 * The mapping that training arrived at: every mapped layer's gain for this converter's curve, as the
 * training forward used it. `gainsInWidths` gives the same free of any curve.
 */
export function realisedMapping(
  graph: Graph,
  table: ParameterTable,
  parameters: Float32Array,
  stochastic: StochasticTraining,
): Mapping {
  const widths = gainsInWidths(graph, table, parameters, stochastic);
  const settled = mappingWithSteps(graph, stochastic, table, parameters);
  const mapping = mappingWithGains({ ...stochastic, mapping: settled }, widths);
  if (!stochastic.learnBias) return mapping;
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const layer of Object.keys(widths)) {
    const rows = biasRowsOf(table, layer, stochastic.learnOffsets === true);
    const meanSquare = parameters[entryOf(table, meanSquareName(layer)).offset];
    const own = layerMapping(stochastic.mapping, layer);
    const largest = own.rowsPerArray * (2 ** own.bitsPerSlice - 1) * (2 ** own.bitsPerStream - 1);
    layers[layer] = {
      ...layers[layer],
      biasRow: Array.from({ length: rows.mean.length }, (_, i) =>
        biasDigits(rows, parameters, i, { meanSquare, largest }),
      ),
    };
  }
  return { ...mapping, layers };
}

/** Curve widths per unit of partial sum, by mapped layer: what stays valid when the curve's width changes. */
export function gainsInWidths(
  graph: Graph,
  table: ParameterTable,
  parameters: Float32Array,
  { mapping, converter, gainWidths }: StochasticTraining,
): Readonly<Record<string, number>> {
  const layers = matrixNodes(graph).map(({ name }) => name);
  return Object.fromEntries(
    layers
      .filter((layer) => isMapped(mapping, layer, layers))
      .map((layer) => {
        const own = layerMapping(mapping, layer);
        const meanSquare = parameters[entryOf(table, meanSquareName(layer)).offset];
        const context = { mapping: own, cell: mapping.cell, converter, gainWidths };
        return [layer, layerGain(context, meanSquare).widthsPerDigit];
      }),
  );
}

/** The mapping with each layer's gain in current-mirror ratios for this curve and these cells. */
export function mappingWithGains(
  { mapping, converter }: Pick<StochasticTraining, 'mapping' | 'converter'>,
  widthsPerDigit: Readonly<Record<string, number>>,
): Mapping {
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const [layer, widths] of Object.entries(widthsPerDigit)) {
    const context = { mapping: layerMapping(mapping, layer), cell: mapping.cell, converter };
    layers[layer] = { ...layers[layer], gain: gainFromWidths(context, widths) };
  }
  return { ...mapping, layers };
}

/**
 * The weights as a chip would hold them: every mapped layer's are put on their levels, so that its largest
 * magnitude is the layer's weight scale and a mapping that says `max` finds the same codes.
 */
export function deployedWeights(
  graph: Graph,
  table: ParameterTable,
  parameters: Float32Array,
  stochastic: Pick<StochasticTraining, 'mapping' | 'standardise' | 'learnSteps'>,
): Map<string, Tensor> {
  const mapping = mappingWithSteps(graph, stochastic, table, parameters);
  const weights = unloadWeights(table, parameters);
  const layers = matrixNodes(graph).map(({ name }) => name);
  for (const node of matrixNodes(graph)) {
    const tensor = weights.get(node.weights.weight);
    if (!tensor || !isMapped(mapping, node.name, layers)) continue;
    const { shape, data } = tensor;
    const own = layerMapping(mapping, node.name);
    const filters = sliceFilters(table, node.name, entryOf(table, node.weights.weight), own);
    const natural = Int32Array.from({ length: data.length / shape[0] }, (_, k) => k);
    const held = stochastic.standardise
      ? standardiseWeights(data, shape[0]).weights
      : filters
        ? mergeFilters(filters, parameters, own)
        : data;
    for (const { entry } of filters ?? [])
      if (entry.name !== node.weights.weight) weights.delete(entry.name);
    const { integers, unit } = sliceForTraining(held, shape[0], natural, own);
    weights.set(node.weights.weight, {
      shape,
      data: Float32Array.from(integers, (level) => unit * level),
    });
  }
  return weights;
}
