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

/** Derivative of a quantised value by its scale (equation 3): rounding error inside the range, +-1 beyond. */
export const scaleSlope = (value: number, quantised: number, low: number, scale: number): number =>
  value >= scale ? 1 : value <= low ? low / scale : (quantised - value) / scale;

/**
 * Factor of a scale's gradient that makes its relative changes those of a weight: 1 / sqrt(N Q) of the step
 * (section 2.2), which for the scale, Q steps, is Q^2 / sqrt(N Q).
 */
export const scaleGradientFactor = (values: number, levels: number): number =>
  levels ** 1.5 / Math.sqrt(values);

/** Layers that learn their steps. */
function steppedLayers(
  graph: Graph,
  { mapping, learnSteps = false }: Pick<StochasticTraining, 'mapping' | 'learnSteps'>,
): readonly string[] {
  if (!learnSteps) return [];
  const names = matrixNodes(graph).map(({ name }) => name);
  return names.filter((name) => isMapped(mapping, name, names));
}

/** Takes the scales that learning starts from out of a mapping with settled weight scales. */
export function startSteps(
  graph: Graph,
  stochastic: Pick<StochasticTraining, 'mapping' | 'learnSteps'>,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  for (const layer of steppedLayers(graph, stochastic)) {
    const { weightScale, inputScale } = layerMapping(stochastic.mapping, layer);
    const [weight, input] = [weightScaleName(layer), inputScaleName(layer)].map(
      (name) => entryOf(table, name).offset,
    );
    if (!(parameters[weight] > 0)) parameters[weight] = Number(weightScale);
    if (!(parameters[input] > 0)) parameters[input] = inputScale;
  }
}

/** Keeps learned scales positive. */
export function boundSteps(
  graph: Graph,
  stochastic: Pick<StochasticTraining, 'mapping' | 'learnSteps'>,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  for (const layer of steppedLayers(graph, stochastic)) {
    const { weightScale, inputScale } = layerMapping(stochastic.mapping, layer);
    const bound = (name: string, from: number): void => {
      const { offset } = entryOf(table, name);
      parameters[offset] = Math.max(SMALLEST_SHARE * from, parameters[offset]);
    };
    bound(weightScaleName(layer), Number(weightScale));
    bound(inputScaleName(layer), inputScale);
  }
}

/** The mapping with the scales that the layers have learned; as it is where they learn none. */
export function mappingWithSteps(
  graph: Graph,
  stochastic: Pick<StochasticTraining, 'mapping' | 'learnSteps'>,
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

/**
 * A weight scale's gradient, given that of the quantised weights (same layout), 2^bits - 1 = `top` codes
 * either side of zero together (network/weight-slices.ts, differential and nearest).
 */
export function weightScaleGradient(
  weights: Float32Array,
  gradient: Float32Array,
  { scale, top }: { readonly scale: number; readonly top: number },
): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const share = Math.max(-1, Math.min(1, weights[i] / scale));
    const quantised = (scale * (2 * Math.round(((share + 1) / 2) * top) - top)) / top;
    sum += gradient[i] * scaleSlope(weights[i], quantised, -scale, scale);
  }
  return sum * scaleGradientFactor(weights.length, top / 2);
}
