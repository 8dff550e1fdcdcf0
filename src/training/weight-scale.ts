import {
  isMapped,
  layerMapping,
  matrixNodes,
  type Graph,
  type LayerMapping,
  type Mapping,
} from '../network/index.js';
import type { StochasticTraining } from './compile.js';
import { mappingWithSteps } from './learned-steps.js';
import { sliceFilters } from './slice-filters.js';
import { entryOf, type ParameterTable } from './parameters.js';

/**
 * |w| that the largest weight code stands for, in root mean squares of the weights training starts from.
 * Near the mean-square optimum of a uniform 4-bit quantiser of normal weights (2.6; Max, IRE Trans. Inform.
 * Theory 1960, gives step 0.335 sigma). The layer's largest weight ("max") wastes levels on outliers.
 */
export const WEIGHT_SCALE_FACTOR = 2.4;

/**
 * The mapping with every mapped layer's weight scale a number: what was `max` is set from the weights, or
 * for standardised ones, whose root mean square is 1, from that.
 */
export function fixWeightScales(
  graph: Graph,
  { mapping, standardise = false }: Pick<StochasticTraining, 'mapping' | 'standardise'>,
  table: ParameterTable,
  parameters: Float32Array,
): Mapping {
  const names = matrixNodes(graph).map(({ name }) => name);
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const node of matrixNodes(graph)) {
    if (!isMapped(mapping, node.name, names)) continue;
    if (standardise) {
      layers[node.name] = { ...layers[node.name], weightScale: WEIGHT_SCALE_FACTOR };
      continue;
    }
    if (layerMapping(mapping, node.name).weightScale !== 'max') continue;
    const { offset, length } = entryOf(table, node.weights.weight);
    let squares = 0;
    for (let i = offset; i < offset + length; i += 1) squares += parameters[i] ** 2;
    const scale = WEIGHT_SCALE_FACTOR * Math.sqrt(squares / length);
    layers[node.name] = { ...layers[node.name], weightScale: scale || 1 };
  }
  return { ...mapping, layers };
}

/**
 * Keeps the weights of mapped layers within their scale: beyond it the code cannot follow and the
 * straight-through gradient would push for ever (Courbariaux et al., NeurIPS 2015, section 2.4).
 */
export function clipMappedWeights(
  graph: Graph,
  stochastic: Pick<StochasticTraining, 'mapping' | 'learnSteps'>,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  const mapping = mappingWithSteps(graph, stochastic, table, parameters);
  const names = matrixNodes(graph).map(({ name }) => name);
  for (const node of matrixNodes(graph)) {
    if (!isMapped(mapping, node.name, names)) continue;
    const own = layerMapping(mapping, node.name);
    const { weightScale } = own;
    if (weightScale === 'max') continue;
    const weight = entryOf(table, node.weights.weight);
    const filters = sliceFilters(table, node.name, weight, own);
    for (const { offset, length } of filters?.map(({ entry }) => entry) ?? [weight])
      for (let i = offset; i < offset + length; i += 1)
        parameters[i] = Math.max(-weightScale, Math.min(weightScale, parameters[i]));
  }
}
