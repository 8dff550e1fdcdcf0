import { isMapped, layerMapping, matrixNodes, type Graph, type Mapping } from '../network/index.js';
import type { LayerMapping } from '../network/index.js';
import type { StochasticTraining } from './compile.js';
import { entryOf, type ParameterTable } from './parameters.js';

/**
 * Learned step sizes (Esser et al., ICLR 2020, "LSQ"), kept as the scales that the largest codes stand for:
 * step times the number of levels. Two numbers a mapped layer.
 */
export const weightScaleName = (layer: string): string => `${layer}.learnedWeightScale`;
export const inputScaleName = (layer: string): string => `${layer}.learnedInputScale`;

/** A scale falls no lower than this share of what the mapping says. */
const SMALLEST_SHARE = 0.05;

/**
 * Factor of a scale's gradient that makes its relative changes those of a weight: 1 / sqrt(N Q) of the step
 * (section 2.2), which for the scale, Q steps, is Q^2 / sqrt(N Q).
 */
export const scaleGradientFactor = (values: number, levels: number): number =>
  levels ** 1.5 / Math.sqrt(values);

type Stepping = Pick<StochasticTraining, 'mapping' | 'learnSteps'>;

/** Layers that learn their steps. */
function steppedLayers(graph: Graph, { mapping, learnSteps = false }: Stepping): readonly string[] {
  if (!learnSteps) return [];
  const names = matrixNodes(graph).map(({ name }) => name);
  return names.filter((name) => isMapped(mapping, name, names));
}

/** Every learned scale: where it stands in the parameters, and the mapping's own. */
function learnedScales(
  graph: Graph,
  stochastic: Stepping,
  table: ParameterTable,
): readonly { readonly offset: number; readonly from: number }[] {
  return steppedLayers(graph, stochastic).flatMap((layer) => {
    const { weightScale, inputScale } = layerMapping(stochastic.mapping, layer);
    return [
      { offset: entryOf(table, weightScaleName(layer)).offset, from: Number(weightScale) },
      { offset: entryOf(table, inputScaleName(layer)).offset, from: inputScale },
    ];
  });
}

/** Takes the scales that learning starts from out of a mapping with settled weight scales. */
export function startSteps(
  graph: Graph,
  stochastic: Stepping,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  for (const { offset, from } of learnedScales(graph, stochastic, table))
    if (!(parameters[offset] > 0)) parameters[offset] = from;
}

/** Keeps learned scales positive. */
export function boundSteps(
  graph: Graph,
  stochastic: Stepping,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  for (const { offset, from } of learnedScales(graph, stochastic, table))
    parameters[offset] = Math.max(SMALLEST_SHARE * from, parameters[offset]);
}

/** The mapping with the scales that the layers have learned; as it is where they learn none. */
export function mappingWithSteps(
  graph: Graph,
  stochastic: Stepping,
  table: ParameterTable,
  parameters: Float32Array,
): Mapping {
  const { mapping } = stochastic;
  const stepped = steppedLayers(graph, stochastic);
  if (stepped.length === 0) return mapping;
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const layer of stepped)
    layers[layer] = {
      ...layers[layer],
      weightScale: parameters[entryOf(table, weightScaleName(layer)).offset],
      inputScale: parameters[entryOf(table, inputScaleName(layer)).offset],
    };
  return { ...mapping, layers };
}
